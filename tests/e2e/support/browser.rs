//! A browser that answers consent pages over HTTP, as a person would.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use patchbay_ops::{BrowserUrl, OpenBrowser};
use reqwest::header::LOCATION;
use reqwest::{Client, Response};
use tokio::sync::watch;
use url::Url;

/// The reaction of the user to a consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Allow,
    Deny,
    Nothing,
    /// No browser can be opened.
    Missing,
}

/// A browser that remembers the pages it was shown. Clones are the same browser.
#[derive(Clone)]
pub(crate) struct Browser(Arc<State>);

struct State {
    answer: Mutex<Answer>,
    opened: watch::Sender<Vec<Url>>,
    /// In the order in which their pages were opened; `None` while one is pending.
    ended: watch::Sender<Vec<Option<Ended>>>,
}

/// The page on which a consent ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// Its address, with the code.
    pub(crate) at: Url,
    /// Its text; `None` when the system opens the address, not the browser.
    pub(crate) page: Option<String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self(Arc::new(State {
            answer: Mutex::new(Answer::Allow),
            opened: watch::Sender::new(Vec::new()),
            ended: watch::Sender::new(Vec::new()),
        }))
    }

    /// Sets the reaction of the user from now on.
    pub(crate) fn set_answer(&self, answer: Answer) {
        *self.0.answer.lock().unwrap() = answer;
    }

    /// The pages that were opened so far.
    pub(crate) fn opened(&self) -> Vec<Url> {
        self.0.opened.borrow().clone()
    }

    /// The `nth` page that was opened, from 1.
    pub(crate) async fn page(&self, nth: usize) -> Url {
        let mut opened = self.0.opened.subscribe();
        let pages = within(opened.wait_for(|pages| pages.len() >= nth)).await;
        pages.unwrap()[nth - 1].clone()
    }

    /// The end of the `nth` consent that the user answered, from 1.
    pub(crate) async fn ended(&self, nth: usize) -> Ended {
        let mut ended = self.0.ended.subscribe();
        let is_over = |all: &Vec<Option<Ended>>| all.get(nth - 1).is_some_and(Option::is_some);
        let all = within(ended.wait_for(is_over)).await.unwrap();
        all[nth - 1].clone().unwrap()
    }
}

impl OpenBrowser for Browser {
    fn open(&self, page: &BrowserUrl) -> io::Result<()> {
        let page = page.url();
        let answer = *self.0.answer.lock().unwrap();
        if answer == Answer::Missing {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.0.opened.send_modify(|pages| pages.push(page.clone()));
        let (browser, page) = (self.clone(), page.clone());
        if answer != Answer::Nothing {
            let mut place = 0;
            self.0.ended.send_modify(|all| {
                place = all.len();
                all.push(None);
            });
            tokio::spawn(async move {
                let ended = play(page, answer).await;
                browser.0.ended.send_modify(|all| all[place] = Some(ended));
            });
        }
        Ok(())
    }
}

/// Answers the page and follows the redirects.
async fn play(page: Url, answer: Answer) -> Ended {
    let http = http();
    let shown = http.get(page.clone()).send().await.unwrap();
    let answered = match location(&page, &shown) {
        Some(_) => shown,
        None => {
            let html = shown.text().await.unwrap();
            let ticket = html.split("name=\"ticket\" value=\"").nth(1);
            let Some(ticket) = ticket.and_then(|rest| rest.split('"').next()) else {
                return Ended {
                    at: page,
                    page: Some(html),
                };
            };
            let action = html.split("action=\"").nth(1).unwrap();
            let action = page.join(action.split('"').next().unwrap()).unwrap();
            let decision = if answer == Answer::Deny {
                "deny"
            } else {
                "allow"
            };
            let form = [("ticket", ticket), ("decision", decision)];
            http.post(action).form(&form).send().await.unwrap()
        }
    };
    let at = location(&page, &answered).unwrap();
    let page = match at.scheme() {
        "http" => Some(visit(&at).await),
        _ => None,
    };
    Ended { at, page }
}

/// Fetches a page.
pub(crate) async fn visit(at: &Url) -> String {
    let shown = http().get(at.clone()).send().await.unwrap();
    shown.text().await.unwrap()
}

fn location(from: &Url, response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION)?.to_str().unwrap();
    Some(from.join(location).unwrap())
}

fn http() -> Client {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

async fn within<T>(wait: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, wait)
        .await
        .expect("the browser was not opened or did not end")
}
