//! Server-sent events: the data of each, from pieces of any size.

/// Collects bytes until an event is whole.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    bytes: Vec<u8>,
    data: Vec<String>,
}

impl Decoder {
    /// The data of the events that this piece completes.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<String> {
        self.bytes.extend_from_slice(piece);
        let mut events = Vec::new();
        let mut begin = 0;
        while let Some((end, next)) = line(&self.bytes, begin) {
            let line = String::from_utf8_lossy(&self.bytes[begin..end]);
            begin = next;
            if line.is_empty() {
                if !self.data.is_empty() {
                    events.push(std::mem::take(&mut self.data).join("\n"));
                }
            } else if let Some(value) = line.strip_prefix("data:") {
                self.data.push(value.strip_prefix(' ').unwrap_or(value).to_owned());
            }
        }
        self.bytes.drain(..begin);
        events
    }
}

/// Where the line ends and the next begins. A carriage return at the very end may be the first
/// half of a line's end, and waits.
fn line(bytes: &[u8], begin: usize) -> Option<(usize, usize)> {
    let end = begin + bytes[begin..].iter().position(|b| matches!(b, b'\n' | b'\r'))?;
    match (bytes[end], bytes.get(end + 1)) {
        (b'\r', None) => None,
        (b'\r', Some(b'\n')) => Some((end, end + 2)),
        _ => Some((end, end + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_survive_any_cut() {
        let lines = [": comment", "event: x", "data: é1", "data:2", "", "id: 7", "data: 3", "", ""];
        for ending in ["\n", "\r\n", "\r"] {
            for size in [1, 2, 3, 1000] {
                let text = lines.join(ending);
                let mut decoder = Decoder::default();
                let seen: Vec<_> =
                    text.as_bytes().chunks(size).flat_map(|cut| decoder.push(cut)).collect();
                // A lone carriage return at the very end waits for its line feed.
                let whole = if ending == "\r" { &["é1\n2"][..] } else { &["é1\n2", "3"] };
                assert_eq!(seen, whole, "{ending:?} {size}");
            }
        }
    }
}
