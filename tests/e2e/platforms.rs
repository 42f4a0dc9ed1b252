//! Accounts of hosted platforms, from sign-in to removal, and failures on the way.
//!
//! The platforms are local fakes that check requests against the contracts.

mod agentstack;
mod airbyte;
mod answers;
mod catalogue;
mod cohere;
mod dry_run;
mod example;
mod faults;
mod lost_key;
mod manage;
mod meanwhile;
mod mistral;
mod other_processes;
mod partial;
mod rotation;
mod slow;
mod sources;
mod support;
mod tenex;
