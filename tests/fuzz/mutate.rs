//! Inputs out of seeds: the same seeds and the same number give the same input, on every computer.

use fastrand::Rng;
use serde_json::{Map, Value};

/// Most bytes of a usual input.
const MAX_BYTES: usize = 256 * 1024;

/// Most bytes of the few inputs that are to be large.
const MAX_LARGE: usize = 4 * 1024 * 1024;

/// What decoders, shells, terminals and browsers take for something special.
const WORDS: &[&str] = &[
    "cmd://touch /tmp/x",
    "env://PATH",
    "op://vault/item",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "http://127.0.0.1:1/",
    "https://user:pw@[::1]:99999/\\..\\",
    "https://xn--\u{2603}.example/%00%0d%0a",
    "patchbay://oauth/callback?code=x&state=y",
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\u{202e}\u{200b}\u{feff}\u{e0041}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "\0",
    "\r\n\r\n",
    "data: ",
    "event: message\n",
    "id: 1\n",
    "retry: 0\n",
    ": \n",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{\"a\":",
    "[[[[[[[[",
    "]]]]]]]]",
    "null",
    "1e999",
    "-0",
    "18446744073709551616",
    "9007199254740993",
    "$ref",
    "#/$defs/a",
    "(a+)+$",
    "Bearer ",
    "=\"",
    ", ",
    "scope",
    "state=",
    "&",
    "%",
    "%ff",
    "é\u{301}",
];

/// One input made of the seeds.
pub(crate) fn input(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let Some(seed) = rng.choice(seeds) else {
        return Vec::new();
    };
    let mut bytes = seed.clone();
    if rng.u8(..) < 160
        && let Ok(mut json) = serde_json::from_slice::<Value>(&bytes)
    {
        let others: Vec<Value> = (0..2)
            .filter_map(|_| serde_json::from_slice(rng.choice(seeds)?).ok())
            .collect();
        for _ in 0..rng.usize(1..5) {
            mutate_json(&mut json, &others, rng);
        }
        bytes = json.to_string().into_bytes();
    }
    if rng.u8(..) < 120 {
        for _ in 0..rng.usize(1..6) {
            mutate_bytes(&mut bytes, seeds, rng);
        }
    }
    let most = if rng.u16(..) < 130 {
        swell(&mut bytes, rng);
        MAX_LARGE
    } else {
        MAX_BYTES
    };
    bytes.truncate(most);
    bytes
}

fn mutate_bytes(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(..32)).min(bytes.len());
    match rng.u8(..8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
        1 if at < bytes.len() => bytes[at] = rng.u8(..),
        2 => insert(bytes, at, rng.choice(WORDS).unwrap_or(&"").as_bytes()),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let piece = bytes[at..end].repeat(rng.usize(1..20));
            insert(bytes, at, &piece);
        }
        5 => {
            let other = rng.choice(seeds).map_or(&[][..], Vec::as_slice);
            let from = rng.usize(..=other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        6 => bytes.truncate(at),
        _ => insert(
            bytes,
            at,
            &[[0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0]][rng.usize(..3)],
        ),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// Repeats a piece until the input is large.
fn swell(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(1..64)).min(bytes.len());
    let piece = bytes[at..end].to_vec();
    if !piece.is_empty() {
        let times = rng.usize(1_000..200_000).min(MAX_LARGE / piece.len());
        insert(bytes, at, &piece.repeat(times));
    }
}

/// Changes one place of a document, chosen by chance.
fn mutate_json(json: &mut Value, others: &[Value], rng: &mut Rng) {
    let place = walk_to(json, rng);
    match rng.u8(..9) {
        0 => *place = scalar(rng),
        1 => {
            let mut deep = place.take();
            for _ in 0..rng.usize(1..200) {
                deep = if rng.bool() {
                    Value::Array(vec![deep])
                } else {
                    Value::Object(Map::from_iter([("a".to_owned(), deep)]))
                };
            }
            *place = deep;
        }
        2 => {
            if let Some(other) = rng.choice(others) {
                let mut other = other.clone();
                *place = walk_to(&mut other, rng).take();
            }
        }
        3 | 4 => match place {
            Value::Object(members) => {
                let names: Vec<String> = members.keys().cloned().collect();
                if let Some(name) = rng.choice(&names) {
                    let value = members.shift_remove(name);
                    if rng.bool() {
                        let name = rng.choice(WORDS).unwrap_or(&"").to_string();
                        members.insert(name, value.unwrap_or_default());
                    }
                }
            }
            Value::Array(items) if !items.is_empty() => {
                drop(items.swap_remove(rng.usize(..items.len())));
            }
            other => *other = scalar(rng),
        },
        5 => {
            if let Value::Array(items) = place
                && let Some(item) = rng.choice(&*items).cloned()
            {
                // Lists of lists would multiply.
                let most = MAX_BYTES / (1 + item.to_string().len());
                let times = rng.usize(1..300).min(most);
                items.extend(std::iter::repeat_n(item, times));
            }
        }
        6 => {
            if let Value::Object(members) = place {
                for number in 0..rng.usize(1..300) {
                    members.insert(format!("m{number}"), scalar(rng));
                }
            }
        }
        7 => {
            if let Value::String(text) = place {
                let word = rng.choice(WORDS).unwrap_or(&"");
                if rng.bool() {
                    text.insert_str(0, word);
                } else {
                    text.push_str(word);
                }
            }
        }
        _ => *place = Value::String(rng.choice(WORDS).unwrap_or(&"").to_string()),
    }
}

/// Goes down into the document until chance stops.
fn walk_to<'a>(json: &'a mut Value, rng: &mut Rng) -> &'a mut Value {
    let goes_on = rng.u8(..) < 220;
    let size = match &*json {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    if !goes_on || size == 0 {
        return json;
    }
    let at = rng.usize(..size);
    match json {
        Value::Array(items) => walk_to(&mut items[at], rng),
        Value::Object(members) => walk_to(members.values_mut().nth(at).unwrap(), rng),
        scalar => scalar,
    }
}

fn scalar(rng: &mut Rng) -> Value {
    match rng.u8(..9) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => Value::from(rng.i64(..)),
        3 => Value::from(rng.u64(..)),
        4 => Value::from(rng.choice([-1.5, 1e308, -1e-308, 0.1, 4e18]).unwrap_or(0.0)),
        5 => Value::String("x".repeat(rng.usize(..5_000))),
        6 => Value::Array(Vec::new()),
        7 => Value::Object(Map::new()),
        _ => Value::String(rng.choice(WORDS).unwrap_or(&"").to_string()),
    }
}
