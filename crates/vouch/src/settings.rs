//! Settings: flags win over `VOUCH_*`, which win over `vouch.toml`, which wins over the defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use clap::Args;
use clap::builder::BoolishValueParser;
use serde::Deserialize;
use vouch_http::proxies::Network;

use crate::database;
use crate::failure::Failure;

/// Where the database is; taken by every command that reads or writes it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Storage")]
pub(crate) struct StorageOptions {
    /// The folder of everything that Vouch keeps: the database, the master key, the local model.
    /// Made (readable by you alone) when it is not there. [default: ./vouch-data]
    #[arg(long, env = "VOUCH_DATA", value_name = "DIR", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,

    #[arg(
        long,
        env = "VOUCH_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        help = "The database: postgres://USER:PASSWORD@HOST/NAME, or sqlite:PATH [default: a \
                  SQLite file in the data folder]"
    )]
    pub(crate) database_url: Option<String>,

    /// Refuse to start when the database needs a migration, instead of running it.
    #[arg(long, env = "VOUCH_NO_MIGRATE", hide_env_values = true, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_name = "BOOL",
          value_parser = BoolishValueParser::new())]
    pub(crate) no_migrate: Option<bool>,

    /// The settings file (TOML; the same names as the flags, with underscores).
    /// [default: ./vouch.toml, where there is one]
    #[arg(long, env = "VOUCH_CONFIG", value_name = "FILE", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

/// Where the server is found.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Address")]
pub(crate) struct AddressOptions {
    /// The address to listen on; port 0 takes a free one. [default: 127.0.0.1:7700]
    #[arg(long, env = "VOUCH_LISTEN", value_name = "ADDR:PORT", hide_env_values = true)]
    pub(crate) listen: Option<Listen>,

    #[arg(
        long,
        env = "VOUCH_PUBLIC_URL",
        value_name = "URL",
        hide_env_values = true,
        help = "The address that people open, where it differs, e.g. https://vouch.example.com \
                  behind a proxy [default: http:// and the listen address]"
    )]
    pub(crate) public_url: Option<String>,
}

/// What the server believes of what stands before it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Address")]
pub(crate) struct ProxyOptions {
    #[arg(
        long,
        env = "VOUCH_TRUSTED_PROXY",
        value_name = "CIDR",
        hide_env_values = true,
        value_delimiter = ',',
        help = "A reverse proxy that is believed about where requests come from \
                  (X-Forwarded-For, Forwarded): its address or network, e.g. 10.0.0.0/8; may be \
                  given several times, or as a list with commas [default: none]"
    )]
    pub(crate) trusted_proxy: Vec<Network>,
}

/// What the server sends to others by itself.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Webhooks")]
pub(crate) struct WebhookOptions {
    /// Let webhooks lead to private networks and this machine, and to http:// addresses. Whoever
    /// is an admin here can then send requests to what this server can reach. [default: false]
    #[arg(long, env = "VOUCH_WEBHOOK_ALLOW_PRIVATE", hide_env_values = true, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_name = "BOOL",
          value_parser = BoolishValueParser::new())]
    pub(crate) webhook_allow_private: Option<bool>,
}

/// The local model; taken by every command that loads it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Local model")]
pub(crate) struct ModelOptions {
    /// A GGUF file to use instead of the one in the data folder.
    #[arg(long, env = "VOUCH_MODEL_PATH", value_name = "FILE", hide_env_values = true)]
    pub(crate) model_path: Option<PathBuf>,

    /// Threads that the local model computes with. [default: 2, or 1 on a small machine]
    #[arg(long, env = "VOUCH_MODEL_THREADS", value_name = "N", hide_env_values = true)]
    pub(crate) model_threads: Option<usize>,
}

/// What the server tells on stderr.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Diagnostics")]
pub(crate) struct LogOptions {
    #[arg(
        long,
        env = "VOUCH_LOG",
        value_name = "FILTER",
        hide_env_values = true,
        help = "What to tell on stderr: off, error, warn, info, debug or trace, also per module, \
                  e.g. info,vouch_gateway=debug. Prompts, answers and keys are never told \
                  [default: info]"
    )]
    pub(crate) log: Option<String>,

    /// How: text for people, json for machines. [default: text]
    #[arg(long, env = "VOUCH_LOG_FORMAT", value_name = "FORMAT", hide_env_values = true)]
    pub(crate) log_format: Option<LogFormat>,
}

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// An address to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Listen(SocketAddr);

impl FromStr for Listen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        let parsed = numbers.as_deref().unwrap_or(text).parse();
        parsed.map(Self).map_err(|_| {
            format!("`{text}` is not an address and a port, such as 127.0.0.1:7700 or 0.0.0.0:80")
        })
    }
}

