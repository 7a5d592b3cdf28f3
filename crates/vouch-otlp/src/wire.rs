//! Protobuf's wire format: the fields of a message, one after the other, without copying.
//!
//! We read a handful of fields of a handful of messages. Reading them lazily keeps what a small
//! body can make us allocate small, which generated structures do not.

use std::ops::RangeInclusive;

/// The bytes are no protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no protobuf message")]
pub(crate) struct Malformed;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32,
}

impl<'a> Field<'a> {
    /// The bytes, text or message in it.
    pub(crate) const fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// The text in it. Some exporters cut texts within a character.
    pub(crate) fn text(self) -> Result<String, Malformed> {
        Ok(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    /// The number in it.
    pub(crate) const fn number(self) -> Result<u64, Malformed> {
        match self {
            Self::Varint(n) | Self::Fixed64(n) => Ok(n),
            _ => Err(Malformed),
        }
    }
}

/// The fields of a message, each with its number.
#[derive(Debug)]
pub(crate) struct Message<'a>(pub(crate) &'a [u8]);

impl<'a> Message<'a> {
    /// The last field of that number.
    pub(crate) fn last(self, number: u64) -> Result<Option<Field<'a>>, Malformed> {
        Ok(self.last_of(number..=number)?.map(|(_, field)| field))
    }

    /// The last field of one of these numbers, with its number: a `oneof`.
    pub(crate) fn last_of(
        self,
        numbers: RangeInclusive<u64>,
    ) -> Result<Option<(u64, Field<'a>)>, Malformed> {
        let mut found = None;
        for field in self {
            let field = field?;
            if numbers.contains(&field.0) {
                found = Some(field);
            }
        }
        Ok(found)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(Malformed)?;
            self.0 = rest;
            n |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u64, Field<'a>), Malformed> {
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => {
                let bytes = self.take(8)?.try_into().map_err(|_| Malformed)?;
                Field::Fixed64(u64::from_le_bytes(bytes))
            }
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Field::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Field::Fixed32)?,
            _ => return Err(Malformed),
        };
        if tag >> 3 == 0 { Err(Malformed) } else { Ok((tag >> 3, field)) }
    }
}

impl<'a> Iterator for Message<'a> {
    type Item = Result<(u64, Field<'a>), Malformed>;

    /// Ends after the first field that cannot be read.
    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Writes a number as a varint field; nothing for 0, as proto3 asks.
pub(crate) fn put_number(out: &mut Vec<u8>, field: u8, n: u64) {
    if n != 0 {
        out.push(field << 3);
        put_varint(out, n);
    }
}

/// Writes a text or a message; nothing for an empty one.
pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    if !bytes.is_empty() {
        out.push(field << 3 | 2);
        put_varint(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }
}

fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        let [low, ..] = n.to_le_bytes();
        out.push(low | 0x80);
        n >>= 7;
    }
    let [low, ..] = n.to_le_bytes();
    out.push(low);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_as_the_documentation_of_protobuf_has_them() {
        // protobuf.dev, "Encoding": `a: 150`, `b: "testing"`.
        let bytes = [0x08, 0x96, 0x01, 0x12, 7, b't', b'e', b's', b't', b'i', b'n', b'g'];
        let fields: Vec<_> = Message(&bytes).map(Result::unwrap).collect();
        assert_eq!(fields, [(1, Field::Varint(150)), (2, Field::Bytes(b"testing"))]);
        let mut written = vec![];
        put_number(&mut written, 1, 150);
        put_bytes(&mut written, 2, b"testing");
        assert_eq!(written, bytes);
    }

    #[test]
    fn what_breaks_off_or_is_none_is_malformed() {
        let bad: [&[u8]; 6] =
            [&[0x08], &[0x12, 5, 0], &[0x09, 0], &[0x0b], &[0x00, 0x01], &[0xff; 11]];
        for bytes in bad {
            assert_eq!(Message(bytes).last(9), Err(Malformed), "{bytes:?}");
            assert!(Message(bytes).count() <= 2, "{bytes:?}");
        }
    }
}
