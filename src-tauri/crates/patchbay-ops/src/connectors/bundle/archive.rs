//! Copying, checking and unpacking the archive of a bundle.
//!
//! The archive is untrusted. Nothing is unpacked outside the target folder, no file replaces another, links are
//! refused, and the unpacked size is counted while writing, as the sizes stated in an archive may be false.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use patchbay_files::{NotPlain, create_private_folder, rename, sync_folder};
use patchbay_model::{clean_text, is_device_name};
use sha2::{Digest as _, Sha256};
use zip::read::ZipFile;
use zip::result::ZipError;

use super::bundle_error;
use crate::atomic_file::file_error;
use crate::error::Error;

/// Maximum size of a bundle.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Maximum unpacked size, and its maximum ratio to the size of the archive beyond an allowance: programs compress to a
/// third, a zip bomb to a thousandth.
const MAX_UNPACKED: u64 = 1024 * 1024 * 1024;
const MAX_RATIO: u64 = 100;
const RATIO_ALLOWANCE: u64 = 16 * 1024 * 1024;

/// Maximum number of entries, and size of the central directory.
const MAX_ENTRIES: usize = 50_000;
const MAX_LIST_BYTES: u32 = 16 * 1024 * 1024;

/// Maximum length of an entry's path, and its maximum depth.
const MAX_NAME_BYTES: usize = 512;
const MAX_FOLDERS: usize = 40;

const MAX_MANIFEST_BYTES: u64 = 256 * 1024;

/// A bundle that was copied into a folder that only we write to, so that it cannot change between check and use.
pub(super) struct Archive {
    zip: zip::ZipArchive<File>,
    /// The safe names of its entries.
    names: Vec<String>,
    /// SHA-256 of the whole file, in hexadecimal.
    pub(super) sha256: String,
    /// Whether the archive is followed by a signature, which is not verified.
    pub(super) is_signed: bool,
    bytes: u64,
    folder: WorkFolder,
}

/// A folder that is deleted when dropped.
struct WorkFolder(PathBuf);

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // Leftovers are removed before the next bundle.
        drop(fs::remove_dir_all(&self.0));
    }
}

