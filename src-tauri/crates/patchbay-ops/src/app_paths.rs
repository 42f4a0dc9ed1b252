//! The folders and files of Patchbay.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use patchbay_files::{Exposure, close_to_others, exposure};
use patchbay_model::ConnectorId;

use crate::error::Error;

/// Name of the folders. On Windows the installer puts the program into `Patchbay`, which is the same folder as
/// `patchbay`; the uninstaller deletes the other one, if it is asked to delete the data.
const NAME: &str = if cfg!(windows) {
    "io.patchbay.desktop"
} else {
    "patchbay"
};

/// The folders of Patchbay, which the app and the command line share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPaths {
    /// Database and vault.
    pub data: PathBuf,
    /// Preferences.
    pub settings: PathBuf,
    pub logs: PathBuf,
    /// Data that can be recreated.
    pub cache: PathBuf,
}

impl AppPaths {
    /// Returns the folders of this process: all in `PATCHBAY_HOME` if that is set, else the system's usual ones.
    ///
    /// # Errors
    /// [`Error::NoHome`].
    pub fn from_environment() -> Result<Self, Error> {
        match std::env::var_os("PATCHBAY_HOME").filter(|home| !home.is_empty()) {
            Some(home) => Ok(Self::under(&absolute(home))),
            None => Self::of_system(),
        }
    }

    /// Returns folders within one folder.
    pub fn under(home: &Path) -> Self {
        Self {
            data: home.join("data"),
            settings: home.join("settings"),
            logs: home.join("logs"),
            cache: home.join("cache"),
        }
    }

    /// Uses no roaming folders on Windows: the key of the vault is in the keychain of one computer, and a database must
    /// not be copied while it is written.
    fn of_system() -> Result<Self, Error> {
        let folders = directories::ProjectDirs::from("", "", NAME).ok_or(Error::NoHome)?;
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

    /// Closes the data folder to other users of this computer, and returns to whom it was open, so that the user can
    /// check what they may have changed there.
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
            // Another owner could open it again.
            _ => Err(std::io::ErrorKind::PermissionDenied.into()),
        };
        let is_closed = closing.is_ok();
        tracing::warn!(folder = %folder.display(), %exposure, is_closed, "the data folder was not the user's alone");
        Some(DataExposure {
            exposure,
            is_closed,
        })
    }

    /// The database, which holds everything but secrets.
    pub fn database(&self) -> PathBuf {
        self.data.join("patchbay.db")
    }

    /// The default working folder of a connector's server.
    pub(crate) fn server_folder(&self, connector: &ConnectorId) -> PathBuf {
        self.servers().join(connector.as_str())
    }

    /// The log of a connector's server.
    pub(crate) fn server_log(&self, connector: &ConnectorId) -> PathBuf {
        self.servers().join(format!("{connector}.log"))
    }

    /// Folder for files of server programs.
    pub(crate) fn servers(&self) -> PathBuf {
        self.data.join("servers")
    }

    /// Records of running servers.
    #[cfg(unix)]
    pub(crate) fn running_servers(&self) -> PathBuf {
        self.servers().join("running")
    }

    /// Icons of connectors and tools.
    pub(crate) fn icons(&self) -> PathBuf {
        self.cache.join("icons")
    }

    pub(crate) fn locks(&self) -> PathBuf {
        self.data.join("locks")
    }
}

/// Who else had access to the data folder when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataExposure {
    pub exposure: Exposure,
    /// Whether Patchbay removed their access.
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
    fn the_folders_are_the_documented_ones() {
        let paths = AppPaths::of_system().unwrap();
        let home = std::env::home_dir().unwrap();
        let (data, settings, cache) = if cfg!(windows) {
            let local = PathBuf::from(std::env::var_os("LOCALAPPDATA").unwrap());
            let local = local.join("io.patchbay.desktop");
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
