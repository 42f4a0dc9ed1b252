//! Servers in containers. `docker` is a script that records its arguments.

use super::*;
use crate::credentials::programs::{forget_program, list_allowed_programs};

/// Refuses an existing id file like the real program; each container has its own id.
const DOCKER: &str = r#"#!/bin/sh
echo "$@" >> "${0%/*}/words"
[ "$1" = run ] || exit 1
for word; do
  case "$word" in --cidfile=*) file=${word#*=}; [ -e "$file" ] && exit 125; printf %064d $$ > "$file" ;; esac
done
exec "${0%/*}/server"
"#;

impl Bench {
    async fn add_container(&self) -> Connector {
        self.server();
        self.script("docker", DOCKER);
        let home = self.home.path().to_str().unwrap().to_owned();
        let request = AddProgram {
            command: ServerCommand {
                program: "docker".to_owned(),
                arguments: ["run", "-i", "files"].map(str::to_owned).to_vec(),
                folder: None,
                variables: BTreeMap::from([("PATH".to_owned(), home)]),
            },
            secrets: BTreeMap::new(),
            name: Some("files".to_owned()),
            title: Some("Files".to_owned()),
        };
        add_program(&self.cx, request).await.unwrap()
    }

    /// Returns the arguments of each call.
    fn words(&self) -> Vec<String> {
        let words = fs::read_to_string(self.home.path().join("words"));
        words.map_or_else(
            |_| Vec::new(),
            |words| words.lines().map(str::to_owned).collect(),
        )
    }

    /// Opens and closes a context like another command.
    async fn open_again(&self) {
        let next = Context::open(self.options.clone()).await.unwrap();
        next.close().await;
    }
}

fn id_file(cx: &Context, connector: &Connector) -> PathBuf {
    cx.paths()
        .server_folder(&connector.id)
        .join("container.cid")
}

/// Counts the id files.
fn left(file: &Path) -> usize {
    let files = fs::read_dir(file.parent().unwrap()).unwrap().flatten();
    let names = files.map(|file| file.file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".cid")).count()
}

#[tokio::test]
async fn a_container_is_stopped_with_its_server_and_agreed_to_once() {
    let bench = bench().await;
    let connector = bench.add_container().await;
    let file = id_file(&bench.cx, &connector);
    let run = format!("run --init --cidfile={} -i files", file.display());
    for round in 1..=2 {
        refresh_tools(&bench.cx, &connector.id).await.unwrap();
        let id = fs::read_to_string(&file).unwrap();
        bench.disconnect(&connector).await;
        let words = bench.words();
        assert_eq!(words.len(), 2 * round);
        assert_eq!(
            words[2 * round - 2..],
            [run.clone(), format!("stop -t 5 {id}")]
        );
        assert_eq!(left(&file), 0);
    }
    assert_eq!(bench.asked(), 1);
    let shown = bench.person.asked.lock().unwrap()[0].clone();
    assert_eq!(shown.arguments.join(" "), run);
    bench.cx.close().await;
}

#[tokio::test]
async fn the_last_of_several_servers_stops_all_their_containers() {
    let bench = bench().await;
    let connector = bench.add_container().await;
    refresh_tools(&bench.cx, &connector.id).await.unwrap();
    let other = Context::open(bench.options.clone()).await.unwrap();
    refresh_tools(&other, &connector.id).await.unwrap();
    assert_eq!(left(&id_file(&bench.cx, &connector)), 2);
    other.close().await;
    assert_eq!(bench.words().len(), 2, "which is whose is not known");
    bench.cx.close().await;
    let words = bench.words();
    let stopped: Vec<_> = words[2].split(' ').collect();
    assert_eq!((words.len(), stopped.len()), (3, 5), "{words:?}");
    assert_eq!(left(&id_file(&bench.cx, &connector)), 0);
}

#[tokio::test]
async fn what_was_left_is_stopped_at_the_next_opening_where_nothing_runs() {
    let bench = bench().await;
    let connector = bench.add_container().await;
    let file = id_file(&bench.cx, &connector);
    refresh_tools(&bench.cx, &connector.id).await.unwrap();
    bench.open_again().await;
    assert_eq!(bench.words().len(), 1, "its server runs");
    bench.disconnect(&connector).await;
    let id = "ab".repeat(32);
    fs::write(&file, &id).unwrap();
    bench.open_again().await;
    assert_eq!(bench.words()[2..], [format!("stop -t 5 {id}")]);
    assert_eq!(left(&file), 0);

    // Invalid ids are not passed to docker.
    for text in [
        "",
        "--all",
        "../../files",
        &format!("{id}\n{id}"),
        &"-a".repeat(32),
    ] {
        fs::write(&file, text).unwrap();
        bench.open_again().await;
        assert_eq!((bench.words().len(), left(&file)), (3, 0), "{text}");
    }
    // A program that is not allowed any more is not run.
    let allowed = list_allowed_programs(&bench.cx).await.unwrap();
    forget_program(&bench.cx, &allowed[0].id).await.unwrap();
    fs::write(&file, &id).unwrap();
    bench.open_again().await;
    assert_eq!((bench.words().len(), left(&file)), (3, 1));
    bench.cx.close().await;
}