impl TryFrom<String> for Listen {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// What `vouch.toml` may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<Listen>,
    data: Option<PathBuf>,
    database_url: Option<String>,
    public_url: Option<String>,
    trusted_proxy: Option<Vec<Network>>,
    webhook_allow_private: Option<bool>,
    no_migrate: Option<bool>,
    model_path: Option<PathBuf>,
    model_threads: Option<usize>,
    log: Option<String>,
    log_format: Option<LogFormat>,
}

/// All settings, with nothing left open.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The address to listen on.
    pub(crate) listen: SocketAddr,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// The database, where it is not the SQLite file in the data folder.
    database_url: Option<String>,
    /// The address that people open, as browsers write an origin.
    pub(crate) public_url: Option<String>,
    /// The proxies that are believed about where requests come from.
    pub(crate) trusted_proxies: Vec<Network>,
    /// Whether webhooks may lead to private networks, and to addresses without TLS.
    pub(crate) webhook_allow_private: bool,
    /// Whether a needed migration is refused.
    pub(crate) no_migrate: bool,
    /// A GGUF file to use instead of the one in the data folder.
    pub(crate) model_path: Option<PathBuf>,
    /// Threads of the local model, where they were given.
    pub(crate) model_threads: Option<usize>,
    /// The filter of diagnostics.
    pub(crate) log: Option<String>,
    /// How diagnostics are written.
    pub(crate) log_format: LogFormat,
}

/// Everything that may be given on the command line; a command leaves out what it does not take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// Where the database is.
    pub(crate) storage: StorageOptions,
    /// Where the server is found.
    pub(crate) address: AddressOptions,
    /// What stands before it.
    pub(crate) proxy: ProxyOptions,
    /// What the server sends by itself.
    pub(crate) webhook: WebhookOptions,
    /// The local model.
    pub(crate) model: ModelOptions,
    /// Diagnostics.
    pub(crate) log: LogOptions,
}

impl Settings {
    /// Lays flags and environment (`given`) over the settings file over the defaults.
    pub(crate) fn resolve(given: Given) -> anyhow::Result<Self> {
        let file = match &given.storage.config {
            Some(path) => File::read(path)?,
            None if Path::new(DEFAULT_FILE).exists() => File::read(Path::new(DEFAULT_FILE))?,
            None => File::default(),
        };
        let Given { storage, address, proxy, webhook, model, log } = given;
        let public_url = address.public_url.or(file.public_url);
        let database_url = storage.database_url.or(file.database_url);
        database_url.as_deref().map(database::check_url).transpose()?;
        let threads = model.model_threads.or(file.model_threads);
        if let Some(threads) = threads.filter(|n| !(1..=64).contains(n)) {
            return Err(Failure::new(format!("model_threads is {threads}, not 1 to 64")).into());
        }
        Ok(Self {
            listen: address.listen.or(file.listen).map_or(DEFAULT_LISTEN, |listen| listen.0),
            data: storage.data.or(file.data).unwrap_or_else(|| "vouch-data".into()),
            database_url,
            public_url: public_url.map(|url| checked_public(&url)).transpose()?,
            trusted_proxies: match proxy.trusted_proxy {
                given if given.is_empty() => file.trusted_proxy.unwrap_or_default(),
                given => given,
            },
            webhook_allow_private: webhook
                .webhook_allow_private
                .or(file.webhook_allow_private)
                .unwrap_or(false),
            no_migrate: storage.no_migrate.or(file.no_migrate).unwrap_or(false),
            model_path: model.model_path.or(file.model_path),
            model_threads: threads,
            log: log.log.or(file.log),
            log_format: log.log_format.or(file.log_format).unwrap_or_default(),
        })
    }

    /// The database's URL.
    pub(crate) fn database_url(&self) -> String {
        let in_data = || format!("sqlite:{}", self.data.join("vouch.db").display());
        self.database_url.clone().unwrap_or_else(in_data)
    }

    /// Whether the database is another than the SQLite file in the data folder.
    pub(crate) fn names_database(&self) -> bool {
        self.database_url.is_some()
    }

    /// The address that people open, given the one that the server really listens on.
    pub(crate) fn address(&self, listening: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", reachable(listening)))
    }
}

const DEFAULT_FILE: &str = "vouch.toml";
const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7700);

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| {
            Failure::new(format!("cannot read the settings file {shown}"))
                .hint("name another with --config FILE (or VOUCH_CONFIG), or leave it out")
        })?;
        toml::from_str(&text).map_err(|e| {
            let line = e.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            let message = e.message().replace("usize", "a whole number");
            let failure = Failure::new(format!("{shown}, line {line}: {message}"));
            if message.starts_with("unknown field") {
                failure.hint("`vouch serve --help` says what each of them means").into()
            } else {
                failure.into()
            }
        })
    }
}

