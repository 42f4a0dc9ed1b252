//! Aligned tables that fit the width of the terminal.

use clap::builder::styling::{AnsiColor, Style};

use super::{Screen, text};

const MIN_COLUMN_WIDTH: usize = 8;

const COLUMN_GAP: &str = "  ";

/// Maximum width of a column before the last one where no terminal sets one, so that one long name doesn't widen all
/// rows. The names of tools have up to 128 characters.
const MAX_COLUMN_WIDTH: usize = 128;

/// Heads of columns that are never shortened, because people copy what is in them: a long line is wrapped instead.
const WHOLE: [&str; 3] = ["FIX", "ID", "URI"];

/// Heads of columns with names that commands take, which are shortened after all others.
const NAMES: [&str; 9] = [
    "ACTION",
    "ARGUMENT",
    "CONNECTOR",
    "FIELD",
    "NAME",
    "OPERATION",
    "PROMPT",
    "SETTING",
    "TOOL",
];

/// The colour of a text, which shows a state in addition to its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
    Faint,
}

impl Tone {
    /// Colours the text, if the screen supports colours.
    pub(crate) fn paint(self, text: &str, screen: Screen) -> String {
        let style = match self {
            Self::Plain => return text.to_owned(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Faint => Style::new().dimmed(),
        };
        if screen.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn toned(text: &str, tone: Tone) -> Self {
        Self {
            text: text::line(text),
            tone,
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::toned(text.as_ref(), Tone::Plain)
    }
}

pub(crate) struct Table<const N: usize> {
    heads: [&'static str; N],
    rows: Vec<[Cell; N]>,
    optional: Option<&'static str>,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(heads: [&'static str; N], rows: impl IntoIterator<Item = [Cell; N]>) -> Self {
        Self {
            heads,
            rows: rows.into_iter().collect(),
            optional: None,
        }
    }

    /// Leaves out the column of that head if it is empty in every row.
    pub(crate) fn optional_column(self, head: &'static str) -> Self {
        let optional = Some(head);
        Self { optional, ..self }
    }

    pub(crate) fn render(&self, screen: Screen) -> String {
        let widths = self.widths(screen);
        let heads = self.heads.map(|head| Cell::toned(head, Tone::Faint));
        std::iter::once(&heads)
            .chain(&self.rows)
            .map(|row| row_line(row, &widths, screen))
            .collect()
    }

    fn widths(&self, screen: Screen) -> [usize; N] {
        let mut widths = self.heads.map(text::width);
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = text::width(&cell.text).max(*width);
            }
        }
        let mut heads = self.heads.iter();
        if let Some(place) = heads.position(|head| Some(*head) == self.optional)
            && self.rows.iter().all(|row| row[place].text.is_empty())
        {
            widths[place] = 0;
        }
        let Some(screen_width) = screen.width else {
            let before_last = self.heads.iter().zip(&mut widths).take(N - 1);
            for (_, width) in before_last.filter(|(head, _)| !WHOLE.contains(head)) {
                *width = MAX_COLUMN_WIDTH.min(*width);
            }
            return widths;
        };
        // The widest column is shortened first.
        let shown = widths.iter().filter(|width| **width > 0).count();
        let gaps = COLUMN_GAP.len() * shown.saturating_sub(1);
        for is_name in [false, true] {
            let gives = |head: &str| !WHOLE.contains(&head) && NAMES.contains(&head) == is_name;
            while widths.iter().sum::<usize>() + gaps > screen_width {
                let columns = self.heads.iter().zip(&mut widths);
                let columns = columns.filter(|(head, _)| gives(head));
                match columns.map(|(_, width)| width).max() {
                    Some(widest) if *widest > MIN_COLUMN_WIDTH => *widest -= 1,
                    _ => break,
                }
            }
        }
        widths
    }
}

