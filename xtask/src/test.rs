//! `cargo xtask test`: sets up what tests need, runs every suite, goes on after a failure and
//! ends with one line that counts them all.

mod clients;
mod suites;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::count::Counts;
use crate::needs::{self, Need, Remedy};
use crate::output;

use self::suites::Setup;

/// Which suites to run.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run these suites and no others (may be repeated, or several with commas).
    #[arg(long, value_name = "SUITE", value_delimiter = ',')]
    only: Vec<Suite>,
}

/// A suite, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// `cargo xtask tidy`
    Tidy,
    /// rustfmt
    Fmt,
    /// Types, unit tests and build of the web UI
    Web,
    /// Clippy on everything, warnings denied
    Clippy,
    /// The Rust tests, on SQLite and PostgreSQL, with the local model
    Rust,
    /// Examples in the documentation, and its links
    Doc,
    /// docs/openapi.json and the web UI's types are what the server says
    Openapi,
    /// Our clients, and published ones of others, against the server
    Clients,
    /// The web UI in a browser
    Browser,
}

impl Suite {
    const ALL: [Self; 9] = [
        Self::Tidy,
        Self::Fmt,
        Self::Web,
        Self::Clippy,
        Self::Rust,
        Self::Doc,
        Self::Openapi,
        Self::Clients,
        Self::Browser,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Tidy => "tidy",
            Self::Fmt => "rustfmt",
            Self::Web => "web",
            Self::Clippy => "clippy",
            Self::Rust => "Rust tests",
            Self::Doc => "documentation",
            Self::Openapi => "OpenAPI document",
            Self::Clients => "clients",
            Self::Browser => "browser",
        }
    }

    const fn needs(self) -> &'static [Need] {
        match self {
            Self::Tidy | Self::Fmt => &[],
            Self::Web | Self::Clippy | Self::Doc | Self::Openapi => &[Need::C, Need::Node],
            Self::Rust => &[Need::C, Need::Node, Need::Python, Need::Postgres],
            Self::Clients => &[Need::C, Need::Node, Need::Python],
            Self::Browser => &[Need::C, Need::Node, Need::Python, Need::Chromium],
        }
    }

    fn run(self, setup: &mut Setup) -> Result<Counts> {
        match self {
            Self::Tidy => suites::tidy(),
            Self::Fmt => Ok(suites::fmt()),
            Self::Web => suites::web(),
            Self::Clippy => suites::clippy(),
            Self::Rust => suites::rust(setup),
            Self::Doc => suites::doc(setup),
            Self::Openapi => suites::openapi(setup),
            Self::Clients => clients::run(setup),
            Self::Browser => suites::browser(setup),
        }
    }
}

/// Runs the chosen suites.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let chosen: Vec<Suite> = Suite::ALL
        .into_iter()
        .filter(|suite| options.only.is_empty() || options.only.contains(suite))
        .collect();
    needs::ensure(&needs_of(&chosen), Remedy::Install)?;

    let mut setup = Setup::default();
    let mut results = Vec::new();
    for suite in chosen {
        let begun = Instant::now();
        output::stamped(&format!("=== {}", suite.name()));
        let counts = suite.run(&mut setup).unwrap_or_else(|error| {
            output::error(&error);
            Counts::one(false)
        });
        let seconds = begun.elapsed().as_secs_f64();
        output::stamped(&format!("=== {}: {counts} in {seconds:.1} s", suite.name()));
        results.push((suite, counts, seconds));
    }
    drop(setup);
    Ok(report(&results))
}

fn needs_of(suites: &[Suite]) -> Vec<Need> {
    let mut needs = Vec::new();
    for need in suites.iter().flat_map(|suite| suite.needs()) {
        if !needs.contains(need) {
            needs.push(*need);
        }
    }
    needs
}

fn report(results: &[(Suite, Counts, f64)]) -> ExitCode {
    let mut total = Counts::default();
    output::line("");
    for (suite, counts, seconds) in results {
        let mark = if counts.failed == 0 { "ok  " } else { "FAIL" };
        output::line(&format!("{mark} {:18} {seconds:7.1} s   {counts}.", suite.name()));
        total += *counts;
    }
    output::line("");
    output::line(&total.to_string());
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_listed_once_and_in_order() {
        assert_eq!(Suite::ALL, Suite::value_variants());
    }

    #[test]
    fn needs_are_named_once() {
        let needs = needs_of(&Suite::ALL);
        assert_eq!(needs, [Need::C, Need::Node, Need::Python, Need::Postgres, Need::Chromium]);
        assert_eq!(needs_of(&[Suite::Tidy]), []);
    }
}
