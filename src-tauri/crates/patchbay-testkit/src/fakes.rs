//! Hosted platforms as their contracts describe them: states, paging, consents, jobs and errors, on real
//! sockets of this computer.
//!
//! A fake checks every request against the contract. A violation is answered with 500 and recorded in
//! [`Fake::faults`], which has to be empty at the end of a test.
//!
//! Source: the wire contracts of the platforms.

mod agentstack;
mod airbyte;
mod answer;
mod cohere;
mod example;
mod fault;
mod mistral;
mod request;
mod server;
mod tenex;

pub use agentstack::FakeAgentStack;
pub use airbyte::{FakeAirbyte, KINDS};
pub use answer::{Answer, FakeResult};
pub use cohere::FakeCohere;
pub use example::FakeExample;
pub use fault::{Fault, FaultKind, ResponseGate};
pub use mistral::FakeMistral;
pub use request::RecordedRequest;
pub use server::{Fake, FakePlatform};
pub use tenex::FakeTenex;

/// The time of every event.
const NOW: &str = "2026-11-20T08:00:00Z";

/// An id in the form of a UUID.
fn uuid(number: u32) -> String {
    format!("5f0c1e00-0000-4000-8000-{number:012}")
}

/// Whether a fake sends requests to the service at `url`: only to those on this computer.
fn reaches(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    url.is_some_and(|url| matches!(url.host_str(), Some("127.0.0.1" | "localhost")))
}

fn bearer(recorded: &RecordedRequest) -> Option<&str> {
    recorded.header("authorization")?.strip_prefix("Bearer ")
}
