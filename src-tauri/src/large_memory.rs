//! What glibc does with memory that is free again.

/// Pieces of this many bytes and more are given back as soon as they are free.
const LARGE: i32 = 1024 * 1024;

/// Has large pieces given back to the system at once. Left to itself, glibc takes the first large result as a
/// sign that more of the size will come, keeps up to 32 MiB of each such size, and grows with every result.
pub(crate) fn give_back_at_once() {
    #[expect(unsafe_code, reason = "no library offers it")]
    // SAFETY: it takes two numbers and no memory of ours. A system that refuses leaves things as they were.
    let _refused = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}
