//! The fields of an account: from options, the environment variables of the platform's own client, and standard input.

use std::collections::BTreeMap;

use patchbay_model::{Json, Secret};
use patchbay_ops::{PlatformField, PlatformForm, SecretInput, secret_for, strip_scheme};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::args::AccountSecretArgs;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::secret_source::{Source, parse_field};
use crate::tool_arguments::position;

const ALL_FIELDS: &str = "Run `patchbay account platforms` for the fields.";

#[derive(Debug)]
pub(super) struct Fields {
    pub(super) settings: Map<String, Value>,
    pub(super) secrets: BTreeMap<String, SecretInput>,
    /// Whether the account exists already, so that only its secrets are read.
    is_known: bool,
}

/// A member of a JSON object of fields.
#[derive(Deserialize)]
#[serde(untagged)]
enum Member {
    Text(Secret),
    Other(Value),
}

impl Fields {
    /// Fields of a new account with the given settings.
    pub(super) fn of_new(settings: Map<String, Value>) -> Self {
        Self {
            settings,
            secrets: BTreeMap::new(),
            is_known: false,
        }
    }

    /// Fields of an existing account with these settings, which don't change.
    pub(super) fn of_known(settings: Map<String, Value>) -> Self {
        Self {
            is_known: true,
            ..Self::of_new(settings)
        }
    }

    /// Fills in the options, then environment variables if the user agrees. If there is no secret then, reads it from
    /// standard input.
    pub(super) async fn fill(
        mut self,
        cli: &Cli,
        form: &PlatformForm,
        args: AccountSecretArgs,
    ) -> Result<Self, Failure> {
        if let Some(from) = &args.from {
            let source = Source::parse("--from", from)?;
            self.add_key(cli, form, &source).await?;
        }
        for given in &args.secrets {
            self.add_named(cli, given).await?;
        }
        self.add_from_environment(cli, form)?;
        if self.secrets.is_empty() && (self.is_known || self.key(form).is_some()) {
            self.add_key(cli, form, &Source::Input).await?;
        }
        Ok(self)
    }

    async fn add_named(&mut self, cli: &Cli, given: &str) -> Result<(), Failure> {
        let (name, source) = parse_field(given)?;
        let secret = match cli.reference_or_entry(&source).await? {
            Some(secret) => secret,
            None => new_secret(&cli.secret_input(name)?),
        };
        self.secrets.insert(name.to_owned(), secret);
        Ok(())
    }

    /// Reads the key, or a JSON object of several fields from standard input.
    async fn add_key(
        &mut self,
        cli: &Cli,
        form: &PlatformForm,
        source: &Source,
    ) -> Result<(), Failure> {
        let any = || form.fields.iter().find(|field| field.is_secret);
        let Some(field) = self.key(form).or_else(any) else {
            return Err(Failure::usage(
                format!("{} takes no secret", form.title),
                "Remove --from.",
            ));
        };
        if let Some(secret) = cli.reference_or_entry(source).await? {
            self.secrets.insert(field.name.clone(), secret);
            return Ok(());
        }
        let given = cli.secret_input_or_object(&field.title)?;
        match members(&given)? {
            Some(members) => self.add_members(form, members),
            None => {
                self.secrets.insert(field.name.clone(), new_secret(&given));
                Ok(())
            }
        }
    }

