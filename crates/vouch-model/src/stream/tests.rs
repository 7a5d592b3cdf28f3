//! Stop strings and code points, however the text is cut into tokens.

use proptest::prelude::*;

use super::*;
use crate::engine::event::TokenLogprob;

fn event(id: usize) -> TokenEvent {
    let token = TokenLogprob {
        id: u32::try_from(id).unwrap(),
        text: String::new(),
        bytes: Vec::new(),
        logprob: 0.0,
    };
    TokenEvent { piece: String::new(), token, top: Vec::new() }
}

/// The pieces that come out after each token, and whether a stop string ended the stream.
fn stream(tokens: &[&[u8]], stops: &[&str]) -> (Vec<Vec<String>>, bool) {
    let mut stream = TextStream::new(stops.iter().map(ToString::to_string).collect());
    let mut pieces = Vec::new();
    for (id, bytes) in tokens.iter().enumerate() {
        let mut out = Vec::new();
        let stopped = stream.push(event(id), bytes, &mut out);
        pieces.push(out.into_iter().map(|event| event.piece).collect());
        if stopped {
            return (pieces, true);
        }
    }
    let mut out = Vec::new();
    stream.flush(&mut out);
    pieces.push(out.into_iter().map(|event| event.piece).collect());
    (pieces, false)
}

fn check(tokens: &[&str], stops: &[&str], expect: &[&[&str]], stopped: bool) {
    let tokens: Vec<&[u8]> = tokens.iter().map(|token| token.as_bytes()).collect();
    let (pieces, did_stop) = stream(&tokens, stops);
    assert_eq!(pieces, expect, "{tokens:?} {stops:?}");
    assert_eq!(did_stop, stopped);
}

#[test]
fn without_stop_strings_nothing_is_held() {
    check(&["a", "b"], &[], &[&["a"], &["b"], &[]], false);
}

#[test]
fn a_stop_string_across_tokens_is_not_emitted() {
    check(&["one ", "<e", "nd", ">", "x"], &["<end>"], &[&["one "], &[], &[], &[]], true);
}

#[test]
fn text_before_a_stop_string_in_the_same_token_is_kept() {
    check(&["go", "od<end>bye"], &["<end>"], &[&["go"], &["od"]], true);
    check(&["good<", "end>"], &["<end>"], &[&[], &["good"]], true);
}

#[test]
fn what_only_looked_like_a_stop_string_comes_out() {
    check(&["a<e", "n", "ough"], &["<end>"], &[&[], &[], &["a<e", "n", "ough"], &[]], false);
    check(&["a<en"], &["<end>"], &[&[], &["a<en"]], false);
}

#[test]
fn the_first_stop_string_wins() {
    check(&["ab", "cd"], &["d", "bc"], &[&[], &["a"]], true);
}

#[test]
fn a_repeated_beginning_is_found() {
    check(&["a", "a", "a", "b"], &["aab"], &[&[], &[], &["a"], &[]], true);
}

#[test]
fn a_code_point_waits_for_its_last_byte() {
    let crab = "🦀".as_bytes();
    let (pieces, _) = stream(&[&crab[..1], &crab[1..3], &crab[3..], b"!"], &[]);
    assert_eq!(pieces, [vec![""], vec![""], vec!["🦀"], vec!["!"], vec![]]);
}

#[test]
fn what_is_no_utf8_is_replaced() {
    let (pieces, _) = stream(&[b"a\xff", b"\xf0\x9f", b"b", b"\xe2"], &[]);
    assert_eq!(pieces, [vec!["a\u{fffd}"], vec![""], vec!["\u{fffd}b"], vec![""], vec![]]);
}

proptest! {
    #[test]
    fn any_cut_gives_the_text_before_the_first_stop_string(
        text in "[ab🦀é]{0,40}",
        stops in prop::collection::vec("[ab🦀]{1,4}", 0..3),
        cuts in prop::collection::vec(0_usize..120, 0..20),
    ) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let tokens: Vec<_> =
            cuts.windows(2).map(|cut| &text.as_bytes()[cut[0]..cut[1]]).collect();
        let stops: Vec<_> = stops.iter().map(String::as_str).collect();
        let (pieces, stopped) = stream(&tokens, &stops);
        let streamed: String = pieces.concat().concat();
        // With several stop strings one may end before another that starts earlier is complete.
        let ends = stops.iter().filter_map(|stop| text.find(stop).map(|at| at + stop.len()));
        prop_assert_eq!(stopped, ends.count() > 0);
        prop_assert!(text.starts_with(&streamed));
        if !stopped {
            prop_assert_eq!(streamed, text);
        } else if let [stop] = stops[..] {
            prop_assert_eq!(Some(streamed.len()), text.find(stop));
        } else {
            prop_assert!(stops.iter().all(|stop| !streamed.contains(stop)));
            prop_assert!(stops.iter().any(|stop| text[streamed.len()..].starts_with(stop)));
        }
    }
}
