//! What a server does that no server should, as the bytes that it writes.

use std::io::Write as _;
use std::iter::{once, repeat, repeat_n};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};

/// Far more than is accepted of anything.
const HUGE: usize = 400 * 1024 * 1024;

const PIECE: usize = 64 * 1024;

/// How many lines or messages come that nobody wants.
const FLOOD: usize = 5_000;

/// How many of these are questions: more answers would have to wait for a server that reads none meanwhile.
const QUESTIONS: usize = 40;

/// The most tools that are accepted of a server.
pub(super) const MAX_TOOLS: usize = 5_000;

/// Pieces that are written one after the other.
pub(super) type Pieces = Box<dyn Iterator<Item = Vec<u8>> + Send>;

/// One thing that no server should do, and one that does none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misbehavior {
    Well,
    /// A line that does not end.
    EndlessLine,
    /// An event that does not end.
    EndlessEvent,
    /// 400 MiB in one text.
    HugeText,
    /// 400 MiB in small values.
    HugeList,
    /// A million levels.
    Deep,
    /// A hundred MiB that are small on the wire.
    Gzip,
    Deflate,
    /// The same, packed twice.
    GzipTwice,
    /// Answers to what was not asked, before the right one.
    WrongIds,
    /// The same without the right one.
    WrongIdsOnly,
    /// Half an answer, then its end.
    Half,
    /// Bytes that are no text.
    InvalidUtf8,
    /// A log where messages belong.
    LogLines,
    /// Messages and questions that nobody waits for.
    Unasked,
    /// Many questions before the right answer, whose answers it doesn't take.
    TakesNoAnswers,
    /// A flood on standard error, some of it without line ends.
    FloodsStderr,
    /// It started a program that ignores every request to end.
    Deaf,
    /// As many tools as are accepted.
    ManyTools,
    TooManyTools,
    /// Pages that lead to each other.
    Cycle,
    /// One malformed tool among good ones.
    Malformed,
    /// Names that change terminals, directions and pages.
    Names,
}

/// Which answer it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Handshake,
    List,
    Call,
}

/// How messages are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Lines,
    Events,
}

/// A manner at one of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) misbehavior: Misbehavior,
    pub(super) stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Works,
    /// A limit is named.
    TooMuch,
    /// The protocol is not kept.
    Protocol,
    /// No answer comes, or none that can be read.
    NoAnswer,
}

impl Case {
    /// All that a program and a server of the web can do; those of one alone are left out by the other.
    pub(super) fn all() -> Vec<Self> {
        use Misbehavior::*;
        let of_bytes = [
            EndlessLine,
            EndlessEvent,
            HugeText,
            HugeList,
            Deep,
            Gzip,
            Deflate,
            GzipTwice,
            WrongIds,
            WrongIdsOnly,
            Half,
            InvalidUtf8,
            LogLines,
            Unasked,
        ];
        let everywhere = of_bytes.into_iter().flat_map(|misbehavior| {
            [Stage::Handshake, Stage::List, Stage::Call].map(|stage| Self { misbehavior, stage })
        });
        let of = |stage| move |misbehavior| Self { misbehavior, stage };
        let lists = [ManyTools, TooManyTools, Cycle, Malformed, Names];
        let calls = [Well, TakesNoAnswers, FloodsStderr, Deaf];
        everywhere
            .chain(lists.map(of(Stage::List)))
            .chain(calls.map(of(Stage::Call)))
            .collect()
    }

