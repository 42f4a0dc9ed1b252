//! The home folder of the user, in paths that begin with `~` or a variable.

/// Expands `~` at the beginning of a path that the user entered.
pub(crate) fn expand_tilde(path: &str) -> String {
    let rest = home_relative(path, &["~"]);
    match rest.and_then(|rest| Some(home()? + rest)) {
        Some(expanded) => expanded,
        None => path.to_owned(),
    }
}

/// Returns what follows one of the names of the home folder.
pub(crate) fn home_relative<'a>(path: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut rests = names.iter().filter_map(|name| path.strip_prefix(name));
    rests.find(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

/// Returns the home folder, for `~`.
pub(crate) fn home() -> Option<String> {
    let folders = directories::BaseDirs::new()?;
    folders.home_dir().to_str().map(str::to_owned)
}
