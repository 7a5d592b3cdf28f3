//! Where a file that was cut off goes on: after its last whole row.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use anyhow::Context;
use serde::Deserialize;
use vouch_domain::id::LogId;

use super::columns::COLUMNS;

/// The last whole row: which log it is, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastRow {
    /// The log.
    pub(crate) log: LogId,
    /// Bytes up to its end.
    pub(crate) end: u64,
}

/// How much is looked at in one go.
const BLOCK: u64 = 64 << 10;

/// The last whole line of a file of JSON lines; `None` where there is none.
pub(crate) fn last_line(file: &mut File) -> anyhow::Result<Option<LastRow>> {
    #[derive(Deserialize)]
    struct Line {
        id: LogId,
    }
    let length = file.seek(SeekFrom::End(0))?;
    let Some(stop) = newline_before(file, length)? else { return Ok(None) };
    let start = newline_before(file, stop)?.map_or(0, |newline| newline + 1);
    file.seek(SeekFrom::Start(start))?;
    let mut line = String::new();
    file.by_ref().take(stop - start).read_to_string(&mut line)?;
    let Line { id } = serde_json::from_str(&line).context("its last line is no log")?;
    Ok(Some(LastRow { log: id, end: stop + 1 }))
}

/// The last newline before `end`.
fn newline_before(file: &mut File, mut end: u64) -> std::io::Result<Option<u64>> {
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        file.seek(SeekFrom::Start(start))?;
        let mut block = Vec::new();
        file.by_ref().take(end - start).read_to_end(&mut block)?;
        if let Some(place) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(Some(start + u64::try_from(place).unwrap_or(0)));
        }
        end = start;
    }
    Ok(None)
}

/// The last whole row of a CSV file of ours; `None` where there is none, not even the names.
/// A row may hold line breaks, so the file is read from its beginning.
pub(crate) fn last_record(file: &mut File) -> anyhow::Result<Option<LastRow>> {
    let length = file.seek(SeekFrom::End(0))?;
    let ends_with_newline = {
        let mut last = [0];
        file.seek(SeekFrom::Start(length.saturating_sub(1)))?;
        file.read(&mut last)? == 1 && last == *b"\n"
    };
    file.rewind()?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(BufReader::new(file));
    let (mut row, mut last, mut first) = (csv::ByteRecord::new(), None, true);
    // What breaks off within a row has too few fields, or no newline at its end.
    while matches!(reader.read_byte_record(&mut row), Ok(true)) {
        let end = reader.position().byte();
        if end >= length && !ends_with_newline {
            break;
        }
        if std::mem::take(&mut first) {
            if !row.iter().eq(COLUMNS.iter().map(|column| column.name.as_bytes())) {
                anyhow::bail!("its columns are not those of an export");
            }
            continue;
        }
        let id = std::str::from_utf8(row.get(0).unwrap_or_default())?;
        last = Some(LastRow { log: id.parse()?, end });
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const A: &str = "log_01h455vb4pex5vsknk084sn02q";
    const B: &str = "log_01h455vb4pex5vsknk084sn02r";

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn a_line_that_is_cut_off_does_not_count() {
        let long = "x".repeat(200_000);
        let whole = format!("{{\"id\":\"{A}\",\"x\":\"{long}\"}}\n");
        for rest in ["", "{\"id\":", &format!("{{\"id\":\"{B}\"}}")] {
            let last = last_line(&mut file(&format!("{whole}{rest}"))).unwrap().unwrap();
            assert_eq!((last.log.to_string().as_str(), last.end), (A, whole.len() as u64));
        }
        assert_eq!(last_line(&mut file("")).unwrap(), None);
        assert_eq!(last_line(&mut file("{\"id\"")).unwrap(), None);
        assert!(last_line(&mut file("no\n")).is_err());
    }

    #[test]
    fn a_record_that_is_cut_off_does_not_count() {
        let names = COLUMNS.iter().map(|c| c.name).collect::<Vec<_>>().join(",");
        let rest = ",".repeat(COLUMNS.len() - 2);
        let whole = format!("{names}\n{A},\"a\nb\"{rest}\n");
        for torn in ["", &format!("{B},\"a\n"), &format!("{B},x{rest}"), B] {
            let last = last_record(&mut file(&format!("{whole}{torn}"))).unwrap().unwrap();
            assert_eq!(
                (last.log.to_string().as_str(), last.end),
                (A, whole.len() as u64),
                "{torn}"
            );
        }
        assert_eq!(last_record(&mut file(&format!("{names}\n"))).unwrap(), None);
        assert_eq!(last_record(&mut file("id,cre")).unwrap(), None);
        assert!(last_record(&mut file("other,names\n1,2\n")).is_err());
    }
}