    /// The secret field with which the account signs in, given its settings.
    fn key<'a>(&self, form: &'a PlatformForm) -> Option<&'a PlatformField> {
        let settings = Json(Value::Object(self.settings.clone()));
        let name = secret_for(form.platform, &settings)?;
        form.fields.iter().find(|field| field.name == name)
    }

    fn add_members(
        &mut self,
        form: &PlatformForm,
        members: BTreeMap<String, Member>,
    ) -> Result<(), Failure> {
        for (name, member) in members {
            let mut fields = form.fields.iter();
            let field = fields
                .find(|field| field.name == name)
                .ok_or_else(|| Failure::usage(format!("unknown field {name}"), ALL_FIELDS))?;
            match (field.is_secret, member) {
                (true, Member::Text(secret)) => {
                    self.secrets.insert(name, new_secret(&secret));
                }
                (true, Member::Other(_)) => {
                    return Err(Failure::usage(
                        format!("field {name} must be text"),
                        ALL_FIELDS,
                    ));
                }
                (false, _) if self.is_known => {
                    return Err(Failure::usage(
                        format!("field {name} isn't a secret"),
                        format!("Use `patchbay account edit ACCOUNT {name}=TEXT`."),
                    ));
                }
                (false, member) => {
                    let value = match member {
                        Member::Text(text) => Value::from(text.expose()),
                        Member::Other(value) => value,
                    };
                    // Options take precedence.
                    self.settings.entry(name).or_insert(value);
                }
            }
        }
        Ok(())
    }

    /// Adds what the platform's own client would read from the environment, if the user agrees.
    fn add_from_environment(&mut self, cli: &Cli, form: &PlatformForm) -> Result<(), Failure> {
        let offered = self.find_in_environment(form);
        let names: Vec<_> = offered.iter().map(|(_, name)| *name).collect();
        let names = names.join(", ");
        if offered.is_empty()
            || !cli.confirm_optional(&format!("Use {names} from the environment?"))?
        {
            return Ok(());
        }
        for (field, variable) in offered {
            if field.is_secret {
                let reference = format!("env://{variable}");
                let secret = SecretInput::Reference { reference };
                self.secrets.insert(field.name.clone(), secret);
            } else if let Ok(value) = std::env::var(variable) {
                self.settings.insert(field.name.clone(), value.into());
            }
        }
        Ok(())
    }

    /// The fields that are not given and whose variables are set, unless another field replaces them.
    fn find_in_environment<'a>(&self, form: &'a PlatformForm) -> Vec<(&'a PlatformField, &'a str)> {
        let fields = &form.fields;
        let is_given =
            |name: &str| self.settings.contains_key(name) || self.secrets.contains_key(name);
        let is_covered = |name: &str| {
            let mut given = fields.iter().filter(|field| is_given(&field.name));
            given.any(|field| field.unless.as_deref() == Some(name))
        };
        // A given secret determines how to sign in.
        let is_open = |field: &&PlatformField| match field.is_secret {
            true => self.secrets.is_empty(),
            false => !self.is_known && !is_given(&field.name) && !is_covered(&field.name),
        };
        let open: Vec<_> = fields
            .iter()
            .filter(is_open)
            .filter_map(|field| Some((field, field.variable.as_deref()?)))
            .collect();
        let is_replaced = |field: &PlatformField| {
            let other = field.unless.as_deref();
            other.is_some_and(|other| {
                is_given(other) || open.iter().any(|(field, _)| field.name == other)
            })
        };
        let remaining = open.iter().filter(|(field, _)| !is_replaced(field));
        remaining.copied().collect()
    }
}

/// Parses a JSON object of fields; `None` if the text is a single secret.
fn members(given: &Secret) -> Result<Option<BTreeMap<String, Member>>, Failure> {
    let text = given.expose();
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    match serde_json::from_str(text) {
        Ok(members) => Ok(Some(members)),
        // A password may start with a brace.
        Err(_) if !text.contains('\n') => Ok(None),
        Err(error) => Err(Failure::usage(
            format!("stdin isn't valid JSON ({})", position(&error)),
            "Pass an object such as {\"name\": \"value\"}, or one secret.",
        )),
    }
}

