//! What a process takes of the machine, as Linux counts it.
//!
//! Source: Linux, proc(5). Times there are in hundredths of a second, so that only sums over many calls
//! are read.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Hundredths: what Linux tells programs in, whatever it counts in itself.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of this process so far, in its own code and in the system for it.
pub(crate) fn own_time() -> Result<Duration> {
    ticks(14)
}

/// Processor time of all children that have ended and were waited for.
pub(crate) fn children_time() -> Result<Duration> {
    ticks(16)
}

/// The sum of two neighbouring fields of `/proc/self/stat`, counted as in proc(5).
fn ticks(first: usize) -> Result<Duration> {
    let status = fs::read_to_string("/proc/self/stat").context("times are read on Linux only")?;
    // The second field is the name in brackets, which may hold anything.
    let (_, rest) = status.rsplit_once(')').context("no name")?;
    let fields = rest.split_whitespace().skip(first - 3).take(2);
    let ticks: Vec<u32> = fields.map(str::parse).collect::<Result<_, _>>()?;
    Ok(TICK * ticks.iter().sum::<u32>())
}

/// Forgets the most memory that was ever in use.
pub(crate) fn forget_peak() -> Result<()> {
    fs::write("/proc/self/clear_refs", "5").context("memory is measured on Linux only")
}

/// Memory in use now, in KiB.
pub(crate) fn memory() -> Result<u64> {
    status("VmRSS:")
}

/// The most memory in use since [`forget_peak`], in KiB.
pub(crate) fn peak_memory() -> Result<u64> {
    status("VmHWM:")
}

fn status(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("no /proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no number")?.parse()?)
}
