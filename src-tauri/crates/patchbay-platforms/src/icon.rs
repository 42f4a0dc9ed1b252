//! Chooses among the icons that a server or platform names, without fetching them.

use patchbay_model::has_user_info;
use serde_json::Value;
use url::Url;

/// Maximum length of an icon's address; a data URL contains the picture.
const MAX_ADDRESS_BYTES: usize = 8 * 1024;

/// Returns the first address that may lead to a picture, from pairs of address and media type.
pub(crate) fn choose<'a>(
    icons: impl IntoIterator<Item = (Option<&'a str>, Option<&'a str>)>,
) -> Option<String> {
    let mut icons = icons.into_iter();
    icons.find_map(|(address, media_type)| {
        let address = address.filter(|address| address.len() <= MAX_ADDRESS_BYTES)?;
        let url = Url::parse(address).ok()?;
        // SVG is markup and never shown.
        let is_markup = |name: &str| name.contains("svg");
        let is_markup = media_type.is_some_and(is_markup)
            || match url.scheme() {
                "https" | "http" => url.path().ends_with(".svg"),
                "data" => url.path().split(',').next().is_some_and(is_markup),
                _ => true,
            };
        (!is_markup && !has_user_info(&url)).then(|| url.into())
    })
}

/// As [`choose`], from MCP's `icons`.
pub(crate) fn choose_from_mcp(icons: &Value) -> Option<String> {
    let icons = icons.as_array().map_or(&[][..], Vec::as_slice);
    choose(
        icons
            .iter()
            .map(|icon| (icon["src"].as_str(), icon["mimeType"].as_str())),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_that_may_be_a_picture_is_kept() {
        let icons = json!([
            "https://a.example/text.png",
            {"src": "https://a.example/logo.svg"},
            {"src": "https://a.example/logo", "mimeType": "image/svg+xml"},
            {"src": "data:image/svg+xml;base64,PHN2Zy8+"},
            {"src": "javascript:alert(1)"},
            {"src": "file:///etc/passwd"},
            {"src": "/relative.png"},
            {"src": "https://user:secret@a.example/logo.png"},
            {"src": format!("https://a.example/{}.png", "a".repeat(MAX_ADDRESS_BYTES))},
            {"src": "https://a.example/logo.png", "mimeType": "image/png", "sizes": ["48x48"]},
            {"src": "https://a.example/other.png"},
        ]);
        let chosen = choose_from_mcp(&icons);
        assert_eq!(chosen.as_deref(), Some("https://a.example/logo.png"));
        let within = json!([{"src": "data:image/png;base64,iVBORw0KGgo="}]);
        assert_eq!(
            choose_from_mcp(&within).as_deref(),
            within[0]["src"].as_str()
        );
        for none in [json!(null), json!([]), json!({"src": "https://a.example/"})] {
            assert_eq!(choose_from_mcp(&none), None);
        }
    }
}
