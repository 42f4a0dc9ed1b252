//! Keeps the list of places and the table of tests true.
//!
//! The product's sources are looked through for everything that reads or decodes what Patchbay did not
//! write itself. Each such function belongs to a place of `intake.txt` or is named there with a reason why what
//! it reads is our own; each place has a row in `README.md`, with a test or a reason in every column; each test that
//! is named there exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// In `intake.txt`, the functions that read what Patchbay wrote itself.
const OWN: &str = "own";

/// Calls that bring text in, or decode it.
const READS: &[&str] = &[
    ".chunk()",
    ".bytes_stream()",
    ".bytes().await",
    ".text().await",
    ".json().await",
    "fs::read(",
    "fs::read_to_string(",
    "fs::read_dir(",
    "fs::read_link(",
    "File::open(",
    ".read_to_string(",
    ".read_to_end(",
    ".read_line(",
    "io::stdin()",
    "prompt_password(",
    ".accept()",
    "env::var(",
    "env::var_os(",
    "env::args",
    "lookup_host(",
    "open_with_flags(",
    "get_secret(",
    "Connection::system(",
    "Connection::session(",
    "on_open_url(",
    "get_current()",
    "single_instance::init(",
    "updater.check()",
    "Command::new(",
    "serde_json::from_str",
    "serde_json::from_slice",
    "serde_json::from_reader",
    "json::parse",
];

/// The rules of the table, by their numbers.
const RULES: usize = 10;

#[test]
fn every_function_that_reads_something_belongs_to_a_place() {
    let listed: BTreeSet<String> = intakes().into_values().flatten().collect();
    let found = readers();
    let unlisted: Vec<_> = found.difference(&listed).collect();
    assert!(
        unlisted.is_empty(),
        "these functions read something and belong to no place; add them to `tests/hostile/intake.txt`, and a \
         row with tests to `tests/hostile/README.md` if the place is new:\n{unlisted:#?}"
    );
    // What was read is decoded in other functions too; those have to be there at least.
    let gone: Vec<_> = listed
        .difference(&found)
        .filter(|function| !is_there(function))
        .collect();
    assert!(
        gone.is_empty(),
        "these functions of `tests/hostile/intake.txt` are gone, or called something else:\n{gone:#?}"
    );
}

/// The functions that read something, as `file::function`, by their place.
fn intakes() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    let mut place = "";
    let lines = include_str!("intake.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(functions) = line.strip_prefix("    ") else {
            place = line;
            continue;
        };
        let (functions, why) = functions.split_once(": ").unwrap_or((functions, ""));
        assert!(place != OWN || !why.is_empty(), "say why: {line}");
        let (file, names) = functions.split_once(' ').unwrap();
        let names = names.split(' ').map(|name| format!("{file}::{name}"));
        found.entry(place).or_default().extend(names);
    }
    found
}

#[test]
fn every_place_has_a_row_and_every_cell_says_something() {
    let table = Table::read();
    let places: BTreeSet<&str> = intakes()
        .into_keys()
        .filter(|place| *place != OWN)
        .collect();
    let rows: BTreeSet<&str> = table.rows.keys().map(String::as_str).collect();
    assert_eq!(
        rows, places,
        "the rows of the table and the places of the list"
    );
    for (row, cells) in &table.rows {
        assert_eq!(cells.len(), RULES, "{row} has a cell for each rule");
        for (number, cell) in cells.iter().enumerate() {
            let rule = number + 1;
            assert!(
                !cell.is_empty(),
                "{row}, rule {rule}: say why there is no test"
            );
            for key in cell {
                let is_known = table.tests.contains_key(key) || table.reasons.contains_key(key);
                assert!(
                    is_known,
                    "{row}, rule {rule}: {key} is neither a test nor a reason"
                );
            }
        }
    }
    let used: BTreeSet<&String> = table.rows.values().flatten().flatten().collect();
    let known = table.tests.keys().chain(table.reasons.keys());
    let unused: Vec<_> = known.filter(|key| !used.contains(key)).collect();
    assert!(unused.is_empty(), "nothing in the table says {unused:?}");
}

#[test]
fn every_test_that_the_table_names_exists() {
    for (key, tests) in Table::read().tests {
        assert!(!tests.is_empty(), "{key} names no test");
        for (name, file) in tests {
            let path = root().join("tests/hostile").join(&file);
            let source = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{key}: {}: {error}", path.display()));
            assert!(
                is_test(&source, &name),
                "{key}: {file} has no test called {name}"
            );
        }
    }
}

/// Whether the source has that test: a function under `#[test]` or its like, or an `it` of the window.
fn is_test(source: &str, name: &str) -> bool {
    let mut lines = source.lines().map(str::trim);
    let mut is_marked = false;
    lines.any(|line| {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_marked = true;
        }
        let function = line.split_once("fn ").map(|(_, rest)| rest);
        if let Some(function) = function {
            let is_it = function.split('(').next() == Some(name);
            return std::mem::take(&mut is_marked) && is_it;
        }
        line.contains(&format!("it(\"{name}\"")) || line.contains(&format!("it('{name}'"))
    })
}

