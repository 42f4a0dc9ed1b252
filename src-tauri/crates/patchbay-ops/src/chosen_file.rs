//! Reading files that the user chose.

use std::path::Path;

use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::atomic_file::file_error;
use crate::error::Error;

/// Reads at most `max_bytes` and one more, which shows that the file is longer.
pub(crate) async fn read_start(path: &Path, max_bytes: usize) -> Result<Vec<u8>, Error> {
    let read = async {
        let mut bytes = Vec::new();
        let mut start = File::open(path).await?.take(max_bytes as u64 + 1);
        start.read_to_end(&mut bytes).await?;
        Ok(bytes)
    };
    read.await.map_err(|source| file_error(path, source))
}
