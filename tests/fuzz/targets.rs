//! What is fuzzed: every decoder of text from outside, through the functions that the product calls.

mod files;
mod mcp;
mod oauth;
mod pasted;
mod platforms;
mod tools;

use std::time::Duration;

/// What takes one input after the other.
pub(crate) type Taker = Box<dyn FnMut(&[u8])>;

/// A decoder, or what leads to one.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Inputs to begin with, besides those of the folder `corpus/NAME`.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Longest time for one input. A test computer may be busy: what is looked for takes seconds.
    pub(crate) limit: Duration,
    /// Makes what takes one input after the other.
    pub(crate) start: fn() -> Taker,
}

/// Time for what asks a server of this computer a few times.
const ASKS: Duration = Duration::from_secs(15);

/// Time for what only reads.
const READS: Duration = Duration::from_secs(5);

pub(crate) const TARGETS: &[Target] = &[
    target("challenge", oauth::challenge_seeds, READS, oauth::challenge),
    target("callback", oauth::callback_seeds, READS, oauth::callback),
    target(
        "resource-metadata",
        oauth::resource_seeds,
        ASKS,
        oauth::resource,
    ),
    target("server-metadata", oauth::server_seeds, ASKS, oauth::server),
    target(
        "registration",
        oauth::registration_seeds,
        ASKS,
        oauth::registration,
    ),
    target("token", oauth::token_seeds, ASKS, oauth::token),
    target("grant", oauth::grant_seeds, READS, oauth::grant),
    target("protocol-answer", mcp::answer_seeds, ASKS, mcp::answers),
    target("event-stream", mcp::event_seeds, ASKS, mcp::events),
    target("tool-schema", tools::schema_seeds, ASKS, tools::schemas),
    target("address", tools::address_seeds, ASKS, tools::addresses),
    target(
        "registry-file",
        files::registry_seeds,
        READS,
        files::registry,
    ),
    target("pasted-text", pasted::seeds, READS, pasted::pasted),
    target("vault-file", files::vault_seeds, READS, files::vault),
    target(
        "mistral",
        platforms::mistral_seeds,
        ASKS,
        platforms::mistral,
    ),
    target("cohere", platforms::cohere_seeds, ASKS, platforms::cohere),
    target(
        "agentstack",
        platforms::agentstack_seeds,
        ASKS,
        platforms::agentstack,
    ),
    target(
        "airbyte",
        platforms::airbyte_seeds,
        ASKS,
        platforms::airbyte,
    ),
    target("tenex", platforms::tenex_seeds, ASKS, platforms::tenex),
];

const fn target(
    name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    limit: Duration,
    start: fn() -> Taker,
) -> Target {
    Target {
        name,
        seeds,
        limit,
        start,
    }
}

/// A runtime of one thread, for a target that waits.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A number that depends on the input alone, to choose what is done with it.
fn choice(input: &[u8]) -> usize {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    usize::try_from(hash >> 33).unwrap_or_default()
}

fn texts(seeds: &[&str]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}
