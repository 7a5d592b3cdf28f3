//! Reads GGUF files, version 2 and 3: metadata and tensors.
//!
//! The format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. A file is untrusted:
//! every length is checked against the size of the file before memory is reserved for it, and
//! all tensors together are no larger than the file.

mod value;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

pub(crate) use value::Value;

use crate::error::ModelError;
use crate::quant::QuantType;

const MAGIC: [u8; 4] = *b"GGUF";
/// Offsets are multiples of this unless the file says otherwise.
const DEFAULT_ALIGNMENT: u64 = 32;
/// The most bytes before the tensors: several times what a vocabulary of 256 000 tokens takes. In
/// memory a short number takes twenty-four times its place in the file.
const MAX_HEADER_BYTES: u64 = 32 << 20;

/// An open file, its header read.
#[derive(Debug)]
pub(crate) struct Gguf {
    path: PathBuf,
    file: File,
    file_bytes: u64,
    metadata: HashMap<String, Value>,
    tensors: HashMap<String, TensorEntry>,
}

/// Where a tensor is.
#[derive(Debug, Clone, Copy)]
struct TensorEntry {
    rows: usize,
    cols: usize,
    quant_id: u32,
    /// From the start of the file.
    offset: u64,
}

impl TensorEntry {
    /// Its size; `None` for a type that this crate does not read or a row that cannot be.
    fn bytes(&self) -> Option<usize> {
        QuantType::from_id(self.quant_id)?.row_bytes(self.cols)?.checked_mul(self.rows)
    }
}

/// The bytes of a tensor `[rows, cols]`, row after row; a vector has one row.
#[derive(Debug)]
pub(crate) struct Tensor {
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) quant: QuantType,
    pub(crate) bytes: Vec<u8>,
}

impl Gguf {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// [`ModelError::Io`] or [`ModelError::Format`].
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let io = |source| ModelError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let file_bytes = file.metadata().map_err(io)?.len();
        let end = file_bytes.min(MAX_HEADER_BYTES);
        let mut header = Header { path, end, read: 0, reader: BufReader::new(&file) };
        if header.bytes::<4>()? != MAGIC {
            return Err(ModelError::format("it does not start with `GGUF`"));
        }
        let version = header.u32()?;
        if !(2..=3).contains(&version) {
            return Err(ModelError::unsupported(format!("GGUF version {version}")));
        }
        let tensor_count = header.count(1)?;
        let value_count = header.count(1)?;
        let mut metadata = HashMap::new();
        for _ in 0..value_count {
            let key = header.string()?;
            let kind = header.u32()?;
            metadata.insert(key, header.value(kind, 0)?);
        }
        let mut tensors = HashMap::new();
        for _ in 0..tensor_count {
            let name = header.string()?;
            tensors.insert(name, header.tensor_entry()?);
        }
        let alignment = metadata
            .get("general.alignment")
            .and_then(Value::as_u64)
            .unwrap_or(DEFAULT_ALIGNMENT)
            .max(1);
        let start = header.read.next_multiple_of(alignment);
        let mut tensor_bytes = 0_u64;
        for entry in tensors.values_mut() {
            entry.offset = entry.offset.saturating_add(start);
            tensor_bytes = tensor_bytes.saturating_add(entry.bytes().unwrap_or(0) as u64);
        }
        // Thousands of tensors in the same place would make a small file fill the memory.
        if tensor_bytes > file_bytes.saturating_sub(start) {
            return Err(ModelError::format("the tensors are larger than the file"));
        }
        Ok(Self { path: path.to_owned(), file, file_bytes, metadata, tensors })
    }

    /// The size of the file.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// A value of the metadata.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key)
    }

    /// A value that must be there, converted by `convert`.
    ///
    /// # Errors
    /// [`ModelError::Format`] if it is missing or of another type.
    pub(crate) fn require<'a, T>(
        &'a self,
        key: &str,
        convert: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, ModelError> {
        let value =
            self.get(key).ok_or_else(|| ModelError::format(format!("`{key}` is missing")))?;
        convert(value).ok_or_else(|| ModelError::format(format!("`{key}` has the wrong type")))
    }

    /// Takes a value out, so that a long list need not be copied.
    pub(crate) fn take(&mut self, key: &str) -> Result<Value, ModelError> {
        self.metadata.remove(key).ok_or_else(|| ModelError::format(format!("`{key}` is missing")))
    }

    /// Whether there is a tensor of that name.
    pub(crate) fn has_tensor(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The number of weights in all tensors.
    pub(crate) fn parameters(&self) -> u64 {
        let count = |entry: &TensorEntry| entry.rows.saturating_mul(entry.cols) as u64;
        self.tensors.values().map(count).fold(0, u64::saturating_add)
    }

    /// Reads a tensor.
    ///
    /// # Errors
    /// [`ModelError::Format`] if it is missing, cut short or holds a number that is not finite,
    /// [`ModelError::Unsupported`] if it is stored in a way that this crate does not read,
    /// [`ModelError::Io`].
    pub(crate) fn tensor(&mut self, name: &str) -> Result<Tensor, ModelError> {
        let entry = *self
            .tensors
            .get(name)
            .ok_or_else(|| ModelError::format(format!("the tensor `{name}` is missing")))?;
        let quant = QuantType::from_id(entry.quant_id).ok_or_else(|| {
            ModelError::unsupported(format!(
                "the tensor `{name}` is stored as ggml type {}",
                entry.quant_id
            ))
        })?;
        let length = entry
            .bytes()
            .filter(|length| {
                entry.offset.checked_add(*length as u64).is_some_and(|end| end <= self.file_bytes)
            })
            .ok_or_else(|| ModelError::format(format!("the tensor `{name}` is cut short")))?;
        let mut bytes = vec![0; length];
        self.file
            .seek(SeekFrom::Start(entry.offset))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|source| ModelError::Io { path: self.path.clone(), source })?;
        if !quant.is_finite(&bytes) {
            return Err(ModelError::format(format!(
                "the tensor `{name}` holds a number that is not finite"
            )));
        }
        Ok(Tensor { rows: entry.rows, cols: entry.cols, quant, bytes })
    }
}

