//! The JSON of logs and patches, compressed with zstd.

use std::cell::RefCell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};

use crate::Result;
use crate::error::corrupt;

/// In blocks of 2 kB of conversations, level 1 takes 30% less time than level 3 and gives 1% more
/// bytes (`zstd -b1 -e3 -B2048`).
const LEVEL: i32 = 1;

thread_local! {
    /// Making a compressor costs more than a small body does, so each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The value as compressed JSON.
pub(crate) fn pack(what: &'static str, value: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(value).map_err(|e| corrupt(what, e))?;
    let packed = COMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Some(Compressor::new(LEVEL)?);
        }
        slot.as_mut().map_or_else(|| Ok(Vec::new()), |compressor| compressor.compress(&json))
    });
    packed.map_err(|e| corrupt(what, e))
}

/// The value of compressed JSON.
pub(crate) fn unpack<T: DeserializeOwned>(what: &'static str, packed: &[u8]) -> Result<T> {
    let json = unzip(packed).map_err(|e| corrupt(what, e))?;
    let mut json = serde_json::Deserializer::from_slice(&json);
    // How deep it is was bounded when it came, and a log holds it a few levels deeper.
    json.disable_recursion_limit();
    T::deserialize(&mut json).map_err(|e| corrupt(what, e))
}

/// The bytes of a frame, which says how many they are, as ours do.
fn unzip(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    let Some(size) = size.and_then(|size| usize::try_from(size).ok()) else {
        return zstd::decode_all(packed);
    };
    DECOMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Some(Decompressor::new()?);
        }
        let decompress = |d: &mut Decompressor<'_>| d.decompress(packed, size);
        slot.as_mut().map_or_else(|| Ok(Vec::new()), decompress)
    })
}
