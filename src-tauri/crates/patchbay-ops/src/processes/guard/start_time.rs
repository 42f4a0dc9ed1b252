//! Start times of processes, which distinguish processes that reuse an id.

use std::fs;
use std::io::{self, ErrorKind};
use std::process::{Command, Stdio};

/// Returns an opaque text that stays the same while the process runs.
pub(super) fn of(process: u32) -> io::Result<String> {
    match cfg!(target_os = "linux") {
        true => in_proc(process),
        false => by_ps(process),
    }
}

/// Reads the start time in clock ticks since boot. Source: `proc_pid_stat(5)`, field 22.
fn in_proc(process: u32) -> io::Result<String> {
    let stat = fs::read(format!("/proc/{process}/stat"))?;
    let stat = String::from_utf8_lossy(&stat);
    // The second field, the name in parentheses, may contain spaces and parentheses.
    let after_name = stat.rsplit_once(')').map(|(_, after)| after);
    let ticks = after_name.and_then(|after| after.split_whitespace().nth(19));
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    Ok(format!(
        "{} {}",
        boot.trim(),
        ticks.ok_or(ErrorKind::InvalidData)?
    ))
}

fn by_ps(process: u32) -> io::Result<String> {
    let listed = Command::new("/bin/ps")
        .args(["-o", "lstart=", "-p", &process.to_string()])
        // The output must not depend on language or time zone.
        .env_clear()
        .envs([("LC_ALL", "C"), ("TZ", "UTC")])
        .stdin(Stdio::null())
        .output()?;
    let time = String::from_utf8_lossy(&listed.stdout);
    match time.trim() {
        "" => Err(ErrorKind::NotFound.into()),
        time => Ok(time.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_time_is_stable_and_ends_with_the_process() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let started = of(child.id()).unwrap();
        assert_eq!(of(child.id()).unwrap(), started);
        assert!(by_ps(child.id()).is_ok(), "as other systems tell it");
        child.kill().unwrap();
        child.wait().unwrap();
        for of in [in_proc, by_ps] {
            assert!(of(child.id()).is_err());
        }
    }
}
