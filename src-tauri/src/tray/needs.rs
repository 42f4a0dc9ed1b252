//! What needs the user, at the top of the tray menu; each item opens the page that helps.

use parking_lot::Mutex;
use patchbay_model::inert_line;
use patchbay_ops::Need;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::{AppHandle, Manager, Wry};

use crate::window::{self, page_of};

const MAX_LINES: usize = 5;

const MAX_CHARS: usize = 60;

/// Prefix of the item ids; number and page follow.
const PREFIX: &str = "need ";

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    words: String,
    page: String,
}

/// The lines to show, and the menu once the tray is created.
struct Lines(Mutex<(Vec<Line>, Option<NeedsMenu>)>);

/// The tray menu and the items in it that belong to this module.
struct NeedsMenu {
    menu: Menu<Wry>,
    items: Vec<MenuItem<Wry>>,
    separator: PredefinedMenuItem<Wry>,
}

/// Shows the needs, now or once the tray is created.
pub(crate) fn show_needs(app: &AppHandle, needs: &[Need]) -> tauri::Result<()> {
    let new_lines = lines_of(needs);
    with_lines(app, |lines, shown| {
        if *lines == new_lines {
            return Ok(());
        }
        *lines = new_lines;
        shown.as_mut().map_or(Ok(()), |shown| shown.draw(lines))
    })
}

/// Shows the needs in this menu from now on.
pub(super) fn make(app: &AppHandle, menu: Menu<Wry>) -> tauri::Result<()> {
    let made = NeedsMenu {
        menu,
        items: Vec::new(),
        separator: PredefinedMenuItem::separator(app)?,
    };
    with_lines(app, |lines, shown| shown.insert(made).draw(lines))
}

fn with_lines<T>(
    app: &AppHandle,
    change: impl FnOnce(&mut Vec<Line>, &mut Option<NeedsMenu>) -> T,
) -> T {
    // Only the first call has an effect.
    app.manage(Lines(Mutex::new((Vec::new(), None))));
    let state = app.state::<Lines>();
    let mut lines = state.0.lock();
    let (lines, shown) = &mut *lines;
    change(lines, shown)
}

impl NeedsMenu {
    fn draw(&mut self, lines: &[Line]) -> tauri::Result<()> {
        let menu = &self.menu;
        if !self.items.is_empty() {
            menu.remove(&self.separator)?;
        }
        for item in self.items.drain(..) {
            menu.remove(&item)?;
        }
        for (number, line) in lines.iter().enumerate() {
            let id = format!("{PREFIX}{number} {}", line.page);
            let item = MenuItem::with_id(menu.app_handle(), id, &line.words, true, None::<&str>)?;
            menu.insert(&item, number)?;
            self.items.push(item);
        }
        if lines.is_empty() {
            return Ok(());
        }
        menu.insert(&self.separator, lines.len())
    }
}

/// Opens the page of the pressed item, if it is one of ours.
pub(super) fn follow(app: &AppHandle, id: &str) {
    let numbered = id.strip_prefix(PREFIX);
    if let Some((_, page)) = numbered.and_then(|line| line.split_once(' ')) {
        window::show_page(app, page);
    }
}

/// The most urgent needs, and how many more there are.
fn lines_of(needs: &[Need]) -> Vec<Line> {
    let line = |need: &Need| Line {
        words: label(&need.headline),
        page: page_of(need),
    };
    let mut lines: Vec<Line> = needs.iter().take(MAX_LINES).map(line).collect();
    let more = needs.len().saturating_sub(MAX_LINES);
    if more > 0 {
        lines.push(Line {
            words: format!("{more} more"),
            page: window::HOME.to_owned(),
        });
    }
    lines
}

/// Makes a headline safe and short. A single ampersand would mark the next letter as a keyboard mnemonic.
fn label(headline: &str) -> String {
    let line = inert_line(headline);
    let mut short: String = line.chars().take(MAX_CHARS).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn need(headline: &str, connector: Option<&str>) -> Need {
        let need = json!({
            "id": headline, "kind": "failing", "connector": connector, "account": null, "entry": null,
            "title": "", "identity": null, "headline": headline, "words": null, "code": null, "since": null,
            "lapsesAt": null, "fix": "check",
        });
        serde_json::from_value(need).expect("it is a need")
    }

    #[test]
    fn the_most_urgent_needs_are_shown_and_the_others_counted() {
        let mut needs = vec![
            need("R&D\u{202e} isn't working", Some("con_1")),
            need(&"a".repeat(100), None),
        ];
        let lines = lines_of(&needs);
        let first = Line {
            words: "R&&D<U+202E> isn't working".to_owned(),
            page: "#/connectors/con_1".to_owned(),
        };
        assert_eq!(lines[0], first);
        assert_eq!(lines[1].words, format!("{}…", "a".repeat(60)));
        assert_eq!(lines[1].page, "#/");

        needs.extend((0..5).map(|_| need("Files isn't working", None)));
        let lines = lines_of(&needs);
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[5].words, "2 more");
    }
}
