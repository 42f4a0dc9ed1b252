//! How a platform is shown where nothing has been asked of it yet.

use serde::Serialize;

/// Words and colours of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformLook {
    /// Its name for people.
    pub title: &'static str,
    /// The letters on its tile; empty for this computer, which has a picture.
    pub initials: &'static str,
    /// What is created on an account of it, a few words.
    pub creates: &'static str,
    /// What one signs in with where one of several fields will do, a few words.
    pub sign_in: Option<&'static str>,
    /// Its tile in the light theme.
    pub light: TileColours,
    /// Its tile in the dark theme.
    pub dark: TileColours,
}

/// Colours of a tile, as CSS has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TileColours {
    /// Behind the letters.
    pub background: &'static str,
    /// The letters; at least 4.5 : 1 on the background.
    pub text: &'static str,
}

impl TileColours {
    /// These two.
    pub const fn new(background: &'static str, text: &'static str) -> Self {
        Self { background, text }
    }
}
