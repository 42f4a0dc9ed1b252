//! Settings of glibc's allocator.

const LARGE: i32 = 1024 * 1024;

/// Returns blocks of at least [`LARGE`] bytes to the system as soon as they are freed. By default glibc raises this
/// threshold up to 32 MiB after the first large block is freed, and memory grows with every large result.
pub(crate) fn return_large_blocks() {
    #[expect(unsafe_code, reason = "no library offers it")]
    // SAFETY: it takes two numbers and no memory of ours. A failure changes nothing.
    let _refused = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}
