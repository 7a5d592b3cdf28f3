//! The file of a backup: pieces of all tables, compressed, with a checksum behind them.
//!
//! ```text
//! "VOUCH-BACKUP-1\n"  zstd( M manifest  (T table  (R rows)*)*  E end )  SHA-256 of all before it
//! ```
//!
//! It holds what is stored, whatever the engine, so that a backup of SQLite may be restored into
//! PostgreSQL and the other way round.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vouch_domain::Time;
use vouch_store::{Cell, Piece, Table};

const MAGIC: &[u8] = b"VOUCH-BACKUP-1\n";
const SUM_BYTES: usize = 32;
/// Bodies are compressed already.
const LEVEL: i32 = 1;
/// No text or blob of a database is longer.
const MAX_BYTES: u32 = 1 << 30;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The version of the program that made it.
    pub(crate) vouch: String,
    /// When it was begun.
    pub(crate) made_at: Time,
    /// The number of the newest migration of its tables.
    pub(crate) schema: i64,
}

/// What it ends with.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    rows: u64,
}

/// Writes a backup.
pub(crate) struct Writer {
    out: zstd::Encoder<'static, Summed<BufWriter<File>>>,
    rows: u64,
    ended: bool,
}

/// Sums what passes.
struct Summed<T> {
    inner: T,
    sum: Sha256,
}

impl<T: Write> Write for Summed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Writer {
    /// Begins one.
    pub(crate) fn new(file: File, manifest: &Manifest) -> anyhow::Result<Self> {
        let mut out = Summed { inner: BufWriter::new(file), sum: Sha256::new() };
        out.write_all(MAGIC)?;
        let mut writer = Self { out: zstd::Encoder::new(out, LEVEL)?, rows: 0, ended: false };
        writer.json(b'M', manifest)?;
        Ok(writer)
    }

    /// Writes a piece.
    pub(crate) fn write(&mut self, piece: &Piece) -> anyhow::Result<()> {
        match piece {
            Piece::Table(table) => self.json(b'T', table),
            Piece::End => {
                self.ended = true;
                self.json(b'E', &End { rows: self.rows })
            }
            Piece::Rows(rows) => {
                self.rows += rows.len() as u64;
                self.out.write_all(b"R")?;
                self.length(rows.len())?;
                for row in rows {
                    self.length(row.len())?;
                    row.iter().try_for_each(|cell| self.cell(cell))?;
                }
                Ok(())
            }
        }
    }

    /// How many rows were written.
    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends it; all of it is on disk afterwards.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        if !self.ended {
            bail!("the database broke off");
        }
        let Summed { mut inner, sum } = self.out.finish()?;
        inner.write_all(&sum.finalize())?;
        inner.into_inner()?.sync_all()?;
        Ok(())
    }

    fn json(&mut self, tag: u8, value: &impl Serialize) -> anyhow::Result<()> {
        self.out.write_all(&[tag])?;
        self.bytes(&serde_json::to_vec(value)?)
    }

    fn cell(&mut self, cell: &Cell) -> anyhow::Result<()> {
        match cell {
            Cell::Null => self.out.write_all(b"n")?,
            Cell::Int(n) => {
                self.out.write_all(b"i")?;
                self.out.write_all(&n.to_le_bytes())?;
            }
            Cell::Real(n) => {
                self.out.write_all(b"r")?;
                self.out.write_all(&n.to_le_bytes())?;
            }
            Cell::Text(text) => {
                self.out.write_all(b"t")?;
                self.bytes(text.as_bytes())?;
            }
            Cell::Blob(bytes) => {
                self.out.write_all(b"b")?;
                self.bytes(bytes)?;
            }
        }
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.length(bytes.len())?;
        Ok(self.out.write_all(bytes)?)
    }

    fn length(&mut self, length: usize) -> anyhow::Result<()> {
        Ok(self.out.write_all(&u32::try_from(length)?.to_le_bytes())?)
    }
}

/// Whether the file is a backup, and still as it was written.
///
/// # Errors
/// In a sentence why not.
pub(crate) fn verify(path: &Path, mut seen: impl FnMut(u64, u64)) -> anyhow::Result<()> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut magic = vec![0; MAGIC.len()];
    if file.read_exact(&mut magic).is_err() || magic != MAGIC {
        bail!("it is no backup of Vouch");
    }
    let Some(summed) = length.checked_sub(SUM_BYTES as u64).filter(|n| *n >= MAGIC.len() as u64)
    else {
        bail!("it is not whole");
    };
    file.rewind()?;
    let mut body = (&file).take(summed);
    let (mut sum, mut block, mut done) = (Sha256::new(), vec![0; 1 << 20], 0);
    loop {
        let read = body.read(&mut block)?;
        if read == 0 {
            break;
        }
        sum.update(&block[..read]);
        done += read as u64;
        seen(done, length);
    }
    let mut told = [0; SUM_BYTES];
    file.read_exact(&mut told)?;
    if sum.finalize()[..] != told {
        bail!("it is not whole, or was changed: its checksum does not fit");
    }
    Ok(())
}

