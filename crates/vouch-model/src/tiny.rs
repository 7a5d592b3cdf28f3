//! Writes small random models, so that what is built on this crate can be tested without weights.
//!
//! Such a model answers nonsense, mostly of small letters and spaces, and almost never ends its
//! turn; the same seed writes the same file.

use std::io;
use std::path::Path;

use crate::sampler::SplitMix64;

/// Tokens of prompt and completion that a tiny model takes.
pub const CONTEXT_TOKENS: usize = 512;

const HIDDEN_SIZE: usize = 64;
const INTERMEDIATE_SIZE: usize = 96;
const NUM_HEADS: usize = 4;
const NUM_KV_HEADS: usize = 2;
const HEAD_DIM: usize = 16;
const LAYERS: usize = 2;

const SPECIAL: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const MERGES: [(&str, &str); 6] =
    [("t", "h"), ("th", "e"), ("i", "n"), ("Ġ", "the"), ("Ġ", "a"), ("e", "r")];
pub(crate) const TEMPLATE: &str = "{% for message in messages %}{% if loop.first and messages[0]['role'] \
    != 'system' %}{{ '<|im_start|>system\nBe brief.<|im_end|>\n' }}{% endif %}\
    {{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

const Q4_1: u32 = 3;
const Q8_0: u32 = 8;

/// Writes a GGUF file of about 100 kB.
///
/// # Errors
/// Those of [`std::fs::write`].
pub fn write_model(path: &Path, seed: u64) -> io::Result<()> {
    std::fs::write(path, model_bytes(seed))
}

/// The bytes that [`write_model`] writes.
pub fn model_bytes(seed: u64) -> Vec<u8> {
    let mut random = SplitMix64(seed);
    let tokens = vocabulary();
    let mut tensors = Tensors::default();
    tensors.embedding(&tokens, &mut random);
    for layer in 0..LAYERS {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let key_size = NUM_KV_HEADS * HEAD_DIM;
        tensors.ones(&name("attn_norm"));
        tensors.matrix(&name("attn_q"), HIDDEN_SIZE, HIDDEN_SIZE, &mut random);
        tensors.matrix(&name("attn_k"), key_size, HIDDEN_SIZE, &mut random);
        tensors.matrix(&name("attn_v"), key_size, HIDDEN_SIZE, &mut random);
        tensors.matrix(&name("attn_output"), HIDDEN_SIZE, HIDDEN_SIZE, &mut random);
        tensors.ones(&name("ffn_norm"));
        tensors.matrix(&name("ffn_gate"), INTERMEDIATE_SIZE, HIDDEN_SIZE, &mut random);
        tensors.matrix(&name("ffn_up"), INTERMEDIATE_SIZE, HIDDEN_SIZE, &mut random);
        tensors.matrix(&name("ffn_down"), HIDDEN_SIZE, INTERMEDIATE_SIZE, &mut random);
    }
    tensors.ones("output_norm.weight");

    let mut metadata = Metadata::default();
    metadata.text("general.architecture", "llama");
    metadata.text("general.name", "tiny random model");
    metadata.text("general.license", "apache-2.0");
    for (key, value) in [
        ("block_count", LAYERS),
        ("context_length", CONTEXT_TOKENS),
        ("embedding_length", HIDDEN_SIZE),
        ("feed_forward_length", INTERMEDIATE_SIZE),
        ("attention.head_count", NUM_HEADS),
        ("attention.head_count_kv", NUM_KV_HEADS),
    ] {
        metadata.number(&format!("llama.{key}"), value as u64);
    }
    metadata.float("llama.attention.layer_norm_rms_epsilon", 1e-5);
    metadata.text("tokenizer.ggml.model", "gpt2");
    metadata.text("tokenizer.ggml.pre", "smollm");
    metadata.texts("tokenizer.ggml.tokens", &tokens);
    let merges: Vec<String> = MERGES.iter().map(|(a, b)| format!("{a} {b}")).collect();
    metadata.texts("tokenizer.ggml.merges", &merges);
    let types = (0..tokens.len()).map(|id| if id < SPECIAL.len() { 3 } else { 1 });
    metadata.numbers("tokenizer.ggml.token_type", types.collect());
    metadata.number("tokenizer.ggml.eos_token_id", 2);
    metadata.text("tokenizer.chat_template", TEMPLATE);

    let mut file = b"GGUF".to_vec();
    file.extend(3_u32.to_le_bytes());
    file.extend(tensors.count.to_le_bytes());
    file.extend(metadata.count.to_le_bytes());
    file.extend(metadata.bytes);
    file.extend(tensors.entries);
    pad(&mut file);
    file.extend(tensors.bytes);
    file
}

