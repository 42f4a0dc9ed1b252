//! Accounts of hosted platforms: whole stories from the command line, and whatever can go wrong on the way.
//!
//! The platforms are fakes on this computer that hold Patchbay to their contracts.

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
mod slow;
mod sources;
mod support;
mod tenex;