/// The table of `README.md`.
struct Table {
    /// Place to the keys of each of its cells.
    rows: BTreeMap<String, Vec<Vec<String>>>,
    /// Key to tests, as name and file.
    tests: BTreeMap<String, Vec<(String, String)>>,
    /// Key to why there is no test.
    reasons: BTreeMap<String, String>,
}

impl Table {
    fn read() -> Self {
        let text = fs::read_to_string(root().join("tests/hostile/README.md")).unwrap();
        let mut table = Self {
            rows: BTreeMap::new(),
            tests: BTreeMap::new(),
            reasons: BTreeMap::new(),
        };
        let mut section = "";
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                section = title;
            }
            match section {
                "Place × rule" => table.row(line),
                "Tests" => table.test(line),
                "Why there is none" => table.reason(line),
                _ => {}
            }
        }
        table
    }

    /// `| place | keys | keys | … |`
    fn row(&mut self, line: &str) {
        let Some(inner) = line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        else {
            return;
        };
        let mut cells = inner.split('|').map(str::trim);
        let place = cells.next().unwrap_or_default();
        if place == "place" || place.starts_with("--") {
            return;
        }
        let keys = |cell: &str| cell.split_whitespace().map(str::to_owned).collect();
        let old = self
            .rows
            .insert(place.to_owned(), cells.map(keys).collect());
        assert!(old.is_none(), "{place} has two rows");
    }

    /// `- **KEY** words: [name](file), [name](file)`
    fn test(&mut self, line: &str) {
        let Some((key, rest)) = keyed(line) else {
            return;
        };
        let links = rest.split('[').skip(1).filter_map(|link| {
            let (name, rest) = link.split_once("](")?;
            let (file, _) = rest.split_once(')')?;
            Some((name.to_owned(), file.to_owned()))
        });
        let old = self.tests.insert(key.to_owned(), links.collect());
        assert!(old.is_none(), "{key} stands for two things");
    }

    /// `- **key** why`
    fn reason(&mut self, line: &str) {
        let Some((key, rest)) = keyed(line) else {
            return;
        };
        assert!(rest.trim().len() > 20, "{key} says why");
        let old = self.reasons.insert(key.to_owned(), rest.trim().to_owned());
        assert!(old.is_none(), "{key} stands for two things");
    }
}

fn keyed(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("- **")?.split_once("**")
}

/// Every function of the product that reads or decodes something, as `file::function` below `src-tauri`.
fn readers() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let product = root().join("src-tauri");
    for folder in ["src", "crates"] {
        for file in sources(&product.join(folder)) {
            let name = file.strip_prefix(&product).unwrap();
            let name = name.to_string_lossy().replace('\\', "/");
            let source = fs::read_to_string(&file).unwrap();
            let mut functions = readers_of(&source);
            let declares_commands = |line: &str| {
                line.trim() == "#[tauri::command]" || line.trim_start().starts_with("commands! {")
            };
            if name != "src/commands.rs" && source.lines().any(declares_commands) {
                functions.insert("commands".to_owned());
            }
            found.extend(
                functions
                    .iter()
                    .map(|function| format!("{name}::{function}")),
            );
        }
    }
    assert!(
        found.len() > 50,
        "the sources are where they were: {}",
        found.len()
    );
    found
}

/// Whether there is such a function, given as `file::function`.
fn is_there(function: &str) -> bool {
    let Some((file, name)) = function.rsplit_once("::") else {
        return false;
    };
    let source = fs::read_to_string(root().join("src-tauri").join(file)).unwrap_or_default();
    let mut lines = source.lines();
    lines.any(|line| function_of(line.trim()) == Some(name))
}

/// The functions of a source that call one of [`READS`]; unit tests stand at its end and are left out.
fn readers_of(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut function = String::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        let is_module = lines.peek().is_some_and(|next| next.starts_with("mod "));
        if line.starts_with("#[cfg(") && line.contains("test") && is_module {
            break;
        }
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        if let Some(name) = function_of(line) {
            function = name.to_owned();
        }
        if READS.iter().any(|call| line.contains(call)) {
            found.insert(function.clone());
        }
    }
    found
}

/// The name of the function that begins on this line, which rustfmt has written.
fn function_of(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let is_beginning = before.split_whitespace().all(|word| {
        matches!(word, "pub" | "const" | "async" | "unsafe")
            || word.starts_with("pub(")
            || word.ends_with(')')
    });
    is_beginning.then(|| rest.split(['(', '<']).next().unwrap_or_default())
}

/// Rust files of the product, tests and the tests' own crate left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(&*name, "tests" | "benches" | "patchbay-testkit") {
                found.extend(sources(&path));
            }
        } else if name.ends_with(".rs")
            && !matches!(
                &*name,
                "tests.rs" | "testing.rs" | "every_secret.rs" | "page_inputs.rs"
            )
        {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn readers_are_found_where_they_stand() {
    let source = "
pub(crate) async fn takes(a: u8) {
    // std::fs::read(\"x\")
    let x = std::fs::read(\"x\");
}
fn gives<T>() { serde_json::to_string(&1) }
fn decodes() -> T {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    fn fixture() { std::fs::read(\"y\") }
}
";
    let found: Vec<_> = readers_of(source).into_iter().collect();
    assert_eq!(found, ["decodes", "takes"]);
}
