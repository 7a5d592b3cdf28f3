//! A sound file is read; a broken one is an error and never a panic.

use std::io::Write;

use super::*;
use crate::tiny;

fn open(bytes: &[u8]) -> Result<Gguf, ModelError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Gguf::open(file.path())
}

/// A file with one value, `key` of type `kind`.
fn with_value(kind: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(3_u64.to_le_bytes());
    bytes.extend(b"key");
    bytes.extend(kind.to_le_bytes());
    bytes.extend(value);
    bytes
}

#[test]
fn metadata_and_tensors_are_read() {
    let mut gguf = open(&tiny::model_bytes(1)).unwrap();
    assert_eq!(gguf.get("general.architecture").and_then(Value::as_str), Some("llama"));
    assert_eq!(gguf.require("llama.block_count", Value::as_usize).unwrap(), 2);
    let norm = gguf.tensor("output_norm.weight").unwrap();
    assert_eq!((norm.rows, norm.cols, norm.quant), (1, 64, QuantType::F32));
    assert_eq!(norm.bytes[..4], 1.0_f32.to_le_bytes());
    let gate = gguf.tensor("blk.1.ffn_gate.weight").unwrap();
    assert_eq!((gate.rows, gate.cols, gate.quant), (96, 64, QuantType::Q4_1));
    assert_eq!(gate.bytes.len(), 96 * 2 * 20);
    assert!(gguf.tensor("blk.2.ffn_gate.weight").is_err());
}

#[test]
fn every_type_of_value_is_read() {
    for (kind, bytes, expect) in [
        (0, vec![200], Value::Unsigned(200)),
        (1, vec![200], Value::Signed(-56)),
        (2, vec![1, 2], Value::Unsigned(513)),
        (3, vec![255, 255], Value::Signed(-1)),
        (5, vec![255; 4], Value::Signed(-1)),
        (6, 0.5_f32.to_le_bytes().to_vec(), Value::Float(0.5)),
        (7, vec![1], Value::Bool(true)),
        (11, vec![255; 8], Value::Signed(-1)),
        (12, 0.25_f64.to_le_bytes().to_vec(), Value::Float(0.25)),
        (
            9,
            [&7_u32.to_le_bytes()[..], &2_u64.to_le_bytes(), &[0, 1]].concat(),
            Value::List(vec![Value::Bool(false), Value::Bool(true)]),
        ),
    ] {
        assert_eq!(open(&with_value(kind, &bytes)).unwrap().get("key"), Some(&expect));
    }
}

#[test]
fn a_file_cut_short_anywhere_is_an_error() {
    let bytes = tiny::model_bytes(1);
    let length = bytes.len();
    for length in (0..length).step_by(97).chain(length - 40..length) {
        // The tensor is the last one in the file.
        if let Ok(mut gguf) = open(&bytes[..length]) {
            assert!(gguf.tensor("output_norm.weight").is_err(), "{length}");
        }
    }
}

#[test]
fn lengths_beyond_the_file_reserve_no_memory() {
    for huge in [u64::MAX, 1 << 40, 1_000] {
        assert!(open(&with_value(8, &huge.to_le_bytes())).is_err());
        let list = [&0_u32.to_le_bytes()[..], &huge.to_le_bytes()].concat();
        assert!(open(&with_value(9, &list)).is_err());
        let mut tensors = b"GGUF".to_vec();
        tensors.extend(3_u32.to_le_bytes());
        tensors.extend(huge.to_le_bytes());
        tensors.extend(0_u64.to_le_bytes());
        assert!(open(&tensors).is_err());
    }
}

#[test]
fn a_list_that_is_larger_in_memory_than_any_vocabulary_is_refused() {
    let count = MAX_HEADER_BYTES + 1;
    let list = [&0_u32.to_le_bytes()[..], &count.to_le_bytes()].concat();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&with_value(9, &list)).unwrap();
    file.as_file().set_len(2 * count).unwrap();
    let error = Gguf::open(file.path()).unwrap_err().to_string();
    assert!(error.ends_with("a length of 33554433 is beyond the header"), "{error}");
}

#[test]
fn tensors_in_the_same_place_are_not_larger_than_the_file() {
    let sharing = |count: u64| {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(0_u64.to_le_bytes());
        for name in (b'a'..).take(usize::try_from(count).unwrap()) {
            bytes.extend(1_u64.to_le_bytes());
            bytes.push(name);
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(64_u64.to_le_bytes());
            bytes.extend([0; 12]);
        }
        bytes.resize(bytes.len().next_multiple_of(32) + 64 * 4, 0);
        open(&bytes)
    };
    assert_eq!(sharing(1).unwrap().tensor("a").unwrap().cols, 64);
    let error = sharing(2).unwrap_err().to_string();
    assert!(error.ends_with("the tensors are larger than the file"), "{error}");
}

#[test]
fn a_number_that_is_not_finite_is_refused() {
    let mut bytes = tiny::model_bytes(1);
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    let error = open(&bytes).unwrap().tensor("output_norm.weight").unwrap_err().to_string();
    assert!(error.ends_with("`output_norm.weight` holds a number that is not finite"), "{error}");
}

#[test]
fn nested_lists_end() {
    let mut value = Vec::new();
    for _ in 0..1_000 {
        value.extend(9_u32.to_le_bytes());
        value.extend(1_u64.to_le_bytes());
    }
    assert!(open(&with_value(9, &value)).is_err());
}

#[test]
fn other_files_are_refused() {
    assert!(matches!(open(b"PK\x03\x04 something"), Err(ModelError::Format { .. })));
    assert!(matches!(open(b"GGUF\x01\0\0\0 old"), Err(ModelError::Unsupported { .. })));
    let missing = Gguf::open(Path::new("/nowhere/model.gguf"));
    assert!(matches!(missing, Err(ModelError::Io { .. })));
}
