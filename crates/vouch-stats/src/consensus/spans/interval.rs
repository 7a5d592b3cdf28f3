//! Spans as sets of characters.

use super::Span;

/// The same characters with the same labels, without overlap: sorted, and what touches is joined.
/// The spans are sorted.
pub(super) fn union(spans: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.label == span.label && span.start <= last.end => {
                last.end = last.end.max(span.end);
            }
            _ => joined.push(*span),
        }
    }
    joined
}

/// The F1 between two sets of characters, also called the Dice coefficient: 1 where both are
/// empty. Both are unions.
pub(super) fn dice(one: &[Span], other: &[Span]) -> f64 {
    let size = |spans: &[Span]| spans.iter().map(|span| u64::from(span.end - span.start)).sum();
    let (size_one, size_other): (u64, u64) = (size(one), size(other));
    if size_one + size_other == 0 {
        return 1.0;
    }
    let (mut common, mut a, mut b) = (0_u64, 0, 0);
    while let (Some(left), Some(right)) = (one.get(a), other.get(b)) {
        if left.label == right.label {
            let (start, end) = (left.start.max(right.start), left.end.min(right.end));
            common += u64::from(end.saturating_sub(start));
        }
        if (left.label, left.end) <= (right.label, right.end) {
            a += 1;
        } else {
            b += 1;
        }
    }
    ratio(2 * common, size_one + size_other)
}

#[expect(clippy::cast_precision_loss, reason = "characters stay far under 2^53")]
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(label: u32, start: u32, end: u32) -> Span {
        Span { label, start, end }
    }

    #[test]
    fn dice_counts_common_characters_of_the_same_label() {
        let one = union(&[span(0, 0, 4), span(0, 2, 6), span(0, 6, 8), span(1, 0, 2)]);
        assert_eq!(one, [span(0, 0, 8), span(1, 0, 2)]);
        // Common: 3 of the first label and 1 of the second; marked: 10 and 8.
        let other = [span(0, 5, 10), span(1, 1, 2), span(2, 0, 2)];
        for found in [dice(&one, &other), dice(&other, &one)] {
            assert!((found - 8.0 / 18.0).abs() < 1e-15, "{found}");
        }
        assert!(dice(&one, &[]) <= 0.0 && dice(&[], &[]) >= 1.0 && dice(&one, &one) >= 1.0);
    }
}