impl Archive {
    /// Copies a bundle into `folder`, which is emptied first. The caller ensures that nobody else uses the folder.
    pub(super) fn open(file: &Path, folder: &Path) -> Result<Self, Error> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error(folder, error));
            }
            _ => {}
        }
        create_private_folder(folder).map_err(|error| file_error(folder, error))?;
        let folder = WorkFolder(folder.to_owned());
        let source = File::open(file).map_err(|error| file_error(file, error))?;
        if !source.metadata().is_ok_and(|found| found.is_file()) {
            return Err(bundle_error("it isn't a file"));
        }
        let path = folder.0.join("bundle");
        let copy = copy_and_hash(source, &path).map_err(|error| file_error(file, error))?;
        let (mut copy, bytes, sha256) =
            copy.ok_or_else(|| bundle_error("it has more than 256 MB"))?;
        let is_signed =
            cut_signature(&mut copy, bytes).map_err(|error| file_error(&path, error))?;
        let list_bytes = max_list_bytes(&mut copy).map_err(|error| file_error(&path, error))?;
        if list_bytes.is_some_and(|bytes| bytes > MAX_LIST_BYTES) {
            return Err(bundle_error("it has too many files"));
        }
        let mut zip = zip::ZipArchive::new(copy).map_err(|error| from_zip_error(&path, error))?;
        if zip.len() > MAX_ENTRIES {
            return Err(bundle_error("it has too many files"));
        }
        if zip.has_duplicate_names() {
            return Err(duplicate_entry_error());
        }
        let names = (0..zip.len()).map(|index| {
            let entry = zip.by_index_raw(index);
            validate_entry_name(&entry.map_err(|error| from_zip_error(&path, error))?)
        });
        let names = names.collect::<Result<_, _>>()?;
        Ok(Self {
            zip,
            names,
            sha256,
            is_signed,
            bytes,
            folder,
        })
    }

    /// Reads `manifest.json`.
    pub(super) fn manifest(&mut self) -> Result<Vec<u8>, Error> {
        let place = self.folder.0.join("manifest.json");
        let entry = match self.zip.by_name("manifest.json") {
            Err(ZipError::FileNotFound) => return Err(bundle_error("it has no manifest.json")),
            entry => entry.map_err(|error| from_zip_error(&place, error))?,
        };
        let mut text = Vec::new();
        let read = entry.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut text);
        read.map_err(|_| bundle_error("its manifest can't be unpacked"))?;
        if text.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(bundle_error("its manifest has more than 256 kB"));
        }
        Ok(text)
    }

    pub(super) fn has_file(&self, name: &str) -> bool {
        let name = name.strip_prefix("./").unwrap_or(name);
        self.zip.index_for_name(name).is_some()
    }

    /// Unpacks everything, then moves it to `target`, which must not exist. `own_program` is made executable whatever the
    /// archive says.
    pub(super) fn unpack(mut self, target: &Path, own_program: Option<&str>) -> Result<(), Error> {
        let root = self.folder.0.join("files");
        create_private_folder(&root).map_err(|error| file_error(&root, error))?;
        // `MAX_BYTES` rules out an overflow.
        let mut left = MAX_UNPACKED.min(self.bytes * MAX_RATIO + RATIO_ALLOWANCE);
        for (index, name) in self.names.iter().enumerate() {
            let entry = self.zip.by_index(index);
            let mut entry = entry.map_err(|error| from_zip_error(&root, error))?;
            let path = root.join(name.split('/').collect::<PathBuf>());
            if entry.is_dir() {
                create_folder(&path)?;
                continue;
            }
            if let Some(folder) = path.parent() {
                create_folder(folder)?;
            }
            let is_program = own_program == Some(name.as_str())
                || entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
            left = left
                .checked_sub(write_entry(&mut entry, &path, left, is_program)?)
                .ok_or_else(|| bundle_error("far more comes out of it than it holds"))?;
        }
        let whole = || {
            rename(&root, target)?;
            sync_folder(target.parent().unwrap_or(target))
        };
        whole().map_err(|error| file_error(target, error))
    }
}

/// Copies a file and returns the copy with its size and SHA-256; `None` if it exceeds [`MAX_BYTES`].
fn copy_and_hash(source: File, to: &Path) -> io::Result<Option<(File, u64, String)>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let mut copy = patchbay_files::open(to, &options).map_err(patchbay_files::Error::into_io)?;
    let mut source = source.take(MAX_BYTES + 1);
    let bytes = io::copy(&mut source, &mut copy)?;
    copy.rewind()?;
    let mut hash = Sha256::new();
    io::copy(&mut copy, &mut hash)?;
    let sha256 = format!("{:x}", hash.finalize());
    Ok((bytes <= MAX_BYTES).then_some((copy, bytes, sha256)))
}