/// Reads a backup.
pub(crate) struct Reader {
    input: zstd::Decoder<'static, BufReader<Counted>>,
    rows: u64,
}

/// Counts what passes.
struct Counted {
    inner: io::Take<File>,
    total: u64,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.inner.read(bytes)
    }
}

impl Reader {
    /// Opens one that was verified.
    pub(crate) fn open(path: &Path) -> anyhow::Result<(Self, Manifest)> {
        let mut file = File::open(path)?;
        let magic = MAGIC.len() as u64;
        let total = file.metadata()?.len().saturating_sub(SUM_BYTES as u64 + magic);
        file.seek(SeekFrom::Start(magic))?;
        let counted = Counted { inner: file.take(total), total };
        let input = zstd::Decoder::with_buffer(BufReader::with_capacity(1 << 16, counted))?;
        let mut reader = Self { input, rows: 0 };
        match reader.tag()? {
            b'M' => {
                let manifest = reader.json()?;
                Ok((reader, manifest))
            }
            _ => bail!("it does not say what it holds"),
        }
    }

    /// How much of the file was read, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a bar is not exact")]
    pub(crate) fn part(&self) -> f64 {
        let Counted { inner, total } = self.input.get_ref().get_ref();
        1.0 - inner.limit() as f64 / (*total).max(1) as f64
    }

    /// How many rows were read.
    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    /// The next piece.
    pub(crate) fn next(&mut self) -> anyhow::Result<Piece> {
        match self.tag()? {
            b'T' => Ok(Piece::Table(self.json::<Table>()?)),
            b'R' => {
                let rows =
                    (0..self.length()?).map(|_| self.row()).collect::<Result<Vec<_>, _>>()?;
                self.rows += rows.len() as u64;
                Ok(Piece::Rows(rows))
            }
            b'E' => {
                let End { rows } = self.json()?;
                if rows == self.rows { Ok(Piece::End) } else { bail!("it lacks rows") }
            }
            other => bail!("it has a piece of the unknown kind {other}"),
        }
    }

    fn row(&mut self) -> anyhow::Result<Vec<Cell>> {
        (0..self.length()?).map(|_| self.cell()).collect()
    }

    fn cell(&mut self) -> anyhow::Result<Cell> {
        Ok(match self.tag()? {
            b'n' => Cell::Null,
            b'i' => Cell::Int(i64::from_le_bytes(self.array()?)),
            b'r' => Cell::Real(f64::from_le_bytes(self.array()?)),
            b't' => Cell::Text(String::from_utf8(self.bytes()?)?),
            b'b' => Cell::Blob(self.bytes()?),
            other => bail!("it has a value of the unknown kind {other}"),
        })
    }

    fn json<T: for<'de> Deserialize<'de>>(&mut self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.bytes()?).context("a part of it cannot be read")
    }

    fn bytes(&mut self) -> anyhow::Result<Vec<u8>> {
        let length = self.length()?;
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(length.into()).read_to_end(&mut bytes)?;
        if read as u64 == u64::from(length) { Ok(bytes) } else { bail!("it breaks off") }
    }

    fn length(&mut self) -> anyhow::Result<u32> {
        let length = u32::from_le_bytes(self.array()?);
        if length > MAX_BYTES {
            bail!("it has a value that is too long");
        }
        Ok(length)
    }

    fn tag(&mut self) -> anyhow::Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> anyhow::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).context("it breaks off")?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path) {
        let manifest = Manifest { vouch: "1".into(), made_at: Time::from_micros(5), schema: 3 };
        let mut writer = Writer::new(File::create(path).unwrap(), &manifest).unwrap();
        let columns = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        let row = vec![
            Cell::Null,
            Cell::Text("ä\n".into()),
            Cell::Int(i64::MIN),
            Cell::Real(0.1 + 0.2),
            Cell::Blob(vec![0, 255]),
        ];
        let pieces = vec![
            Piece::Table(Table { name: "t".into(), columns }),
            Piece::Rows(vec![row.clone(), row]),
            Piece::End,
        ];
        for piece in &pieces {
            writer.write(piece).unwrap();
        }
        writer.finish().unwrap();
        let (mut reader, found) = Reader::open(path).unwrap();
        assert_eq!(found, manifest);
        let read: Vec<_> = pieces.iter().map(|_| reader.next().unwrap()).collect();
        assert_eq!(read, pieces);
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b");
        written(&path);
        verify(&path, |_, _| {}).unwrap();
    }

    #[test]
    fn a_byte_that_changed_or_is_missing_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b");
        written(&path);
        let whole = std::fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            assert!(verify(&path, |_, _| {}).is_err(), "{place}");
            std::fs::write(&path, &whole[..place]).unwrap();
            assert!(verify(&path, |_, _| {}).is_err(), "{place}");
        }
    }
}
