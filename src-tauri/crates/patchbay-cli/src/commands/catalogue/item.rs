//! An item of the catalogue: a connector type of an account, or a known server.

use patchbay_model::{Account, AccountId, Definition};
use patchbay_ops::{CatalogueEntry, CatalogueVariable, Reach};
use serde::Serialize;

use crate::output::Screen;
use crate::output::facts::Facts;
use crate::output::table::Cell;
use crate::output::{text, words};

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum CatalogueItem {
    Definition(AccountDefinition),
    Server(CatalogueEntry),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountDefinition {
    account: AccountId,
    account_label: String,
    #[serde(flatten)]
    definition: Definition,
}

impl CatalogueItem {
    pub(super) fn of_account(account: &Account, definition: Definition) -> Self {
        Self::Definition(AccountDefinition {
            account: account.id.clone(),
            account_label: account.label.clone(),
            definition,
        })
    }

    /// Whether that is its id or title.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let (id, title) = match self {
            Self::Definition(AccountDefinition { definition, .. }) => {
                (&definition.id, &definition.title)
            }
            Self::Server(entry) => (&entry.id, &entry.title),
        };
        id == name || title.eq_ignore_ascii_case(name)
    }

    /// Whether it contains each of the lowercase words.
    pub(super) fn matches_all(&self, words: &[String]) -> bool {
        let (names, description, category) = match self {
            Self::Definition(AccountDefinition { definition, .. }) => (
                [&definition.id, &definition.title],
                &definition.description,
                &definition.category,
            ),
            Self::Server(entry) => (
                [&entry.id, &entry.title],
                &entry.description,
                &entry.category,
            ),
        };
        let texts = names.into_iter().chain(description).chain(category);
        let texts = texts.map(|text| text.to_lowercase());
        let texts: Vec<String> = texts.chain([self.place().to_lowercase()]).collect();
        words
            .iter()
            .all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }

    pub(super) fn row(&self) -> [Cell; 5] {
        let (name, from, description) = match self {
            Self::Definition(AccountDefinition {
                account_label,
                definition,
                ..
            }) => (
                &definition.title,
                account_label.as_str(),
                &definition.description,
            ),
            Self::Server(entry) => (&entry.id, "", &entry.description),
        };
        [
            Cell::from(name),
            Cell::from(from),
            Cell::from(self.place()),
            Cell::from(self.sign_in()),
            Cell::from(description.as_deref().unwrap_or_default()),
        ]
    }

    pub(super) fn facts(&self, screen: Screen) -> String {
        let sign_in = self.sign_in();
        let facts = match self {
            Self::Definition(definition) => facts_of_definition(definition, &sign_in),
            Self::Server(entry) => facts_of_server(entry, &sign_in),
        };
        facts.render(screen)
    }

    fn place(&self) -> String {
        match self {
            Self::Definition(AccountDefinition { definition, .. }) => {
                definition.endpoint.clone().unwrap_or_default()
            }
            Self::Server(entry) => match &entry.reach {
                Reach::Address { url, .. } => url.clone(),
                Reach::Command { words, .. } => words.join(" "),
            },
        }
    }

    fn sign_in(&self) -> String {
        match self {
            Self::Definition(AccountDefinition { definition, .. }) => {
                match definition.has_consent {
                    Some(true) => "oauth",
                    Some(false) => "key or none",
                    None => "",
                }
                .to_owned()
            }
            Self::Server(entry) => {
                let methods: Vec<_> = entry
                    .authentication
                    .iter()
                    .map(|method| method.as_str())
                    .collect();
                methods.join(", ")
            }
        }
    }
}

fn facts_of_definition(of: &AccountDefinition, sign_in: &str) -> Facts {
    let definition = &of.definition;
    let (account, id) = (text::quote(&of.account_label), text::quote(&definition.id));
    Facts::default()
        .add("Name", &definition.title)
        .add("Id", &definition.id)
        .add("Account", &of.account_label)
        .add_optional("Description", definition.description.as_ref())
        .add_optional("Category", definition.category.as_ref())
        .add_optional("Address", definition.endpoint.as_ref())
        .add("Sign-in", sign_in)
        .add(
            "Create with",
            format!("patchbay connector create {account} {id}"),
        )
}