/// [`model_bytes`] with other bytes for the value of a key, as many as it had.
#[cfg(test)]
pub(crate) fn model_bytes_with(key: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = model_bytes(3);
    let found = bytes.windows(key.len()).position(|window| window == key.as_bytes());
    // The key, the type of the value, the value.
    let at = found.expect("the key is there") + key.len() + 4;
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

/// Control tokens, the bytes in GPT-2's alphabet, and what the merges make of them.
fn vocabulary() -> Vec<String> {
    let mut tokens: Vec<String> = SPECIAL.map(str::to_owned).into();
    let mut alphabet: Vec<_> = crate::tokenizer::byte_alphabet().into_iter().collect();
    alphabet.sort_by_key(|(_, byte)| *byte);
    tokens.extend(alphabet.into_iter().map(|(character, _)| character.to_string()));
    tokens.extend(MERGES.map(|(a, b)| format!("{a}{b}")));
    tokens
}

#[derive(Default)]
struct Tensors {
    count: u64,
    entries: Vec<u8>,
    bytes: Vec<u8>,
}

impl Tensors {
    fn begin(&mut self, name: &str, dimensions: &[usize], kind: u32) {
        pad(&mut self.bytes);
        self.count += 1;
        put_text(&mut self.entries, name);
        let count = if dimensions.len() == 1 { 1_u32 } else { 2 };
        self.entries.extend(count.to_le_bytes());
        for dimension in dimensions {
            self.entries.extend((*dimension as u64).to_le_bytes());
        }
        self.entries.extend(kind.to_le_bytes());
        self.entries.extend((self.bytes.len() as u64).to_le_bytes());
    }

    fn ones(&mut self, name: &str) {
        self.begin(name, &[HIDDEN_SIZE], 0);
        self.bytes.extend([1.0_f32.to_le_bytes(); HIDDEN_SIZE].concat());
    }

    /// Weights from -1/4 to 7/32.
    fn matrix(&mut self, name: &str, rows: usize, cols: usize, random: &mut SplitMix64) {
        self.begin(name, &[cols, rows], Q4_1);
        for _ in 0..rows * cols / 32 {
            self.bytes.extend(power_of_two(-5).to_le_bytes());
            self.bytes.extend((0x8000 | power_of_two(-2)).to_le_bytes());
            self.bytes.extend(random.next().to_le_bytes());
            self.bytes.extend(random.next().to_le_bytes());
        }
    }

    /// Letters and spaces have long vectors and so are likely; control tokens have none.
    fn embedding(&mut self, tokens: &[String], random: &mut SplitMix64) {
        self.begin("token_embd.weight", &[HIDDEN_SIZE, tokens.len()], Q8_0);
        for token in tokens {
            let likely = token.chars().all(|c| c.is_ascii_lowercase() || c == 'Ġ');
            let control = SPECIAL.contains(&token.as_str());
            for _ in 0..HIDDEN_SIZE / 32 {
                self.bytes.extend(power_of_two(if likely { -7 } else { -10 }).to_le_bytes());
                for _ in 0..4 {
                    let codes = if control { 0 } else { random.next() };
                    self.bytes.extend(codes.to_le_bytes());
                }
            }
        }
    }
}

#[derive(Default)]
struct Metadata {
    count: u64,
    bytes: Vec<u8>,
}

impl Metadata {
    fn begin(&mut self, key: &str, kind: u32) {
        self.count += 1;
        put_text(&mut self.bytes, key);
        self.bytes.extend(kind.to_le_bytes());
    }

    fn begin_list(&mut self, key: &str, kind: u32, length: usize) {
        self.begin(key, 9);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((length as u64).to_le_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.begin(key, 8);
        put_text(&mut self.bytes, value);
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        self.begin_list(key, 8, values.len());
        for value in values {
            put_text(&mut self.bytes, value);
        }
    }

    fn number(&mut self, key: &str, value: u64) {
        self.begin(key, 10);
        self.bytes.extend(value.to_le_bytes());
    }

    fn numbers(&mut self, key: &str, values: Vec<i32>) {
        self.begin_list(key, 5, values.len());
        for value in values {
            self.bytes.extend(value.to_le_bytes());
        }
    }

    fn float(&mut self, key: &str, value: f32) {
        self.begin(key, 6);
        self.bytes.extend(value.to_le_bytes());
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(32), 0);
}

/// 2 to the power of `exponent`, -14 to 15, as an IEEE 754 binary16.
fn power_of_two(exponent: i16) -> u16 {
    (exponent + 15).cast_unsigned() << 10
}
