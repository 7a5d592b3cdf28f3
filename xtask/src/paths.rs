//! Where things lie in the repository.

use std::env;
use std::path::PathBuf;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(path) => root().join(path),
        None => root().join("target"),
    }
}

/// What xtask keeps between runs: environments, the model, stamps.
pub(crate) fn kept() -> PathBuf {
    target().join("xtask")
}

/// The web UI.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// Our clients.
pub(crate) fn clients() -> PathBuf {
    root().join("clients")
}

/// The tests with the published clients of others.
pub(crate) fn published_clients() -> PathBuf {
    root().join("tests/clients")
}

/// The server as the tests use it.
pub(crate) fn server_dev() -> PathBuf {
    target().join("debug/vouch")
}

/// The server as people use it.
pub(crate) fn server_release() -> PathBuf {
    target().join("release/vouch")
}
