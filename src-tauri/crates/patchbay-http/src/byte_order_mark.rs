//! The byte order mark in front of a text.

/// The bytes of a text without the byte order mark that some programs begin one with.
pub fn strip_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}