fn row_line(row: &[Cell], widths: &[usize], screen: Screen) -> String {
    let mut line = String::new();
    let shown = row.iter().zip(widths).filter(|(_, width)| **width > 0);
    for (place, (cell, width)) in shown.enumerate() {
        if place > 0 {
            line.push_str(COLUMN_GAP);
        }
        let shown = text::truncate_to_width(&cell.text, *width);
        let padding = width - text::width(&shown);
        line.push_str(&cell.tone.paint(&shown, screen));
        line.push_str(&" ".repeat(padding));
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        Table::new(
            ["NAME", "STATUS", "URL"],
            [
                [
                    "a".into(),
                    Cell::toned("ready", Tone::Good),
                    "http://127.0.0.1/mcp".into(),
                ],
                ["日本".into(), "off".into(), "x\ny".into()],
            ],
        )
    }

    #[test]
    fn columns_are_aligned_and_plain_without_a_terminal() {
        let screen = Screen::PLAIN;
        let expected = "NAME  STATUS  URL\na     ready   http://127.0.0.1/mcp\n日本  off     x y\n";
        assert_eq!(table().render(screen), expected);
    }

    #[test]
    fn the_widest_column_gives_way() {
        let screen = Screen {
            width: Some(26),
            ..Screen::PLAIN
        };
        let longest = table().render(screen).lines().map(text::width).max();
        assert_eq!(longest, Some(26));
    }

    #[test]
    fn one_long_name_widens_no_other_row() {
        let long = "n".repeat(5_000);
        let rows = [[&long, "x"], ["a", &long]].map(|row| row.map(Cell::from));
        let shown = Table::new(["TOOL", "DESCRIPTION"], rows).render(Screen::PLAIN);
        let lines: Vec<_> = shown.lines().collect();
        let cut = format!("{}…  x", "n".repeat(MAX_COLUMN_WIDTH - 1));
        assert_eq!(lines[1], cut);
        assert!(lines[2].contains(&"n".repeat(1_000)), "{shown}");
    }

    #[test]
    fn what_is_copied_stays_whole_and_names_as_long_as_possible() {
        let [id, fix] = ["run_01m8femsca6k99q4d6cwjeffn0", "patchbay doctor wiki"];
        let name = "a-name-of-some-length";
        let reason = "words ".repeat(9);
        let row = [id, name, &reason, fix].map(Cell::from);
        let table = Table::new(["ID", "NAME", "REASON", "FIX"], [row]);
        let shown = |columns| {
            let screen = Screen {
                width: Some(columns),
                ..Screen::PLAIN
            };
            table.render(screen)
        };
        let wide = shown(90);
        let is_shown = |shown: &str| [id, name, fix].map(|text| shown.contains(text));
        assert_eq!(is_shown(&wide), [true; 3], "{wide}");
        assert!(wide.lines().all(|line| text::width(line) <= 90), "{wide}");
        let narrow = shown(40);
        assert_eq!(is_shown(&narrow), [true, false, true], "{narrow}");
    }

    #[test]
    fn pictures_of_several_characters_are_cut_to_their_column() {
        let family = "👩\u{200d}👩\u{200d}👧❤\u{fe0f}".repeat(20);
        let rows = [[Cell::from(&family), Cell::from("x")]];
        let screen = Screen {
            width: Some(20),
            ..Screen::PLAIN
        };
        let shown = Table::new(["NAME", "URL"], rows).render(screen);
        assert!(shown.lines().all(|line| text::width(line) <= 20), "{shown}");
    }

    #[test]
    fn colour_takes_no_room() {
        let screen = Screen {
            colour: true,
            ..Screen::PLAIN
        };
        assert!(
            table()
                .render(screen)
                .contains("\u{1b}[32mready\u{1b}[0m   http")
        );
    }

    #[test]
    fn every_tone_comes_through_to_a_terminal() {
        let screen = Screen {
            colour: true,
            ..Screen::PLAIN
        };
        for tone in [
            Tone::Plain,
            Tone::Good,
            Tone::Warning,
            Tone::Bad,
            Tone::Faint,
        ] {
            let shown = tone.paint("x", screen);
            assert_eq!(text::strip_foreign_codes(&shown), shown);
        }
    }
}
