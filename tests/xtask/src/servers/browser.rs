//! A browser without a window, whose person signs in and agrees to everything.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result, bail};
use ureq::{Agent, http::Response};

/// How long a page may take.
const PAGE: Duration = Duration::from_secs(20);

/// How many redirects and forms there may be on the way.
const MAX_STEPS: usize = 20;

/// What stays between pages: a session, as long as this.
pub(super) struct Browser {
    agent: Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) fn new() -> Self {
        Self {
            agent: agent(),
            cookies: BTreeMap::new(),
        }
    }

    /// Follows redirects and fills in forms, to the first page that asks for nothing.
    pub(super) fn go_through(&mut self, address: &str) -> Result<()> {
        let mut address = address.to_owned();
        let mut filled = None;
        for _ in 0..MAX_STEPS {
            let mut shown = self.load(&address, filled.take())?;
            let way = shown.headers().get("location");
            if let Some(way) = way.map(|way| way.to_str()).transpose()? {
                address = join(&address, way);
                continue;
            }
            let page = shown.body_mut().read_to_string()?;
            if !shown.status().is_success() {
                bail!("{address} answers {}: {page}", shown.status());
            }
            let Some(form) = Form::read(&page) else {
                return Ok(());
            };
            address = join(&address, &form.action);
            filled = Some(form.values);
        }
        bail!("{address} is not the end after {MAX_STEPS} steps")
    }

    fn load(
        &mut self,
        address: &str,
        form: Option<Vec<(String, String)>>,
    ) -> Result<Response<ureq::Body>> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let shown = match form {
            Some(form) => self
                .agent
                .post(address)
                .header("cookie", cookies)
                .send_form(form),
            None => self.agent.get(address).header("cookie", cookies).call(),
        };
        let shown = shown.with_context(|| format!("no page at {address}"))?;
        for set in shown.headers().get_all("set-cookie") {
            self.keep(set.to_str()?);
        }
        Ok(shown)
    }

    /// Keeps a cookie by its name alone: only one server sets any, and only for a sign-in at a time.
    fn keep(&mut self, set: &str) {
        let pair = set.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// HTTP as a browser speaks it: what a server answers is no error, and where it leads is looked at.
pub(super) fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(PAGE))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build()
        .into()
}

/// What a person sends with a form.
#[derive(Debug, PartialEq, Eq)]
struct Form {
    action: String,
    values: Vec<(String, String)>,
}

impl Form {
    /// The first form of a page; what it leaves open is filled in with a name.
    fn read(page: &str) -> Option<Self> {
        let (_, form) = page.split_once("<form")?;
        let (form, _) = form.split_once("</form>")?;
        let inputs = form.split("<input").skip(1);
        let values = inputs.filter_map(|input| {
            let tag = input.split('>').next()?;
            let value = attribute(tag, "value").unwrap_or("ada");
            Some((attribute(tag, "name")?.to_owned(), value.to_owned()))
        });
        Some(Self {
            action: attribute(form, "action")?.to_owned(),
            values: values.collect(),
        })
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// Where an address of a page leads, whole or from the top of its server.
fn join(page: &str, way: &str) -> String {
    if !way.starts_with('/') {
        return way.to_owned();
    }
    let origin: Vec<&str> = page.split('/').take(3).collect();
    origin.join("/") + way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_with_what_it_holds_and_a_name_for_the_rest() {
        let page = r#"<h1>Sign-in</h1><form autocomplete="off" action="http://as/1" method="post">
            <input type="hidden" name="prompt" value="login"/> <input required type="text" name="login">
            <button type="submit">Sign-in</button></form><a href="/abort">Cancel</a>"#;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = Form {
            action: "http://as/1".to_owned(),
            values: vec![pair("prompt", "login"), pair("login", "ada")],
        };
        assert_eq!(Form::read(page), Some(form));
        assert_eq!(Form::read("<p>Done.</p>"), None);
    }

    #[test]
    fn a_way_from_the_top_stays_on_the_server() {
        assert_eq!(join("http://as:1/a/b?c=/d", "/e"), "http://as:1/e");
        assert_eq!(join("http://as:1/a", "http://me/f"), "http://me/f");
    }
}
