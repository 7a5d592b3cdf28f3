//! Turns tokens into pieces of text: whole code points, nothing of a stop string.

use std::collections::VecDeque;

use crate::engine::event::TokenEvent;

/// The text of one answer while it grows.
///
/// A token is held back while it may be part of a stop string.
#[derive(Debug)]
pub(crate) struct TextStream {
    stops: Vec<Vec<u8>>,
    held: VecDeque<Held>,
    /// The bytes of the tokens that are held.
    bytes: Vec<u8>,
    text: Utf8Stream,
}

#[derive(Debug)]
struct Held {
    length: usize,
    event: TokenEvent,
}

impl TextStream {
    /// A stream that ends before the first of `stops`, none of them empty.
    pub(crate) fn new(stops: Vec<String>) -> Self {
        Self {
            stops: stops.into_iter().map(String::into_bytes).collect(),
            held: VecDeque::new(),
            bytes: Vec::new(),
            text: Utf8Stream::default(),
        }
    }

    /// Adds a token with the bytes it adds to the text; `true` if that completes a stop string.
    ///
    /// Tokens that are settled go to `out`, their `piece` set.
    pub(crate) fn push(
        &mut self,
        event: TokenEvent,
        bytes: &[u8],
        out: &mut Vec<TokenEvent>,
    ) -> bool {
        self.bytes.extend_from_slice(bytes);
        self.held.push_back(Held { length: bytes.len(), event });
        let stop = self.first_stop();
        let mut settled = stop.unwrap_or_else(|| self.bytes.len() - self.possible_stop());
        while let Some(held) = self.held.pop_front_if(|held| held.length <= settled) {
            settled -= held.length;
            out.push(self.settle(held));
        }
        if stop.is_none() {
            return false;
        }
        if settled > 0
            && let Some(held) = self.held.pop_front()
        {
            // The stop string begins inside this token.
            out.push(self.settle(Held { length: settled, ..held }));
        }
        self.held.clear();
        self.bytes.clear();
        true
    }

    /// Gives out what is held: the stop strings did not come.
    pub(crate) fn flush(&mut self, out: &mut Vec<TokenEvent>) {
        while let Some(held) = self.held.pop_front() {
            out.push(self.settle(held));
        }
    }

    /// Takes the bytes of a token from the front and makes them text.
    fn settle(&mut self, held: Held) -> TokenEvent {
        let piece = self.text.push(&self.bytes[..held.length]);
        self.bytes.drain(..held.length);
        TokenEvent { piece, ..held.event }
    }

    /// Where the first stop string starts.
    fn first_stop(&self) -> Option<usize> {
        let start = |stop: &Vec<u8>| self.bytes.windows(stop.len()).position(|w| w == stop);
        self.stops.iter().filter_map(start).min()
    }

    /// How many bytes at the end may be the beginning of a stop string.
    fn possible_stop(&self) -> usize {
        let longest = |stop: &Vec<u8>| {
            let most = (stop.len() - 1).min(self.bytes.len());
            (1..=most).rev().find(|length| self.bytes.ends_with(&stop[..*length]))
        };
        self.stops.iter().filter_map(longest).max().unwrap_or(0)
    }
}

/// Bytes in, whole code points out; what is not UTF-8 becomes U+FFFD.
///
/// Bytes that are left incomplete at the end of an answer are no text and never come out.
#[derive(Debug, Default)]
struct Utf8Stream {
    /// The beginning of a code point, at most three bytes.
    incomplete: Vec<u8>,
}

impl Utf8Stream {
    fn push(&mut self, bytes: &[u8]) -> String {
        self.incomplete.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.incomplete);
        let mut text = String::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    return text;
                }
                Err(error) => {
                    let (valid, invalid) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    let Some(length) = error.error_len() else {
                        self.incomplete = invalid.to_vec();
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &invalid[length..];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
