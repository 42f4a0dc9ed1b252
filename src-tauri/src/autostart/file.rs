//! Autostart by a file: a desktop entry, or a launch agent on macOS.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::HIDDEN;

pub(super) fn is_on(program: &Path) -> bool {
    let (Ok(file), Ok(entry)) = (entry_file(), entry(program)) else {
        return false;
    };
    fs::read_to_string(file).is_ok_and(|saved| starts(&saved, &entry))
}

/// Whether the saved entry names the same program and is not turned off, which the settings of a desktop do by a line.
fn starts(saved: &str, entry: &str) -> bool {
    let has = |line: &str| saved.lines().any(|saved| saved == line);
    let names_program = |line: &&str| line.starts_with("TryExec=") || line.contains("<string>");
    entry.lines().filter(names_program).all(has)
        && !has("Hidden=true")
        && !has("X-GNOME-Autostart-enabled=false")
}

pub(super) fn register(program: &Path) -> io::Result<()> {
    let file = entry_file()?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, entry(program)?)
}

fn entry(program: &Path) -> io::Result<String> {
    let program = program.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(match cfg!(target_os = "macos") {
        true => launch_agent(program),
        false => desktop_entry(program),
    })
}

pub(super) fn unregister() -> io::Result<()> {
    match fs::remove_file(entry_file()?) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn entry_file() -> io::Result<PathBuf> {
    let home = env::home_dir().ok_or(io::ErrorKind::NotFound)?;
    if cfg!(target_os = "macos") {
        return Ok(home.join("Library/LaunchAgents/io.patchbay.desktop.plist"));
    }
    let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.filter(|folder| folder.is_absolute());
    let config = config.unwrap_or_else(|| home.join(".config"));
    Ok(config.join("autostart/io.patchbay.desktop.desktop"))
}

/// Source: freedesktop.org, "Desktop Application Autostart" and "Desktop Entry", "The Exec key".
fn desktop_entry(program: &str) -> String {
    let mut quoted = String::new();
    for letter in program.chars() {
        match letter {
            // Escaped for the quotes, and again for the string value.
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => quoted.extend([r"\\", &letter.to_string()]),
            '%' => quoted.push_str("%%"),
            _ => quoted.push(letter),
        }
    }
    // Without the program, as after an uninstallation, the entry is ignored.
    let tried = program.replace('\\', r"\\");
    format!(
        "[Desktop Entry]\nType=Application\nName=Patchbay\nIcon=patchbay-desktop\n\
         TryExec={tried}\nExec=\"{quoted}\" {HIDDEN}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

/// Source: Apple, `launchd.plist(5)`.
fn launch_agent(program: &str) -> String {
    let program = program
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>io.patchbay.desktop</string>
  <key>ProgramArguments</key>
  <array>
    <string>{program}</string>
    <string>{HIDDEN}</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
</dict>
</plist>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_counts_while_it_starts_this_program() {
        let here = "/opt/Patchbay.AppImage";
        for entry in [desktop_entry, launch_agent] {
            assert!(starts(&entry(here), &entry(here)));
            assert!(!starts(&entry("/moved/Patchbay.AppImage"), &entry(here)));
            assert!(!starts("", &entry(here)));
        }
        let entry = desktop_entry(here);
        assert!(starts(
            &(entry.clone() + "X-KDE-autostart-phase=2\n"),
            &entry
        ));
        assert!(!starts(&(entry.clone() + "Hidden=true\n"), &entry));
        let off = entry.replace("enabled=true", "enabled=false");
        assert!(!starts(&off, &entry));
    }

    #[test]
    fn a_program_may_lie_in_any_folder() {
        let entry = desktop_entry(r#"/opt/50% of $HOME\"x"/Patchbay"#);
        let line = entry
            .lines()
            .find(|line| line.starts_with("Exec="))
            .unwrap();
        assert_eq!(
            line,
            r#"Exec="/opt/50%% of \\$HOME\\\\\\"x\\"/Patchbay" --hidden"#
        );
        assert!(
            entry.contains("\nTryExec=/opt/50% of $HOME\\\\\"x\"/Patchbay\n"),
            "{entry}"
        );
        let agent = launch_agent("/Applications/R&D/Patchbay.app/Contents/MacOS/patchbay-desktop");
        assert!(agent.contains("<string>/Applications/R&amp;D/Patchbay.app/"));
    }
}
