//! Where the database is, and what is wrong with it in words. A URL holds a password: none of it
//! is shown but what cannot be one.

use std::path::Path;
use std::sync::Arc;

use vouch_store::{SqlStore, Store, StoreError, StoreOptions};

use crate::failure::Failure;
use crate::settings::Settings;

const KNOWN: &str = "give postgres://USER:PASSWORD@HOST/NAME or sqlite:PATH";

/// Checks the form of a database's URL.
pub(crate) fn check_url(url: &str) -> Result<(), Failure> {
    if url.trim().is_empty() {
        return Err(Failure::new("the database URL is empty")
            .hint(format!("{KNOWN}, or leave it out for the SQLite file in the data folder")));
    }
    if let Some(path) = sqlite_path(url) {
        if matches!(path, "" | ":memory:") {
            return Err(Failure::new(format!("the database URL `{url}` names no file"))
                .hint("give the path of a file: sqlite:PATH"));
        }
        return Ok(());
    }
    if is_postgres(url) {
        return match postgres_place(url) {
            Some(_) => Ok(()),
            None => Err(Failure::new("the database URL cannot be read").hint(
                "give postgres://USER:PASSWORD@HOST:5432/NAME, with / ? # and @ in the password \
                 as %2F %3F %23 and %40",
            )),
        };
    }
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let plain = |scheme: &&str| scheme.bytes().all(|b| b.is_ascii_lowercase());
    let sentence = match scheme.filter(plain) {
        Some(scheme) => {
            format!("the database URL begins with `{scheme}:`, which Vouch does not know")
        }
        None => "the database URL is of no kind that Vouch knows".into(),
    };
    Err(Failure::new(sentence).hint(KNOWN))
}

fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// Host, port and name of a database; `None` for a URL that may be meant otherwise than it reads:
/// with an `@` or `#` behind the host, the host may be a part of the password.
fn postgres_place(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if rest[authority..].contains(['@', '#']) {
        return None;
    }
    let parsed = url::Url::parse(url).ok()?;
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}{}", parsed.host_str().unwrap_or_default(), parsed.path()))
}

/// The database's address without user and password.
pub(crate) fn place(url: &str) -> String {
    let place = sqlite_path(url).map(str::to_owned).or_else(|| postgres_place(url));
    place.unwrap_or_else(|| "the address given".into())
}

/// The file of a SQLite database; `None` for another database.
pub(crate) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

/// Whether there is a database: a PostgreSQL server is only asked when it is opened.
pub(crate) fn is_there(url: &str) -> Result<bool, Failure> {
    let Some(path) = sqlite_path(url) else { return Ok(true) };
    Path::new(path)
        .try_exists()
        .map_err(|e| Failure::new(format!("cannot look for the database {path}: {e}")).hint(OWNER))
}

/// What to do about a file or folder of somebody else.
pub(crate) const OWNER: &str =
    "run as the owner of the data folder, or name another with --data DIR";

/// Opens the database for a server, and brings it up to date or refuses one that is behind.
pub(crate) async fn open(settings: &Settings, migrate: bool) -> Result<Arc<dyn Store>, Failure> {
    open_with(StoreOptions { migrate, ..StoreOptions::new(settings.database_url()) }).await
}

/// Opens the database for a command, which leaves to the server what may wait.
pub(crate) async fn visit(settings: &Settings) -> Result<Arc<dyn Store>, Failure> {
    let options = StoreOptions::new(settings.database_url());
    open_with(StoreOptions { migrate: false, background: false, ..options }).await
}

async fn open_with(options: StoreOptions) -> Result<Arc<dyn Store>, Failure> {
    match SqlStore::open(&options).await {
        Ok(store) => Ok(Arc::new(store)),
        Err(e) => Err(cannot_open(&options.url, &e)),
    }
}

/// Why the database at `url` could not be opened.
pub(crate) fn cannot_open(url: &str, error: &StoreError) -> Failure {
    let behind = "back it up, and start `vouch serve` once without --no-migrate";
    match error {
        StoreError::Behind(text) => Failure::new(text).hint(behind),
        StoreError::Newer(text) => Failure::new(text).hint("upgrade this program"),
        _ => {
            let sentence = format!("cannot open the database at {}", place(url));
            let hint = if sqlite_path(url).is_some() {
                "check that its folder is there, and that you may write to both"
            } else {
                "check the address, the password and that the database runs; `vouch doctor` looks \
                 closer"
            };
            failure(&sentence, error, hint)
        }
    }
}

