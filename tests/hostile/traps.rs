//! What must never happen, whatever a peer sends, and how it would show.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use patchbay_playground::LoggedRequest;
use patchbay_testkit::leaks_in;
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// A variable of the environment whose value nobody may ever be sent. It is there in every process.
const VARIABLE: &str = "PATH";

/// A folder in which nothing may appear, and another host that may be told nothing.
pub(crate) struct Traps {
    folder: TempDir,
    elsewhere: Elsewhere,
}

impl Traps {
    pub(crate) async fn set() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            elsewhere: Elsewhere::start().await,
        }
    }

    /// The file that a command of a peer would make.
    pub(crate) fn marker(&self) -> PathBuf {
        self.folder.path().join("marker")
    }

    /// A file that a path of a peer would name.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("written")
    }

    /// An address of another origin, which notes what it is sent.
    pub(crate) fn elsewhere(&self) -> Url {
        self.elsewhere.url.clone()
    }

    /// A variable whose value nobody may be sent.
    pub(crate) fn variable(&self) -> &'static str {
        VARIABLE
    }

    /// Panics with `case` when something happened that must not: a command that ran, a file that was
    /// written, a variable or a secret that went to somebody who must not have it.
    #[track_caller]
    pub(crate) fn assert_quiet(&self, case: &str, secrets: &[String], peer: &[LoggedRequest]) {
        let there: Vec<_> = names(self.folder.path());
        assert!(there.is_empty(), "{case}: it made {there:?}");
        let value = std::env::var(VARIABLE).unwrap();
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let has_value = |text: &str| text.contains(&value) || text.contains(&encoded);
        for request in peer {
            let sent = format!("{request:?}");
            assert!(!has_value(&sent), "{case}: {VARIABLE} was sent in {sent}");
        }
        for sent in self.elsewhere.heard() {
            let text = String::from_utf8_lossy(&sent);
            assert!(
                !has_value(&text),
                "{case}: {VARIABLE} went elsewhere in {text}"
            );
            let leaks = leaks_in("elsewhere", &sent, secrets);
            assert!(
                leaks.is_empty(),
                "{case}: {leaks:?} went elsewhere in {text}"
            );
        }
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

/// A host that answers everything with 404 and keeps every byte it was sent.
struct Elsewhere {
    url: Url,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

impl Elsewhere {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let mut bytes = vec![0; 64 * 1024];
                    while let Ok(read @ 1..) = stream.read(&mut bytes).await {
                        kept.lock().unwrap().push(bytes[..read].to_vec());
                        let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
                        if tokio::io::AsyncWriteExt::write_all(&mut stream, answer)
                            .await
                            .is_err()
                        {
                            return;
                        }
                    }
                });
            }
        });
        Self {
            url: url.parse().unwrap(),
            heard,
            task,
        }
    }

    fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Panics with `case` when a text that is shown could do more than be read.
#[track_caller]
pub(crate) fn assert_inert(case: impl Display, text: &str) {
    let active = active_characters(text);
    assert!(active.is_empty(), "{case}: {active:?} in {text:?}");
}

/// Characters that change a terminal or how text is shown, other than a line break and a tab.
pub(crate) fn active_characters(text: &str) -> Vec<char> {
    let is_active = |sign: &char| {
        (sign.is_control() && !matches!(sign, '\n' | '\t'))
            || matches!(sign,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars().filter(is_active).collect()
}
