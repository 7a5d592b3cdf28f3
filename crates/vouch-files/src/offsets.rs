//! Places in texts as other tools count them, in Unicode code points as we do.

/// What a tool counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offsets {
    /// Unicode code points, as Python does.
    CodePoints,
    /// UTF-16 code units, as browsers do.
    Utf16,
}

/// The place in code points. Where the text of the place is told, it must be there: counted as
/// `usual`, or the other way.
///
/// # Errors
/// When it is not within the text, or another text is there.
pub(crate) fn place(
    text: &str,
    (start, end): (u64, u64),
    quote: Option<&str>,
    usual: Offsets,
) -> Result<(u32, u32), String> {
    let other = match usual {
        Offsets::CodePoints => Offsets::Utf16,
        Offsets::Utf16 => Offsets::CodePoints,
    };
    let mut found = None;
    for counted in [usual, other] {
        let Some((from, to)) = bytes(text, start, counted).zip(bytes(text, end, counted)) else {
            continue;
        };
        if from >= to {
            continue;
        }
        if quote.is_none_or(|quote| same(&text[from..to], quote)) {
            found = Some((from, to));
            break;
        }
    }
    let points = |bytes: usize| u32::try_from(text[..bytes].chars().count()).unwrap_or(u32::MAX);
    found.map(|(from, to)| (points(from), points(to))).ok_or_else(|| match quote {
        Some(quote) => {
            let quote = vouch_domain::invalid::shorten(quote);
            format!("`{quote}` is not at {start} to {end} of the text")
        }
        None => format!("there is no place from {start} to {end} in the text"),
    })
}

/// Where in bytes a place is; `None` beyond the end or within a character.
fn bytes(text: &str, place: u64, counted: Offsets) -> Option<usize> {
    let mut at = 0;
    for (byte, character) in text.char_indices() {
        if at >= place {
            return (at == place).then_some(byte);
        }
        at += match counted {
            Offsets::CodePoints => 1,
            Offsets::Utf16 => character.len_utf16() as u64,
        };
    }
    (at == place).then_some(text.len())
}

/// Label Studio writes line breaks of a quote as `\n`, and some tools trim it.
fn same(there: &str, quote: &str) -> bool {
    there == quote || there.trim() == quote.trim() || there == quote.replace("\\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_as_its_text_says() {
        let text = "a😀b cd";
        assert_eq!(place(text, (5, 7), Some("cd"), Offsets::Utf16), Ok((4, 6)));
        assert_eq!(place(text, (4, 6), Some("cd"), Offsets::Utf16), Ok((4, 6)));
        assert_eq!(place(text, (5, 7), Some("cd"), Offsets::CodePoints), Ok((4, 6)));
        assert_eq!(place(text, (4, 6), None, Offsets::CodePoints), Ok((4, 6)));
        assert_eq!(place(text, (3, 4), None, Offsets::Utf16), Ok((2, 3)));
        // Within the smiley, beyond the end, the wrong text, and nothing at all.
        for (range, quote) in
            [((2, 3), Some("x")), ((6, 9), None), ((0, 1), Some("b")), ((1, 1), None)]
        {
            assert!(place(text, range, quote, Offsets::Utf16).is_err(), "{range:?}");
        }
    }
}
