use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::*;

fn compressed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn answer(pieces: impl IntoIterator<Item = Result<Bytes>>) -> StreamedAnswer {
    let pieces: Vec<_> = pieces.into_iter().collect();
    StreamedAnswer {
        status: 200,
        headers: HeaderMap::new(),
        pieces: stream::iter(pieces).boxed(),
    }
}

fn in_pieces(bytes: &[u8], size: usize) -> StreamedAnswer {
    answer(
        bytes
            .chunks(size)
            .map(|piece| Ok(Bytes::copy_from_slice(piece))),
    )
}

async fn read(answer: StreamedAnswer) -> Result<Vec<u8>> {
    let mut pieces = inflate(answer).pieces;
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        whole.extend_from_slice(&piece?);
    }
    Ok(whole)
}

#[tokio::test]
async fn bytes_that_are_only_called_compressed_stay() {
    for text in [&b""[..], b"{", b"\x1f", b"\x1f{}", b"{\"ok\":true}"] {
        for size in [1, 2, 100] {
            assert_eq!(read(in_pieces(text, size)).await.unwrap(), text);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_cut_or_broken_is_told() {
    let whole = compressed(b"hello, hello, hello");
    let cut = read(in_pieces(&whole[..whole.len() - 9], 100)).await;
    assert!(matches!(cut, Err(Error::Protocol(_))));
    let mut broken = whole.clone();
    broken[12] ^= 0xff;
    let broken = read(in_pieces(&broken, 100)).await;
    assert!(matches!(broken, Err(Error::Protocol(_))));
    let lost = answer([Ok(Bytes::from(whole)), Err(Error::Cancelled)]);
    assert!(matches!(read(lost).await, Err(Error::Cancelled)));
}

/// The next event is not waited for.
#[tokio::test]
async fn what_has_come_is_passed_on_at_once() {
    let (sender, pieces) = mpsc::channel(4);
    let mut inflated = inflate(StreamedAnswer {
        status: 200,
        headers: HeaderMap::new(),
        pieces: ReceiverStream::new(pieces).boxed(),
    })
    .pieces;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for text in ["data: 1\n\n", "data: 2\n\n"] {
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.flush().unwrap();
        let piece = std::mem::take(encoder.get_mut());
        sender.send(Ok(Bytes::from(piece))).await.unwrap();
        assert_eq!(inflated.next().await.unwrap().unwrap(), text);
    }
}

/// A thousandfold: never more than a step of it is in memory at once.
#[tokio::test]
async fn a_small_piece_does_not_become_a_huge_one() {
    let bomb = compressed(&vec![0; 24 * 1024 * 1024]);
    let mut pieces = inflate(in_pieces(&bomb, bomb.len())).pieces;
    let (mut largest, mut all) = (0, 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.unwrap();
        largest = largest.max(piece.len());
        all += piece.len();
    }
    assert_eq!(all, 24 * 1024 * 1024);
    assert!(largest <= 9 * 1024 * 1024, "{largest}");
}

proptest! {
    #[test]
    fn compressed_bytes_come_out_whole(
        text in prop::collection::vec(any::<u8>(), 0..5000), size in 1_usize..600
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(read(in_pieces(&compressed(&text), size))).unwrap();
        prop_assert_eq!(read, text);
    }
}