/// Reads the last bytes of a file, as many as the end of an archive may take, and returns their offset too.
fn tail(file: &mut File) -> io::Result<(u64, Vec<u8>)> {
    const MAX_TAIL_BYTES: u64 = 128 * 1024;
    let length = file.seek(SeekFrom::End(0))?;
    let begin = length.saturating_sub(MAX_TAIL_BYTES);
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(MAX_TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok((begin, bytes))
}

/// Cuts off the signature that the `mcpb` tool appends, as nothing may follow a ZIP archive. It proves nothing: the
/// tool itself reports every bundle as unsigned.
fn cut_signature(copy: &mut File, length: u64) -> io::Result<bool> {
    const BEGIN: &[u8] = b"MCPB_SIG_V1";
    const END: &[u8] = b"MCPB_SIG_END";
    let (offset, bytes) = tail(copy)?;
    let mut starts = bytes.windows(BEGIN.len());
    let Some(at) = starts.rposition(|window| window == BEGIN) else {
        return Ok(false);
    };
    let begin = offset + at as u64;
    if !bytes.ends_with(END) || begin >= length {
        return Ok(false);
    }
    copy.set_len(begin)?;
    Ok(true)
}

/// Returns the size of the largest central directory that any end record names; `None` without an end record. An
/// archive that needs ZIP64 has more files than are accepted.
fn max_list_bytes(copy: &mut File) -> io::Result<Option<u32>> {
    let (_, bytes) = tail(copy)?;
    if bytes.windows(4).any(|window| window == b"PK\x06\x07") {
        return Ok(Some(u32::MAX));
    }
    let ends = bytes.windows(16).filter_map(|window| {
        let size = window.strip_prefix(b"PK\x05\x06")?.get(8..12)?;
        Some(u32::from_le_bytes(size.try_into().ok()?))
    });
    Ok(ends.max())
}

/// Returns the path of an entry relative to the folder of the bundle, separated by `/`. Refuses anything but regular
/// files and folders with names that are safe on every system.
fn validate_entry_name<R: Read>(entry: &ZipFile<'_, R>) -> Result<String, Error> {
    const KIND_MASK: u32 = 0o170_000;
    /// Unspecified, regular file, folder.
    const ACCEPTED_KINDS: [u32; 3] = [0, 0o100_000, 0o040_000];
    let name = entry
        .name()
        .map_err(|_| bundle_error("a file in it has a name that isn't text"))?;
    let shown = || clean_text(&name, 100);
    if entry.is_symlink()
        || entry
            .unix_mode()
            .is_some_and(|mode| !ACCEPTED_KINDS.contains(&(mode & KIND_MASK)))
    {
        return Err(bundle_error(&format!(
            "it contains a link or device ({})",
            shown()
        )));
    }
    if entry.encrypted() {
        return Err(bundle_error("it is encrypted"));
    }
    let plain = name.strip_suffix('/').unwrap_or(&name);
    let plain = plain.strip_prefix("./").unwrap_or(plain);
    let parts: Vec<&str> = plain.split('/').collect();
    let fits = name.len() <= MAX_NAME_BYTES && parts.len() <= MAX_FOLDERS;
    if !fits || !parts.iter().all(|part| is_plain(part)) {
        return Err(bundle_error(&format!(
            "it contains a file name that isn't safe ({})",
            shown()
        )));
    }
    Ok(plain.to_owned())
}

/// Whether a path component names a file in its folder on every system.
fn is_plain(part: &str) -> bool {
    let is_forbidden = |c: char| c.is_control() || "\\:*?\"<>|".contains(c);
    let is_device = cfg!(windows) && is_device_name(part);
    !part.is_empty() && !part.contains(is_forbidden) && !part.ends_with(['.', ' ']) && !is_device
}

fn create_folder(path: &Path) -> Result<(), Error> {
    create_private_folder(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => file_and_folder_error(),
        _ => file_error(path, error),
    })
}

/// Writes an entry to a new file and returns its size. Stops one byte after `left`.
fn write_entry<R: Read>(
    entry: &mut ZipFile<'_, R>,
    path: &Path,
    left: u64,
    is_program: bool,
) -> Result<u64, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file = match patchbay_files::open(path, &options) {
        Ok(file) => file,
        Err(patchbay_files::Error::NotPlain(NotPlain::Folder)) => {
            return Err(file_and_folder_error());
        }
        Err(error) => {
            let error = error.into_io();
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists => duplicate_entry_error(),
                _ => file_error(path, error),
            });
        }
    };
    let count = io::copy(&mut entry.take(left + 1), &mut file);
    let count = count.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            bundle_error("it is damaged")
        }
        _ => file_error(path, error),
    })?;
    if is_program {
        make_runnable(&file).map_err(|error| file_error(path, error))?;
    }
    Ok(count)
}

#[cfg(unix)]
fn make_runnable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_runnable(_: &File) -> io::Result<()> {
    Ok(())
}

fn duplicate_entry_error() -> Error {
    bundle_error("it contains the same file twice")
}

fn file_and_folder_error() -> Error {
    bundle_error("it is damaged: it contains a file and a folder of the same name")
}

fn from_zip_error(path: &Path, error: ZipError) -> Error {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            file_error(path, error)
        }
        ZipError::UnsupportedArchive(_) => {
            bundle_error("it is packed in a way that Patchbay can't unpack")
        }
        _ => bundle_error("it is damaged, or isn't a bundle"),
    }
}
