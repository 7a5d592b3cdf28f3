//! Rows of JSON: one object a line, or the elements of one list. A row that is broken spoils no
//! other.

use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::{Bad, Begun, MAX_ROW_BYTES, Row, Rows, line_feeds};
use crate::FileError;

/// One object a line; blank lines are passed over.
pub(super) struct Lines {
    input: BufReader<Begun>,
    line: u64,
    done: u64,
    total: Option<u64>,
}

impl Lines {
    pub(super) fn new(input: Begun, total: Option<u64>) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), line: 0, done: 0, total }
    }
}

impl Rows for Lines {
    fn next(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            let mut line = Vec::new();
            let most = MAX_ROW_BYTES as u64;
            let read = self.input.by_ref().take(most).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.done += read as u64;
            let (line_number, done) = (self.line, self.done);
            let row = |outcome| Row { line: line_number, bytes: read, done, outcome };
            if read == MAX_ROW_BYTES && line.last() != Some(&b'\n') {
                self.done += self.input.skip_until(b'\n')? as u64;
                return Ok(Some(row(Err(too_long()))));
            }
            let text = line.trim_ascii();
            if !text.is_empty() {
                return Ok(Some(row(object(text))));
            }
        }
    }

    fn total(&self) -> Option<u64> {
        self.total
    }
}

fn too_long() -> Bad {
    let reason = format!("the row is longer than {} MiB", MAX_ROW_BYTES >> 20);
    Bad { reason, row: Value::Null }
}

fn object(text: &[u8]) -> Result<Map<String, Value>, Bad> {
    serde_json::from_slice(text).map_err(|error| {
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        let (line, column) = (error.line(), error.column());
        let place = if line > 1 {
            format!("its line {line}, column {column}")
        } else {
            format!("column {column}")
        };
        let shown = &text[..text.len().min(10_000)];
        Bad {
            reason: format!("expected a JSON object: {what} at {place}"),
            row: Value::String(String::from_utf8_lossy(shown).into_owned()),
        }
    })
}

/// The elements of a list, cut apart without being built.
pub(super) struct List {
    input: BufReader<Begun>,
    line: u64,
    done: u64,
    total: Option<u64>,
    begun: bool,
    ended: bool,
}

/// Where in an element we are.
#[derive(Default)]
struct Cut {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Cut {
    /// Whether the element ends before this byte.
    fn ends_before(&self, byte: u8) -> bool {
        !self.in_text && self.depth == 0 && matches!(byte, b',' | b']')
    }

    fn take(&mut self, byte: u8) {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

impl List {
    pub(super) fn new(input: Begun, total: Option<u64>) -> Self {
        let input = BufReader::with_capacity(1 << 16, input);
        Self { input, line: 1, done: 0, total, begun: false, ended: false }
    }

    fn consume(&mut self, bytes: usize, lines: u64) {
        self.input.consume(bytes);
        self.done += bytes as u64;
        self.line += lines;
    }

    /// Passes over what stands before an element; says whether there is one.
    fn seek(&mut self) -> Result<bool, FileError> {
        loop {
            let Some(byte) = self.input.fill_buf()?.first().copied() else { return Ok(false) };
            match byte {
                b'[' if !self.begun => {
                    self.begun = true;
                    self.consume(1, 0);
                }
                b']' => return Ok(false),
                b'\n' => self.consume(1, 1),
                b',' => self.consume(1, 0),
                byte if byte.is_ascii_whitespace() => self.consume(1, 0),
                _ => return Ok(true),
            }
        }
    }
}

impl Rows for List {
    fn next(&mut self) -> Result<Option<Row>, FileError> {
        if self.ended || !self.seek()? {
            self.ended = true;
            return Ok(None);
        }
        let (line, mut cut, mut text, mut bytes) = (self.line, Cut::default(), Vec::new(), 0);
        let whole = loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break false;
            }
            let mut used = 0;
            let mut ends = false;
            for byte in buffer {
                if cut.ends_before(*byte) {
                    ends = true;
                    break;
                }
                cut.take(*byte);
                used += 1;
            }
            let lines = line_feeds(&buffer[..used]);
            bytes += used;
            if bytes <= MAX_ROW_BYTES {
                text.extend_from_slice(&buffer[..used]);
            }
            self.consume(used, lines);
            if ends {
                break true;
            }
        };
        let outcome = if bytes > MAX_ROW_BYTES {
            Err(too_long())
        } else if whole {
            object(text.trim_ascii())
        } else {
            self.ended = true;
            object(text.trim_ascii()).and_then(|row| {
                let reason = "the file ends within its list".to_owned();
                Err(Bad { reason, row: Value::Object(row) })
            })
        };
        Ok(Some(Row { line, bytes, done: self.done, outcome }))
    }

    fn total(&self) -> Option<u64> {
        self.total
    }
}
