//! A fresh database for one test.

use std::process::Command;

/// A database that nobody else uses.
pub(crate) struct Database {
    /// Its URL; `None` for the SQLite file in the data folder.
    url: Option<String>,
    /// The URL of its server, where it is not its own.
    server: Option<String>,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            let statement = format!("drop database {} with (force)", self.name());
            // What stays behind is the test server's affair.
            Command::new("psql").args([server, "-qc", &statement]).output().ok();
        }
    }
}

impl Database {
    /// SQLite.
    pub(crate) fn sqlite() -> Self {
        Self { url: None, server: None }
    }

    /// PostgreSQL, where `VOUCH_TEST_POSTGRES_URL` (of a superuser) names a server.
    pub(crate) fn postgres(name: &str) -> Option<Self> {
        let Ok(base) = std::env::var("VOUCH_TEST_POSTGRES_URL") else {
            eprintln!("skipped: VOUCH_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = format!("vouch_{name}_{}", std::process::id());
        psql(&base, &format!("drop database if exists {name}"));
        psql(&base, &format!("create database {name}"));
        let mut url = url::Url::parse(&base).unwrap();
        url.set_path(&name);
        Some(Self { url: Some(url.into()), server: Some(base) })
    }

    /// Lets nobody connect, and ends the connections that there are.
    pub(crate) fn close(&self) {
        let Some(server) = &self.server else { return };
        let name = self.name();
        psql(server, &format!("alter database {name} allow_connections false"));
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname =";
        psql(server, &format!("{end} '{name}'"));
    }

    /// Lets everybody connect again.
    pub(crate) fn open(&self) {
        let Some(server) = &self.server else { return };
        psql(server, &format!("alter database {} allow_connections true", self.name()));
    }

    fn name(&self) -> &str {
        self.url.as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or_default()
    }

    /// The arguments that name it.
    pub(crate) fn args(&self) -> Vec<&str> {
        self.url.as_deref().map_or(vec![], |url| vec!["--database-url", url])
    }
}

fn psql(server: &str, statement: &str) {
    let done = Command::new("psql").args([server, "-qc", statement]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
