//! What `vouch key` and `vouch user` take.

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use vouch_domain::access::{Role, Scope};
use vouch_domain::group::Group;
use vouch_domain::rate::RequestsPerMinute;

use crate::settings::{AddressOptions, StorageOptions};

/// What to do with API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it; it is not shown again.
    #[command(after_help = "\
Scopes:
  ingest    call models through the gateway, send logs, add metrics
  feedback  give and take back feedback
  read      read logs, feedback and settings
  admin     everything

Examples:
  vouch key create --name shop --scope ingest --scope feedback
  vouch key create --name trial --scope ingest --rpm 60
  vouch key create --name me --scope admin")]
    Create {
        /// What the key is for.
        #[arg(long, value_name = "NAME")]
        name: String,
        /// What it allows; give it several times.
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope())]
        scopes: Vec<Scope>,
        /// How often it may call models and send logs in a minute: without it, as often as it
        /// likes
        #[arg(long, value_name = "REQUESTS", value_parser = rpm)]
        rpm: Option<RequestsPerMinute>,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// List all keys, newest first; their secrets are known to nobody.
    List {
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Revoke a key: it stops working within seconds.
    #[command(after_help = "\
Example:
  vouch key revoke key_01h455vb4pex5vsknk084sn02q")]
    Revoke {
        /// The key's id, as `vouch key list` shows it.
        id: String,
        #[command(flatten)]
        storage: StorageOptions,
    },
}

/// What to do with people.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person. Without a password, a link that signs them in once is printed.
    #[command(after_help = "\
Roles:
  viewer    reads
  reviewer  reads, tries models, gives feedback and corrections
  admin     everything

Examples:
  vouch user create ann@example.com --name Ann --role reviewer
  vouch user create bob@example.com --role admin --password-stdin < password.txt")]
    Create {
        /// Their e-mail address: what they sign in with.
        email: String,
        /// What others see: without it, the part of the e-mail before the @
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What they may do.
        #[arg(long, value_name = "ROLE", default_value = "reviewer", value_parser = role())]
        role: Role,
        /// Read their password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        address: AddressOptions,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// List all people.
    List {
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Shut a person out: their sessions end, and they cannot sign in.
    Disable {
        /// Their e-mail address.
        email: String,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Let in a person again who was shut out.
    Enable {
        /// Their e-mail address.
        email: String,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Change what a person may do. Their sessions end.
    #[command(after_help = "\
Roles:
  viewer    reads
  reviewer  reads, tries models, gives feedback and corrections
  admin     everything

Example:
  vouch user role ann@example.com admin")]
    Role {
        /// Their e-mail address.
        email: String,
        /// What they may do.
        #[arg(value_parser = role())]
        role: Role,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Say which groups a person belongs to; without any, to none.
    #[command(after_help = "\
A group is a name that people share. Queues may be for groups, and escalate to one.

Examples:
  vouch user groups ann@example.com legal leads
  vouch user groups ann@example.com")]
    Groups {
        /// Their e-mail address.
        email: String,
        /// The groups that they belong to from now on.
        #[arg(value_name = "GROUP")]
        groups: Vec<Group>,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Give a person a new password, from the first line of standard input. Their sessions end.
    #[command(after_help = "\
Example:
  vouch user password ann@example.com < password.txt")]
    Password {
        /// Their e-mail address.
        email: String,
        #[command(flatten)]
        storage: StorageOptions,
    },
    /// Print a link that signs a person in once.
    SigninLink {
        /// Their e-mail address.
        email: String,
        #[command(flatten)]
        address: AddressOptions,
        #[command(flatten)]
        storage: StorageOptions,
    },
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    let known = PossibleValuesParser::new(Scope::ALL.map(Scope::as_str));
    known.map(|text| Scope::parse(&text).unwrap_or(Scope::Read))
}

fn role() -> impl TypedValueParser<Value = Role> {
    let known = PossibleValuesParser::new(Role::ALL.map(Role::as_str));
    known.map(|text| Role::parse(&text).unwrap_or(Role::Viewer))
}

fn rpm(text: &str) -> Result<RequestsPerMinute, String> {
    let limit = text.parse().ok().and_then(RequestsPerMinute::new);
    limit.ok_or_else(|| format!("expected a whole number from 1 to {}", RequestsPerMinute::MOST))
}
