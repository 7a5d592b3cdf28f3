//! Server-sent events, parsed as they arrive (WHATWG HTML, section 9.2).

/// One event, with the bytes it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// The `event:` field.
    pub event: Option<String>,
    /// The `data:` lines, joined by newlines.
    pub data: String,
    /// The bytes as they came, blank line and comments included: joined over all events they
    /// are the stream.
    pub raw: Vec<u8>,
}

/// An incremental parser; how the bytes are cut into pieces makes no difference.
#[derive(Debug, Default)]
pub struct Parser {
    event: Event,
    has_data: bool,
    line: Vec<u8>,
    after_cr: bool,
}

impl Parser {
    /// Takes the next bytes; gives back the events that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        let mut rest = bytes;
        if !rest.is_empty() && std::mem::take(&mut self.after_cr) {
            // The line ended at the carriage return already.
            if let Some(after) = rest.strip_prefix(b"\n") {
                self.event.raw.push(b'\n');
                rest = after;
            }
        }
        while let Some(end) = memchr::memchr2(b'\n', b'\r', rest) {
            let line = &rest[..end];
            let both = rest[end..].starts_with(b"\r\n");
            self.after_cr = rest.len() == end + 1 && rest[end] == b'\r';
            let (ended, after) = rest.split_at(end + if both { 2 } else { 1 });
            self.event.raw.extend_from_slice(ended);
            rest = after;
            if self.line.is_empty() {
                events.extend(self.end_line(line));
            } else {
                let mut whole = std::mem::take(&mut self.line);
                whole.extend_from_slice(line);
                events.extend(self.end_line(&whole));
            }
        }
        self.event.raw.extend_from_slice(rest);
        self.line.extend_from_slice(rest);
        events
    }

    /// How many bytes are kept of an event that is not whole yet. A provider decides how long its
    /// events are, so whoever reads one has to look at this.
    pub fn pending_bytes(&self) -> usize {
        self.event.raw.len()
    }

    /// What is left when the stream ends: an event without its blank line, or loose bytes.
    pub fn finish(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.end_line(&line);
        }
        self.has_data = false;
        let rest = std::mem::take(&mut self.event);
        (!rest.raw.is_empty()).then_some(rest)
    }

    fn end_line(&mut self, line: &[u8]) -> Option<Event> {
        if line.is_empty() {
            let dispatched = std::mem::take(&mut self.has_data) || self.event.event.is_some();
            if dispatched {
                return Some(std::mem::take(&mut self.event));
            }
            return None;
        }
        let text = String::from_utf8_lossy(line);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            "event" => self.event.event = Some(value.to_owned()),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(pieces: &[&[u8]]) -> Vec<Event> {
        let mut parser = Parser::default();
        let mut events: Vec<_> = pieces.iter().flat_map(|piece| parser.push(piece)).collect();
        events.extend(parser.finish());
        events
    }

    #[test]
    fn joins_data_lines_and_skips_comments() {
        let events = parse(&[b": hi\nevent: x\ndata: a\ndata:b\n\ndata: [DONE]\r\n\r\n"]);
        assert_eq!((events[0].event.as_deref(), events[0].data.as_str()), (Some("x"), "a\nb"));
        assert_eq!(events[1].data, "[DONE]");
    }

    #[test]
    fn an_unfinished_event_is_not_lost() {
        assert_eq!(parse(&[b"data: a\n\ndata: cut"])[1].data, "cut");
    }

    #[test]
    fn a_line_feed_belongs_to_the_carriage_return_before_it_alone() {
        let data = |events: &[Event]| events.iter().map(|e| e.data.clone()).collect::<Vec<_>>();
        assert_eq!(data(&parse(&[b"data: a\r", b"\ndata: b\r", b"\n\r\n"])), ["a\nb"]);
        assert_eq!(data(&parse(&[b"data: a\r", b"data: b\n", b"\n"])), ["a\nb"]);
        let events = parse(&[b"data: a\r\r\ndata: b\n\n"]);
        assert_eq!(data(&events), ["a", "b"]);
        assert_eq!(events[0].raw, b"data: a\r\r\n");
    }

    proptest! {
        #[test]
        fn cutting_makes_no_difference(
            stream in "((data|event|id|x): ?[a-zé]{0,4}(\r\n|\n|\r)|(\r\n|\n|\r)|: c\n){0,12}",
            cuts in proptest::collection::vec(0usize..64, 0..6),
        ) {
            let bytes = stream.as_bytes();
            let whole = parse(&[bytes]);
            let mut at: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).collect();
            at.sort_unstable();
            let mut pieces = vec![];
            let mut from = 0;
            for to in at.into_iter().chain([bytes.len()]) {
                pieces.push(&bytes[from..to]);
                from = to;
            }
            let cut = parse(&pieces);
            let joined: Vec<u8> = cut.iter().flat_map(|e| e.raw.clone()).collect();
            prop_assert_eq!(joined, bytes);
            let seen = |events: &[Event]| events.iter()
                .map(|e| (e.event.clone(), e.data.clone())).filter(|e| e.0.is_some() || !e.1.is_empty())
                .collect::<Vec<_>>();
            prop_assert_eq!(seen(&cut), seen(&whole));
        }
    }
}
