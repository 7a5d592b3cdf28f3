//! A fresh database for one test.

use std::process::Command;

/// A database that nobody else uses.
pub(crate) struct Database {
    /// Its URL; `None` for the SQLite file in the data folder.
    url: Option<String>,
    /// What removes it again: the server's URL, and the statement.
    remove: Option<[String; 2]>,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some([server, statement]) = &self.remove {
            // What stays behind is the test server's affair.
            Command::new("psql").args([server, "-qc", statement]).output().ok();
        }
    }
}

impl Database {
    /// SQLite.
    pub(crate) fn sqlite() -> Self {
        Self { url: None, remove: None }
    }

    /// PostgreSQL, where `VOUCH_TEST_POSTGRES_URL` (of a superuser) names a server.
    pub(crate) fn postgres(name: &str) -> Option<Self> {
        let Ok(base) = std::env::var("VOUCH_TEST_POSTGRES_URL") else {
            eprintln!("skipped: VOUCH_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = format!("vouch_{name}_{}", std::process::id());
        let sql = [format!("drop database if exists {name}"), format!("create database {name}")];
        for statement in sql {
            let made = Command::new("psql").args([&base, "-qc", &statement]).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        let mut url = url::Url::parse(&base).unwrap();
        url.set_path(&name);
        let remove = Some([base, format!("drop database {name} with (force)")]);
        Some(Self { url: Some(url.into()), remove })
    }

    /// The arguments that name it.
    pub(crate) fn args(&self) -> Vec<&str> {
        self.url.as_deref().map_or(vec![], |url| vec!["--database-url", url])
    }
}
