//! The window's position, moved back onto the screens.
//!
//! The plugin that restores size and position accepts any position of which a screen shows a corner. Its saved state is
//! corrected before the plugin reads it, so that the window does not appear at the wrong place first.

use std::path::Path;

use serde_json::{Map, Value};
use tauri::{AppHandle, Monitor};

/// A rectangle in the coordinates that all screens share, in physical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Screen {
    whole: Area,
    /// Without panels and docks.
    free: Area,
}

impl From<&Monitor> for Screen {
    fn from(monitor: &Monitor) -> Self {
        let free = monitor.work_area();
        Self {
            whole: Area::new(
                (monitor.position().x, monitor.position().y),
                (monitor.size().width, monitor.size().height),
            ),
            free: Area::new(
                (free.position.x, free.position.y),
                (free.size.width, free.size.height),
            ),
        }
    }
}

/// Corrects the state of the window `label` in the plugin's `file`. If that fails, the system places the window.
pub(super) fn clamp_window(app: &AppHandle, file: &Path, label: &str) {
    let Ok(saved) = std::fs::read(file) else {
        // Nothing was saved yet.
        return;
    };
    let screens: Vec<Screen> = match app.available_monitors() {
        Ok(monitors) => monitors.iter().map(Screen::from).collect(),
        Err(error) => return tracing::warn!(%error, "the screens are not known"),
    };
    if let Some(corrected) = clamp_saved(&saved, label, &screens)
        && let Err(error) = std::fs::write(file, corrected)
    {
        tracing::warn!(%error, "the window's position could not be corrected");
    }
}

/// Returns the corrected state; `None` if the saved one is correct or cannot be parsed.
fn clamp_saved(saved: &[u8], label: &str, screens: &[Screen]) -> Option<Vec<u8>> {
    let mut state: Map<String, Value> = serde_json::from_slice(saved).ok()?;
    let window = state.get_mut(label)?.as_object_mut()?;
    // A maximized window returns to its previous position.
    let (x, y) = match window.get("maximized") {
        Some(Value::Bool(true)) => ("prev_x", "prev_y"),
        _ => ("x", "y"),
    };
    let area = area_of(window, x, y)?;
    let corrected = fit_to_screens(area, screens);
    window.insert(x.to_owned(), corrected.x.into());
    window.insert(y.to_owned(), corrected.y.into());
    window.insert("width".to_owned(), corrected.width.into());
    window.insert("height".to_owned(), corrected.height.into());
    (corrected != area).then(|| serde_json::to_vec_pretty(&state).ok())?
}

fn area_of(window: &Map<String, Value>, x: &str, y: &str) -> Option<Area> {
    let number = |name: &str| window.get(name)?.as_i64();
    let at = |name: &str| number(name).and_then(|at| i32::try_from(at).ok());
    let length = |name: &str| number(name).and_then(|length| u32::try_from(length).ok());
    let area = Area::new((at(x)?, at(y)?), (length("width")?, length("height")?));
    // The size is zero until the window was first shown.
    (area.width > 0 && area.height > 0).then_some(area)
}

/// Returns the area unchanged if the screens together show all of it; otherwise moves it, and shrinks it if necessary,
/// onto the screen that shows most of it or is nearest.
fn fit_to_screens(area: Area, screens: &[Screen]) -> Area {
    let hidden = screens.iter().fold(vec![area], |hidden, screen| {
        let rest = hidden.into_iter();
        rest.flat_map(|part| part.subtract(screen.whole)).collect()
    });
    if hidden.is_empty() {
        return area;
    }
    let nearest = screens.iter().min_by_key(|screen| {
        let common = area.intersection(screen.whole).map_or(0, Area::size);
        (std::cmp::Reverse(common), area.distance(screen.whole))
    });
    nearest.map_or(area, |screen| area.fit_into(screen.free))
}

impl Area {
    fn new((x, y): (i32, i32), (width, height): (u32, u32)) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// The area between these edges; `None` if it is empty.
    fn between(left: i64, top: i64, right: i64, bottom: i64) -> Option<Self> {
        Some(Self {
            x: i32::try_from(left).ok()?,
            y: i32::try_from(top).ok()?,
            width: u32::try_from(right - left)
                .ok()
                .filter(|&width| width > 0)?,
            height: u32::try_from(bottom - top)
                .ok()
                .filter(|&height| height > 0)?,
        })
    }

    /// Left, top, right and bottom.
    fn edges(self) -> [i64; 4] {
        let (x, y) = (i64::from(self.x), i64::from(self.y));
        [x, y, x + i64::from(self.width), y + i64::from(self.height)]
    }

