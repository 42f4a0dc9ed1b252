//! Where everything lies.
//!
//! Source: the product's design, "Identity and places".

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use patchbay_files::{Exposure, close_to_others, exposure};
use patchbay_model::ConnectorId;

use crate::error::Error;

/// The folders of Patchbay, the same for the app and the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPaths {
    /// Database and vault.
    pub data: PathBuf,
    /// Preferences.
    pub settings: PathBuf,
    pub logs: PathBuf,
    /// What can be made anew.
    pub cache: PathBuf,
}

impl AppPaths {
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

    /// Windows knows folders that follow their user to other computers. Ours do not: the key of the secrets
    /// stays in the keychain of one computer, and a database is not to be carried off while it is written.
    fn of_system() -> Result<Self, Error> {
        let folders = directories::ProjectDirs::from("", "", "patchbay").ok_or(Error::NoHome)?;
        let data = folders.data_local_dir();
        Ok(Self {
            data: data.to_owned(),
            settings: folders.config_local_dir().to_owned(),
            logs: folders
                .state_dir()
                .map_or_else(|| data.join("logs"), Path::to_owned),
            cache: folders.cache_dir().to_owned(),
        })
    }

    /// Closes the data folder to other users of this computer, and tells of whom it was open to. What they may
    /// have put there before stays to be looked at by the user.
    pub(crate) fn secure_data(&self) -> Option<DataExposure> {
        let folder = &self.data;
        let exposure = match exposure(folder) {
            Ok(exposure) => exposure?,
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "who may enter the data folder is not known");
                return None;
            }
        };
        let closing = match exposure {
            Exposure::OpenToOthers { .. } | Exposure::OpenToAccounts { .. } => {
                close_to_others(folder)
            }
            // Whoever owns it can open it again.
            _ => Err(std::io::ErrorKind::PermissionDenied.into()),
        };
        let is_closed = closing.is_ok();
        tracing::warn!(folder = %folder.display(), %exposure, is_closed, "the data folder was not the user's alone");
        Some(DataExposure {
            exposure,
            is_closed,
        })
    }

    /// The file that everything but secrets is kept in; it may not be there yet.
    pub fn database(&self) -> PathBuf {
        self.data.join("patchbay.db")
    }

    /// The folder in which the server of a connector works, unless another was chosen.
    pub(crate) fn server_folder(&self, connector: &ConnectorId) -> PathBuf {
        self.servers().join(connector.as_str())
    }

    /// What the server of a connector said to people.
    pub(crate) fn server_log(&self, connector: &ConnectorId) -> PathBuf {
        self.servers().join(format!("{connector}.log"))
    }

    /// What the programs among servers have of their own.
    pub(crate) fn servers(&self) -> PathBuf {
        self.data.join("servers")
    }

    /// What is noted of servers while they run.
    #[cfg(unix)]
    pub(crate) fn running_servers(&self) -> PathBuf {
        self.servers().join("running")
    }

    /// Pictures of connectors and tools.
    pub(crate) fn icons(&self) -> PathBuf {
        self.cache.join("icons")
    }

    pub(crate) fn locks(&self) -> PathBuf {
        self.data.join("locks")
    }
}

/// Who else could get at the data folder when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataExposure {
    pub exposure: Exposure,
    /// Whether Patchbay closed it to them.
    pub is_closed: bool,
}

fn absolute(home: OsString) -> PathBuf {
    let home = PathBuf::from(home);
    std::path::absolute(&home).unwrap_or(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_are_those_that_the_readme_names() {
        let paths = AppPaths::of_system().unwrap();
        let home = std::env::home_dir().unwrap();
        let (data, settings, cache) = if cfg!(windows) {
            let local = PathBuf::from(std::env::var_os("LOCALAPPDATA").unwrap()).join("patchbay");
            (
                local.join("data"),
                local.join("config"),
                local.join("cache"),
            )
        } else if cfg!(target_os = "macos") {
            let support = home.join("Library/Application Support/patchbay");
            (
                support.clone(),
                support,
                home.join("Library/Caches/patchbay"),
            )
        } else {
            let folder = |variable: &str, usual: &str| {
                let set = std::env::var_os(variable).map(PathBuf::from);
                let set = set.filter(|folder| folder.is_absolute());
                set.unwrap_or_else(|| home.join(usual)).join("patchbay")
            };
            (
                folder("XDG_DATA_HOME", ".local/share"),
                folder("XDG_CONFIG_HOME", ".config"),
                folder("XDG_CACHE_HOME", ".cache"),
            )
        };
        assert_eq!(
            (paths.data, paths.settings, paths.cache),
            (data, settings, cache)
        );
    }
}
