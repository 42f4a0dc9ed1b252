//! A server of this computer that answers whatever it is told to, byte by byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A request, as far as it matters here.
pub(crate) struct PeerRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            content_type: "application/json",
            body: body.into(),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: "text/plain",
            body: Vec::new(),
        }
    }
}

type Answers = Box<dyn Fn(&PeerRequest) -> Answer + Send>;

/// The server; it lives as long as the process.
#[derive(Clone)]
pub(crate) struct Peer {
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    answers: Arc<Mutex<Answers>>,
}

impl Peer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Arc<Mutex<Answers>> = Arc::new(Mutex::new(Box::new(|_| Answer::empty(404))));
        let peer = Self {
            url,
            answers: Arc::clone(&answers),
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = Arc::clone(&answers);
                // A connection that breaks is the client's own affair.
                thread::spawn(move || drop(serve(&stream, &answers)));
            }
        });
        peer
    }

    /// What is answered from now on.
    pub(crate) fn answers(&self, answers: impl Fn(&PeerRequest) -> Answer + Send + 'static) {
        *lock(&self.answers) = Box::new(answers);
    }
}

fn lock(answers: &Mutex<Answers>) -> std::sync::MutexGuard<'_, Answers> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, answers: &Mutex<Answers>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split(' ');
        let (method, path) = (words.next(), words.next());
        let (method, path) = (method.unwrap_or_default(), path.unwrap_or_default());
        let asked = (method.to_owned(), path.to_owned());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (method, path) = asked;
        let answer = lock(answers)(&PeerRequest { method, path, body });
        let head = format!(
            "HTTP/1.1 {} X\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n",
            answer.status,
            answer.content_type,
            answer.body.len()
        );
        writer.write_all(head.as_bytes())?;
        writer.write_all(&answer.body)?;
    }
}
