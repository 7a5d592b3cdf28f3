//! What `vouch agreement` and `vouch consensus` take: label files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use vouch_files::Layout;

/// Which label file, and how to read it.
#[derive(Debug, Clone, Args)]
pub(crate) struct LabelFile {
    /// The file, or - for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How it is written, or what wrote it. [default: what its name says, else csv; JSON may be an
    /// export of Vouch, Label Studio, Argilla or Prodigy]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<LabelFormat>,
    /// The labels from low to high, where they are names: `bad,fair,good`.
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) order: Vec<String>,
}

/// How a label file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabelFormat {
    /// Comma-separated, with a line of names.
    Csv,
    /// Tab-separated, with a line of names.
    Tsv,
    /// One JSON object a line.
    Jsonl,
    /// Reviews, as `vouch export` writes them.
    Vouch,
    /// Label Studio's JSON.
    LabelStudio,
    /// Label Studio's JSON-MIN.
    LabelStudioMin,
    /// Argilla's records.
    Argilla,
    /// Prodigy's JSONL.
    Prodigy,
}

impl LabelFormat {
    /// The tool that wrote it, where it says so.
    pub(crate) const fn layout(self) -> Option<Layout> {
        match self {
            Self::Csv | Self::Tsv | Self::Jsonl => None,
            Self::Vouch => Some(Layout::Vouch),
            Self::LabelStudio => Some(Layout::LabelStudio),
            Self::LabelStudioMin => Some(Layout::LabelStudioMin),
            Self::Argilla => Some(Layout::Argilla),
            Self::Prodigy => Some(Layout::Prodigy),
        }
    }
}

/// What labels are, each with what the ones before it have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Level {
    /// Names.
    Nominal,
    /// Names or numbers in an order.
    Ordinal,
    /// Numbers of which differences mean something.
    Interval,
    /// Numbers from 0 on of which ratios mean something.
    Ratio,
}

impl Level {
    /// The word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Ordinal => "ordinal",
            Self::Interval => "interval",
            Self::Ratio => "ratio",
        }
    }
}

/// What to say about agreement.
#[derive(Debug, Clone, Args)]
pub(crate) struct AgreementArgs {
    #[command(flatten)]
    pub(crate) labels: LabelFile,
    /// What the labels are. [default: names are nominal, with --order ordinal; numbers are ratio,
    /// with one below 0 interval]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<Level>,
    /// Also compare every two reviewers, of the 100 who judged most.
    #[arg(long)]
    pub(crate) pairs: bool,
    /// Make intervals by drawing the items again so many times; 0 for intervals by formula.
    /// [default: 1000, or the formula where that would take long]
    #[arg(long, value_name = "N")]
    pub(crate) bootstrap: Option<u32>,
    /// The same seed draws the same items.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub(crate) seed: u64,
    /// JSON also on a terminal.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How to make one answer of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// The most frequent label; the posterior is its share of the votes.
    Majority,
    /// A confusion matrix for each reviewer (Dawid & Skene 1979), by full EM.
    DawidSkene,
    /// One accuracy for each reviewer.
    OneCoin,
    /// Reviewers who know or guess (Hovy and others 2013).
    Mace,
}

/// What becomes of a tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tie {
    /// The first label: the lowest number, the first of --order, or the first by alphabet.
    First,
    /// One of them by chance, from --seed and the item.
    Random,
    /// No label.
    Undecided,
}

/// How to make one answer of many, and where to write it.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConsensusArgs {
    #[command(flatten)]
    pub(crate) labels: LabelFile,
    /// How.
    #[arg(long, value_name = "METHOD", default_value = "dawid-skene")]
    pub(crate) method: Method,
    /// Where to write the answers, or - for standard output: CSV, or what the name says (.tsv,
    /// .jsonl).
    #[arg(long, short, value_name = "OUT", default_value = "-")]
    pub(crate) out: PathBuf,
    /// Where to write what is thought of each reviewer: reviewer, judgements, quality.
    #[arg(long, value_name = "OUT")]
    pub(crate) reviewers: Option<PathBuf>,
    /// What becomes of a tie.
    #[arg(long, value_name = "RULE", default_value = "first")]
    pub(crate) tie: Tie,
    /// The seed of MACE and of ties by chance.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub(crate) seed: u64,
}