/// An error of a command; one of the database gets its cause alone, and a hint.
pub(crate) fn explained(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(e @ StoreError::Unavailable(_)) if !error.is::<Failure>() => {
            failure("the database cannot be used", e, "`vouch doctor` looks closer").into()
        }
        _ => error,
    }
}

/// The innermost error says what the database said. `hint` is for what is not known here.
fn failure(sentence: &str, error: &StoreError, hint: &str) -> Failure {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    let (code, cause) = sqlite_code(&text);
    let hint = match code.map(|code| code & 0xff) {
        Some(BUSY | LOCKED) => "another program is writing to it: stop that, or try again",
        Some(FULL) => "make room on its disk",
        Some(CORRUPT | NOT_A_DATABASE) => "restore it from a backup, or name another file",
        _ => hint,
    };
    Failure::new(format!("{sentence}: {cause}")).hint(hint)
}

// https://www.sqlite.org/rescode.html
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const NOT_A_DATABASE: u32 = 26;

/// Takes `(code: 5) database is locked` apart.
fn sqlite_code(text: &str) -> (Option<u32>, &str) {
    let parts = text.strip_prefix("(code: ").and_then(|rest| rest.split_once(") "));
    match parts.and_then(|(code, cause)| Some((code.parse().ok()?, cause))) {
        Some((code, cause)) => (Some(code), cause),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::report;

    #[test]
    fn a_databases_place_is_shown_without_its_password() {
        assert_eq!(place("postgres://me:secret@db:5433/vouch"), "db:5433/vouch");
        assert_eq!(place("postgres://me:se@cret@db/vouch?password=secret"), "db/vouch");
        assert_eq!(place("postgres:///vouch?host=/run/postgresql"), "/vouch");
        assert_eq!(place("sqlite:///var/vouch.db"), "/var/vouch.db");
        assert_eq!(place("sqlite:vouch.db"), "vouch.db");
    }

    #[test]
    fn what_may_be_a_password_is_not_shown() {
        for odd in [
            "postgres://vouch:s3#cret@db/vouch",
            "postgres://vouch:s3/cret@db/vouch",
            "postgres://vouch:s3?cret@db/vouch",
            "postgres://vouch:12/cret@db/vouch",
            "postgres://vouch:12?cret@db/vouch",
            "postgres://vouch:12#cret@db/vouch",
            "postgres://vouch:12@cret/12@db/vouch",
            "postgres://vouch:12@cret?12@db/vouch",
            "postgres://vouch:cret12@db:port/vouch",
            "postgresql://vouch:cret12",
            "host=db user=vouch password=cret12",
            "vouch:cret12@db/vouch",
            "cret12://vouch",
            "mysql://vouch:cret12@db/vouch",
            "",
        ] {
            let refused = report(&check_url(odd).unwrap_err().into());
            for shown in [&place(odd), &refused] {
                assert!(!shown.contains("cret") && !shown.contains("12"), "{odd}: {shown}");
            }
            assert!(refused.contains("\nhint: give "), "{refused}");
        }
    }

    #[test]
    fn usual_addresses_are_taken() {
        for url in [
            "postgres://vouch@db/vouch",
            "postgres://vouch:a%40b%2Fc@db:5432/vouch?sslmode=require",
            "postgresql://[::1]:5432/vouch",
            "postgres:///vouch?host=/run/postgresql",
            "sqlite:vouch.db",
            "sqlite:///var/vouch.db",
        ] {
            check_url(url).unwrap_or_else(|e| panic!("{url}: {e}"));
        }
    }

    #[test]
    fn a_cause_is_said_once_with_what_to_do() {
        let deep = |text: &str| {
            let inner = StoreError::Unavailable(text.into());
            anyhow::Error::from(StoreError::Unavailable(Box::new(inner)))
        };
        assert_eq!(
            report(&explained(deep("(code: 517) database is locked"))),
            "error: the database cannot be used: database is locked\n\
             hint: another program is writing to it: stop that, or try again"
        );
        let newer = cannot_open("sqlite:x", &StoreError::Newer("made by a newer Vouch".into()));
        let newer = report(&newer.into());
        assert_eq!(newer, "error: made by a newer Vouch\nhint: upgrade this program");
        let other = explained(deep("refused").context(Failure::new("no key was made")));
        assert!(report(&other).starts_with("error: no key was made: "));
    }
}
