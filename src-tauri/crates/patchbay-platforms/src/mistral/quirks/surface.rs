//! The two forms of Mistral's API, of which an account speaks one. Answers of both are read alike.
//!
//! Source: Mistral contract, sections 1 and 9.

use crate::{Error, Field, Result};

/// Which form of the API an account speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    Current,
    Seed,
}

impl Surface {
    /// That of an account's setting; where there is none, the current one.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such surface.
    pub(crate) fn from_word(word: Option<&str>) -> Result<Self> {
        match word {
            None | Some("current") => Ok(Self::Current),
            Some("seed") => Ok(Self::Seed),
            Some(_) => Err(Error::Usage(
                "API version must be current or seed".to_owned(),
            )),
        }
    }

    /// A parameter that the older surface sends with this value where none is given, and null leaves out.
    pub(crate) fn seed_default<T>(self, given: Field<T>, usual: T) -> Option<T> {
        match (given, self) {
            (Field::Absent, Self::Seed) => Some(usual),
            (given, _) => given.value(),
        }
    }

    /// The address of a region.
    ///
    /// # Errors
    /// [`Error::Usage`] when the surface has no such region.
    pub(crate) fn base_url(self, region: Option<&str>) -> Result<&'static str> {
        match (region, self) {
            (None | Some("global"), _) => Ok("https://api.mistral.ai"),
            (Some("eu"), Self::Current) => Ok("https://api.eu.mistral.ai"),
            // The older surface has one address for all of Europe and the rest.
            (Some("eu"), Self::Seed) => Ok("https://api.mistral.ai"),
            (Some("us"), Self::Current) => Ok("https://api.us.mistral.ai"),
            // Which knows none in the United States.
            (Some("us"), Self::Seed) => Err(Error::Usage(
                "the legacy API has no us region. Choose the current API or region global"
                    .to_owned(),
            )),
            (Some(_), _) => Err(Error::Usage("region must be global, eu or us".to_owned())),
        }
    }
}
