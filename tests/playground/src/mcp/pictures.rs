//! A tool that answers with a picture.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::{ErrorData, schemars, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Tools;

/// What `picture` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Picture {
    /// Width and height in pixels
    #[serde(default = "default_size")]
    #[schemars(range(min = 8, max = 512), default = "default_size")]
    size: u16,
}

fn default_size() -> u16 {
    96
}

#[tool_router(router = picture_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Draw a picture",
        description = "Answers with a small PNG, drawn on the spot, and a line of text about it.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn picture(
        &self,
        Parameters(Picture { size }): Parameters<Picture>,
    ) -> Result<CallToolResult, ErrorData> {
        let size = size.clamp(8, 512);
        let bytes = draw(size)
            .map_err(|error| ErrorData::internal_error(format!("no picture: {error}"), None))?;
        Ok(CallToolResult::success(vec![
            ContentBlock::text(format!("A ring, {size} by {size} pixels.")),
            ContentBlock::image(STANDARD.encode(bytes), "image/png"),
        ]))
    }
}

/// A blue ring on nothing, as PNG.
fn draw(size: u16) -> Result<Vec<u8>, png::EncodingError> {
    let middle = f32::from(size) / 2.0;
    let pixels: Vec<u8> = (0..size)
        .flat_map(|y| (0..size).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let away = (f32::from(x) + 0.5 - middle).hypot(f32::from(y) + 0.5 - middle);
            let ring = (0.5..0.9).contains(&(away / middle));
            [31, 99, 207, if ring { 255 } else { 0 }]
        })
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, u32::from(size), u32::from(size));
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}
