//! The outcome of a command that refreshes several connectors or accounts.

use patchbay_model::Problem;

use crate::cli::Cli;
use crate::failure::Failure;

/// What succeeded and what failed.
#[derive(Default)]
pub(super) struct Refreshes {
    total: usize,
    failures: Vec<Failure>,
}

impl Refreshes {
    /// Adds one, and says why it failed.
    pub(super) fn add(&mut self, cli: &Cli, title: &str, failure: Option<Failure>) {
        self.total += 1;
        if let Some(failure) = failure {
            cli.say(format!(
                "{title}: {} (showing last known)",
                failure.message()
            ));
            self.failures.push(failure);
        }
    }

    /// The failure of the whole command if everything failed. `things` are what was refreshed, in the plural.
    pub(super) fn failure(self, things: &str) -> Option<Failure> {
        let (total, failed) = (self.total, self.failures.len());
        let first = self.failures.into_iter().next()?;
        match total {
            1 => Some(first),
            _ if failed < total => None,
            _ => {
                let message = format!("couldn't refresh any of {total} {things}");
                Some(Problem::new(first.code(), message).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::Code;

    use super::*;

    #[test]
    fn only_when_everything_failed_the_command_fails() {
        let failure = |total, failed: usize| {
            let one = || Problem::new(Code::NetworkDns, "couldn't find it").into();
            let failures = std::iter::repeat_with(one).take(failed).collect();
            let failure = Refreshes { total, failures }.failure("accounts")?;
            assert_eq!(failure.code(), Code::NetworkDns);
            Some(failure.message().to_owned())
        };
        assert_eq!(failure(0, 0), None);
        assert_eq!(failure(3, 2), None);
        assert_eq!(failure(1, 1).unwrap(), "couldn't find it");
        assert_eq!(failure(3, 3).unwrap(), "couldn't refresh any of 3 accounts");
    }
}
