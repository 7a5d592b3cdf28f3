//! Licences of everything that we build on, against the list that `deny.toml` allows.

use super::Findings;
use super::metadata::Workspace;

/// The licences in the list `allow` of `deny.toml`'s table `licenses`.
pub(super) fn allowed(deny: &str) -> Vec<String> {
    let table = deny.split("[licenses]").nth(1).unwrap_or_default();
    let list = table.split("allow = [").nth(1).and_then(|rest| rest.split(']').next());
    let lines = list.unwrap_or_default().lines();
    lines
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(|line| line.split(','))
        .map(|word| word.trim().trim_matches('"').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Checks every foreign package.
pub(super) fn check(workspace: &Workspace, allowed: &[String]) -> Findings {
    let mut findings = Findings::new();
    for package in &workspace.foreign {
        match &package.licence {
            None => findings.push(format!("{} states no licence", package.name)),
            Some(expression) if !permits(expression, allowed) => {
                findings.push(format!("{} is under {expression}", package.name));
            }
            Some(_) => {}
        }
    }
    findings
}

/// Whether an SPDX expression can be met with the allowed licences alone. `/` is the `OR` of
/// older manifests.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed).unwrap_or(false) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut met = both(rest, allowed)?;
    while next_is(rest, "OR") {
        met |= both(rest, allowed)?;
    }
    Some(met)
}

fn both(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut met = one(rest, allowed)?;
    while next_is(rest, "AND") {
        met &= one(rest, allowed)?;
    }
    Some(met)
}

fn one(rest: &mut &[&str], allowed: &[String]) -> Option<bool> {
    if next_is(rest, "(") {
        let met = either(rest, allowed)?;
        return next_is(rest, ")").then_some(met);
    }
    let (name, after) = rest.split_first()?;
    *rest = after;
    if !next_is(rest, "WITH") {
        return Some(allowed.iter().any(|licence| licence == name));
    }
    let (exception, after) = rest.split_first()?;
    *rest = after;
    let whole = format!("{name} WITH {exception}");
    Some(allowed.contains(&whole))
}

fn next_is(rest: &mut &[&str], word: &str) -> bool {
    let found = rest.first() == Some(&word);
    if found {
        *rest = &rest[1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Foreign;
    use super::*;

    const DENY: &str = "[advisories]\nignore = []\n[licenses]\n# why\nallow = [\n  \"MIT\",\n  \"Apache-2.0\", # ours\n  \"Apache-2.0 WITH LLVM-exception\",\n  \"ISC\",\n]\n[bans]\n";

    #[test]
    fn the_list_is_read() {
        assert_eq!(allowed(DENY), ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"]);
        assert!(allowed("").is_empty());
    }

    #[test]
    fn expressions_are_weighed() {
        let list = allowed(DENY);
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "MIT AND (GPL-2.0 OR ISC)",
            "(MIT OR Apache-2.0) AND ISC",
        ] {
            assert!(permits(good, &list), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "ISC WITH LLVM-exception",
            "(MIT",
            "",
            "MIT OR",
            "MIT MIT",
            "(GPL-3.0 OR AGPL-3.0) AND MIT",
        ] {
            assert!(!permits(bad, &list), "{bad}");
        }
    }

    #[test]
    fn a_package_under_another_licence_or_none_is_found() {
        let package = |name: &str, licence: Option<&str>| Foreign {
            name: name.into(),
            licence: licence.map(Into::into),
        };
        let workspace = Workspace {
            members: Vec::new(),
            foreign: vec![
                package("a 1.0.0", Some("MIT")),
                package("b 1.0.0", Some("AGPL-3.0-only")),
                package("c 1.0.0", None),
            ],
        };
        assert_eq!(
            check(&workspace, &allowed(DENY)),
            ["b 1.0.0 is under AGPL-3.0-only", "c 1.0.0 states no licence"]
        );
    }
}
