//! The desktop portal, by which programs ask for files.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};

use url::Url;
use zbus::blocking::{Connection, connection};
use zbus::message::Header;
use zbus::object_server::ResponseDispatchNotifier;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{fdo, interface};

use super::harness::TIMEOUT;

const PLACE: &str = "/org/freedesktop/portal/desktop";

/// A portal on the session bus that always chooses the same file; it ends when dropped.
pub(crate) struct Portal {
    _bus: Connection,
    asked: Receiver<FileRequest>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileRequest {
    pub(crate) title: String,
    pub(crate) name: String,
}

impl Portal {
    /// Starts the portal on a session bus that has none.
    pub(crate) fn open(chosen: &Path) -> Self {
        let (asked_to, asked) = mpsc::channel();
        let chooser = FileChooser {
            chosen: Url::from_file_path(chosen).expect("an absolute path"),
            asked: asked_to,
        };
        let bus = connection::Builder::session()
            .and_then(|bus| bus.serve_at(PLACE, chooser))
            .and_then(|bus| bus.serve_at(PLACE, ProxyResolver))
            .and_then(|bus| bus.name("org.freedesktop.portal.Desktop"))
            .and_then(connection::Builder::build)
            .expect("a portal");
        Self { _bus: bus, asked }
    }

    /// Waits for the next request.
    pub(crate) fn asked(&self) -> FileRequest {
        self.asked.recv_timeout(TIMEOUT).expect("a question")
    }
}

struct FileChooser {
    chosen: Url,
    asked: Sender<FileRequest>,
}

#[interface(name = "org.freedesktop.portal.FileChooser")]
impl FileChooser {
    fn save_file(
        &self,
        _parent: String,
        title: String,
        options: HashMap<String, OwnedValue>,
        #[zbus(connection)] bus: &zbus::Connection,
        #[zbus(header)] header: Header<'_>,
    ) -> fdo::Result<ResponseDispatchNotifier<OwnedObjectPath>> {
        let text = |name: &str| {
            let value = options
                .get(name)
                .map(|value| value.downcast_ref::<String>());
            let missing = || fdo::Error::InvalidArgs(format!("no {name}"));
            value.and_then(Result::ok).ok_or_else(missing)
        };
        let program = header.sender().map(ToString::to_string);
        let program = program.ok_or_else(|| fdo::Error::Failed("nobody asks".to_owned()))?;
        let request = format!(
            "{PLACE}/request/{}/{}",
            program.trim_start_matches(':').replace('.', "_"),
            text("handle_token")?,
        );
        let request = ObjectPath::try_from(request).map_err(zbus::Error::from)?;
        let name = text("current_name")?;
        self.asked.send(FileRequest { title, name }).ok();
        let (reply, replied) = ResponseDispatchNotifier::new(request.to_owned().into());
        let choices = bus.executor().clone();
        let (bus, uris) = (bus.clone(), vec![self.chosen.to_string()]);
        let choosing = async move {
            // The program misses an answer that comes before it knows the handle of its request.
            replied.await;
            let chosen = (0_u32, HashMap::from([("uris", Value::from(uris))]));
            let interface = "org.freedesktop.portal.Request";
            let to = Some(program.as_str());
            bus.emit_signal(to, request, interface, "Response", &chosen)
                .await
                .expect("the program hears of it");
        };
        choices.spawn(choosing, "a choice").detach();
        Ok(reply)
    }

    #[zbus(property)]
    fn version(&self) -> u32 {
        3
    }
}

/// Answers questions about the network, which the driver asks too.
struct ProxyResolver;

#[interface(name = "org.freedesktop.portal.ProxyResolver")]
impl ProxyResolver {
    fn lookup(&self, _uri: String) -> Vec<String> {
        vec!["direct://".to_owned()]
    }
}
