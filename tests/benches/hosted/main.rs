//! How fast the clients of the hosted platforms are, beside bare reqwest and the official clients.
//!
//! The first argument says what to measure; standard output is one JSON object a line, which
//! `cargo xtask bench` reads and whose goals it knows. The server, and what has to be measured in a
//! process of its own, are this same program with another first argument.
#![expect(
    clippy::print_stdout,
    reason = "the result of this program is its output"
)]

mod calls;
mod cases;
mod connect;
mod cpu;
mod many;
mod recorded;
mod server;
mod side;
mod usage;

use std::path::Path;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    // Cargo adds `--bench` to what it is given.
    let mut arguments = std::env::args().skip(1).filter(|word| word != "--bench");
    let what = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match (what.as_str(), rest.as_slice()) {
        ("calls", words) => calls::measure(words),
        ("cpu", [python]) => cpu::measure(Path::new(python)),
        ("connect", []) => connect::measure(),
        ("many", []) => many::measure(),
        (server::SERVE, []) => server::serve(),
        (connect::ONCE, [base]) => connect::once(base),
        (many::ONCE, [platform, base]) => many::once(platform, base),
        _ => bail!("expected calls [PLATFORM] [CALL], cpu PYTHON, connect or many"),
    }
}

/// Writes one line of the result.
fn print_line(line: impl std::fmt::Display) {
    println!("{line}");
}
