//! The two versions of Mistral's API, of which an account uses one. Responses of both are read alike.
//!
//! Source: Mistral contract, sections 1 and 9.

use crate::{Error, Field, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    Current,
    Seed,
}

impl Surface {
    /// Parses the account setting. Default: current.
    pub(crate) fn from_word(word: Option<&str>) -> Result<Self> {
        match word {
            None | Some("current") => Ok(Self::Current),
            Some("seed") => Ok(Self::Seed),
            Some(_) => Err(Error::Usage(
                "API version must be current or seed".to_owned(),
            )),
        }
    }

    /// The value of a parameter that the older surface sends with a default; null omits it.
    pub(crate) fn seed_default<T>(self, given: Field<T>, usual: T) -> Option<T> {
        match (given, self) {
            (Field::Absent, Self::Seed) => Some(usual),
            (given, _) => given.value(),
        }
    }

    /// The base URL of a region.
    pub(crate) fn base_url(self, region: Option<&str>) -> Result<&'static str> {
        match (region, self) {
            (None | Some("global"), _) => Ok("https://api.mistral.ai"),
            (Some("eu"), Self::Current) => Ok("https://api.eu.mistral.ai"),
            // The older surface has one address for Europe and the rest of the world.
            (Some("eu"), Self::Seed) => Ok("https://api.mistral.ai"),
            (Some("us"), Self::Current) => Ok("https://api.us.mistral.ai"),
            (Some("us"), Self::Seed) => Err(Error::Usage(
                "the legacy API has no us region. Choose the current API or region global"
                    .to_owned(),
            )),
            (Some(_), _) => Err(Error::Usage("region must be global, eu or us".to_owned())),
        }
    }
}
