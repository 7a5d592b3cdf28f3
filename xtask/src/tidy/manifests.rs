//! Rules about the crates' manifests.

use super::Findings;
use super::files::Source;
use super::metadata::Workspace;

/// Every crate takes the workspace's lints.
pub(super) fn lints(workspace: &Workspace, sources: &[Source]) -> Findings {
    let mut findings = Findings::new();
    for member in &workspace.members {
        let path = format!("{}/Cargo.toml", member.folder);
        let text = sources.iter().find(|source| source.path == path).map(|source| &source.text);
        if !text.is_some_and(|text| has_line(text, "lints", "workspace = true")) {
            findings.push(format!("{path} lacks `[lints] workspace = true`"));
        }
    }
    findings
}

/// Whether a table of a manifest has this line.
fn has_line(manifest: &str, table: &str, line: &str) -> bool {
    lines_of(manifest, table).any(|found| found == line)
}

/// The lines of a table of a manifest, without comments and empty lines.
pub(super) fn lines_of<'a>(manifest: &'a str, table: &str) -> impl Iterator<Item = &'a str> {
    let header = format!("[{table}]");
    manifest
        .lines()
        .map(str::trim)
        .skip_while(move |line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::{member_with, workspace};
    use super::*;

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let members = vec![member_with("a", &[]), member_with("b", &[]), member_with("c", &[])];
        let manifest = |name: &str, text: &str| Source {
            path: format!("crates/{name}/Cargo.toml"),
            text: text.into(),
        };
        let sources = [
            manifest("a", "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"),
            manifest("b", "[package]\n[lints]\n\n[dependencies]\nworkspace = true\n"),
        ];
        assert_eq!(
            lints(&workspace(members), &sources),
            [
                "crates/b/Cargo.toml lacks `[lints] workspace = true`",
                "crates/c/Cargo.toml lacks `[lints] workspace = true`"
            ]
        );
    }
}
