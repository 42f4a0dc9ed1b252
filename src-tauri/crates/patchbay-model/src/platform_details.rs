//! What is only the connectors of one platform have: facts to read, switches and buttons to use.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Json, Timestamp};

/// What an operation does to its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OperationEffect {
    /// Changes nothing.
    Read,
    /// Adds or changes.
    Write,
    /// Takes away what can be made again.
    Destructive,
    /// Cannot be taken back.
    Irreversible,
}

impl OperationEffect {
    /// Whether a person has to agree before it runs, wherever it is called from.
    pub const fn needs_confirmation(self) -> bool {
        matches!(self, Self::Destructive | Self::Irreversible)
    }
}

/// Everything that only this platform tells of a connector, in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformDetails {
    /// What can be read.
    pub facts: Vec<Fact>,
    /// What can be done, by the thing it is about.
    pub groups: Vec<ControlGroup>,
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// What it is, such as `Last checked`.
    pub label: String,
    /// In words.
    pub value: String,
    /// When it is a moment: that moment.
    pub at: Option<Timestamp>,
}

/// Controls that are about one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ControlGroup {
    /// What they are about, such as `Activation`.
    pub title: String,
    /// What that means, one or two sentences.
    pub help: Option<String>,
    /// The controls.
    pub controls: Vec<Control>,
}

/// Something to use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Control {
    /// Does one thing.
    Button {
        /// What it does.
        action: Box<Action>,
    },
    /// Is on or off.
    Switch {
        /// What is on or off.
        label: String,
        /// Whether that is the connector itself, at some level, and not something about it.
        is_main: bool,
        /// Whether it is on; `None` when the platform does not tell: then both actions are offered.
        is_on: Option<bool>,
        /// Turns it on.
        turn_on: Box<Action>,
        /// Turns it off.
        turn_off: Box<Action>,
    },
    /// Is one of several.
    Choice {
        /// What is chosen.
        label: String,
        /// Name of the action that brought about how it is now, where that is known.
        current: Option<String>,
        /// The actions to choose from.
        actions: Vec<Action>,
    },
}

/// One documented operation of the platform, made ready for one connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Its name within the connector, with hyphens, such as `activate-for-organization`.
    pub name: String,
    /// What the button says.
    pub title: String,
    /// The operation that it calls.
    pub operation: String,
    /// Arguments that are settled: an object.
    pub fixed: Json,
    /// JSON Schema of the arguments that a person gives beside them, an object; `None` when there are none.
    pub input_schema: Option<Json>,
    /// Those of them that are set now, an object: what a form begins with.
    #[serde(default)]
    #[specta(optional)]
    pub values: Json,
    /// What it does.
    pub effect: OperationEffect,
    /// What comes of it that one should know before, one or two sentences.
    pub warning: Option<String>,
    /// Whether a person has to agree before it runs: by its effect, or to its warning.
    pub needs_confirmation: bool,
}

impl Action {
    /// The same, with what one should know before.
    #[must_use]
    pub fn with_warning(self, warning: impl Into<String>) -> Self {
        Self {
            warning: Some(warning.into()),
            needs_confirmation: true,
            ..self
        }
    }
}

impl PlatformDetails {
    /// The action of that name.
    pub fn find(&self, name: &str) -> Option<&Action> {
        let mut actions = self.actions();
        actions.find(|action| action.name == name)
    }

    /// Every action, in order.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        let controls = self.groups.iter().flat_map(|group| &group.controls);
        controls.flat_map(|control| match control {
            Control::Button { action } => vec![action.as_ref()],
            Control::Switch {
                turn_on, turn_off, ..
            } => vec![turn_on.as_ref(), turn_off.as_ref()],
            Control::Choice { actions, .. } => actions.iter().collect(),
        })
    }
}
