//! What a peer puts where text is expected.

use serde_json::Value;

use crate::traps::Traps;

/// Text of one kind of harm.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// Text that reads as a reference to something else, in the spellings that Patchbay itself knows and in
/// those of shells.
pub(crate) fn references(traps: &Traps) -> Vec<Payload> {
    let (marker, variable) = (traps.marker(), traps.variable());
    let marker = marker.display();
    of([
        ("a command", format!("cmd://touch {marker}")),
        (
            "a command in capitals",
            format!(" CMD://touch%20{marker}\n"),
        ),
        ("a variable", format!("env://{variable}")),
        ("an entry of 1Password", "op://vault/item/field".to_owned()),
        (
            "a shell's substitution",
            format!("$(touch {marker})`touch {marker}`;touch {marker}|touch {marker}"),
        ),
        ("a shell's variable", format!("${{{variable}}}")),
    ])
}

/// Text that reads as an address that must not be opened or sent anything.
pub(crate) fn addresses(traps: &Traps) -> Vec<Payload> {
    let elsewhere = traps.elsewhere();
    let port = elsewhere.port().unwrap();
    let file = traps.file();
    of([
        (
            "a script",
            "javascript:alert(document.cookie)//%0aalert(1)".to_owned(),
        ),
        ("a file", "file:///etc/passwd".to_owned()),
        (
            "a page in itself",
            "data:text/html,<script>1</script>".to_owned(),
        ),
        (
            "our own scheme",
            "patchbay://oauth/callback?code=x&state=y".to_owned(),
        ),
        ("another origin", elsewhere.to_string()),
        (
            "another origin behind a name and a password",
            format!("http://user:pw@127.0.0.1:{port}/"),
        ),
        (
            "another origin behind backslashes",
            format!("http:\\\\127.0.0.1:{port}\\x"),
        ),
        (
            "another origin behind a line break",
            format!("http://127.0.0.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
        ),
        (
            "the inside of a cloud",
            "https://169.254.169.254/latest".to_owned(),
        ),
        (
            "a path upwards",
            format!("../../../../../../..{}", file.display()),
        ),
        ("a path from the root", file.display().to_string()),
    ])
}

/// Text that does something when it is shown, printed or formatted.
pub(crate) fn shown(traps: &Traps) -> Vec<Payload> {
    let elsewhere = traps.elsewhere();
    of([
        (
            "codes of a terminal",
            "\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{7}\u{1b}[2J\u{9b}31m\r\u{8}x".to_owned(),
        ),
        (
            "directions and things that cannot be seen",
            "a\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{e0041}\u{2028}z".to_owned(),
        ),
        (
            "markup",
            format!("<img src={elsewhere}x onerror=alert(1)><script>alert(1)</script>"),
        ),
        (
            "Markdown",
            format!("[ok](javascript:alert(1)) ![x]({elsewhere}pixel.png)\n# {{}} %s %n {{0}}"),
        ),
        ("a zero byte", "nul\0inside".to_owned()),
    ])
}

/// More text than anybody reads.
pub(crate) fn long() -> Payload {
    Payload {
        name: "a great deal",
        text: "long ".repeat(10_000),
    }
}

/// One text with something of every class that is not known by its beginning.
pub(crate) fn mixed(traps: &Traps) -> Payload {
    let text: Vec<String> = shown(traps)
        .into_iter()
        .map(|payload| payload.text)
        .collect();
    Payload {
        name: "a mixture",
        text: text.join(" "),
    }
}

fn of<const N: usize>(all: [(&'static str, String); N]) -> Vec<Payload> {
    all.into_iter()
        .map(|(name, text)| Payload { name, text })
        .collect()
}

/// A body that no decoder should have to see.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Documents that are broken, or too much, as bodies. `good` is what would have been sent.
pub(crate) fn bodies(good: &[u8]) -> Vec<Body> {
    let text = String::from_utf8_lossy(good);
    let inner = text.trim().trim_start_matches('{').trim_end_matches('}');
    let body = |name, bytes: Vec<u8>| Body { name, bytes };
    vec![
        body("nothing at all", Vec::new()),
        body("half of it", good[..good.len() / 2].to_vec()),
        body(
            "text that is not UTF-8",
            [b"{\"x\":\"\xff\xfe\xc0\x80\",", inner.as_bytes(), b"}"].concat(),
        ),
        body(
            "a byte order mark before it",
            [b"\xef\xbb\xbf", good].concat(),
        ),
        body(
            "every member twice",
            format!("{{{inner},{inner}}}").into_bytes(),
        ),
        body(
            "ten thousand levels",
            [vec![b'['; 10_000], vec![b']'; 10_000]].concat(),
        ),
        body(
            "ten thousand levels in a member",
            format!(
                "{{{inner},\"deep\":{}1{}}}",
                "{\"a\":".repeat(10_000),
                "}".repeat(10_000)
            )
            .into_bytes(),
        ),
        body(
            "fifty thousand members",
            format!("{{{inner},\"wide\":[{}0]}}", "{},".repeat(50_000)).into_bytes(),
        ),
        body(
            "a number without an end",
            format!("{{{inner},\"n\":{}e99999}}", "9".repeat(5_000)).into_bytes(),
        ),
        body("a list", b"[1,2,3]".to_vec()),
        body("a word", b"null".to_vec()),
        body(
            "a web page",
            b"<!doctype html><title>Hello</title>".to_vec(),
        ),
    ]
}

/// Every place of text in a document, as JSON pointers.
pub(crate) fn places_of_text(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(at.to_owned()),
            Value::Array(items) => {
                // The first says it for all of its kind.
                for (index, item) in items.iter().take(1).enumerate() {
                    walk(item, &format!("{at}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    walk(member, &format!("{at}/{name}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}
