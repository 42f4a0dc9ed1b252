//! Inputs that are kept: seeds, and whatever was found.

use std::fs;
use std::path::{Path, PathBuf};

use crate::targets::Target;

/// The folder of a target's inputs.
pub(crate) fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target.name)
}

/// Every kept input of a target with its path, in the order of names.
pub(crate) fn saved_inputs(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder(target)) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| fs::read(&path).ok().map(|bytes| (path, bytes)))
        .collect()
}

/// What inputs are made of.
pub(crate) fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds = (target.seeds)();
    seeds.extend(saved_inputs(target).into_iter().map(|(_, bytes)| bytes));
    seeds
}

/// Keeps an input that something was found by.
pub(crate) fn keep(target: &Target, input: &[u8]) -> std::io::Result<PathBuf> {
    let folder = folder(target);
    fs::create_dir_all(&folder)?;
    let hash = input.iter().fold(5381_u64, |hash, byte| {
        hash.wrapping_mul(33) ^ u64::from(*byte)
    });
    let path = folder.join(format!("found-{hash:016x}"));
    fs::write(&path, input)?;
    Ok(path)
}
