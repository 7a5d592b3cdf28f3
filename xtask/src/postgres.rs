//! A throwaway PostgreSQL cluster on loopback.
//!
//! A watchdog outside our process group stops it when our end of a pipe closes: at the end of
//! the tests, on Ctrl-C, and when we are killed.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::{needs, output, process};

/// Stops the cluster and removes its folder once standard input closes.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
cat > /dev/null
folder=$1; shift
"$@" stop --silent --mode immediate --pgdata "$folder/data" > /dev/null 2>&1
rm -rf "$folder"
"#;

/// A running cluster; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Cluster {
    port: u16,
    data: PathBuf,
    watchdog: Child,
}

/// What must survive a test is the server's word that it committed, not a power cut.
const FOR_TESTS: &str = "-c max_connections=200 -c fsync=off -c full_page_writes=off";

impl Cluster {
    /// Makes and starts a cluster for tests as a user who is not root.
    pub(crate) fn start() -> Result<Self> {
        Self::with(FOR_TESTS)
    }

    /// Makes and starts a cluster with these options of the server (`-c name=value`).
    pub(crate) fn with(options: &str) -> Result<Self> {
        let step = output::step("starting a throwaway PostgreSQL");
        let programs = needs::postgres().context("PostgreSQL is not installed")?;
        let owner = Owner::find()?;
        let folder = std::env::temp_dir().join(format!("vouch-postgres-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let data = folder.join("data");
        let watchdog = watchdog(&owner, &programs, &folder)?;
        let mut cluster = Self { port: 0, data: data.clone(), watchdog };
        owner.take(&folder)?;

        process::quiet(
            owner
                .run(&programs.join("initdb"))
                .args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8"])
                .args(["--locale", "C", "--no-sync", "--pgdata"])
                .arg(&data),
        )?;
        cluster.port = free_port()?;
        let options = format!(
            "-c port={} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {options}",
            cluster.port
        );
        process::check(
            owner
                .run(&programs.join("pg_ctl"))
                .args(["start", "--silent", "--wait", "--timeout", "60", "--pgdata"])
                .arg(&data)
                .arg("--log")
                .arg(folder.join("log"))
                .arg("--options")
                .arg(options)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )
        .with_context(|| fs::read_to_string(folder.join("log")).unwrap_or_default())?;
        step.done();
        Ok(cluster)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The server's process.
    pub(crate) fn pid(&self) -> Result<u32> {
        let file = self.data.join("postmaster.pid");
        let text = fs::read_to_string(&file);
        let text = text.with_context(|| format!("cannot read {}", file.display()))?;
        let line = text.lines().next().unwrap_or_default();
        line.trim().parse().with_context(|| format!("`{line}` is no process"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        self.watchdog.wait().ok();
    }
}

fn watchdog(owner: &Owner, programs: &Path, folder: &Path) -> Result<Child> {
    let stop = owner.run(&programs.join("pg_ctl"));
    process::command("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(folder)
        .arg(stop.get_program())
        .args(stop.get_args())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start `sh`")
}

/// Who owns the cluster: PostgreSQL refuses to run as root.
#[derive(Debug)]
enum Owner {
    /// Ourselves.
    Us,
    /// Another user, to whom root hands it.
    Other { name: &'static str, user: u32, group: u32 },
}

impl Owner {
    fn find() -> Result<Self> {
        if !needs::is_root() {
            return Ok(Self::Us);
        }
        let id = |flag: &str, name: &str| -> Result<u32> {
            let id = process::quiet(process::command("id").args([flag, name]))?;
            id.trim().parse().with_context(|| format!("`id {flag} {name}` printed {id}"))
        };
        let name = if id("-u", "postgres").is_ok() { "postgres" } else { "nobody" };
        Ok(Self::Other { name, user: id("-u", name)?, group: id("-g", name)? })
    }

    /// Hands the folder over and closes it to others.
    fn take(&self, folder: &Path) -> Result<()> {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        if let Self::Other { user, group, .. } = self {
            chown(folder, Some(*user), Some(*group))?;
        }
        Ok(())
    }

    /// A command that this user runs.
    fn run(&self, program: &PathBuf) -> Command {
        let mut command = match self {
            Self::Us => process::command(program),
            Self::Other { name, .. } => {
                let mut command = process::command("runuser");
                command.args(["-u", name, "--"]).arg(program);
                command
            }
        };
        command.current_dir("/").env_remove("PGDATA").env_remove("PGPORT");
        command
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_cluster_listens_and_leaves_nothing_behind() {
        if needs::postgres().is_none() {
            return;
        }
        let cluster = Cluster::start().unwrap();
        let address = (Ipv4Addr::LOCALHOST, cluster.port);
        assert!(TcpStream::connect(address).is_ok());
        assert_eq!(
            cluster.url(),
            format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port)
        );
        let process = PathBuf::from(format!("/proc/{}/stat", cluster.pid().unwrap()));
        assert!(fs::read_to_string(process).unwrap().contains("(postgres)"));
        drop(cluster);
        assert!(TcpStream::connect(address).is_err());
        let folder = std::env::temp_dir().join(format!("vouch-postgres-{}", std::process::id()));
        assert!(!folder.exists());
    }
}
