//! Rules about single files: how they begin, how long they are, what they must not name.

use std::path::Path;

use super::Findings;

/// A file is looked at again at this length, and ends at the other.
const GROWING_LINES: usize = 400;
const END_LINES: usize = 800;

/// What people write in; the rest is data.
const CODE: [&str; 8] = ["rs", "ts", "tsx", "js", "mjs", "py", "sql", "css"];

/// What a repository must have.
const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"];

/// Where machines keep people's files; written in two parts, so that this line is not found.
const MACHINE_FOLDERS: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Its path in the repository.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
}

impl Source {
    /// What its name ends in, without the dot.
    pub(super) fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    fn is_code(&self) -> bool {
        CODE.contains(&self.extension()) && !self.is_generated()
    }

    fn is_generated(&self) -> bool {
        self.text.lines().take(5).any(|line| line.contains("auto-generated"))
    }

    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.split('/').any(|folder| matches!(folder, "tests" | "e2e" | "benches"))
            || matches!(name, "tests.rs" | "conftest.py")
            || name.contains(".test.")
    }

    /// How many lines people read to understand it: without the tests at its end.
    fn lines(&self) -> usize {
        let tests = self.text.lines().zip(self.text.lines().skip(1)).position(|(line, next)| {
            line == "#[cfg(test)]" && next.contains("mod ") && next.ends_with('{')
        });
        tests.unwrap_or_else(|| self.text.lines().count())
    }
}

/// Every Rust file begins with what it is for.
pub(super) fn first_lines(sources: &[Source]) -> Findings {
    let rust = sources.iter().filter(|source| source.extension() == "rs");
    rust.filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("{} does not begin with `//!` and what it is for", source.path))
        .collect()
}

/// No file of code is longer than anyone wants to read, tests apart.
pub(super) fn lengths(sources: &[Source]) -> Findings {
    long(sources, END_LINES)
        .map(|(path, lines)| format!("{path} has {lines} lines, more than {END_LINES}"))
        .collect()
}

/// Files that should be looked at for a second idea.
pub(super) fn growing(sources: &[Source]) -> Findings {
    long(sources, GROWING_LINES)
        .map(|(path, lines)| format!("{path} has {lines} lines: is there a second idea in it?"))
        .collect()
}

fn long(sources: &[Source], limit: usize) -> impl Iterator<Item = (&str, usize)> {
    sources
        .iter()
        .filter(|source| source.is_code() && !source.is_test())
        .map(|source| (source.path.as_str(), source.lines()))
        .filter(move |(_, lines)| *lines > limit)
}

/// No file names a folder of the machine that it was written on.
pub(super) fn machine_paths(sources: &[Source]) -> Findings {
    let mut findings = Findings::new();
    for source in sources {
        for (index, line) in source.text.lines().enumerate() {
            if let Some(folder) = MACHINE_FOLDERS.iter().find(|folder| names(line, folder)) {
                findings.push(format!("{}:{} names {folder}", source.path, index + 1));
            }
        }
    }
    findings
}

/// Whether a path in the line begins with the folder: `https://host/folder/` does not.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"./_-*}".contains(c))
    })
}

/// What a reader looks for first is there.
pub(super) fn documents(root: &Path) -> Findings {
    let missing = DOCUMENTS.iter().filter(|name| !root.join(name).is_file());
    missing.map(|name| format!("there is no {name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_rust_file_without_a_purpose_is_found() {
        let sources = [
            source("a.rs", "//! What it is for.\nfn a() {}\n"),
            source("b.rs", "fn b() {}\n"),
            source("c.rs", "//!\n"),
            source("d.ts", "const d = 1\n"),
        ];
        let findings = first_lines(&sources);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].starts_with("b.rs ") && findings[1].starts_with("c.rs "));
    }

    #[test]
    fn a_long_file_is_found_tests_and_generated_files_apart() {
        let code = "x\n".repeat(801);
        let tests = format!("{}#[cfg(test)]\nmod tests {{\n{code}", "x\n".repeat(100));
        let sources = [
            source("long.rs", &code),
            source("long.tsx", &code),
            source("end.rs", &"x\n".repeat(800)),
            source("well_tested.rs", &tests),
            source("crates/a/tests/api.rs", &code),
            source("src/page.test.ts", &code),
            source("schema.d.ts", &format!("// auto-generated\n{code}")),
            source("data.json", &code),
        ];
        assert_eq!(
            lengths(&sources),
            ["long.rs has 801 lines, more than 800", "long.tsx has 801 lines, more than 800"]
        );
        assert_eq!(growing(&sources).len(), 3);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let home = MACHINE_FOLDERS[0];
        let sources = [
            source("a.md", &format!("fine\nsee {home}ann/vouch\n")),
            source("b.rs", &format!("open(\"{home}ann\")\n")),
            source("c.md", &format!("https://example.org{home}ann\n./x{home}y\n")),
        ];
        assert_eq!(
            machine_paths(&sources),
            [format!("a.md:2 names {home}"), format!("b.rs:1 names {home}")]
        );
    }

    #[test]
    fn missing_documents_are_found() {
        let nowhere = Path::new("/nonexistent");
        assert_eq!(documents(nowhere).len(), DOCUMENTS.len());
    }
}
