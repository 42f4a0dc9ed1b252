use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use proptest::prelude::*;

use super::*;
use crate::Clients;
use crate::testing::Server;

/// A PNG of one pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
    \0\0\0\rIDATx\xdac\xfc\xcf\xc0P\x0f\0\x04\x85\x01\x80\x84\xa9\x8c!\0\0\0\0IEND\xaeB`\x82";

fn answer(body: impl Into<Body>) -> Response {
    Response::new(body.into())
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [("location", to.to_owned())]).into_response()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = PNG.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

/// Fetches what the server of loopback has, on behalf of a server at `behalf`.
async fn fetch_for(behalf: &str, named: &str) -> Result<Picture, PictureError> {
    let clients = Clients::build(AddressPolicy::default()).unwrap();
    let reach = Reach::of(&Url::parse(behalf).unwrap());
    let named = Url::parse(named).unwrap();
    fetch_picture(&clients.usual, &clients.addresses, &reach, named).await
}

async fn fetch_from(answers: impl IntoIterator<Item = Response>) -> Result<Picture, PictureError> {
    let server = Server::start(answers).await;
    fetch_for(&server.base, &server.base).await
}

#[tokio::test]
async fn a_picture_comes_without_credentials_and_is_shown_as_what_it_is() {
    let server = Server::start([answer(PNG)]).await;
    let picture = fetch_for(&server.base, &server.base).await.unwrap();
    assert!(
        picture
            .to_data_url()
            .starts_with("data:image/png;base64,iVBORw0KGgo")
    );
    let [seen] = &server.seen()[..] else {
        panic!("one request");
    };
    assert!(!seen.headers.contains_key("authorization") && !seen.headers.contains_key("cookie"));
}

#[tokio::test]
async fn what_is_too_large_is_not_read_to_its_end() {
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0; 8192]));
    for body in [
        Body::from([PNG, &[0; BYTES]].concat()),
        Body::from_stream(endless),
    ] {
        let refused = fetch_from([answer(body)]).await;
        assert!(
            matches!(refused, Err(PictureError::TooLarge)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn only_small_pictures_are_taken_whatever_they_are_called() {
    for body in [
        &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
        b"<html>",
        b"",
        b"\x89PNG\r\n\x1a\n",
        &png(1, 70_000),
    ] {
        let mut named_png = answer(body.to_vec());
        let media_type = HeaderValue::from_static("image/png");
        named_png.headers_mut().insert("content-type", media_type);
        let refused = fetch_from([named_png]).await;
        assert!(matches!(refused, Err(PictureError::NoPicture)), "{body:?}");
    }
}

#[tokio::test]
async fn redirects_are_followed_where_the_policy_allows_it() {
    let server = Server::start([redirect("elsewhere"), answer(PNG)]).await;
    assert!(fetch_for(&server.base, &server.base).await.is_ok());
    assert_eq!(server.seen().len(), 2);
    for private in [
        "http://192.168.0.1/icon.png",
        "http://169.254.169.254/",
        "file:///etc/passwd",
    ] {
        let refused = fetch_from([redirect(private)]).await;
        assert!(
            matches!(refused, Err(PictureError::Address(_))),
            "{private}: {refused:?}"
        );
    }
    let refused = fetch_from((0..9).map(|_| redirect("again"))).await;
    assert!(
        matches!(refused, Err(PictureError::Redirects)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_public_server_names_nothing_of_this_computer() {
    let server = Server::start([answer(PNG)]).await;
    let refused = fetch_for("https://mcp.example/", &server.base).await;
    assert!(
        matches!(refused, Err(PictureError::Address(_))),
        "{refused:?}"
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_status_that_is_no_success_is_no_picture() {
    let refused = fetch_from([(StatusCode::NOT_FOUND, PNG).into_response()]).await;
    assert!(
        matches!(refused, Err(PictureError::Status(404))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_server_that_never_ends_is_given_up() {
    let silent = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let fetched = fetch_from([answer(Body::from_stream(silent))]);
    let refused = with_time_limit(Duration::from_millis(200), fetched).await;
    assert!(
        matches!(refused, Err(PictureError::TimedOut)),
        "{refused:?}"
    );
}

#[test]
fn types_and_sizes_are_told_by_the_first_bytes() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc4\0\x03\0\xff\xff\xc2\0\x0b\x08\x01\x00\0\x20\x01";
    let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\0\0\x0f\0\0";
    let lossless = b"RIFF\0\0\0\0WEBPVP8L\x05\0\0\0\x2f\x1f\xc0\x03\0";
    let lossy = b"RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x20\0\x10\0";
    for (bytes, expected) in [
        (PNG, ("image/png", 1, 1)),
        (b"GIF89a\x20\0\x10\0", ("image/gif", 32, 16)),
        (jpeg, ("image/jpeg", 32, 256)),
        (extended, ("image/webp", 32, 16)),
        (lossless, ("image/webp", 32, 16)),
        (lossy, ("image/webp", 32, 16)),
    ] {
        assert_eq!(detect_format(bytes), Some(expected));
    }
}

#[test]
fn a_data_url_gives_its_bytes_and_no_type() {
    let url = Picture::read(PNG.to_vec()).unwrap().to_data_url();
    let named_svg = url.replace("image/png", "image/svg+xml");
    let picture = Picture::from_data_url(&named_svg).unwrap();
    assert_eq!((picture.bytes(), picture.to_data_url()), (PNG, url));
    for none in [
        "data:image/png,x",
        "data:;base64,PHN2Zy8+",
        "https://a.example/",
        "data:",
    ] {
        assert_eq!(Picture::from_data_url(none), None, "{none}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_picture_or_not(start in 0_usize..5, rest: Vec<u8>) {
        let starts = [&PNG[..16], b"GIF89a", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8L", b""];
        drop(Picture::read([starts[start], &rest].concat()));
    }
}