/// The origin of the public URL, as browsers write it: lower case, without the usual port.
fn checked_public(url: &str) -> anyhow::Result<String> {
    let parsed = url::Url::parse(url).ok();
    let parsed = parsed.filter(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
    let Some(parsed) = parsed else {
        return Err(Failure::new(format!(
            "the public URL `{url}` is not an http or https address"
        ))
        .hint("give e.g. https://vouch.example.com")
        .into());
    };
    let origin = parsed.origin().ascii_serialization();
    let rest = [parsed.username(), parsed.password().unwrap_or_default(), parsed.path()].concat();
    if rest == "/" && parsed.query().is_none() && parsed.fragment().is_none() {
        return Ok(origin);
    }
    Err(Failure::new("the public URL has more than a scheme, a host and a port")
        .hint(format!("Vouch needs an address of its own, without a path: give {origin}"))
        .into())
}

/// `0.0.0.0` and `[::]` are no addresses that a browser can open.
fn reachable(listening: SocketAddr) -> SocketAddr {
    match listening {
        SocketAddr::V4(a) if a.ip().is_unspecified() => {
            SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, a.port()))
        }
        SocketAddr::V6(a) if a.ip().is_unspecified() => {
            SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, a.port()))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(file: &str, given: Given) -> anyhow::Result<Settings> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vouch.toml");
        std::fs::write(&path, file).unwrap();
        let storage = StorageOptions { config: Some(path), ..given.storage };
        Settings::resolve(Given { storage, ..given })
    }

    fn refusal(file: &str) -> String {
        let text = crate::failure::report(&resolve(file, Given::default()).unwrap_err());
        text.split_once("vouch.toml, ").map_or(text.clone(), |(_, rest)| rest.to_owned())
    }

    #[test]
    fn flags_win_over_the_file_over_the_defaults() {
        let address = AddressOptions { listen: "1.1.1.1:1".parse().ok(), public_url: None };
        let given = Given { address, ..Given::default() };
        let settings = resolve("listen = '2.2.2.2:2'\ndata = 'elsewhere'", given).unwrap();
        assert_eq!(settings.listen.to_string(), "1.1.1.1:1");
        assert_eq!(settings.database_url(), "sqlite:elsewhere/vouch.db");
        assert_eq!(settings.log_format, LogFormat::Text);
    }

    #[test]
    fn proxies_that_are_given_replace_those_of_the_file() {
        let proxies = |given: &[&str]| {
            let trusted_proxy = given.iter().map(|text| text.parse().unwrap()).collect();
            let proxy = ProxyOptions { trusted_proxy };
            let file = "trusted_proxy = ['10.0.0.0/8', '::1']";
            let settings = resolve(file, Given { proxy, ..Given::default() }).unwrap();
            settings.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(proxies(&[]), ["10.0.0.0/8", "::1/128"]);
        assert_eq!(proxies(&["192.0.2.7"]), ["192.0.2.7/32"]);
        let wrong = refusal("trusted_proxy = ['proxy']");
        assert!(wrong.starts_with("line 1: `proxy` is neither an address nor"), "{wrong}");
    }

    #[test]
    fn the_file_says_which_key_is_wrong() {
        let unknown = refusal("data = 'x'\nlisten_on = '1'");
        assert!(
            unknown.starts_with("line 2: unknown field `listen_on`, expected one of"),
            "{unknown}"
        );
        assert!(
            refusal("listen = '7700'").starts_with("line 1: `7700` is not an address and a port")
        );
        assert!(refusal("no_migrate = 'yes'").starts_with("line 1: invalid type: string"));
        assert!(refusal("database_url = 'mysql://u:secret@h/d'").contains("`mysql:`"));
        assert!(!refusal("database_url = 'mysql://u:secret@h/d'").contains("secret"));
        assert!(refusal("public_url = 'vouch.example.com'").contains("not an http"));
    }

    #[test]
    fn the_address_to_open_is_one_that_a_browser_can_open() {
        let settings = resolve("", Given::default()).unwrap();
        assert_eq!(settings.address(([0, 0, 0, 0], 80).into()), "http://127.0.0.1:80");
        let settings = resolve("public_url = 'https://v.example/'", Given::default()).unwrap();
        assert_eq!(settings.address(([0, 0, 0, 0], 80).into()), "https://v.example");
    }

    #[test]
    fn the_public_address_is_written_as_browsers_do() {
        let public = |url: &str| checked_public(url).map_err(|e| crate::failure::report(&e));
        for url in ["HTTPS://V.Example:443/", "https://v.example", "https://v.example:443"] {
            assert_eq!(public(url).unwrap(), "https://v.example");
        }
        assert_eq!(public("http://[::1]:07700").unwrap(), "http://[::1]:7700");
        for url in ["https://v.example/app", "https://v.example/?a", "https://u:p@v.example/#a"] {
            let refused = public(url).unwrap_err();
            assert!(refused.ends_with("without a path: give https://v.example"), "{refused}");
        }
        assert!(public("v.example").unwrap_err().contains("not an http or https address"));
        assert!(public("ftp://v.example").is_err());
    }
}
