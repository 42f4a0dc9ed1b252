//! Mistral connectors: MCP servers and HTTP services that Mistral's models use, on either surface of its
//! API.
//!
//! Source: Mistral contract.

mod arguments;
mod call;
mod capabilities;
mod client;
mod consents;
mod creation;
mod credentials;
mod forms;
mod gateway;
mod key;
mod mapping;
mod memory;
mod operations;
mod particulars;
mod settings;
mod wire;

use std::sync::{Arc, LazyLock};

use patchbay_http::{Api, SecretNames, parsed};
use serde_json::{Map, Value};

use self::key::Key;
use self::memory::Memory;
use crate::registry::{ALLOW_PLAIN_HTTP, text_of};
use crate::{AccountField, Error, HostedPlatform, OperationEntry, Platform, SignIn};

/// Names of members that no answer shows.
static SECRET_NAMES: LazyLock<SecretNames> =
    LazyLock::new(|| crate::registry::secret_names(operations::every(), FIELDS));

/// Mistral in the registry.
pub(crate) const MISTRAL: HostedPlatform = HostedPlatform {
    platform: patchbay_model::Platform::Mistral,
    title: "Mistral",
    is_assumed: false,
    fields: FIELDS,
    secret_for: |settings| match text_of(settings, "token_file") {
        Some(_) => None,
        None => Some("api_key"),
    },
    operations: operations::every,
    operations_of,
    sign_in,
};

/// Source: Mistral contract, section 14.
const FIELDS: &[AccountField] = &[
    AccountField::new(
        "api_key",
        "API key",
        "A key of your workspace in Mistral's console.",
    )
    .secret()
    .required()
    .unless("token_file")
    .variables(&["MISTRAL_API_KEY"]),
    AccountField::new(
        "token_file",
        "Token file",
        "A file that holds the key and is read for every request, in place of a key.",
    )
    .variables(&["MISTRAL_SA_TOKEN_PATH"]),
    AccountField::new(
        "region",
        "Region",
        "Where Mistral keeps your data: global, eu or us.",
    )
    .choices(&["global", "eu", "us"]),
    AccountField::new(
        "base_url",
        "Base URL",
        "Only for an address other than those of the regions.",
    ),
    AccountField::new(
        "surface",
        "Surface",
        "Which form of the API to speak: current, or seed for the older one.",
    )
    .choices(&["current", "seed"]),
    ALLOW_PLAIN_HTTP,
];

/// Which form of the API an account speaks. Answers of both are read alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Surface {
    Current,
    Seed,
}

impl Surface {
    /// The word of an account's setting for the older one.
    const SEED: &str = "seed";

    fn operations(self) -> &'static [OperationEntry] {
        match self {
            Self::Current => operations::CURRENT,
            Self::Seed => operations::SEED,
        }
    }
}

/// What [`sign_in`] refuses as a surface is the current one here: nothing is called then.
fn operations_of(settings: &Map<String, Value>) -> &'static [OperationEntry] {
    let surface = match settings.get("surface").and_then(Value::as_str) {
        Some(Surface::SEED) => Surface::Seed,
        _ => Surface::Current,
    };
    surface.operations()
}

/// One account.
struct Mistral {
    api: Api,
    surface: Surface,
    memory: Memory,
}

fn sign_in(account: SignIn) -> Result<Arc<dyn Platform>, Error> {
    let surface = match account.text("surface")? {
        None | Some("current") => Surface::Current,
        Some(Surface::SEED) => Surface::Seed,
        Some(_) => return Err(Error::Usage("surface has to be current or seed".to_owned())),
    };
    let region = match account.text("region")? {
        None | Some("global") => "https://api.mistral.ai",
        // The older surface has one address for all of Europe and the rest.
        Some("eu") if surface == Surface::Seed => "https://api.mistral.ai",
        Some("eu") => "https://api.eu.mistral.ai",
        // Which knows none in the United States.
        Some("us") if surface == Surface::Seed => {
            return Err(Error::Usage(
                "the older surface has no region us: choose surface current, or region global"
                    .to_owned(),
            ));
        }
        Some("us") => "https://api.us.mistral.ai",
        Some(_) => return Err(Error::Usage("region has to be global, eu or us".to_owned())),
    };
    let base = account.text("base_url")?.unwrap_or(region);
    let key = Arc::new(Key::of(&account)?);
    let api = Api::new(
        account.clients.clone(),
        Arc::clone(&account.clock),
        base,
        key,
    )?;
    Ok(Arc::new(Mistral {
        api: Api {
            // Of several slashes at its end only one goes (contract, section 1, "joining").
            base: parsed(base)?,
            retries: client::retries(),
            ..api
        },
        surface,
        memory: Memory::default(),
    }))
}

#[cfg(test)]
mod tests;
