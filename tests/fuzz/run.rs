//! Running targets, and telling what came of it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::memory::Growth;
use crate::targets::{TARGETS, Target};
use crate::{MAX_GROWTH, corpus, mutate};

/// How many targets run at once.
const CONCURRENCY: usize = 2;

/// The exit code of a target that found something and said so.
const FOUND: u8 = 3;

fn input(target: &Target, seeds: &[Vec<u8>], seed: u64, number: u64) -> Vec<u8> {
    let name = target.name.bytes().fold(0_u64, |hash, byte| {
        hash.wrapping_mul(131).wrapping_add(u64::from(byte))
    });
    let mut rng =
        Rng::with_seed(seed ^ name.rotate_left(32) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mutate::input(seeds, &mut rng)
}

/// What went wrong in any thread since it was last taken.
static PANICKED: Mutex<Option<String>> = Mutex::new(None);

fn capture_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let mut heard = PANICKED.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get_or_insert_with(|| panic.to_string());
    }));
}

fn take_panic() -> Option<String> {
    PANICKED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
}

/// What one input took.
struct Measurement {
    time: Duration,
    growth: usize,
}

/// The time that this process has worked, so that other programs of a busy computer do not count. Where the
/// system does not say, the time that passed.
struct CpuTimer(Instant, Option<Duration>);

impl CpuTimer {
    fn begin() -> Self {
        Self(Instant::now(), Self::so_far())
    }

    fn time(&self) -> Duration {
        match (self.1, Self::so_far()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.0.elapsed(),
        }
    }

    /// Source: proc(5), `/proc/pid/stat`: user and system time in hundredths of a second, after the name in
    /// parentheses.
    fn so_far() -> Option<Duration> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
        let mut hundredths = || fields.next()?.parse::<u64>().ok();
        Some(Duration::from_millis((hundredths()? + hundredths()?) * 10))
    }
}

/// Tries one input; what was wrong with it, if anything was.
fn attempt(
    target: &Target,
    take: &mut dyn FnMut(&[u8]),
    input: &[u8],
) -> Result<Measurement, String> {
    let (growth, started) = (Growth::begin(), CpuTimer::begin());
    let ended = catch_unwind(AssertUnwindSafe(|| take(input)));
    let taken = Measurement {
        time: started.time(),
        growth: growth.most(),
    };
    if let Some(panic) = take_panic() {
        return Err(panic);
    }
    if ended.is_err() {
        return Err("it panicked without a word".to_owned());
    }
    if taken.growth > MAX_GROWTH {
        return Err(format!("it took {} MiB", taken.growth >> 20));
    }
    if taken.time > target.limit {
        return Err(format!("it took {:?}", taken.time));
    }
    Ok(taken)
}

/// Runs one target in this process until the time is over, and tells the parent by its exit code. The number
/// of the input under way stands in the file `notes`.
pub(crate) fn target(target: &Target, time: Duration, seed: u64, notes: &Path) -> ExitCode {
    capture_panics();
    let seeds = corpus::seeds(target);
    let mut take = (target.start)();
    for (path, input) in corpus::saved_inputs(target) {
        if let Err(wrong) = attempt(target, &mut *take, &input) {
            println!("{wrong}\n  again by {}", path.display());
            return ExitCode::from(FOUND);
        }
    }
    let mut notes = File::create(notes).unwrap();
    let current = Arc::new(AtomicU64::new(0));
    watch(target, &current);
    let started = Instant::now();
    let (mut number, mut slowest, mut largest) = (0_u64, Duration::ZERO, 0);
    while started.elapsed() < time {
        notes.seek(SeekFrom::Start(0)).unwrap();
        notes.write_all(&number.to_le_bytes()).unwrap();
        let input = input(target, &seeds, seed, number);
        current.store(number + 1, Ordering::SeqCst);
        match attempt(target, &mut *take, &input) {
            Ok(taken) => {
                slowest = slowest.max(taken.time);
                largest = largest.max(taken.growth);
            }
            Err(wrong) => {
                println!("{wrong}");
                return ExitCode::from(FOUND);
            }
        }
        number += 1;
    }
    println!(
        "{number} inputs, slowest {:.0} ms, most memory {:.1} MiB",
        slowest.as_secs_f64() * 1000.0,
        mib(largest)
    );
    ExitCode::SUCCESS
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number for people, with one digit after the point"
)]
fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Ends the process when an input takes many times as long as it may, by any clock: it would never end by itself.
fn watch(target: &Target, current: &Arc<AtomicU64>) {
    let (limit, current) = (target.limit * 12, Arc::clone(current));
    thread::spawn(move || {
        let mut seen = (0, Instant::now());
        loop {
            thread::park_timeout(Duration::from_millis(200));
            let now = current.load(Ordering::SeqCst);
            if now != seen.0 {
                seen = (now, Instant::now());
            } else if seen.1.elapsed() > limit {
                println!("it did not end within {limit:?}");
                std::process::exit(FOUND.into());
            }
        }
    });
}

