//! Where everything lies.
//!
//! Source: the product's design, "Identity and places".

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Error;

/// The folders of Patchbay, the same for the app and the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Database and vault.
    pub data: PathBuf,
    /// Preferences.
    pub settings: PathBuf,
    /// Logs.
    pub logs: PathBuf,
    /// What can be made anew.
    pub cache: PathBuf,
}

impl Places {
    /// The folders this process uses: all under `PATCHBAY_HOME` when that is set, else the system's
    /// usual ones.
    ///
    /// # Errors
    /// [`Error::NoHome`] when the system names no home folder.
    pub fn from_environment() -> Result<Self, Error> {
        match std::env::var_os("PATCHBAY_HOME").filter(|home| !home.is_empty()) {
            Some(home) => Ok(Self::under(&absolute(home))),
            None => Self::of_system(),
        }
    }

    /// Everything under one folder.
    pub fn under(home: &Path) -> Self {
        Self {
            data: home.join("data"),
            settings: home.join("settings"),
            logs: home.join("logs"),
            cache: home.join("cache"),
        }
    }

    fn of_system() -> Result<Self, Error> {
        let folders = directories::ProjectDirs::from("", "", "patchbay").ok_or(Error::NoHome)?;
        let local = folders.data_local_dir();
        Ok(Self {
            data: folders.data_dir().to_owned(),
            settings: folders.config_dir().to_owned(),
            logs: folders
                .state_dir()
                .map_or_else(|| local.join("logs"), Path::to_owned),
            cache: folders.cache_dir().to_owned(),
        })
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data.join("patchbay.db")
    }

    pub(crate) fn locks(&self) -> PathBuf {
        self.data.join("locks")
    }
}

fn absolute(home: OsString) -> PathBuf {
    let home = PathBuf::from(home);
    std::path::absolute(&home).unwrap_or(home)
}