    /// Its name, which finds it again.
    pub(super) fn name(self) -> String {
        format!("{:?}-{:?}", self.misbehavior, self.stage)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|case| case.name() == name)
    }

    /// Whether it can be done with messages that are told apart so.
    pub(super) fn fits(self, framing: Framing) -> bool {
        use Misbehavior::*;
        match framing {
            // What ignores requests to end is a shell of Unix; on Windows nothing is asked to end.
            Framing::Lines if self.misbehavior == Deaf => cfg!(unix),
            Framing::Lines => {
                !matches!(self.misbehavior, EndlessEvent | Gzip | Deflate | GzipTwice)
            }
            Framing::Events => !matches!(self.misbehavior, FloodsStderr | Deaf),
        }
    }

    pub(super) fn expected(self) -> Expected {
        use Misbehavior::*;
        match self.misbehavior {
            EndlessLine | EndlessEvent | HugeText | HugeList | Deep | Gzip | Deflate => {
                Expected::TooMuch
            }
            WrongIdsOnly | Half | InvalidUtf8 | GzipTwice => Expected::NoAnswer,
            TooManyTools | Cycle | TakesNoAnswers => Expected::Protocol,
            Well | WrongIds | LogLines | Unasked | FloodsStderr | Deaf | ManyTools | Malformed
            | Names => Expected::Works,
        }
    }

    /// How long it is waited for, in seconds, where that need not be as long as usual.
    pub(super) fn patience(self) -> Option<u32> {
        (self.expected() == Expected::NoAnswer).then_some(4)
    }

    /// The encoding that is told with it, over HTTP.
    pub(super) fn encoding(self) -> Option<&'static str> {
        match self.misbehavior {
            Misbehavior::Gzip => Some("gzip"),
            Misbehavior::Deflate => Some("deflate"),
            Misbehavior::GzipTwice => Some("gzip, gzip"),
            _ => None,
        }
    }

    /// Whether it takes more than one message, or none that is whole.
    pub(super) fn is_of_events(self) -> bool {
        use Misbehavior::*;
        matches!(
            self.misbehavior,
            EndlessEvent | WrongIds | LogLines | Unasked | TakesNoAnswers
        )
    }

    /// What is written in answer to a request of that stage.
    pub(super) fn answer(self, framing: Framing, id: &Value, good: &Value) -> Pieces {
        let right = message(id, good);
        let own = |number: usize| message(&json!(7_000_000 + number), good);
        match self.misbehavior {
            Misbehavior::EndlessLine => Box::new(repeat(vec![b'x'; PIECE])),
            Misbehavior::EndlessEvent => {
                Box::new(once(b"data: ".to_vec()).chain(repeat(vec![b'x'; PIECE])))
            }
            Misbehavior::HugeText => huge(id, "\"", vec![b'a'; PIECE], "\""),
            Misbehavior::HugeList => huge(id, "[", b"{},".repeat(PIECE / 3), "{}]"),
            Misbehavior::Deep => {
                let levels = repeat_n(vec![b'['; PIECE], 16);
                let ends = repeat_n(vec![b']'; PIECE], 16);
                let (begin, end) = around(id);
                Box::new(once(begin).chain(levels).chain(ends).chain(once(end)))
            }
            Misbehavior::Gzip => Box::new(once(BOMBS.gzip.clone())),
            Misbehavior::GzipTwice => Box::new(once(BOMBS.twice.clone())),
            Misbehavior::Deflate => Box::new(once(BOMBS.deflate.clone())),
            Misbehavior::WrongIds => {
                let wrong = [
                    json!("x"),
                    json!(-1),
                    json!(1e300),
                    json!([1]),
                    json!({ "a": 1 }),
                    json!(true),
                ];
                let wrong = wrong.map(|id| framed(framing, &message(&id, &json!({ "tools": 3 }))));
                let own = framed(framing, &own(1));
                Box::new(wrong.into_iter().chain([own, framed(framing, &right)]))
            }
            Misbehavior::WrongIdsOnly => Box::new(once(line(&own(1)))),
            Misbehavior::Half => Box::new(once(right.as_bytes()[..right.len() / 2].to_vec())),
            Misbehavior::InvalidUtf8 => {
                let (begin, end) = around(id);
                let middle = b"{\"a\":\"\xff\xc0\xaf\xed\xa0\x80\"}".to_vec();
                Box::new([begin, middle, end].into_iter())
            }
            Misbehavior::LogLines => {
                let flood = (0..FLOOD).map(move |number| match framing {
                    Framing::Lines if number % 2 == 0 => {
                        line(&json!({ "level": "info", "id": number }).to_string())
                    }
                    Framing::Lines => line(&format!("12:00:00 INFO request {number}")),
                    Framing::Events => format!(": request {number}\n\n").into_bytes(),
                });
                Box::new(flood.chain(once(framed(framing, &right))))
            }
            Misbehavior::Unasked => {
                let flood = (0..FLOOD).map(move |number| framed(framing, &unasked(number)));
                Box::new(flood.chain(once(framed(framing, &right))))
            }
            Misbehavior::TakesNoAnswers => {
                let flood = (0..FLOOD).map(move |number| {
                    let ping = json!({ "jsonrpc": "2.0", "id": number, "method": "ping" });
                    framed(framing, &ping.to_string())
                });
                Box::new(flood.chain(once(framed(framing, &right))))
            }
            // What they do is not in this answer.
            Misbehavior::Well
            | Misbehavior::FloodsStderr
            | Misbehavior::Deaf
            | Misbehavior::ManyTools
            | Misbehavior::TooManyTools
            | Misbehavior::Cycle
            | Misbehavior::Malformed
            | Misbehavior::Names => Box::new(once(line(&right))),
        }
    }

    /// A list of tools in this manner.
    pub(super) fn tools(self, cursor: Option<&str>) -> Value {
        let echo = tool("echo");
        let many = |count: usize| {
            let named = (1..count).map(|number| tool(&format!("tool-{number}")));
            Value::from_iter(once(echo.clone()).chain(named))
        };
        match self.misbehavior {
            Misbehavior::ManyTools => json!({ "tools": many(MAX_TOOLS) }),
            Misbehavior::TooManyTools => json!({ "tools": many(MAX_TOOLS + 1) }),
            Misbehavior::Cycle => {
                let next = if cursor == Some("a") { "b" } else { "a" };
                json!({ "tools": [echo], "nextCursor": next })
            }
            Misbehavior::Malformed => json!({ "tools": [
                { "name": 7 }, { "name": "no-schema" }, null, "tool", [[]],
                { "name": "odd", "inputSchema": [] }, echo,
            ]}),
            Misbehavior::Names => {
                let mut odd = tool(HOSTILE);
                odd["title"] = json!(HOSTILE);
                odd["description"] = json!(HOSTILE);
                odd["inputSchema"]["properties"][HOSTILE] =
                    json!({ "type": "string", "title": HOSTILE, "description": HOSTILE });
                json!({ "tools": [echo, odd] })
            }
            _ => json!({ "tools": [echo] }),
        }
    }

    /// The right answer to a request.
    pub(super) fn good(self, method: &str, params: &Value) -> Value {
        let hostile = |plain: &'static str| match self.misbehavior {
            Misbehavior::Names => HOSTILE,
            _ => plain,
        };
        match method {
            "initialize" => json!({
                "protocolVersion": "2025-11-25",
                "capabilities": { "tools": {} },
                "serverInfo": { "name": hostile("server"), "title": hostile("Server"), "version": hostile("1") },
                "instructions": hostile("Call echo."),
            }),
            "tools/list" => self.tools(params["cursor"].as_str()),
            "tools/call" => json!({ "content": [{ "type": "text", "text": hostile("pong") }] }),
            _ => json!({}),
        }
    }

    /// Whether it misbehaves at this method.
    pub(super) fn is_at(self, method: &str) -> bool {
        match self.stage {
            Stage::Handshake => method == "initialize",
            Stage::List => method == "tools/list",
            Stage::Call => method == "tools/call",
        }
    }
}

