//! What Tauri does not expose of AppKit, the application framework of macOS.
#![expect(unsafe_code, reason = "AppKit's own calls; Tauri has none for these")]

use std::mem::transmute;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use block2::RcBlock;
use objc2::ffi::class_addMethod;
use objc2::runtime::{AnyObject, Imp, Sel};
use objc2::{MainThreadMarker, sel};
use objc2_app_kit::{
    NSApplication, NSApplicationTerminateReply, NSWindowDidExitFullScreenNotification,
    NSWindowWillEnterFullScreenNotification, NSWindowWillExitFullScreenNotification,
};
use objc2_foundation::{NSNotification, NSNotificationCenter};
use tauri::{AppHandle, Window};

use crate::{quit, title_bar, window};

/// For [`should_terminate`], which AppKit calls without context.
static APP: OnceLock<AppHandle> = OnceLock::new();

/// Whether the window is to be hidden when it has left full screen.
static HIDES_AFTER_FULL_SCREEN: AtomicBool = AtomicBool::new(false);

/// Source: Apple, `NSApplicationDelegate`, `applicationShouldTerminate(_:)`.
type ShouldTerminate =
    extern "C-unwind" fn(&AnyObject, Sel, *mut AnyObject) -> NSApplicationTerminateReply;

/// Makes the Dock, sign-out and shutdown ask before they quit the app, as its own menu does.
pub(crate) fn confirm_before_quit(app: &AppHandle) {
    let system = MainThreadMarker::new().map(NSApplication::sharedApplication);
    let Some(delegate) = system.and_then(|system| system.delegate()) else {
        return tracing::warn!("the Dock ends the app without asking");
    };
    drop(APP.set(app.clone()));
    let delegate: &AnyObject = (*delegate).as_ref();
    let class = ptr::from_ref(delegate.class()).cast_mut();
    // SAFETY: the method's signature is the one that AppKit declares, as in the encoding; AppKit calls it on the main
    // thread. A class that has the method already keeps it.
    unsafe {
        let method = transmute::<ShouldTerminate, Imp>(should_terminate);
        let encoding = c"Q@:@".as_ptr();
        class_addMethod(class, sel!(applicationShouldTerminate:), method, encoding);
    }
}

extern "C-unwind" fn should_terminate(
    _: &AnyObject,
    _: Sel,
    _: *mut AnyObject,
) -> NSApplicationTerminateReply {
    match APP.get().is_some_and(quit::confirm_quit) {
        // A yes quits the app by itself.
        true => NSApplicationTerminateReply::TerminateCancel,
        false => NSApplicationTerminateReply::TerminateNow,
    }
}

/// Makes a window in full screen leave it and hides it afterwards; returns whether it is in full screen. Hidden at once,
/// it would leave its space behind, which is black.
///
/// # Errors
/// Those of the system.
pub(crate) fn hide_after_full_screen(window: &Window) -> tauri::Result<bool> {
    let is_full = window.is_fullscreen()?;
    if is_full {
        window.set_fullscreen(false)?;
    }
    HIDES_AFTER_FULL_SCREEN.store(is_full, Ordering::Relaxed);
    Ok(is_full)
}

/// Keeps a window that is shown again while it leaves full screen.
pub(crate) fn keep_shown() {
    HIDES_AFTER_FULL_SCREEN.store(false, Ordering::Relaxed);
}

fn hide_closed(app: &AppHandle) {
    if !HIDES_AFTER_FULL_SCREEN.swap(false, Ordering::Relaxed) {
        return;
    }
    if let Some(Err(error)) = window::main(app).map(|window| window.hide()) {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// Tells the page whenever the window enters or leaves full screen, and hides a closed window that has left it.
pub(crate) fn follow_full_screen(app: &AppHandle) {
    // SAFETY: AppKit initializes these constants before any of our code runs.
    let observers: [(_, fn(&AppHandle)); 3] = unsafe {
        [
            (NSWindowWillEnterFullScreenNotification, |app| {
                title_bar::show_full_screen(app, true);
            }),
            (NSWindowWillExitFullScreenNotification, |app| {
                title_bar::show_full_screen(app, false);
            }),
            (NSWindowDidExitFullScreenNotification, hide_closed),
        ]
    };
    for (name, follow) in observers {
        let app = app.clone();
        let observer = RcBlock::new(move |_: NonNull<NSNotification>| follow(&app));
        // SAFETY: the block may be called on any thread. The center retains the observer.
        unsafe {
            NSNotificationCenter::defaultCenter().addObserverForName_object_queue_usingBlock(
                Some(name),
                None,
                None,
                &observer,
            );
        }
    }
}
