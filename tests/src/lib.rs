//! Replays recorded traces of hosted platforms against Patchbay's clients.
//!
//! [`Line`] is one case of a `<platform>.wire.jsonl` file, [`replay`] serves its answers from a loopback
//! server, lets an [`Adapter`] call the operation, and tells what differs from the record. It knows the
//! trace format and no platform: how a line's `config` becomes an account is each adapter's business.
//!
//! Source: the wire contracts' README, "Line format" and "Replaying a line".

mod adapter;
mod clock;
mod comparison;
mod exact;
mod line;
mod outcome;
mod replay;
mod reply;
mod request;
mod server;

pub use adapter::{Adapter, Stage, find_platform, from_environment};
pub use clock::ReplayClock;
pub use line::Line;
pub use replay::{Verdict, replay};
