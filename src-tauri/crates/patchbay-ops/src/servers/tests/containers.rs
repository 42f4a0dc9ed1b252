//! Servers in containers. `docker` is a script that records its arguments.

use super::*;
use crate::credentials::programs::{forget_program, list_allowed_programs};

/// Refuses an existing id file like the real program; each container has its own id. As with `--rm`, none is there any
/// more when it is to be stopped.
const DOCKER: &str = r#"#!/bin/sh
echo "$@" >> "${0%/*}/words"
if [ "$1" = stop ]; then
  [ -z "$PATCHBAY_SERVER" ] || echo "to be killed with its server" >> "${0%/*}/words"
  [ -e "${0%/*}/down" ] && { echo "Cannot connect to the Docker daemon at $4" >&2; exit 1; }
  shift 3
  for id; do echo "Error response from daemon: No such container: $id" >&2; done
fi
[ "$1" = run ] || exit 1
for word; do
  case "$word" in --cidfile=*) file=${word#*=}; [ -e "$file" ] && exit 125; printf %064d $$ > "$file" ;; esac
done
exec "${0%/*}/server"
"#;

impl Fixture {
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
            ..AddProgram::default()
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
async fn a_container_is_stopped_with_its_server_and_allowed_once() {
    let fixture = Fixture::new().await;
    let connector = fixture.add_container().await;
    let file = id_file(&fixture.cx, &connector);
    let run = format!("run --init --cidfile={} -i files", file.display());
    for round in 1..=2 {
        refresh_tools(&fixture.cx, &connector.id).await.unwrap();
        let id = fs::read_to_string(&file).unwrap();
        fixture.disconnect(&connector).await;
        let words = fixture.words();
        assert_eq!(words.len(), 2 * round);
        assert_eq!(
            words[2 * round - 2..],
            [run.clone(), format!("stop -t 5 {id}")]
        );
        assert_eq!(left(&file), 0);
    }
    assert_eq!(fixture.requests().len(), 1);
    let shown = fixture.requests().remove(0);
    assert_eq!(shown.arguments.join(" "), run);
    fixture.cx.close().await;
}

#[tokio::test]
async fn a_container_that_could_not_be_stopped_is_stopped_at_the_next_start() {
    let fixture = Fixture::new().await;
    let connector = fixture.add_container().await;
    let file = id_file(&fixture.cx, &connector);
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let down = fixture.script("down", "");
    fixture.disconnect(&connector).await;
    fixture.cx.close().await;
    assert_eq!((fixture.words().len(), left(&file)), (2, 1));
    fs::remove_file(down).unwrap();
    fixture.open_again().await;
    let words = fixture.words();
    assert_eq!((words.len(), left(&file)), (3, 0));
    assert_eq!(words[1], words[2]);
}

#[tokio::test]
async fn the_last_of_several_servers_stops_all_their_containers() {
    let fixture = Fixture::new().await;
    let connector = fixture.add_container().await;
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let other = Context::open(fixture.options.clone()).await.unwrap();
    refresh_tools(&other, &connector.id).await.unwrap();
    assert_eq!(left(&id_file(&fixture.cx, &connector)), 2);
    other.close().await;
    assert_eq!(fixture.words().len(), 2, "which is whose is not known");
    fixture.cx.close().await;
    let words = fixture.words();
    let stopped: Vec<_> = words[2].split(' ').collect();
    assert_eq!((words.len(), stopped.len()), (3, 5), "{words:?}");
    assert_eq!(left(&id_file(&fixture.cx, &connector)), 0);
}

#[tokio::test]
async fn abandoned_containers_are_stopped_at_the_next_start() {
    let fixture = Fixture::new().await;
    let connector = fixture.add_container().await;
    let file = id_file(&fixture.cx, &connector);
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    fixture.open_again().await;
    assert_eq!(fixture.words().len(), 1, "its server runs");
    fixture.disconnect(&connector).await;
    let id = "ab".repeat(32);
    fs::write(&file, &id).unwrap();
    fixture.open_again().await;
    assert_eq!(fixture.words()[2..], [format!("stop -t 5 {id}")]);
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
        fixture.open_again().await;
        assert_eq!((fixture.words().len(), left(&file)), (3, 0), "{text}");
    }
    // A program that is not allowed any more is not run.
    let allowed = list_allowed_programs(&fixture.cx).await.unwrap();
    forget_program(&fixture.cx, &allowed[0].id).await.unwrap();
    fs::write(&file, &id).unwrap();
    fixture.open_again().await;
    assert_eq!((fixture.words().len(), left(&file)), (3, 1));
    fixture.cx.close().await;
}
