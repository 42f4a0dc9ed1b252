use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn named(disposition: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_DISPOSITION, disposition.parse().ok()?);
    filename(&headers)
}

fn answer(content_type: &str, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
    Answer {
        status: 200,
        headers,
        body: body.to_owned().into(),
        ..Answer::default()
    }
}

#[test]
fn the_name_of_the_file_is_read_in_every_form() {
    for (header, name) in [
        ("attachment; filename=\"a.pdf\"", Some("a.pdf")),
        ("attachment; filename=a.pdf; size=3", Some("a.pdf")),
        (
            "attachment; filename=\"a; \\\"b\\\".pdf\"",
            Some("a; \"b\".pdf"),
        ),
        (
            "attachment; filename=\"x\"; filename*=UTF-8''%C3%A4%20b.pdf",
            Some("ä b.pdf"),
        ),
        (
            "attachment; filename*=latin1''%E4; filename=\"y\"",
            Some("y"),
        ),
        ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
        ("attachment; filename=\"C:\\\\x\\\\y.txt\"", Some("y.txt")),
        ("attachment; filename=\"..\"", None),
        ("attachment", None),
        ("inline; filename", None),
    ] {
        assert_eq!(named(header).as_deref(), name, "{header}");
    }
}

fn file_of(content_type: &str, body: &str) -> Option<File> {
    match read(&answer(content_type, body)).reply {
        Reply::File(file) => Some(file),
        Reply::Envelope(_) => None,
    }
}

#[test]
fn a_file_of_json_is_a_file_and_an_envelope_is_none() {
    let file = file_of("application/json", "{\"rows\": []}").unwrap();
    assert_eq!(&file.bytes[..], b"{\"rows\": []}");
    let failed = "{\"status\": \"error\", \"result\": null}";
    assert!(file_of("application/json; charset=utf-8", failed).is_none());
    assert!(file_of("application/pdf", failed).is_some());
    let empty = file_of("application/octet-stream", "").unwrap();
    assert_eq!(empty.into_json()["bytes_base64"], "");
}

#[tokio::test]
async fn a_stream_says_that_the_download_failed_and_otherwise_is_passed_on() {
    let streamed = |content_type: &str, pieces: &[&str]| {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| Ok(Bytes::from((*piece).to_owned())))
            .collect();
        StreamedAnswer {
            status: 200,
            headers: answer(content_type, "").headers,
            pieces: stream::iter(pieces).boxed(),
        }
    };
    let failed = streamed("application/json", &["{\"status\":", "\"failed\"}"]);
    assert_eq!(
        forward_unless_failed(failed)
            .await
            .err()
            .map(|error| error.kind()),
        Some("platform")
    );
    for (content_type, pieces) in [
        ("application/json", ["{\"a\":", "1}"]),
        ("text/csv", ["{\"status\":", "\"failed\"}"]),
    ] {
        let passed = forward_unless_failed(streamed(content_type, &pieces))
            .await
            .unwrap();
        let pieces: Vec<_> = passed.pieces.map(|piece| piece.unwrap()).collect().await;
        let whole: Vec<u8> = pieces.concat();
        let sent = match content_type {
            "text/csv" => &b"{\"status\":\"failed\"}"[..],
            _ => b"{\"a\":1}",
        };
        assert_eq!(whole, sent);
    }
}

proptest! {
    #[test]
    fn a_name_is_never_a_path(header in "attachment; filename\\*?=\"?[ -~]{0,40}") {
        if let Some(name) = named(&header) {
            prop_assert!(!name.contains(['/', '\\']) && name != "..");
        }
    }
}