fn facts_of_server(entry: &CatalogueEntry, sign_in: &str) -> Facts {
    let facts = Facts::default()
        .add("Name", &entry.id)
        .add("Title", &entry.title)
        .add_optional("Description", entry.description.as_ref())
        .add_optional("Category", entry.category.as_ref());
    let facts = match &entry.reach {
        Reach::Address { url, transport } => facts
            .add("Address", url)
            .add_optional("Transport", words::deprecated(*transport)),
        Reach::Command { words, variables } => facts
            .add("Command", words.join(" "))
            .add("Variables", described(variables)),
    };
    let tried = if entry.verified { "yes" } else { "no" };
    facts
        .add("Add with", add_command(entry))
        .add("Sign-in", sign_in)
        .add_optional("Note", entry.note.as_ref())
        .add_optional("Source", entry.source.as_ref())
        .add_optional("Updated", entry.source_date.as_ref())
        .add("Tested", tried)
}

fn described(variables: &[CatalogueVariable]) -> String {
    let words = variables.iter().map(|variable| {
        let secret = if variable.is_secret { " (secret)" } else { "" };
        let description = variable.description.as_ref();
        let description = description.map_or_else(String::new, |text| format!(": {text}"));
        format!("{}{secret}{description}", variable.name)
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The command that adds a known server. It asks for the secrets of a local one, whose other variables have a
/// placeholder.
pub(in crate::commands) fn add_command(entry: &CatalogueEntry) -> String {
    let (words, variables) = match &entry.reach {
        Reach::Address { url, .. } => {
            return format!("patchbay connector add {}", text::quote(url));
        }
        Reach::Command { words, variables } => (words, variables),
    };
    let variables = variables.iter().map(|variable| match variable.is_secret {
        true => format!(" --env-secret {}", text::quote(&variable.name)),
        false => format!(
            " --env {}",
            text::quote(&format!("{}=VALUE", variable.name))
        ),
    });
    let words = words.iter().map(|word| format!(" {}", text::quote(word)));
    let (variables, words): (String, String) = (variables.collect(), words.collect());
    format!(
        "patchbay connector add {}{variables} --{words}",
        text::quote(&entry.id)
    )
}

#[cfg(test)]
mod tests {
    use patchbay_ops::list_catalogue;

    use super::*;
    use crate::command_hint::tests::named_commands::assert_runnable;

    fn found(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let entries = list_catalogue().into_iter();
        let found =
            entries.filter(|entry| CatalogueItem::Server(entry.clone()).matches_all(&words));
        found.map(|entry| entry.id).collect()
    }

    #[test]
    fn the_command_asks_for_secrets() {
        let variable = |name: &str, is_secret| CatalogueVariable {
            name: name.to_owned(),
            description: None,
            is_secret,
            is_required: true,
        };
        let variables = vec![variable("API_KEY", true), variable("MODE", false)];
        assert_eq!(described(&variables), "API_KEY (secret), MODE");
        let words = vec!["npx".to_owned(), "files".to_owned()];
        let mut entry = list_catalogue().remove(0);
        entry.id = "files".to_owned();
        entry.reach = Reach::Command { words, variables };
        assert_eq!(
            add_command(&entry),
            "patchbay connector add files --env-secret API_KEY --env MODE=VALUE -- npx files"
        );
    }

    #[test]
    fn each_entry_says_how_it_is_added() {
        for entry in list_catalogue() {
            let facts = CatalogueItem::Server(entry).facts(Screen::PLAIN);
            let command = facts
                .lines()
                .find_map(|line| line.strip_prefix("Add with:"));
            assert_runnable(&format!("`{}`", command.unwrap().trim()));
        }
    }

    #[test]
    fn every_word_has_to_be_found_somewhere() {
        assert_eq!(found(&["linear.app"]), ["linear"]);
        assert_eq!(found(&["issues", "jira"]), ["atlassian"]);
        assert!(found(&["jira", "payments"]).is_empty());
    }
}
