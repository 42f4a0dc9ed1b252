//! Size and position of the window after a restart.

use crate::support::display::{self, Bounds};
use crate::support::{Harness, Window};

const CHOSEN: Bounds = Bounds {
    x: 130,
    y: 70,
    width: 1000,
    height: 640,
};

#[test]
fn size_and_place_are_kept() {
    let (harness, window) = Harness::started();
    assert_ne!(display::bounds(), Some(CHOSEN));
    put(&window, CHOSEN);
    window.quit();
    let window = harness.start();
    window.wait_until("the size and place of before", || {
        display::bounds() == Some(CHOSEN)
    });
    window.quit();
}

#[test]
fn a_place_beyond_the_screen_is_brought_back_into_it() {
    let harness = Harness::new();
    let (width, height) = display::size();
    let (width, height) = (
        i16::try_from(width).expect("a small display"),
        i16::try_from(height).expect("a small display"),
    );
    // On a screen that is gone, and beyond two edges of the one that remains.
    for (x, y) in [(width + 700, height + 300), (width - 200, height - 100)] {
        let window = harness.start();
        put(&window, Bounds { x, y, ..CHOSEN });
        window.quit();
        let window = harness.start();
        let corner = Bounds {
            x: width - 1000,
            y: height - 640,
            ..CHOSEN
        };
        window.wait_until("the whole window within the display", || {
            display::bounds() == Some(corner)
        });
        window.quit();
    }
}

#[test]
fn a_window_that_filled_the_screen_does_so_again() {
    let (harness, window) = Harness::started();
    put(&window, CHOSEN);
    assert!(!display::is_maximised());
    display::maximise();
    window.quit();
    let window = harness.start();
    window.wait_until("the wish to fill the screen", display::is_maximised);
    // It returns to the chosen size.
    assert_eq!(
        display::bounds().map(|bounds| (bounds.width, bounds.height)),
        Some((CHOSEN.width, CHOSEN.height))
    );
    window.quit();
}

fn put(window: &Window, bounds: Bounds) {
    display::move_window(bounds);
    window.wait_until("the page in its new size", || {
        window.script("return innerWidth", &[]) == bounds.width
    });
}
