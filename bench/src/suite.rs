//! What is measured together, and where the results go.

mod feedback;
mod gateway;
mod overload;
mod pages;
mod soak;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::vouch::Binary;
use crate::{machine, output, table};

/// What to measure, and with what.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which suites; all where none is named.
    #[arg(value_enum, value_name = "SUITE")]
    suites: Vec<Suite>,
    /// How long each single measurement counts.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) seconds: u32,
    /// Leave these peers out.
    #[arg(long, value_enum, value_name = "PEER", num_args = 1..)]
    without: Vec<Peer>,
    /// Where the peers are installed; without it there are none.
    #[arg(long, value_name = "DIR")]
    peers: Option<PathBuf>,
    /// The database of TensorZero's log; without it TensorZero is measured without a log.
    #[arg(long, value_name = "URL", requires = "postgres_pid")]
    postgres_url: Option<String>,
    /// The process of that database, whose CPU time counts.
    #[arg(long, value_name = "PID")]
    postgres_pid: Option<u32>,
    /// How many logs the databases of the suite `pages` hold.
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [100_000, 1_000_000],
          value_parser = clap::value_parser!(u64).range(1_000..=50_000_000))]
    pub(crate) logs: Vec<u64>,
    /// How long the suite `soak` takes.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(crate) minutes: u32,
    /// The server that is measured.
    #[arg(long, value_name = "FILE")]
    vouch: PathBuf,
    /// Where databases are made and removed again.
    #[arg(long, value_name = "DIR")]
    pub(crate) work: PathBuf,
    /// A document whose tables are rewritten.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// A suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Calls through Vouch and its peers, side by side.
    Gateway,
    /// Feedback over HTTP, acknowledged when it is on disk.
    Feedback,
    /// Pages of the request log, under each filter, by the size of the database.
    Pages,
    /// Memory under more callers than can be served.
    Overload,
    /// Minutes at half of what can be served at most.
    Soak,
}

/// Another gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// TensorZero without a log.
    Tensorzero,
    /// TensorZero with its log in PostgreSQL.
    TensorzeroPostgres,
    /// Portkey's gateway.
    Portkey,
    /// `LiteLLM`'s proxy.
    Litellm,
}

/// A database that a peer writes its log to.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    /// Where it is.
    pub(crate) url: String,
    /// Its process.
    pub(crate) pid: u32,
}

impl Options {
    /// The peers to be measured, in this order, and where they are installed.
    pub(crate) fn peers(&self) -> Vec<(Peer, PathBuf)> {
        let Some(folder) = &self.peers else { return Vec::new() };
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let wanted = Peer::value_variants().iter().filter(|peer| !self.without.contains(peer));
        let can = |peer: &Peer| *peer != Peer::TensorzeroPostgres || self.postgres_url.is_some();
        wanted.copied().filter(can).map(|peer| (peer, folder.clone())).collect()
    }

    /// The database of TensorZero's log.
    pub(crate) fn database(&self) -> Option<Database> {
        Some(Database { url: self.postgres_url.clone()?, pid: self.postgres_pid? })
    }

    /// The server that is measured.
    pub(crate) fn binary(&self) -> Binary {
        Binary(std::path::absolute(&self.vouch).unwrap_or_else(|_| self.vouch.clone()))
    }

    /// How long each single measurement counts.
    pub(crate) fn seconds(&self) -> f64 {
        f64::from(self.seconds)
    }

    /// A folder for one server, removed when it is dropped.
    pub(crate) fn folder(&self) -> Result<tempfile::TempDir> {
        fs::create_dir_all(&self.work)?;
        let folder = tempfile::tempdir_in(&self.work);
        folder.with_context(|| format!("cannot make a folder in {}", self.work.display()))
    }
}

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Feedback => "feedback",
            Self::Pages => "pages",
            Self::Overload => "overload",
            Self::Soak => "soak",
        }
    }
}

/// Runs the suites and shows their tables.
pub(crate) async fn run(options: Options) -> Result<()> {
    let suites = match options.suites.as_slice() {
        [] => Suite::value_variants(),
        named => named,
    };
    let version = options.binary().version()?;
    let about = format!("{version}; {}; {} s each.", machine::described(), options.seconds);
    output::step(&about);
    for suite in suites {
        output::step(&format!("suite {}", suite.name()));
        let text = match suite {
            Suite::Gateway => gateway::run(&options).await?,
            Suite::Feedback => feedback::run(&options).await?,
            Suite::Pages => pages::run(&options).await?,
            Suite::Overload => overload::run(&options).await?,
            Suite::Soak => soak::run(&options).await?,
        };
        let text = format!("{about}\n\n{}", text.trim());
        output::line(&format!("\n## {}\n\n{text}\n", suite.name()));
        if let Some(file) = &options.write {
            let document = fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            fs::write(file, table::replaced(&document, suite.name(), &text)?)?;
        }
    }
    Ok(())
}