/// Names and words that do something where they are shown as they are.
pub(super) const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\r\u{8}\u{202e}fdp\u{2066}\u{200b}\
    <img src=x onerror=alert(1)><script>1</script>";

fn tool(name: &str) -> Value {
    json!({ "name": name, "inputSchema": {
        "type": "object", "properties": { "text": { "type": "string", "title": "Text" } },
    }})
}

/// What a server says or asks by itself.
fn unasked(number: usize) -> String {
    let kind = if number < QUESTIONS {
        number % 4
    } else {
        number % 2
    };
    let mut unasked = match kind {
        0 => json!({ "method": "notifications/message",
            "params": { "level": "info", "data": "x".repeat(1000) } }),
        1 => json!({ "method": "notifications/progress",
            "params": { "progressToken": number, "progress": 1 } }),
        2 => json!({ "id": format!("q{number}"), "method": "ping" }),
        _ => json!({ "id": number, "method": "no/such" }),
    };
    unasked["jsonrpc"] = json!("2.0");
    unasked.to_string()
}

fn message(id: &Value, result: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string()
}

/// The text before and after a result.
fn around(id: &Value) -> (Vec<u8>, Vec<u8>) {
    let begin = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":");
    (begin.into_bytes(), b"}\n".to_vec())
}

/// A result of 400 MiB.
fn huge(id: &Value, begin: &str, piece: Vec<u8>, end: &str) -> Pieces {
    let (before, after) = around(id);
    let begin = [before, begin.as_bytes().to_vec()].concat();
    let end = [end.as_bytes().to_vec(), after].concat();
    let count = HUGE / piece.len();
    Box::new(once(begin).chain(repeat_n(piece, count)).chain(once(end)))
}

/// A hundred mebibytes of spaces, packed. Packing them takes longer than an answer may.
pub(super) static BOMBS: LazyLock<Bombs> = LazyLock::new(|| {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..1600 {
        gzip.write_all(&[b' '; PIECE]).unwrap();
        deflate.write_all(&[b' '; PIECE]).unwrap();
    }
    let gzip = gzip.finish().unwrap();
    let mut twice = GzEncoder::new(Vec::new(), Compression::fast());
    twice.write_all(&gzip).unwrap();
    Bombs {
        twice: twice.finish().unwrap(),
        gzip,
        deflate: deflate.finish().unwrap(),
    }
});

pub(super) struct Bombs {
    gzip: Vec<u8>,
    deflate: Vec<u8>,
    twice: Vec<u8>,
}

fn line(text: &str) -> Vec<u8> {
    format!("{text}\n").into_bytes()
}

fn framed(framing: Framing, message: &str) -> Vec<u8> {
    match framing {
        Framing::Lines => line(message),
        Framing::Events => format!("data: {message}\n\n").into_bytes(),
    }
}