/// Runs all of these, each in a process of its own, within `time` together.
pub(crate) fn all(targets: &[&Target], time: Duration, seed: u64) -> ExitCode {
    println!(
        "fuzzing {} targets for {time:?} by seed {seed}",
        targets.len()
    );
    let rounds = targets.len().div_ceil(CONCURRENCY).max(1);
    let each = time / u32::try_from(rounds).unwrap();
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..CONCURRENCY {
            scope.spawn(|| {
                loop {
                    let index = usize::try_from(next.fetch_add(1, Ordering::SeqCst)).unwrap();
                    let Some(target) = targets.get(index) else {
                        return;
                    };
                    if !supervise(target, each, seed) {
                        failed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    let passed = u64::try_from(targets.len()).unwrap() - failed;
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs one target in a process of its own; whether nothing was found.
fn supervise(target: &Target, time: Duration, seed: u64) -> bool {
    let notes = tempfile::NamedTempFile::new().unwrap();
    let Output { status, stdout, .. } = Command::new(std::env::current_exe().unwrap())
        .args(["target", target.name])
        .arg(time.as_secs_f64().to_string())
        .arg(seed.to_string())
        .arg(notes.path())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&stdout);
    let output = output.trim();
    if status.success() {
        println!("ok     {}: {output}", target.name);
        return true;
    }
    println!("FAILED {}: {status}: {output}", target.name);
    if output.contains("again by ") {
        return false;
    }
    let mut number = [0; 8];
    let read = File::open(notes.path()).and_then(|mut file| file.read_exact(&mut number));
    if read.is_ok() {
        let number = u64::from_le_bytes(number);
        let input = input(target, &corpus::seeds(target), seed, number);
        let path = corpus::keep(target, &input).unwrap();
        println!(
            "  input {number} of seed {seed}, kept as {}\n  again: cargo run --package patchbay-tests --example fuzz -- replay {}",
            path.display(),
            path.display()
        );
    }
    false
}

/// Tries one kept input; its folder names the target.
pub(crate) fn replay(file: &Path) -> ExitCode {
    let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
    let Some(target) = TARGETS.iter().find(|target| folder == target.name) else {
        println!("{} lies in no folder of a target", file.display());
        return ExitCode::from(2);
    };
    let input = match std::fs::read(file) {
        Ok(input) => input,
        Err(error) => {
            println!("{}: {error}", file.display());
            return ExitCode::from(2);
        }
    };
    capture_panics();
    let mut take = (target.start)();
    match attempt(target, &mut *take, &input) {
        Ok(taken) => {
            println!(
                "nothing wrong: {:?}, {:.1} MiB",
                taken.time,
                mib(taken.growth)
            );
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            println!("{wrong}");
            ExitCode::from(FOUND)
        }
    }
}
