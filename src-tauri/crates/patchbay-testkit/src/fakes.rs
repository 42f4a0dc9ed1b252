//! Hosted platforms as their contracts describe them: states, paging, consents, jobs and errors, on real
//! sockets of this computer.
//!
//! A fake looks at every byte it is sent. What no contract allows is a fault: it is answered with 500 and
//! kept for [`Fake::faults`], which is empty at the end of a test that went well.
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

/// When everything happens.
const NOW: &str = "2026-11-20T08:00:00Z";

/// An id in the form of a UUID.
fn uuid(number: u32) -> String {
    format!("5f0c1e00-0000-4000-8000-{number:012}")
}

/// Whether a fake asks a service itself: those of this computer. Others are as the test says.
fn reaches(url: &str) -> bool {
    let url = url::Url::parse(url).ok();
    url.is_some_and(|url| matches!(url.host_str(), Some("127.0.0.1" | "localhost")))
}

/// The value of a bearer token, of whatever is sent without one `None`.
fn bearer(recorded: &RecordedRequest) -> Option<&str> {
    recorded.header("authorization")?.strip_prefix("Bearer ")
}
