//! Dependencies that no code names. Quick and textual; `cargo xtask audit` asks cargo-machete.

use super::Findings;
use super::files::Source;
use super::manifests::lines_of;
use super::metadata::{Member, Workspace};

/// Checks every crate's dependencies and the list that they are inherited from.
pub(super) fn check(workspace: &Workspace, sources: &[Source], manifest: &str) -> Findings {
    let mut findings = Findings::new();
    for member in &workspace.members {
        for dependency in &member.dependencies {
            if !member.unnamed.contains(&dependency.name)
                && !names(member, sources, &dependency.name)
            {
                findings.push(format!("{} does not use {}", member.name, dependency.name));
            }
        }
    }
    for inherited in lines_of(manifest, "workspace.dependencies") {
        let name = inherited.split(['=', '.', ' ']).next().unwrap_or_default();
        let mut all = workspace.members.iter().flat_map(|member| &member.dependencies);
        if !all.any(|dependency| dependency.name == name) {
            findings.push(format!("no crate inherits {name} from the workspace"));
        }
    }
    findings
}

/// Whether a Rust file of the crate has the dependency's name as a word.
fn names(member: &Member, sources: &[Source], dependency: &str) -> bool {
    let word = dependency.replace('-', "_");
    let folder = format!("{}/", member.folder);
    sources
        .iter()
        .filter(|source| source.path.starts_with(&folder) && source.extension() == "rs")
        .any(|source| has_word(&source.text, &word))
}

fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(inside) && !text[at + word.len()..].starts_with(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Use;
    use super::super::metadata::tests::{member_with, workspace};
    use super::*;

    #[test]
    fn what_no_code_names_is_found() {
        let mut member = member_with(
            "a",
            &[
                ("serde", Use::Normal),
                ("futures-util", Use::Normal),
                ("http", Use::Normal),
                ("zstd", Use::Build),
                ("tokio", Use::Dev),
            ],
        );
        member.unnamed.push("zstd".into());
        let sources = [
            Source {
                path: "crates/a/src/lib.rs".into(),
                text: "use serde::Serialize;\nuse http_body::Body;\n".into(),
            },
            Source {
                path: "crates/a/tests/api.rs".into(),
                text: "use futures_util::StreamExt;\n".into(),
            },
            Source { path: "crates/b/src/lib.rs".into(), text: "use tokio::sync;\n".into() },
        ];
        let manifest = "[workspace.dependencies]\nserde = \"1\"\n# why\nidle = { path = \"x\" }\n\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        assert_eq!(
            check(&workspace(vec![member]), &sources, manifest),
            [
                "a does not use http",
                "a does not use tokio",
                "no crate inherits idle from the workspace"
            ]
        );
    }
}
