//! Finds the program that occupies a port.

/// Name of the program that listens on that TCP port of loopback or all addresses; `None` if it belongs to another
/// user, or the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn holder_of(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| listeners(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let owner = processes.map(|process| process.path()).find(|process| {
        let files = std::fs::read_dir(process.join("fd"))
            .into_iter()
            .flatten()
            .flatten();
        files
            .filter_map(|file| std::fs::read_link(file.path()).ok())
            .any(|target| {
                sockets
                    .iter()
                    .any(|socket| target.as_os_str() == socket.as_str())
            })
    })?;
    let name = std::fs::read_to_string(owner.join("comm")).ok()?;
    Some(patchbay_model::clean_text(&name, 64)).filter(|name| !name.is_empty())
}

/// Inodes of the sockets that listen on the port. The second column is `address:port` in hexadecimal, the fourth the
/// state (`0A` listens), the tenth the inode.
///
/// Source: Linux kernel documentation, `proc_net_tcp`.
#[cfg(target_os = "linux")]
fn listeners(table: &str, port: u16) -> Vec<String> {
    let ends_with = format!(":{port:04X}");
    let rows = table
        .lines()
        .skip(1)
        .map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| {
        row.get(3) == Some(&"0A") && row.get(1).is_some_and(|at| at.ends_with(&ends_with))
    })
    .filter_map(|row| row.get(9).map(|inode| (*inode).to_owned()))
    .collect()
}

/// Other systems require privileges or a helper program for this.
#[cfg(not(target_os = "linux"))]
pub(crate) fn holder_of(_: u16) -> Option<String> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn our_own_listener_is_named() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let own = std::fs::read_to_string("/proc/self/comm").unwrap();
        assert_eq!(holder_of(port).as_deref(), Some(own.trim()));
    }

    #[test]
    fn only_listening_sockets_of_the_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:81C2 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1\n\
             1: 0100007F:81C2 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 222 1\n\
             2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1\n";
        assert_eq!(listeners(table, 0x81C2), ["111"]);
    }
}
