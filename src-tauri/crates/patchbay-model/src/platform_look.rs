//! The static appearance of a platform.

use serde::Serialize;

/// Texts and colours of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformLook {
    /// Its display name.
    pub title: &'static str,
    /// The letters on its tile; empty for this computer, which has a picture.
    pub initials: &'static str,
    /// A phrase for what an account on it can create.
    pub creates: &'static str,
    /// A phrase for the sign-in, if one of several fields is enough.
    pub sign_in: Option<&'static str>,
    /// Its tile in the light theme.
    pub light: TileColours,
    /// Its tile in the dark theme.
    pub dark: TileColours,
}

/// CSS colours of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TileColours {
    /// Background colour.
    pub background: &'static str,
    /// Text colour, with a contrast of at least 4.5 : 1 to the background.
    pub text: &'static str,
}

impl TileColours {
    /// Creates the pair of colours.
    pub const fn new(background: &'static str, text: &'static str) -> Self {
        Self { background, text }
    }
}
