//! What `cargo metadata` says about the workspace, as far as the checks ask.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{paths, process};

/// When a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// In the crate itself.
    Normal,
    /// In its build script.
    Build,
    /// In its tests.
    Dev,
}

/// A dependency as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The package.
    pub(crate) package: String,
    /// The name in code.
    pub(crate) name: String,
    /// When it is used.
    pub(crate) used: Use,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Its folder in the repository.
    pub(crate) folder: String,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
    /// Dependencies that no code names and that are wanted all the same
    /// (`package.metadata.cargo-machete.ignored`).
    pub(crate) unnamed: Vec<String>,
}

/// A package from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// Name and version.
    pub(crate) name: String,
    /// Its SPDX expression, where it has one.
    pub(crate) licence: Option<String>,
}

/// The workspace and all that it is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// Our crates.
    pub(crate) members: Vec<Member>,
    /// The others.
    pub(crate) foreign: Vec<Foreign>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read() -> Result<Self> {
        let text = process::quiet(process::cargo().args([
            "metadata",
            "--format-version",
            "1",
            "--quiet",
        ]))?;
        Self::parse(&serde_json::from_str(&text)?, &paths::root())
            .context("`cargo metadata` printed something unexpected")
    }

    fn parse(metadata: &Value, root: &Path) -> Option<Self> {
        let mut workspace = Self { members: Vec::new(), foreign: Vec::new() };
        for package in metadata["packages"].as_array()? {
            if package["source"].is_null() {
                workspace.members.push(member(package, root)?);
            } else {
                workspace.foreign.push(Foreign {
                    name: format!("{} {}", text(&package["name"])?, text(&package["version"])?),
                    licence: text(&package["license"]),
                });
            }
        }
        Some(workspace)
    }
}

fn member(package: &Value, root: &Path) -> Option<Member> {
    let manifest = text(&package["manifest_path"])?;
    let folder = Path::new(&manifest).parent()?.strip_prefix(root).ok()?;
    let ignored = &package["metadata"]["cargo-machete"]["ignored"];
    Some(Member {
        name: text(&package["name"])?,
        folder: folder.to_str()?.to_owned(),
        dependencies: package["dependencies"].as_array()?.iter().filter_map(dependency).collect(),
        unnamed: ignored.as_array().into_iter().flatten().filter_map(text).collect(),
    })
}

fn dependency(value: &Value) -> Option<Dependency> {
    let package = text(&value["name"])?;
    Some(Dependency {
        name: text(&value["rename"]).unwrap_or_else(|| package.clone()),
        used: match value["kind"].as_str() {
            Some("build") => Use::Build,
            Some("dev") => Use::Dev,
            _ => Use::Normal,
        },
        package,
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A crate of the workspace for the checks' tests.
    pub(crate) fn member_with(name: &str, dependencies: &[(&str, Use)]) -> Member {
        Member {
            name: name.into(),
            folder: format!("crates/{name}"),
            dependencies: dependencies
                .iter()
                .map(|&(name, used)| Dependency { package: name.into(), name: name.into(), used })
                .collect(),
            unnamed: Vec::new(),
        }
    }

    /// A workspace of such crates.
    pub(crate) fn workspace(members: Vec<Member>) -> Workspace {
        Workspace { members, foreign: Vec::new() }
    }

    #[test]
    fn metadata_is_read() {
        let metadata = json!({"packages": [
            {"name": "vouch-http", "version": "0.1.0", "source": null, "license": "Apache-2.0",
             "manifest_path": "/r/crates/vouch-http/Cargo.toml",
             "metadata": {"cargo-machete": {"ignored": ["zstd"]}},
             "dependencies": [
                {"name": "axum", "kind": null, "rename": null},
                {"name": "vouch-testkit", "kind": "dev", "rename": "testkit"}]},
            {"name": "axum", "version": "0.8.9", "source": "registry", "license": "MIT",
             "manifest_path": "/c/axum/Cargo.toml", "metadata": null, "dependencies": []}]});
        let mut expected = member_with("vouch-http", &[("axum", Use::Normal)]);
        expected.dependencies.push(Dependency {
            package: "vouch-testkit".into(),
            name: "testkit".into(),
            used: Use::Dev,
        });
        expected.unnamed.push("zstd".into());
        let foreign = Foreign { name: "axum 0.8.9".into(), licence: Some("MIT".into()) };
        assert_eq!(
            Workspace::parse(&metadata, Path::new("/r")),
            Some(Workspace { members: vec![expected], foreign: vec![foreign] })
        );
    }
}
