//! Text to tokens and back, built from the vocabulary in the GGUF file.

use std::collections::HashMap;

use tokenizers::models::bpe::BPE;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use crate::error::ModelError;
use crate::gguf::{Gguf, Value};

/// A Unicode noncharacter that is put into a control token to make it plain text.
///
/// [`Tokenizer::defuse`] inserts it, [`Tokenizer::encode`] drops it.
const DEFUSED: char = '\u{fdd0}';

/// Names of tokens that end a turn, beside the one the file names.
const ENDS_OF_TURN: [&str; 4] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "</s>"];

/// GGUF's types of token.
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;

/// A byte-level BPE tokenizer with control tokens.
pub(crate) struct Tokenizer {
    bpe: tokenizers::Tokenizer,
    /// Of each token; of a control token its name.
    bytes: Vec<Vec<u8>>,
    /// Tokens that are recognised before BPE, longest first.
    special: Vec<Special>,
    ends_of_turn: Vec<u32>,
    /// Put before every prompt.
    start: Option<u32>,
    longest_token_bytes: usize,
}

struct Special {
    text: String,
    id: u32,
    control: bool,
}

impl Tokenizer {
    /// Builds the tokenizer; takes the long lists out of the metadata.
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] for a tokenizer of another kind, [`ModelError::Format`] for
    /// lists that do not fit together.
    pub(crate) fn read(gguf: &mut Gguf) -> Result<Self, ModelError> {
        let kind = gguf.require("tokenizer.ggml.model", Value::as_str)?;
        let split = gguf.get("tokenizer.ggml.pre").and_then(Value::as_str).unwrap_or("default");
        if kind != "gpt2" || split != "smollm" {
            return Err(ModelError::unsupported(format!("the tokenizer `{kind}`/`{split}`")));
        }
        let wrong = |key: &str| ModelError::format(format!("`{key}` has the wrong type"));
        let tokens = gguf.take("tokenizer.ggml.tokens")?.into_strings();
        let tokens = tokens.ok_or_else(|| wrong("tokenizer.ggml.tokens"))?;
        let merges = gguf.take("tokenizer.ggml.merges")?.into_strings();
        let merges = merges.ok_or_else(|| wrong("tokenizer.ggml.merges"))?;
        let types = gguf.take("tokenizer.ggml.token_type")?.into_numbers();
        let types = types.ok_or_else(|| wrong("tokenizer.ggml.token_type"))?;
        if types.len() != tokens.len() || u32::try_from(tokens.len()).is_err() {
            return Err(ModelError::format("the vocabulary and its types differ in length"));
        }

        let byte_of = byte_alphabet();
        let mut bytes = Vec::with_capacity(tokens.len());
        let mut special = Vec::new();
        for ((id, token), kind) in (0..).zip(&tokens).zip(types) {
            if kind == CONTROL || kind == USER_DEFINED {
                bytes.push(token.clone().into_bytes());
                special.push(Special { text: token.clone(), id, control: kind == CONTROL });
            } else {
                let raw: Option<_> = token.chars().map(|c| byte_of.get(&c).copied()).collect();
                bytes.push(raw.unwrap_or_else(|| token.clone().into_bytes()));
            }
        }
        special.retain(|special| !special.text.is_empty());
        special.sort_by_key(|special| std::cmp::Reverse(special.text.len()));

        let id = |key: &str| match gguf.get(key).and_then(Value::as_usize) {
            Some(id) if id >= tokens.len() => {
                Err(ModelError::format(format!("`{key}` is beyond the vocabulary")))
            }
            id => Ok(id.and_then(|id| u32::try_from(id).ok())),
        };
        let mut ends_of_turn: Vec<u32> = special
            .iter()
            .filter(|special| special.control && ENDS_OF_TURN.contains(&special.text.as_str()))
            .map(|special| special.id)
            .collect();
        ends_of_turn.extend(id("tokenizer.ggml.eos_token_id")?);
        let with_start = gguf.get("tokenizer.ggml.add_bos_token").and_then(Value::as_bool);
        let start = id("tokenizer.ggml.bos_token_id")?.filter(|_| with_start == Some(true));
        Ok(Self {
            longest_token_bytes: bytes.iter().map(Vec::len).max().unwrap_or(0),
            bpe: byte_pair_encoding(tokens, &merges)?,
            bytes,
            special,
            ends_of_turn,
            start,
        })
    }

    /// The number of tokens in the vocabulary.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The most bytes that one token stands for.
    pub(crate) fn longest_token_bytes(&self) -> usize {
        self.longest_token_bytes
    }

    /// Whether the model says with this token that its turn is over.
    pub(crate) fn ends_turn(&self, id: u32) -> bool {
        self.ends_of_turn.contains(&id)
    }

    /// The bytes of a token; of a control token those of its name.
    pub(crate) fn token_bytes(&self, id: u32) -> &[u8] {
        usize::try_from(id).ok().and_then(|id| self.bytes.get(id)).map_or(&[], Vec::as_slice)
    }

    /// The bytes that a token adds to an answer: none for a control token.
    pub(crate) fn output_bytes(&self, id: u32) -> &[u8] {
        if self.special.iter().any(|special| special.control && special.id == id) {
            return &[];
        }
        self.token_bytes(id)
    }

    /// Makes control tokens in `text` plain text for [`Tokenizer::encode`].
    pub(crate) fn defuse(&self, text: &str) -> String {
        let mut defused = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((at, special)) = self.find(rest, |special| special.control) {
            let inside = at + special.text.chars().next().map_or(0, char::len_utf8);
            defused.push_str(&rest[..inside]);
            defused.push(DEFUSED);
            rest = &rest[inside..];
        }
        defused.push_str(rest);
        defused
    }

    /// The tokens of `text`. Characters for which the vocabulary has no token (a few control
    /// characters in `SmolLM2`'s) are left out.
    ///
    /// # Errors
    /// [`ModelError::Format`] if the byte-pair encoding fails.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let mut ids: Vec<u32> = self.start.into_iter().collect();
        let mut rest = text;
        while let Some((at, special)) = self.find(rest, |_| true) {
            self.encode_plain(&rest[..at], &mut ids)?;
            ids.push(special.id);
            rest = &rest[at + special.text.len()..];
        }
        self.encode_plain(rest, &mut ids)?;
        Ok(ids)
    }

    fn encode_plain(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), ModelError> {
        if text.is_empty() {
            return Ok(());
        }
        let encoding = if text.contains(DEFUSED) {
            self.bpe.encode_fast(text.replace(DEFUSED, ""), false)
        } else {
            self.bpe.encode_fast(text, false)
        };
        let encoding = encoding.map_err(|error| ModelError::format(error.to_string()))?;
        ids.extend_from_slice(encoding.get_ids());
        Ok(())
    }

    /// The first special token in `text` that `wanted` accepts, and where it starts.
    fn find(&self, text: &str, wanted: impl Fn(&Special) -> bool) -> Option<(usize, &Special)> {
        let starts = |at: usize| {
            let rest = &text.as_bytes()[at..];
            self.special.iter().find(|s| wanted(s) && rest.starts_with(s.text.as_bytes()))
        };
        (0..text.len()).find_map(|at| starts(at).map(|special| (at, special)))
    }
}

