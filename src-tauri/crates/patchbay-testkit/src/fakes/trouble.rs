//! What can go wrong on the way to a platform.

use super::{Answer, Seen};

/// A failure in place of the platform's answer.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Which requests it strikes.
    pub strikes: fn(&Seen) -> bool,
    /// How often it still does; `None` for always.
    pub times: Option<u32>,
    /// What happens then.
    pub what: What,
}

/// How a request fails.
#[derive(Clone, Debug)]
pub enum What {
    /// With this answer.
    Answer(Box<Answer>),
    /// With no byte at all, for as long as the client waits.
    Silence,
    /// With half of an answer, then the end of the connection.
    Cut,
}

impl Trouble {
    /// Strikes every request.
    #[must_use]
    pub fn always(what: What) -> Self {
        Self {
            strikes: |_| true,
            times: None,
            what,
        }
    }

    /// An answer for every request.
    #[must_use]
    pub fn answer(answer: Answer) -> Self {
        Self::always(What::Answer(Box::new(answer)))
    }

    /// The same, so often only.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// The same, for these requests only.
    #[must_use]
    pub fn on(mut self, strikes: fn(&Seen) -> bool) -> Self {
        self.strikes = strikes;
        self
    }

    pub(super) fn strike(&mut self, seen: &Seen) -> Option<What> {
        if !(self.strikes)(seen) || self.times == Some(0) {
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.what.clone())
    }
}
