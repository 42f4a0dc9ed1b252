//! The commands that the web view may call: arguments in, one verb, answer out.

/// Declares commands by the expression of their answer. `$cx` names the context in it.
macro_rules! commands {
    ($cx:ident => $(
        $(#[$doc:meta])*
        fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty = $body:expr;
    )*) => {
        commands! { $(
            $(#[$doc])*
            fn $name($cx: tauri::State<'_, patchbay_ops::Context>, $($argument: $type),*) -> $answer = $body;
        )* }
    };
    ($(
        $(#[$doc:meta])*
        fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty = $body:expr;
    )*) => {
        $(
            $(#[$doc])*
            #[tauri::command]
            #[specta::specta]
            pub(crate) async fn $name($($argument: $type),*) -> Result<$answer, patchbay_model::Problem> {
                Ok($body)
            }
        )*
    };
}

pub(crate) mod accounts;
pub(crate) mod app;
pub(crate) mod authorizations;
pub(crate) mod bundles;
pub(crate) mod catalogue;
pub(crate) mod certificates;
pub(crate) mod connector_settings;
pub(crate) mod connectors;
pub(crate) mod creation;
pub(crate) mod credentials;
pub(crate) mod folders;
pub(crate) mod history;
pub(crate) mod mcp_resources;
pub(crate) mod needs;
pub(crate) mod platform_credentials;
pub(crate) mod rotation;
pub(crate) mod runs;
pub(crate) mod tools;
pub(crate) mod vault;
