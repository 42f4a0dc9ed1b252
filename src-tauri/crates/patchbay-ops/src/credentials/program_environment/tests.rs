use super::*;
use crate::connectors::add_program::{AddProgram, add_program};
use crate::credentials::secret::{SecretValue, WalletSecret};
use crate::testing::{add_credential, open_temporary};
use patchbay_model::{Code, Explain as _, ServerCommand};

fn value(text: &str) -> SecretValue {
    Secret::new(text).into()
}

fn headers(values: &[(&str, &str)]) -> WalletSecret {
    let values = values.iter();
    let values = values.map(|(name, text)| ((*name).to_owned(), value(text)));
    WalletSecret::Headers {
        values: values.collect(),
    }
}

async fn environment(
    cx: &Context,
    subject: Option<&str>,
    named: &[(&str, VariableSource)],
) -> Result<Vec<String>, Code> {
    let named: Vec<_> = named
        .iter()
        .map(|(name, from)| ((*name).to_owned(), from.clone()))
        .collect();
    let all = program_environment(cx, subject, &named).await;
    let all = all.map_err(|error| error.code())?;
    let shown = all.iter();
    let shown = shown.map(|(name, secret)| format!("{name}={}", secret.expose()));
    Ok(shown.collect())
}

#[tokio::test]
async fn a_program_gets_the_variables_that_the_user_names() {
    let (_home, cx) = open_temporary().await;
    let command = ServerCommand {
        program: "server".to_owned(),
        variables: BTreeMap::from([("MODE".to_owned(), "fast".to_owned())]),
        ..ServerCommand::default()
    };
    let secrets = BTreeMap::from([("API_KEY".to_owned(), value("key"))]);
    let request = AddProgram {
        command,
        secrets,
        name: Some("files".to_owned()),
        ..AddProgram::default()
    };
    add_program(&cx, request).await.unwrap();
    let token = Secret::new("token");
    add_credential(&cx, "bearer", WalletSecret::Bearer { token }).await;
    add_credential(&cx, "one", headers(&[("X-Key", "header")])).await;
    add_credential(&cx, "two", headers(&[("X-A", "a"), ("X-B", "b")])).await;

    let of = |name: &str| VariableSource::Credential(name.to_owned());
    let own = || VariableSource::Subject;
    for (subject, named, expected) in [
        (Some("files"), vec![], Ok(vec!["API_KEY=key", "MODE=fast"])),
        (
            Some("files"),
            vec![("MODE", of("bearer")), ("OTHER", of("one"))],
            Ok(vec!["API_KEY=key", "MODE=token", "OTHER=header"]),
        ),
        // The connector's credential has the name of the connector and only one variable.
        (Some("wallet:files"), vec![], Ok(vec!["API_KEY=key"])),
        (None, vec![("A", of("files"))], Ok(vec!["A=key"])),
        (
            Some("bearer"),
            vec![("A", own()), ("B", own())],
            Ok(vec!["A=token", "B=token"]),
        ),
        (Some("bearer"), vec![], Err(Code::UsageInvalid)),
        (Some("two"), vec![("A", own())], Err(Code::UsageInvalid)),
        (Some("files"), vec![("A", own())], Err(Code::UsageInvalid)),
        (None, vec![("A", own())], Err(Code::UsageInvalid)),
        (None, vec![("A B", of("bearer"))], Err(Code::UsageInvalid)),
        (Some("nobody"), vec![], Err(Code::NotFound)),
        (Some("wallet:nobody"), vec![], Err(Code::NotFound)),
    ] {
        let got = environment(&cx, subject, &named).await;
        let expected =
            expected.map(|all| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(got, expected, "{subject:?} {named:?}");
    }
}

#[tokio::test]
async fn a_title_does_not_win_over_the_name_of_a_credential() {
    let (_home, cx) = open_temporary().await;
    let request = AddProgram {
        command: ServerCommand {
            program: "server".to_owned(),
            ..ServerCommand::default()
        },
        secrets: BTreeMap::from([("KEY".to_owned(), value("other-key"))]),
        name: Some("other".to_owned()),
        // As a server may call itself.
        title: Some("GitHub".to_owned()),
        ..AddProgram::default()
    };
    add_program(&cx, request).await.unwrap();
    let token = Secret::new("token");
    add_credential(&cx, "github", WalletSecret::Bearer { token }).await;
    let named = [("A", VariableSource::Subject)];
    let got = environment(&cx, Some("github"), &named).await;
    assert_eq!(got, Ok(vec!["A=token".to_owned()]));
    for subject in ["other", "local/other", "GITHUB"] {
        let got = environment(&cx, Some(subject), &[]).await;
        assert_eq!(got, Ok(vec!["KEY=other-key".to_owned()]), "{subject}");
    }
}

#[test]
fn a_program_is_a_path_or_in_path() {
    let missing = own_program("not-there-at-all").unwrap_err();
    assert_eq!(missing.code(), Code::ProgramNotFound);
    let own = env::current_exe().unwrap();
    assert_eq!(own_program(own.to_str().unwrap()).unwrap(), own);
    let missing = own_program("./not-there-at-all").unwrap_err();
    assert_eq!(missing.code(), Code::ProgramNotFound);
}