/// Reads the header and counts its bytes.
struct Header<'a> {
    path: &'a Path,
    /// Where the header ends at the latest.
    end: u64,
    read: u64,
    reader: BufReader<&'a File>,
}

impl Header<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), ModelError> {
        self.read += buffer.len() as u64;
        if self.read > self.end {
            return Err(ModelError::format("the header is cut short or too long"));
        }
        self.reader
            .read_exact(buffer)
            .map_err(|source| ModelError::Io { path: self.path.to_owned(), source })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64, ModelError> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// A number of things that take at least `min_bytes` each in what is left of the header.
    fn count(&mut self, min_bytes: u64) -> Result<usize, ModelError> {
        let count = self.u64()?;
        let left = self.end.saturating_sub(self.read);
        if count.saturating_mul(min_bytes) > left {
            return Err(ModelError::format(format!("a length of {count} is beyond the header")));
        }
        usize::try_from(count).map_err(|_| ModelError::format("a length is beyond memory"))
    }

    fn string(&mut self) -> Result<String, ModelError> {
        let mut bytes = vec![0; self.count(1)?];
        self.fill(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| ModelError::format("a string is not UTF-8"))
    }

    fn tensor_entry(&mut self) -> Result<TensorEntry, ModelError> {
        let dimensions = self.u32()?;
        if !(1..=4).contains(&dimensions) {
            return Err(ModelError::format(format!("a tensor has {dimensions} dimensions")));
        }
        // The first dimension is the one that is contiguous.
        let cols = self.dimension()?;
        let mut rows = 1_usize;
        for _ in 1..dimensions {
            rows = rows
                .checked_mul(self.dimension()?)
                .ok_or_else(|| ModelError::format("a tensor is beyond memory"))?;
        }
        Ok(TensorEntry { rows, cols, quant_id: self.u32()?, offset: self.u64()? })
    }

    fn dimension(&mut self) -> Result<usize, ModelError> {
        usize::try_from(self.u64()?).map_err(|_| ModelError::format("a tensor is beyond memory"))
    }
}

#[cfg(test)]
mod tests;