fn byte_pair_encoding(
    tokens: Vec<String>,
    merges: &[String],
) -> Result<tokenizers::Tokenizer, ModelError> {
    let merges: Option<Vec<_>> = merges
        .iter()
        .map(|merge| merge.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())))
        .collect();
    let merges = merges.ok_or_else(|| ModelError::format("a merge is no pair of tokens"))?;
    let vocabulary: HashMap<String, u32> = tokens.into_iter().zip(0..).collect();
    let bpe = BPE::builder()
        .vocab_and_merges(
            vocabulary.into_iter().collect::<tokenizers::models::bpe::Vocab>(),
            merges,
        )
        .build()
        .map_err(|error| ModelError::format(format!("the merges: {error}")))?;
    let mut tokenizer = tokenizers::Tokenizer::new(bpe);
    // What GGUF calls `smollm`: every digit alone, then GPT-2's words, no space put in front.
    tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![
        PreTokenizerWrapper::Digits(Digits::new(true)),
        PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true)),
    ])));
    Ok(tokenizer)
}

/// GPT-2's alphabet: a printable character for each byte.
pub(crate) fn byte_alphabet() -> HashMap<char, u8> {
    let mut alphabet = HashMap::new();
    let mut next = 256_u32;
    for byte in 0..=255_u8 {
        let printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        let code = if printable {
            u32::from(byte)
        } else {
            next += 1;
            next - 1
        };
        alphabet.extend(char::from_u32(code).map(|c| (c, byte)));
    }
    alphabet
}

#[cfg(test)]
mod tests;
