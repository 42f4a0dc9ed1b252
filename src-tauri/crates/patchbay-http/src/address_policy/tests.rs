use std::collections::VecDeque;
use std::io;

use async_trait::async_trait;

use super::*;
use crate::find_address_error;

/// Answers one look-up after the other, and the last of them again and again.
struct FakeLookup(Mutex<VecDeque<&'static [&'static str]>>);

#[async_trait]
impl Lookup for FakeLookup {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.0.lock();
        let found = if answers.len() > 1 {
            answers.pop_front().unwrap()
        } else {
            answers[0]
        };
        if found.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(found.iter().map(|text| text.parse().unwrap()).collect())
    }
}

fn policy(answers: &[&'static [&'static str]]) -> AddressPolicy {
    let answers = FakeLookup(Mutex::new(answers.iter().copied().collect()));
    AddressPolicy::new(Arc::new(answers), Proxies::none())
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

async fn check(policy: &AddressPolicy, server: &str, named: &str) -> Result<(), AddressError> {
    let reach = Reach::of(&url(server));
    policy.check("token endpoint", &reach, &url(named)).await
}

async fn connected(policy: &AddressPolicy, name: &str) -> Result<Vec<String>, AddressError> {
    let name: Name = name.parse().unwrap();
    match policy.resolver().resolve(name).await {
        Ok(found) => Ok(found.map(|address| address.ip().to_string()).collect()),
        Err(error) => Err(find_address_error(&*error).unwrap()),
    }
}

#[tokio::test]
async fn names_are_judged_by_all_their_addresses() {
    for found in [
        &["203.0.113.9", "127.0.0.1"][..],
        &["203.0.113.9", "10.1.2.3"],
        &["203.0.113.9", "169.254.169.254"],
        &["203.0.113.9", "fe80::1"],
    ] {
        let policy = policy(&[found]);
        let refused = check(&policy, "https://mcp.example/", "https://auth.example/").await;
        assert!(
            matches!(refused, Err(AddressError::Private { .. })),
            "{found:?}"
        );
        let refused = connected(&policy, "auth.example").await;
        assert!(
            matches!(refused, Err(AddressError::Private { .. })),
            "{found:?}"
        );
    }
    let policy = policy(&[&["203.0.113.9", "198.51.100.1"]]);
    let allowed = check(&policy, "https://mcp.example/", "https://auth.example/").await;
    assert_eq!(allowed, Ok(()));
}

#[tokio::test]
async fn the_typed_host_may_be_private_but_nothing_worse() {
    let inside = policy(&[&["10.1.2.3"]]);
    assert!(
        check(&inside, "https://mcp.corp/", "https://mcp.corp/x")
            .await
            .is_ok()
    );
    assert!(
        check(&inside, "https://mcp.corp/", "https://auth.corp/x")
            .await
            .is_err()
    );
    for never in [&["127.0.0.1"][..], &["169.254.169.254"]] {
        let refused = check(&policy(&[never]), "https://mcp.corp/", "https://mcp.corp/x").await;
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn connections_use_the_addresses_that_were_checked() {
    let policy = policy(&[&["203.0.113.9"], &["127.0.0.1"]]);
    check(&policy, "https://mcp.example/", "https://auth.example/")
        .await
        .unwrap();
    let used = connected(&policy, "auth.example").await;
    assert_eq!(used, Ok(vec!["203.0.113.9".to_owned()]));
}

#[tokio::test]
async fn a_failed_look_up_does_not_pass_nor_lead_inside_afterwards() {
    // First nobody knows the name, then it stands for something inside.
    let policy = policy(&[&[], &["10.1.2.3"]]);
    let refused = check(&policy, "https://mcp.example/", "https://auth.example/").await;
    let host = "auth.example".to_owned();
    assert_eq!(refused, Err(AddressError::Unknown { host: host.clone() }));
    let refused = connected(&policy, "auth.example").await;
    assert_eq!(refused, Err(AddressError::Private { host }));
}

#[tokio::test]
async fn connections_lead_inside_only_to_hosts_that_a_person_gave() {
    for inside in [&["10.1.2.3"][..], &["127.0.0.1"]] {
        let policy = policy(&[inside]);
        assert!(connected(&policy, "mcp.corp").await.is_err());
        policy.allow_host(&url("https://mcp.corp/mcp"));
        assert!(connected(&policy, "mcp.corp").await.is_ok());
        assert!(connected(&policy, "auth.corp").await.is_err());
    }
    let policy = policy(&[&["169.254.169.254"]]);
    policy.allow_host(&url("https://mcp.corp/mcp"));
    assert!(connected(&policy, "mcp.corp").await.is_err());
}

#[tokio::test]
async fn localhost_is_this_computer_and_nothing_else() {
    assert!(
        connected(&policy(&[&["127.0.0.1", "::1"]]), "localhost")
            .await
            .is_ok()
    );
    for name in ["localhost", "mcp.localhost"] {
        for found in [
            &["10.0.0.1"][..],
            &["203.0.113.9"],
            &["127.0.0.1", "203.0.113.9"],
        ] {
            let elsewhere = policy(&[found]);
            assert!(
                connected(&elsewhere, name).await.is_err(),
                "{name} {found:?}"
            );
            let own = format!("http://{name}:8080/");
            assert!(
                check(&elsewhere, &own, &own).await.is_err(),
                "{name} {found:?}"
            );
        }
    }
}

#[tokio::test]
async fn only_what_may_be_opened_becomes_a_page_for_the_browser() {
    let inside = policy(&[&["192.168.1.1"]]);
    let reach = Reach::of(&url("https://mcp.example/"));
    for named in [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://u:p@auth.example/",
        "http://auth.example/",
        "https://127.0.0.1/",
        "https://router.example/",
    ] {
        let page = inside.browser_url("page", &reach, url(named)).await;
        assert!(page.is_err(), "{named}");
    }
    let outside = policy(&[&["203.0.113.9"]]);
    let named = "https://auth.example/authorize?state=s3cret";
    let page = outside.browser_url("page", &reach, url(named)).await;
    let page = page.unwrap();
    assert_eq!(page.as_str(), named);
    assert!(!format!("{page:?}").contains("s3cret"));
}
