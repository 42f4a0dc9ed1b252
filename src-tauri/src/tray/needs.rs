//! What needs a person, at the top of the tray's menu, each line with the page that helps.

use std::sync::{Mutex, PoisonError};

use patchbay_model::inert_line;
use patchbay_ops::Need;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::{AppHandle, Manager, Runtime};

use crate::window::{self, page_of};

/// As many lines as are read at a glance.
const MAX_LINES: usize = 5;

/// As many characters as fit a menu.
const MAX_CHARS: usize = 60;

/// What the id of each line begins with; its number and page follow.
const PREFIX: &str = "need ";

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    words: String,
    page: String,
}

/// The lines: those to be shown, and the menu once there is one.
struct Lines<R: Runtime>(Mutex<(Vec<Line>, Option<NeedsMenu<R>>)>);

/// The menu of the tray, and what stands in it of ours.
struct NeedsMenu<R: Runtime> {
    menu: Menu<R>,
    items: Vec<MenuItem<R>>,
    separator: PredefinedMenuItem<R>,
}

/// Shows these, now or once there is a tray.
pub(crate) fn show_needs<R: Runtime>(app: &AppHandle<R>, needs: &[Need]) -> tauri::Result<()> {
    let wanted = lines_of(needs);
    with_lines(app, |lines, shown| {
        if *lines == wanted {
            return Ok(());
        }
        *lines = wanted;
        shown.as_mut().map_or(Ok(()), |shown| shown.draw(lines))
    })
}

/// Shows them in this menu from now on.
pub(super) fn make<R: Runtime>(app: &AppHandle<R>, menu: Menu<R>) -> tauri::Result<()> {
    let made = NeedsMenu {
        menu,
        items: Vec::new(),
        separator: PredefinedMenuItem::separator(app)?,
    };
    with_lines(app, |lines, shown| shown.insert(made).draw(lines))
}

fn with_lines<R: Runtime, T>(
    app: &AppHandle<R>,
    change: impl FnOnce(&mut Vec<Line>, &mut Option<NeedsMenu<R>>) -> T,
) -> T {
    // Whoever comes first makes it; a second one is not taken.
    app.manage(Lines::<R>(Mutex::new((Vec::new(), None))));
    let state = app.state::<Lines<R>>();
    let mut lines = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (lines, shown) = &mut *lines;
    change(lines, shown)
}

impl<R: Runtime> NeedsMenu<R> {
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

/// Goes where a line leads, if it is one that was pressed.
pub(super) fn follow<R: Runtime>(app: &AppHandle<R>, id: &str) {
    let numbered = id.strip_prefix(PREFIX);
    if let Some((_, page)) = numbered.and_then(|line| line.split_once(' ')) {
        window::show_page(app, page);
    }
}

/// The most urgent ones, and how many more there are.
fn lines_of(needs: &[Need]) -> Vec<Line> {
    let line = |need: &Need| Line {
        words: label(&need.headline),
        page: page_of(need),
    };
    let mut lines: Vec<Line> = needs.iter().take(MAX_LINES).map(line).collect();
    let more = needs.len().saturating_sub(MAX_LINES);
    if more > 0 {
        lines.push(Line {
            words: format!("{more} more…"),
            page: window::HOME.to_owned(),
        });
    }
    lines
}

/// Names that others wrote are in it; one ampersand would mark the letter behind it as a key.
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
    fn the_most_urgent_stand_there_inertly_and_the_others_are_counted() {
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
        assert_eq!(lines[5].words, "2 more…");
    }
}
