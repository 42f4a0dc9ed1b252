//! The least of a browser: goes to an address of this computer, and on to wherever it is sent from there.
//!
//! Journeys of the command line name it in `PATCHBAY_TEST_BROWSER` where there is no curl.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, Result, bail};
use url::Url;

/// How often it lets itself be sent on.
const MAX_REDIRECTS: usize = 10;

fn main() -> Result<()> {
    let address = std::env::args().nth(1).context("which address?")?;
    let mut at = Url::parse(&address)?;
    for _ in 0..MAX_REDIRECTS {
        match visit(&at)? {
            Some(next) => at = at.join(&next)?,
            None => return Ok(()),
        }
    }
    bail!("{at} leads nowhere")
}

/// Reads the page, and gives the address to which it sends its reader.
fn visit(at: &Url) -> Result<Option<String>> {
    let host = at.host_str().context("the address has no host")?;
    let port = at.port_or_known_default().context("it has no port")?;
    let mut server = TcpStream::connect((host, port))?;
    let wanted = &at[url::Position::BeforePath..url::Position::AfterQuery];
    write!(
        server,
        "GET {wanted} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, _) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let mut locations = headers.filter(|(name, _)| name.eq_ignore_ascii_case("location"));
    Ok(locations.next().map(|(_, place)| place.trim().to_owned()))
}
