//! The window may show only the pages of the app itself.

use tauri::AppHandle;
use url::Url;

/// Whether `to` is one of the app's own pages. Any other page could leak data or imitate Patchbay.
pub(super) fn is_app_page(app: &AppHandle, to: &Url) -> bool {
    let development = app.config().build.dev_url.as_ref();
    is_page_of(to, development.filter(|_| tauri::is_dev()))
}

fn is_page_of(to: &Url, development: Option<&Url>) -> bool {
    let is_at =
        |scheme, host| to.scheme() == scheme && to.host_str() == Some(host) && to.port().is_none();
    // WebView2 has no custom schemes.
    let is_bundled = if cfg!(windows) {
        is_at("http", "tauri.localhost")
    } else {
        is_at("tauri", "localhost")
    };
    let is_served = development.is_some_and(|page| page.origin() == to.origin());
    is_bundled || is_served
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(to: &str, development: Option<&str>) -> bool {
        let url = |text: &str| Url::parse(text).unwrap();
        is_page_of(&url(to), development.map(url).as_ref())
    }

    #[test]
    fn only_pages_of_the_app_are_shown() {
        let own = if cfg!(windows) {
            "http://tauri.localhost"
        } else {
            "tauri://localhost"
        };
        assert!(allows(own, None));
        assert!(allows(&format!("{own}/connectors?x#y"), None));
        let others = "
            http://127.0.0.1:8080/ http://localhost:1420/ https://tauri.localhost.example/
            http://tauri.localhost:81/ tauri://localhost:81/ tauri://localhost.example/ tauri://user@other/
            ipc://localhost/run_tool asset://localhost/etc/passwd file:///etc/passwd data:text/html,x
            blob:tauri://localhost/x javascript:alert(1) about:blank about:srcdoc
            patchbay://oauth/callback?code=x
        ";
        for to in others.split_whitespace() {
            assert!(!allows(to, None), "{to}");
        }
    }

    #[test]
    fn the_page_of_the_development_server_is_allowed() {
        let server = Some("http://localhost:1420");
        assert!(allows("http://localhost:1420/x", server));
        assert!(!allows("http://localhost:1421/", server));
        assert!(!allows("https://localhost:1420/", server));
    }
}
