//! Gets the gateways that are measured beside ours, in the versions that `bench/peers` pins.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::needs::{self, Need, Remedy};
use crate::postgres::Cluster;
use crate::stamp::Inputs;
use crate::{output, paths, process, python};

/// What TensorZero's schema asks of the database; everything else as PostgreSQL comes.
const FOR_TENSORZERO: &str =
    "-c shared_preload_libraries=pg_cron -c cron.database_name=postgres -c max_connections=200";

/// Installs them into a folder; starts the database of TensorZero's log, where it can be had.
pub(super) fn install(folder: &Path, without: &[String]) -> Result<Option<Cluster>> {
    let wanted = |peer: &str| !without.iter().any(|left_out| left_out == peer);
    fs::create_dir_all(folder)?;
    let (plain, logged) = (wanted("tensorzero"), wanted("tensorzero-postgres"));
    if plain || logged || wanted("litellm") {
        needs::ensure(&[Need::Python], Remedy::Say)?;
    }
    if wanted("litellm") {
        python::with_in(&folder.join("litellm"), &pins("litellm.txt"))?;
    }
    if wanted("portkey") {
        portkey(&folder.join("portkey"))?;
    }
    if plain || logged {
        python::with_in(&folder.join("tensorzero"), &pins("tensorzero.txt"))?;
    }
    if logged { database(folder) } else { Ok(None) }
}

fn pins(name: &str) -> std::path::PathBuf {
    paths::root().join("bench/peers").join(name)
}

/// Its postinstall step is left out: what it would patch is not in the package.
fn portkey(folder: &Path) -> Result<()> {
    needs::ensure(&[Need::Node], Remedy::Say)?;
    let names = ["package.json", "package-lock.json"];
    let inputs =
        names.iter().fold(Inputs::default(), |all, name| all.file(&pins("portkey").join(name)));
    let stamp = inputs.text(&folder.to_string_lossy()).stamp("bench-portkey");
    if stamp.is_fresh() && folder.join("node_modules").is_dir() {
        return Ok(());
    }
    let step = output::step("npm package of Portkey's gateway");
    fs::create_dir_all(folder)?;
    for name in names {
        fs::copy(pins("portkey").join(name), folder.join(name))?;
    }
    process::quiet(process::npm(folder.into()).args(["ci", "--ignore-scripts"]))?;
    stamp.keep()?;
    step.done();
    Ok(())
}

/// A cluster with TensorZero's tables.
fn database(folder: &Path) -> Result<Option<Cluster>> {
    let lacking = |what: &str| {
        output::stamped(&format!("TensorZero with its log is left out: {what}"));
        Ok(None)
    };
    let Some(programs) = needs::postgres() else {
        return lacking("PostgreSQL is not installed (apt-get install postgresql)");
    };
    // Debian has them at /usr/lib/postgresql/15/bin and /usr/share/postgresql/15/extension.
    let version = programs.parent().and_then(|path| path.file_name()).unwrap_or_default();
    let extensions = Path::new("/usr/share/postgresql").join(version).join("extension");
    if !extensions.join("pg_cron.control").is_file() {
        let version = version.to_string_lossy();
        return lacking(&format!("pg_cron is missing (apt-get install postgresql-{version}-cron)"));
    }
    let sql = folder.join("tensorzero.sql");
    let script = pins("migrations.py");
    let stamp = Inputs::default().file(&script).stamp("bench-tensorzero-migrations");
    if !stamp.is_fresh() || !sql.is_file() {
        let step = output::step("TensorZero's migrations");
        process::quiet(process::command("python3").arg(script).arg(&sql))?;
        stamp.keep()?;
        step.done();
    }
    let cluster = Cluster::with(FOR_TENSORZERO)?;
    let step = output::step("running TensorZero's migrations");
    let mut psql = process::command(programs.join("psql"));
    psql.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file"]).arg(sql);
    process::quiet(psql.arg(cluster.url())).context("TensorZero's tables cannot be made")?;
    step.done();
    Ok(Some(cluster))
}