    fn size(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    fn intersection(self, other: Self) -> Option<Self> {
        let ([left, top, right, bottom], other) = (self.edges(), other.edges());
        Self::between(
            left.max(other[0]),
            top.max(other[1]),
            right.min(other[2]),
            bottom.min(other[3]),
        )
    }

    /// The parts of this area outside the other.
    fn subtract(self, other: Self) -> Vec<Self> {
        let Some(common) = self.intersection(other) else {
            return vec![self];
        };
        let ([l, t, r, b], [cl, ct, cr, cb]) = (self.edges(), common.edges());
        let parts = [
            Self::between(l, t, r, ct),
            Self::between(l, cb, r, b),
            Self::between(l, ct, cl, cb),
            Self::between(cr, ct, r, cb),
        ];
        parts.into_iter().flatten().collect()
    }

    /// Distance to the other area, summed over both axes.
    fn distance(self, other: Self) -> i64 {
        let ([left, top, right, bottom], other) = (self.edges(), other.edges());
        let across = (other[0] - right).max(left - other[2]).max(0);
        let down = (other[1] - bottom).max(top - other[3]).max(0);
        across + down
    }

    /// Moves this area into `room` by the shortest way, and shrinks it only if it is larger.
    fn fit_into(self, room: Self) -> Self {
        let (width, height) = (self.width.min(room.width), self.height.min(room.height));
        let [left, top, right, bottom] = room.edges();
        let within = |at: i32, from: i64, to: i64, length: u32| {
            let at = i64::from(at).min(to - i64::from(length)).max(from);
            i32::try_from(at).unwrap_or_default()
        };
        Self {
            x: within(self.x, left, right, width),
            y: within(self.y, top, bottom, height),
            width,
            height,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn area(x: i32, y: i32, width: u32, height: u32) -> Area {
        Area::new((x, y), (width, height))
    }

    /// A screen with a panel of 30 pixels at its top.
    fn screen(x: i32, y: i32, width: u32, height: u32) -> Screen {
        Screen {
            whole: area(x, y, width, height),
            free: area(x, y + 30, width, height - 30),
        }
    }

    fn left() -> Screen {
        screen(0, 0, 1920, 1080)
    }

    fn right() -> Screen {
        screen(1920, 0, 2560, 1440)
    }

    #[test]
    fn a_visible_window_is_not_moved() {
        let alone = area(100, 50, 1280, 800);
        assert_eq!(fit_to_screens(alone, &[left()]), alone);
        let over_both = area(1500, 40, 1280, 800);
        assert_eq!(fit_to_screens(over_both, &[left(), right()]), over_both);
        let mirrored = [left(), screen(0, 0, 1280, 1024)];
        let large = area(0, 0, 1920, 1080);
        assert_eq!(fit_to_screens(large, &mirrored), large);
    }

    #[test]
    fn a_partly_hidden_window_is_moved_by_the_shortest_way() {
        let below = area(200, 700, 1280, 800);
        assert_eq!(fit_to_screens(below, &[left()]), area(200, 280, 1280, 800));
        let aside = area(-300, 100, 1280, 800);
        assert_eq!(fit_to_screens(aside, &[left()]), area(0, 100, 1280, 800));
        // Its lower part lies over both, its upper over neither.
        let above = area(1500, -100, 1280, 800);
        assert_eq!(
            fit_to_screens(above, &[left(), right()]),
            area(1920, 30, 1280, 800)
        );
    }

    #[test]
    fn a_window_of_a_missing_screen_moves_to_the_nearest() {
        let gone = area(2100, 200, 1280, 800);
        assert_eq!(fit_to_screens(gone, &[left()]), area(640, 200, 1280, 800));
        let far = area(-9000, 0, 1280, 800);
        assert_eq!(
            fit_to_screens(far, &[right(), left()]),
            area(0, 30, 1280, 800)
        );
    }

    #[test]
    fn a_window_larger_than_the_screen_fills_it() {
        let large = area(10, 10, 2560, 1440);
        assert_eq!(fit_to_screens(large, &[left()]), area(0, 30, 1920, 1050));
    }

    #[test]
    fn without_screens_the_window_is_not_moved() {
        let anywhere = area(-5000, 0, 1280, 800);
        assert_eq!(fit_to_screens(anywhere, &[]), anywhere);
    }

    #[test]
    fn only_the_place_of_what_was_kept_is_put_right() {
        let kept = |x: i32, prev_x: i32, maximized: bool| {
            json!({ "main": { "width": 1280, "height": 800, "x": x, "y": 100, "prev_x": prev_x,
                "prev_y": 100, "maximized": maximized, "later": "kept" } })
        };
        let clamp_window = |kept: Value| {
            let right = clamp_saved(kept.to_string().as_bytes(), "main", &[left()])?;
            Some(serde_json::from_slice::<Value>(&right).unwrap())
        };
        assert_eq!(
            clamp_window(kept(1800, 1700, false)),
            Some(kept(640, 1700, false))
        );
        assert_eq!(clamp_window(kept(0, 1700, true)), Some(kept(0, 640, true)));
        assert_eq!(clamp_window(kept(640, 1700, false)), None);
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        let unshown = r#"{ "main": { "width": 0, "height": 0, "x": 9000, "y": 0 } }"#;
        for kept in ["", "[]", r#"{ "main": 1 }"#, r#"{ "main": {} }"#, unshown] {
            assert_eq!(
                clamp_saved(kept.as_bytes(), "main", &[left()]),
                None,
                "{kept}"
            );
        }
    }
}
