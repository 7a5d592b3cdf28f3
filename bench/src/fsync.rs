//! How long the disk takes for a small write that must stay.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::latency::{Latencies, Summary};

/// What a commit of one small row appends to SQLite's log: two pages with their heads.
const BYTES: usize = 2 * (4096 + 24);

/// Appends to a file in this folder and waits for the disk, again and again.
pub(crate) async fn measure(folder: &Path, length: Duration) -> Result<Summary> {
    let path = folder.join("fsync");
    let measured = tokio::task::spawn_blocking(move || {
        let mut file = File::create(&path)?;
        let (page, begun) = (vec![7; BYTES], Instant::now());
        let mut latencies = Latencies::default();
        while begun.elapsed() < length {
            let begun = Instant::now();
            file.write_all(&page)?;
            file.sync_data()?;
            latencies.push(begun.elapsed());
        }
        std::fs::remove_file(&path)?;
        Ok(latencies.summary())
    });
    measured.await?
}
