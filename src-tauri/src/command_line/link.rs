//! The command line in `PATH` on macOS: a symbolic link in `/usr/local/bin`.

use std::fs;
use std::io;
use std::path::Path;

/// In a folder of the default `PATH`.
pub(crate) const LINK: &str = "/usr/local/bin/patchbay";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Linked {
    /// The link points to the program.
    Done,
    /// Only an administrator may create it.
    NeedsAdministrator,
}

/// Creates the link, or points an existing one to the program.
///
/// # Errors
/// Those of the system; [`io::ErrorKind::AlreadyExists`] when something other than a link has the name, which stays.
pub(crate) fn link(program: &Path, at: &Path) -> io::Result<Linked> {
    match fs::symlink_metadata(at) {
        Ok(found) if !found.is_symlink() => return Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) if fs::read_link(at)? == program => return Ok(Linked::Done),
        _ => {}
    }
    match replace(program, at) {
        Ok(()) => Ok(Linked::Done),
        Err(error) => match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound => {
                Ok(Linked::NeedsAdministrator)
            }
            _ => Err(error),
        },
    }
}

fn replace(program: &Path, at: &Path) -> io::Result<()> {
    if fs::symlink_metadata(at).is_ok() {
        fs::remove_file(at)?;
    }
    std::os::unix::fs::symlink(program, at)
}

/// The AppleScript that creates the link with administrator rights, for which macOS asks.
pub(crate) fn script(program: &Path, at: &Path) -> String {
    let folder = at.parent().unwrap_or(Path::new("/"));
    let [folder, program, at] =
        [folder, program, at].map(|path| quote_for_shell(&path.to_string_lossy()));
    let line = format!("/bin/mkdir -p {folder} && /bin/ln -sfn {program} {at}");
    let words = "Patchbay puts its command line where your terminal finds it.";
    format!(
        "do shell script {} with prompt {} with administrator privileges",
        quote_for_script(&line),
        quote_for_script(words)
    )
}

fn quote_for_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn quote_for_script(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_created_and_updated_and_nothing_else_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("bin");
        for program in ["/old/patchbay", "/new/patchbay", "/new/patchbay"] {
            assert_eq!(link(Path::new(program), &at).unwrap(), Linked::Done);
            assert_eq!(fs::read_link(&at).unwrap(), Path::new(program));
        }
        let own = folder.path().join("own");
        fs::write(&own, "a program of the user's").unwrap();
        let refused = link(Path::new("/new/patchbay"), &own).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        let elsewhere = folder.path().join("missing/bin");
        let linked = link(Path::new("/new/patchbay"), &elsewhere).unwrap();
        assert_eq!(linked, Linked::NeedsAdministrator);
    }

    #[test]
    fn a_path_is_one_word_to_the_shell_that_an_administrator_starts() {
        let script = script(
            Path::new(r#"/Users/o'x/a "b" $(c)/patchbay"#),
            Path::new(LINK),
        );
        assert!(script.starts_with("do shell script \"/bin/mkdir -p '/usr/local/bin' && "));
        assert!(
            script.contains(r#"'/Users/o'\\''x/a \"b\" $(c)/patchbay' '/usr/local/bin/patchbay'""#),
            "{script}"
        );
    }
}
