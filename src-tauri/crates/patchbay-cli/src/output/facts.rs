//! Facts about one item, a line for each.

use patchbay_model::inert_word;

use super::{Screen, table::Tone, text};

/// Names and values; empty values are left out.
#[derive(Default)]
pub(crate) struct Facts(Vec<(&'static str, String, Tone)>);

impl Facts {
    pub(crate) fn add(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.toned(name, value, Tone::Plain)
    }

    pub(crate) fn add_optional(self, name: &'static str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    pub(crate) fn toned(mut self, name: &'static str, value: impl AsRef<str>, tone: Tone) -> Self {
        let value = text::line(value.as_ref());
        if !value.is_empty() {
            self.0.push((name, value, tone));
        }
        self
    }

    /// As [`add`](Self::add) for words of a command: a line break or a row of spaces in them shows, and nothing is cut.
    pub(crate) fn add_words(mut self, name: &'static str, words: impl AsRef<str>) -> Self {
        let words = words.as_ref();
        if !words.is_empty() {
            self.0.push((name, inert_word(words), Tone::Plain));
        }
        self
    }

    pub(crate) fn render(&self, screen: Screen) -> String {
        let longest = self.0.iter().map(|(name, ..)| text::width(name)).max();
        let column = longest.unwrap_or(0) + 3;
        let mut lines = String::new();
        for (name, value, tone) in &self.0 {
            let name = format!("{name}:");
            let padding = " ".repeat(column - text::width(&name));
            let name = Tone::Faint.paint(&name, screen);
            let value = tone.paint(value, screen);
            lines.push_str(&format!("{name}{padding}{value}\n"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_are_left_out() {
        let facts = Facts::default()
            .add("Name", "x")
            .add("Description", "")
            .add_optional("Icon", None::<&str>)
            .add("Endpoint", "y");
        assert_eq!(facts.render(Screen::PLAIN), "Name:      x\nEndpoint:  y\n");
    }

    #[test]
    fn words_of_a_command_are_shown_whole() {
        let long = "x".repeat(10_000);
        let facts = Facts::default()
            .add_words("Folder", "")
            .add_words("Command", format!("sh -c 'true # a\ntouch {long}'"))
            .add_words("Variables", format!("A=1{}B=2", " ".repeat(3_000)));
        assert_eq!(
            facts.render(Screen::PLAIN),
            format!(
                "Command:    sh -c 'true # a<U+000A>touch {long}'\n\
                 Variables:  A=1<3000 spaces>B=2\n"
            )
        );
    }
}
