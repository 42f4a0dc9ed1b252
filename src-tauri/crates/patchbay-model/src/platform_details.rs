//! Facts and actions that are specific to one platform.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Json, Timestamp};

/// The effect of an operation on its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OperationEffect {
    /// Changes nothing.
    Read,
    /// Adds or changes.
    Write,
    /// Removes what can be created again.
    Destructive,
    /// Cannot be undone.
    Irreversible,
}

impl OperationEffect {
    /// Whether the user has to confirm the operation, wherever it is called from.
    pub const fn needs_confirmation(self) -> bool {
        matches!(self, Self::Destructive | Self::Irreversible)
    }
}

/// The facts and controls of a connector, in display order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformDetails {
    /// The facts.
    pub facts: Vec<Fact>,
    /// The controls, by topic.
    pub groups: Vec<ControlGroup>,
}

/// A fact about a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// Its label, such as `Last checked`.
    pub label: String,
    /// Its value as text.
    pub value: String,
    /// Its value as a time, if it is one.
    pub at: Option<Timestamp>,
}

/// Controls of one topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ControlGroup {
    /// The topic, such as `Activation`.
    pub title: String,
    /// An explanation of one or two sentences.
    pub help: Option<String>,
    /// The controls.
    pub controls: Vec<Control>,
}

/// A control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Control {
    /// Runs an action.
    Button {
        /// Its effect.
        action: Box<Action>,
    },
    /// Turns something on or off.
    Switch {
        /// What is turned on or off.
        label: String,
        /// Whether it turns the connector itself on or off, at some level.
        is_main: bool,
        /// Whether it is on; `None` if the platform does not tell, so that both actions are offered.
        is_on: Option<bool>,
        /// Turns it on.
        turn_on: Box<Action>,
        /// Turns it off.
        turn_off: Box<Action>,
    },
    /// Chooses one of several states.
    Choice {
        /// What is chosen.
        label: String,
        /// Name of the action for the current state, if known.
        current: Option<String>,
        /// The actions to choose from.
        actions: Vec<Action>,
    },
}

/// An operation of the platform, prepared for a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Its name within the connector, with hyphens, such as `activate-for-organization`.
    pub name: String,
    /// Label of its button.
    pub title: String,
    /// The operation that it calls.
    pub operation: String,
    /// Fixed arguments, an object.
    pub fixed: Json,
    /// JSON Schema of the arguments that the user enters; `None` if there are none.
    pub input_schema: Option<Json>,
    /// Initial values of these arguments, an object.
    #[serde(default)]
    #[specta(optional)]
    pub values: Json,
    /// Its effect.
    pub effect: OperationEffect,
    /// A warning of one or two sentences before it runs.
    pub warning: Option<String>,
    /// Whether the user has to confirm it, because of its effect or its warning.
    pub needs_confirmation: bool,
}

impl Action {
    /// Adds a warning, which the user has to confirm.
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
    /// Returns the action with that name.
    pub fn find(&self, name: &str) -> Option<&Action> {
        let mut actions = self.actions();
        actions.find(|action| action.name == name)
    }

    /// Returns all actions, in order.
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
