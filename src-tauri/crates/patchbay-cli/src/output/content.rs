//! Parts of results, prompts and resources as text.

use patchbay_model::{Content, inert_json_pretty};

use super::when;

/// Renders a part: text as it is, and a description of anything else, with a hint how to save its bytes.
pub(crate) fn as_text(part: &Content, to_save: Option<&str>) -> String {
    let describe = |what: &str, kind: &str, base64: &str| {
        let bytes = base64.len() as u64 / 4 * 3;
        let hint = to_save.map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("[{what}, {kind}, {}{hint}]", when::size(bytes))
    };
    match part {
        Content::Text { text, .. } => text.clone(),
        Content::Image {
            data, mime_type, ..
        } => describe("image", mime_type, data),
        Content::Audio {
            data, mime_type, ..
        } => describe("sound", mime_type, data),
        Content::ResourceLink {
            uri,
            name,
            title,
            description,
            ..
        } => {
            let link = format!("{}: {uri}", title.as_ref().unwrap_or(name));
            description
                .as_ref()
                .map_or_else(|| link.clone(), |words| format!("{link}\n{words}"))
        }
        Content::Resource {
            text: Some(text), ..
        } => text.clone(),
        Content::Resource {
            uri,
            blob,
            mime_type,
            ..
        } => {
            let kind = mime_type.as_deref().unwrap_or("binary");
            describe(uri, kind, blob.as_deref().unwrap_or_default())
        }
        Content::Other { value } => inert_json_pretty(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_shown_with_its_title_and_description() {
        let link = |title: Option<&str>, description: Option<&str>| {
            let link = Content::ResourceLink {
                uri: "notes://1".into(),
                name: "one".into(),
                title: title.map(str::to_owned),
                description: description.map(str::to_owned),
                mime_type: None,
                annotations: None,
            };
            as_text(&link, None)
        };
        assert_eq!(link(None, None), "one: notes://1");
        assert_eq!(
            link(Some("First"), Some("A note")),
            "First: notes://1\nA note"
        );
    }

    #[test]
    fn bytes_are_named_not_shown() {
        let image = Content::Image {
            data: "A".repeat(4000),
            mime_type: "image/png".into(),
            annotations: None,
        };
        assert_eq!(as_text(&image, None), "[image, image/png, 3.0 kB]");
        assert_eq!(
            as_text(&image, Some("to save it, run `patchbay run save run_1`")),
            "[image, image/png, 3.0 kB; to save it, run `patchbay run save run_1`]"
        );
    }
}
