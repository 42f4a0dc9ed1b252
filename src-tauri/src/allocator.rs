//! How glibc handles freed memory.

/// Pieces of this many bytes and more are given back as soon as they are free.
const LARGE: i32 = 1024 * 1024;

/// Returns large blocks to the system as soon as they are freed. By default glibc takes the first large result as a
/// sign of more, keeps up to 32 MiB of each such size, and grows with every result.
pub(crate) fn return_large_blocks() {
    #[expect(unsafe_code, reason = "no library offers it")]
    // SAFETY: it takes two numbers and no memory of ours. A system that refuses leaves things as they were.
    let _refused = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}
