//! What the server tells on stderr: never prompts, answers, keys or e-mail addresses.

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;
use crate::settings::{LogFormat, Settings};

/// Starts telling; what is told before is lost. `quiet` is what is told where nothing was asked.
pub(crate) fn start(settings: &Settings, quiet: &str) -> anyhow::Result<()> {
    let filter = settings.log.as_deref().unwrap_or(quiet);
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        Failure::new(format!("`{filter}` is no filter of diagnostics"))
            .hint("give a level such as info or debug, or levels of modules: info,vouch_http=debug")
    })?;
    // It would repeat a mistyped parameter of the database's URL, and its value.
    let filter = filter.add_directive("sqlx_postgres::options=error".parse()?);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(crate::output::watched());
    match settings.log_format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
