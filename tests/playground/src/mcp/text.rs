//! Tools that answer with text or with structured content.

use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::{ErrorData, schemars, tool, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Tools;

/// The most text `huge` answers with, in bytes.
const MAX_HUGE_BYTES: u32 = 64 * 1024 * 1024;

/// What `echo` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Echo {
    /// The text to send back, plain or Markdown
    message: String,
    /// How often to send it back
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100), default = "one")]
    times: u8,
}

fn one() -> u8 {
    1
}

/// What `weather` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct WeatherQuery {
    /// The name of a city
    #[schemars(length(min = 1))]
    city: String,
    /// The unit of temperatures
    #[serde(default)]
    unit: Unit,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Unit {
    #[default]
    Celsius,
    Fahrenheit,
}

/// What `weather` answers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Weather {
    /// The city that was asked for
    city: String,
    /// The unit of all temperatures
    unit: Unit,
    /// The temperature now
    temperature: f64,
    /// A few words about the sky
    conditions: String,
    /// The next three days
    forecast: Vec<Day>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Day {
    /// The day, counted from today
    day: u8,
    low: f64,
    high: f64,
}

/// What `huge` takes.
#[derive(Debug, Deserialize, JsonSchema)]
struct Huge {
    /// How much text to answer with, in bytes
    #[schemars(range(min = 1, max = 67_108_864))]
    bytes: u32,
}

#[tool_router(router = text_tools, vis = "pub(crate)")]
impl Tools {
    #[tool(
        title = "Echo text",
        description = "Sends the text back as it came, so that you can see how text and Markdown are shown.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn echo(&self, Parameters(Echo { message, times }): Parameters<Echo>) -> CallToolResult {
        let blocks = (0..times.max(1)).map(|_| ContentBlock::text(message.clone()));
        CallToolResult::success(blocks.collect())
    }

    #[tool(
        title = "Invented weather",
        description = "Answers with structured content and its schema. The weather is made up from the name of the city.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn weather(
        &self,
        Parameters(WeatherQuery { city, unit }): Parameters<WeatherQuery>,
    ) -> Json<Weather> {
        Json(invent(city, unit))
    }

    #[tool(
        title = "Huge answer",
        description = "Answers with as many bytes of text as you ask for, up to 64 MiB.",
        annotations(read_only_hint = true, idempotent_hint = true, open_world_hint = false)
    )]
    fn huge(&self, Parameters(Huge { bytes }): Parameters<Huge>) -> Result<String, ErrorData> {
        if bytes > MAX_HUGE_BYTES {
            return Err(ErrorData::invalid_params(
                format!("bytes is above {MAX_HUGE_BYTES}"),
                None,
            ));
        }
        const LINE: &str = "All work and no play makes for a very long answer indeed today.\n";
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut text = LINE.repeat(bytes.div_ceil(LINE.len()));
        text.truncate(bytes);
        Ok(text)
    }
}

/// Weather that is the same for one city every time.
fn invent(city: String, unit: Unit) -> Weather {
    let seed = city
        .bytes()
        .fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 1000);
    let in_unit = |celsius: f64| match unit {
        Unit::Celsius => celsius,
        Unit::Fahrenheit => celsius * 9.0 / 5.0 + 32.0,
    };
    let now = f64::from(seed % 30);
    let conditions = ["clear", "cloudy", "rain", "snow far away"];
    let picked = usize::try_from(seed).unwrap_or(0) % conditions.len();
    Weather {
        city,
        unit,
        temperature: in_unit(now),
        conditions: conditions[picked].to_owned(),
        forecast: (1..=3)
            .map(|day| Day {
                day,
                low: in_unit(now - f64::from(day)),
                high: in_unit(now + f64::from(day)),
            })
            .collect(),
    }
}