fn new_secret(given: &Secret) -> SecretInput {
    SecretInput::New {
        secret: strip_scheme(given),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Platform};
    use patchbay_ops::list_platforms;
    use serde_json::json;

    use super::*;

    /// The form of a platform with these variables set.
    fn form(platform: Platform, set: &[(&str, &str)]) -> PlatformForm {
        let mut forms = list_platforms().into_iter();
        let mut form = forms.find(|form| form.platform == platform).unwrap();
        for field in &mut form.fields {
            let mut set = set.iter();
            let variable = set.find(|(name, _)| *name == field.name);
            field.variable = variable.map(|(_, variable)| (*variable).to_owned());
        }
        form
    }

    fn new(settings: Value) -> Fields {
        Fields::of_new(serde_json::from_value(settings).unwrap())
    }

    fn with_secret(name: &str, fields: Fields) -> Fields {
        let secrets = BTreeMap::from([(name.to_owned(), new_secret(&Secret::new("k")))]);
        Fields { secrets, ..fields }
    }

    fn offered<'a>(fields: &Fields, form: &'a PlatformForm) -> Vec<&'a str> {
        let offered = fields.find_in_environment(form).into_iter();
        offered.map(|(_, variable)| variable).collect()
    }

    fn text(input: &SecretInput) -> &str {
        match input {
            SecretInput::New { secret } => secret.expose(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn variables_are_offered_whose_fields_were_not_given() {
        let cohere = [("api_key", "CO_API_KEY"), ("base_url", "CO_API_URL")];
        let cohere = form(Platform::Cohere, &cohere);
        assert_eq!(
            offered(&new(json!({})), &cohere),
            ["CO_API_KEY", "CO_API_URL"]
        );
        let piped = with_secret("api_key", new(json!({})));
        assert_eq!(offered(&piped, &cohere), ["CO_API_URL"]);
        let addressed = new(json!({ "base_url": "https://a.example" }));
        assert_eq!(offered(&addressed, &cohere), ["CO_API_KEY"]);
        let known = Fields::of_known(Map::new());
        assert_eq!(offered(&known, &cohere), ["CO_API_KEY"]);
        let stack = form(Platform::Agentstack, &[("base_url", "PLATFORM_URL")]);
        assert_eq!(offered(&new(json!({})), &stack), ["PLATFORM_URL"]);
    }

    #[test]
    fn a_token_file_goes_before_the_key_of_the_environment_and_a_given_key_before_both() {
        let key = ("api_key", "MISTRAL_API_KEY");
        let both = [key, ("token_file", "MISTRAL_SA_TOKEN_PATH")];
        let both = form(Platform::Mistral, &both);
        assert_eq!(offered(&new(json!({})), &both), ["MISTRAL_SA_TOKEN_PATH"]);
        let key_only = form(Platform::Mistral, &[key]);
        assert_eq!(offered(&new(json!({})), &key_only), ["MISTRAL_API_KEY"]);
        let named = new(json!({ "token_file": "/run/key" }));
        assert!(offered(&named, &key_only).is_empty());
        let given = with_secret("api_key", new(json!({})));
        assert!(offered(&given, &both).is_empty());
    }

    #[test]
    fn an_id_of_the_environment_goes_with_a_secret_that_was_given_but_not_with_a_token() {
        let id = ("client_id", "AIRBYTE_CLIENT_ID");
        let form = form(
            Platform::Airbyte,
            &[id, ("client_secret", "AIRBYTE_CLIENT_SECRET")],
        );
        let secret = with_secret("client_secret", new(json!({})));
        assert_eq!(offered(&secret, &form), ["AIRBYTE_CLIENT_ID"]);
        let token = with_secret("token", new(json!({})));
        assert!(offered(&token, &form).is_empty());
    }

    #[test]
    fn an_object_fills_settings_and_secrets() {
        let form = form(Platform::Airbyte, &[]);
        let given = "{\n \"client_id\": \"a\",\n \"client_secret\": \"Bearer b\", \"workspace_name\": \"w\"\n}";
        let given = members(&Secret::new(given)).unwrap().unwrap();
        let mut fields = new(json!({ "workspace_name": "tea" }));
        fields.add_members(&form, given).unwrap();
        let settings = json!({ "client_id": "a", "workspace_name": "tea" });
        assert_eq!(Value::Object(fields.settings), settings);
        assert_eq!(text(&fields.secrets["client_secret"]), "b");
    }

    #[test]
    fn an_object_that_does_not_fit_is_refused_without_its_values() {
        let form = form(Platform::Airbyte, &[]);
        for (given, is_known) in [
            ("{\"other\": \"hunter2\"}", false),
            ("{\"client_secret\": [\"hunter2\"]}", false),
            ("{\"client_id\": \"hunter2\"}", true),
        ] {
            let given = members(&Secret::new(given)).unwrap().unwrap();
            let mut fields = Fields {
                is_known,
                ..new(json!({}))
            };
            let failure = fields.add_members(&form, given).unwrap_err();
            assert_eq!(failure.code(), Code::UsageInvalid);
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
        let broken = Secret::new("{\"a\":\n hunter2}");
        let failure = members(&broken).map(drop).unwrap_err();
        assert!(!format!("{failure:?}").contains("hunter2"));
        assert!(members(&Secret::new("{pass word")).unwrap().is_none());
    }

    #[test]
    fn a_key_loses_the_word_that_was_copied_with_it() {
        for (given, kept) in [
            ("Bearer co-1", "co-1"),
            ("bearer\t co-1 ", "co-1"),
            ("bearerco-1", "bearerco-1"),
            ("Bearer", "Bearer"),
            ("a Bearer b", "a Bearer b"),
        ] {
            assert_eq!(text(&new_secret(&Secret::new(given))), kept);
        }
    }
}
