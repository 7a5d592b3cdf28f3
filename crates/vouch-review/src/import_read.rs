//! Reading a file ahead of whoever adds its rows.

use vouch_files::{FileError, Fit, LeftOut, Reader};

use crate::import::{ReadyRow, RejectedRow};

/// The most rows that are added together: few, for the queue's reviewers wait meanwhile.
const ROWS: usize = 200;
/// About the most bytes of them.
const BYTES: usize = 4 << 20;

/// Some rows of a file.
#[derive(Debug, Default)]
pub struct Batch {
    /// Those that fit their queue.
    pub ready: Vec<ReadyRow>,
    /// Those that do not.
    pub rejected: Vec<RejectedRow>,
    /// How much of the file was read, as [`Reader::total`] counts.
    pub done: u64,
}

/// Reads a file to its end, or until `take` says no. Says what was left out.
///
/// # Errors
/// When the file cannot be read further; what was read before was given to `take`.
pub fn read_in_batches(
    reader: &mut Reader,
    fit: &Fit,
    mut take: impl FnMut(Batch) -> bool,
) -> Result<LeftOut, FileError> {
    let mut left_out = LeftOut::default();
    let (mut batch, mut bytes) = (Batch::default(), 0);
    let ended = loop {
        let read = match reader.read() {
            Ok(Some(read)) => read,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        bytes += read.bytes;
        batch.done = read.done;
        let (line, row) = (read.line, read.row);
        match read.outcome.and_then(|entry| fit.fit(entry, &mut left_out)) {
            Ok(fitted) => batch.ready.push(ReadyRow { line, row, fitted }),
            Err(reason) => batch.rejected.push(RejectedRow { line, reason, row }),
        }
        if batch.ready.len() + batch.rejected.len() >= ROWS || bytes >= BYTES {
            bytes = 0;
            if !take(std::mem::take(&mut batch)) {
                break Ok(());
            }
        }
    };
    if !batch.ready.is_empty() || !batch.rejected.is_empty() {
        take(batch);
    }
    left_out.extend(reader.left_out().clone());
    ended.map(|()| left_out)
}
