use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use zbus::object_server::Interface;

use super::*;

/// A private bus whose activatable services create a file when they start.
struct Bus {
    home: TempDir,
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().display();
        for (service, _) in POWER_PROFILES.into_iter().chain([NETWORK_MANAGER]) {
            let file = home.path().join(format!("{service}.service"));
            let text =
                format!("[D-BUS Service]\nName={service}\nExec=/usr/bin/touch {path}/started\n");
            std::fs::write(file, text).unwrap();
        }
        let rules = home.path().join("bus.conf");
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={path}</listen>
  <servicedir>{path}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#
        );
        std::fs::write(&rules, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(rules)
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        let output = daemon.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        Self {
            home,
            daemon,
            address: address.trim().to_owned(),
        }
    }

    async fn connect(&self) -> Connection {
        let builder = zbus::connection::Builder::address(self.address.as_str());
        builder.unwrap().build().await.unwrap()
    }

    /// Serves an interface as long as the connection lives.
    async fn serve(&self, (service, path): Service, interface: impl Interface) -> Connection {
        let builder = zbus::connection::Builder::address(self.address.as_str());
        let builder = builder.unwrap().name(service).unwrap();
        let builder = builder.serve_at(path, interface).unwrap();
        builder.build().await.unwrap()
    }

    fn has_started_something(&self) -> bool {
        self.home.path().join("started").exists()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

struct Profiles(&'static str);

#[zbus::interface(name = "org.freedesktop.UPower.PowerProfiles")]
impl Profiles {
    #[zbus(property)]
    fn active_profile(&self) -> &str {
        self.0
    }
}

struct OlderProfiles(&'static str);

#[zbus::interface(name = "net.hadess.PowerProfiles")]
impl OlderProfiles {
    #[zbus(property)]
    fn active_profile(&self) -> &str {
        self.0
    }
}

struct Network(u32);

#[zbus::interface(name = "org.freedesktop.NetworkManager")]
impl Network {
    #[zbus(property)]
    fn metered(&self) -> u32 {
        self.0
    }
}

#[tokio::test]
async fn the_power_saver_profile_is_detected_under_both_names() {
    for (profile, saves) in [("power-saver", true), ("balanced", false)] {
        let bus = Bus::start();
        let service = bus.serve(POWER_PROFILES[0], Profiles(profile)).await;
        assert_eq!(saves_power(&bus.connect().await).await, Some(saves));
        drop(service);

        let bus = Bus::start();
        let service = bus.serve(POWER_PROFILES[1], OlderProfiles(profile)).await;
        assert_eq!(saves_power(&bus.connect().await).await, Some(saves));
        drop(service);
    }
}

#[tokio::test]
async fn metered_unmetered_and_unknown_networks_are_distinguished() {
    let answers = [None, Some(true), Some(false), Some(true), Some(false)];
    for (metered, answer) in (0..).zip(answers) {
        let bus = Bus::start();
        let service = bus.serve(NETWORK_MANAGER, Network(metered)).await;
        assert_eq!(is_metered(&bus.connect().await).await, answer, "{metered}");
        drop(service);
    }
}

#[tokio::test]
async fn services_that_do_not_run_are_not_started() {
    let bus = Bus::start();
    let client = bus.connect().await;
    assert_eq!(saves_power(&client).await, None);
    assert_eq!(is_metered(&client).await, None);
    assert!(!bus.has_started_something());
}

#[tokio::test]
async fn a_property_of_another_type_is_unknown() {
    let bus = Bus::start();
    let service = bus.serve(POWER_PROFILES[0], Network(1)).await;
    assert_eq!(saves_power(&bus.connect().await).await, None);
    drop(service);
}
