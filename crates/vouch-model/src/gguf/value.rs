//! The values of GGUF's metadata.

use super::Header;
use crate::error::ModelError;

/// Lists of lists deeper than this are refused.
const MAX_DEPTH: u32 = 4;

/// A value of the metadata.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    String(String),
    List(Vec<Value>),
}

impl Value {
    /// A whole number that is not negative.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Signed(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn as_usize(&self) -> Option<usize> {
        self.as_u64().and_then(|number| usize::try_from(number).ok())
    }

    /// A number with a fraction.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// A truth value.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// A text.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A list of texts.
    pub(crate) fn into_strings(self) -> Option<Vec<String>> {
        let Self::List(values) = self else { return None };
        values
            .into_iter()
            .map(|value| if let Self::String(text) = value { Some(text) } else { None })
            .collect()
    }

    /// A list of whole numbers that are not negative.
    pub(crate) fn into_numbers(self) -> Option<Vec<u64>> {
        let Self::List(values) = self else { return None };
        values.iter().map(Self::as_u64).collect()
    }
}

impl Header<'_> {
    /// Reads a value of the type with GGUF's number `kind`.
    pub(super) fn value(&mut self, kind: u32, depth: u32) -> Result<Value, ModelError> {
        Ok(match kind {
            0 => Value::Unsigned(self.bytes::<1>()?[0].into()),
            1 => Value::Signed(i8::from_le_bytes(self.bytes()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.bytes()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.bytes()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.bytes()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.bytes()?).into()),
            7 => Value::Bool(self.bytes::<1>()?[0] != 0),
            8 => Value::String(self.string()?),
            9 if depth < MAX_DEPTH => {
                let kind = self.u32()?;
                let count = self.count(1)?;
                let mut values = Vec::new();
                for _ in 0..count {
                    values.push(self.value(kind, depth + 1)?);
                }
                Value::List(values)
            }
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.bytes()?)),
            12 => Value::Float(f64::from_le_bytes(self.bytes()?)),
            _ => return Err(ModelError::format(format!("a value has the unknown type {kind}"))),
        })
    }
}
