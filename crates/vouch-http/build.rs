//! Makes sure that there is a web UI to embed: builds `web/dist` where it is missing, or, for a
//! release, older than its sources. `SKIP_UI=1` embeds what is there, be it nothing.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

/// What the web UI is built of, in `web`.
const SOURCES: [&str; 5] = ["src", "widget", "public", "index.html", "package-lock.json"];

fn main() -> Result<(), Box<dyn Error>> {
    let web = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../web");
    let dist = web.join("dist");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    println!("cargo::rerun-if-env-changed=SKIP_UI");
    fs::create_dir_all(&dist)?;
    let release = env::var("PROFILE")? == "release";
    let due = !dist.join("index.html").exists() || (release && is_stale(&web));
    let skip = env::var_os("SKIP_UI").is_some_and(|value| !value.is_empty() && value != "0");
    if !due || skip || !web.join("package.json").exists() {
        // Not what is built below: it would be newer than this run, and have all built again.
        println!("cargo::rerun-if-changed={}", dist.join("index.html").display());
        return Ok(());
    }
    match build(&web) {
        // A debug build reads the folder while it runs, so it can be built later.
        Err(e) if !release => println!("cargo::warning=the web UI was not built: {e}"),
        other => other?,
    }
    Ok(())
}

fn build(web: &Path) -> Result<(), Box<dyn Error>> {
    if !web.join("node_modules/.package-lock.json").exists() {
        npm(web, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(web, &["run", "build"])
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let said = format!("npm {}", arguments.join(" "));
    let output = Command::new("npm")
        .args(arguments)
        .current_dir(web)
        .output()
        .map_err(|e| format!("{said}: {e}; install Node 20 or newer, or set SKIP_UI=1"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).replace('\n', " | ");
    Err(format!("{said} failed ({}); SKIP_UI=1 builds without: {text}", output.status).into())
}

/// Whether a source is newer than what was built of it.
fn is_stale(web: &Path) -> bool {
    let built = fs::metadata(web.join("dist/index.html")).and_then(|m| m.modified()).ok();
    let newest = SOURCES.iter().filter_map(|name| newest(&web.join(name))).max();
    newest > built
}

fn newest(path: &Path) -> Option<SystemTime> {
    let meta = fs::metadata(path).ok()?;
    if meta.is_file() {
        return meta.modified().ok();
    }
    let entries = fs::read_dir(path).ok()?.filter_map(Result::ok);
    entries.filter_map(|entry| newest(&entry.path())).max()
}
