//! Dependencies between the crates point one way:
//! `vouch -> http -> {gateway, hooks, otlp, review, guard, learn} -> store -> domain`, `learn -> model`,
//! `vouch -> model`, and sideways only `gateway -> guard`. `vouch-bench` stands beside `vouch`.

use super::Findings;
use super::metadata::{Member, Use, Workspace};

/// The crates from the outermost to the innermost; an arrow leads to a later line. Rooms on one
/// line do not know each other.
const LAYERS: [&[&str]; 6] = [
    &["vouch", "vouch-bench"],
    &["vouch-http"],
    &["vouch-gateway", "vouch-hooks", "vouch-otlp", "vouch-review", "vouch-guard", "vouch-learn"],
    &["vouch-store", "vouch-files"],
    &["vouch-domain"],
    &["vouch-model", "vouch-stats"],
];

/// The one sideways arrow: a response is screened before it leaves.
const SIDEWAYS: (&str, &str) = ("vouch-gateway", "vouch-guard");

/// Who may know the local model. An edit elsewhere must never wait for it to be compiled.
const KNOW_MODEL: [&str; 2] = ["vouch", "vouch-learn"];

/// Crates that only tests may use.
const TESTS_ONLY: [&str; 1] = ["vouch-testkit"];

/// Crates that stand apart: nobody uses them and they use nobody.
const APART: [&str; 2] = ["vouch-client", "xtask"];

/// Foreign crates that belong to one room: the beginning of their names, and the rooms.
const ROOMS: [(&str, &[&str]); 3] = [
    ("axum", &["vouch-http", "vouch-testkit"]),
    ("sqlx", &["vouch-store"]),
    ("candle", &["vouch-model"]),
];

/// Checks the arrows between our own crates.
pub(super) fn check(workspace: &Workspace) -> Findings {
    let mut findings = Findings::new();
    for member in &workspace.members {
        let name = member.name.as_str();
        if layer(name).is_none() && !TESTS_ONLY.contains(&name) && !APART.contains(&name) {
            findings.push(format!("{name} has no place in xtask/src/tidy/arrows.rs: give it one"));
        }
        for dependency in &member.dependencies {
            let other = dependency.package.as_str();
            if workspace.members.iter().any(|m| m.name == other)
                && let Some(reason) = forbidden(member, other, dependency.used)
            {
                findings.push(format!("{name} -> {other}: {reason}"));
            }
        }
    }
    findings
}

fn forbidden(member: &Member, other: &str, used: Use) -> Option<&'static str> {
    let name = member.name.as_str();
    if APART.contains(&name) || APART.contains(&other) {
        return Some("xtask stands apart");
    }
    if TESTS_ONLY.contains(&other) {
        return (used != Use::Dev).then_some("only tests may use it: [dev-dependencies]");
    }
    if used == Use::Dev || TESTS_ONLY.contains(&name) || (name, other) == SIDEWAYS {
        return None;
    }
    if other == "vouch-model" {
        return (!KNOW_MODEL.contains(&name))
            .then_some("only vouch and vouch-learn know the model");
    }
    let (from, to) = (layer(name)?, layer(other)?);
    (from >= to).then_some("the arrow points outwards or sideways")
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

/// Checks that what belongs to one room is used only there, tests included.
pub(super) fn check_rooms(workspace: &Workspace) -> Findings {
    let mut findings = Findings::new();
    for member in &workspace.members {
        for dependency in &member.dependencies {
            for (begin, rooms) in ROOMS {
                if dependency.package.starts_with(begin) && !rooms.contains(&member.name.as_str()) {
                    let (name, package) = (&member.name, &dependency.package);
                    findings.push(format!("{name} uses {package}, which belongs in {}", rooms[0]));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::{member_with, workspace};
    use super::*;

    const NAMES: [&str; 13] = [
        "vouch",
        "vouch-bench",
        "vouch-http",
        "vouch-gateway",
        "vouch-otlp",
        "vouch-review",
        "vouch-guard",
        "vouch-learn",
        "vouch-store",
        "vouch-domain",
        "vouch-model",
        "vouch-testkit",
        "xtask",
    ];

    fn arrow(from: &str, to: &str, used: Use) -> Findings {
        let members = NAMES
            .iter()
            .map(|&name| {
                let to = [(to, used)];
                member_with(name, if name == from { &to } else { &[] })
            })
            .collect();
        check(&workspace(members))
    }

    #[test]
    fn the_arrows_of_the_house_are_allowed() {
        for (from, to) in [
            ("vouch", "vouch-http"),
            ("vouch", "vouch-store"),
            ("vouch", "vouch-model"),
            ("vouch-http", "vouch-gateway"),
            ("vouch-http", "vouch-otlp"),
            ("vouch-otlp", "vouch-domain"),
            ("vouch-http", "vouch-domain"),
            ("vouch-review", "vouch-store"),
            ("vouch-store", "vouch-domain"),
            ("vouch-learn", "vouch-model"),
            ("vouch-gateway", "vouch-guard"),
            ("vouch-testkit", "vouch-http"),
            ("vouch-bench", "vouch-store"),
        ] {
            assert_eq!(arrow(from, to, Use::Normal), Findings::new(), "{from} -> {to}");
        }
        assert_eq!(arrow("vouch-store", "vouch-testkit", Use::Dev), Findings::new());
    }

    #[test]
    fn every_other_arrow_is_found() {
        for (from, to) in [
            ("vouch-domain", "vouch-store"),
            ("vouch-store", "vouch-http"),
            ("vouch-http", "vouch"),
            ("vouch-guard", "vouch-gateway"),
            ("vouch-review", "vouch-learn"),
            ("vouch-http", "vouch-model"),
            ("vouch-gateway", "vouch-model"),
            ("vouch-model", "vouch-domain"),
            ("vouch-http", "vouch-testkit"),
            ("vouch", "xtask"),
            ("vouch-bench", "vouch"),
            ("vouch-store", "vouch-bench"),
            ("xtask", "vouch-domain"),
        ] {
            let findings = arrow(from, to, Use::Normal);
            assert_eq!(findings.len(), 1, "{from} -> {to}: {findings:?}");
            assert!(findings[0].starts_with(&format!("{from} -> {to}: ")));
        }
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        let findings = check(&workspace(vec![member_with("vouch-new", &[])]));
        assert!(findings[0].starts_with("vouch-new has no place"), "{findings:?}");
    }

    #[test]
    fn what_belongs_to_one_room_is_found_elsewhere() {
        let members = vec![
            member_with("vouch-http", &[("axum", Use::Normal), ("sqlx", Use::Normal)]),
            member_with("vouch-gateway", &[("axum-extra", Use::Dev), ("candle-nn", Use::Normal)]),
            member_with("vouch-store", &[("sqlx", Use::Normal)]),
            member_with("vouch-model", &[("candle-core", Use::Normal)]),
            member_with("vouch-testkit", &[("axum", Use::Normal)]),
        ];
        assert_eq!(
            check_rooms(&workspace(members)),
            [
                "vouch-http uses sqlx, which belongs in vouch-store",
                "vouch-gateway uses axum-extra, which belongs in vouch-http",
                "vouch-gateway uses candle-nn, which belongs in vouch-model",
            ]
        );
    }
}
