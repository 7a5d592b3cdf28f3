//! A loaded model: weights, tokenizer and chat template of one GGUF file.

use std::path::Path;

use pulp::Arch;

use crate::chat::ChatMessage;
use crate::error::ModelError;
use crate::gguf::{Gguf, Value};
use crate::llama::Llama;
use crate::template::{CHATML, Template};
use crate::tokenizer::Tokenizer;

/// What a model is, as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCard {
    /// `general.name`, or the name of the file.
    pub name: String,
    /// `general.license`, usually an SPDX identifier in lower case.
    pub license: Option<String>,
    /// Weights in all tensors.
    pub parameters: u64,
    /// Tokens in the vocabulary.
    pub vocabulary: usize,
    /// Layers of attention and feed-forward.
    pub layers: usize,
    /// Numbers in the hidden state of a token.
    pub hidden_size: usize,
    /// Tokens that the model was trained to have in its context.
    pub context_tokens: usize,
    /// The size of the file.
    pub file_bytes: u64,
}

/// A loaded model.
pub(crate) struct Model {
    llama: Llama,
    tokenizer: Tokenizer,
    template: Template,
    card: ModelCard,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("card", &self.card).finish_non_exhaustive()
    }
}

impl Model {
    /// Reads the file.
    pub(crate) fn read(path: &Path, arch: Arch, threads: usize) -> Result<Self, ModelError> {
        let mut gguf = Gguf::open(path)?;
        let llama = Llama::read(&mut gguf, arch, threads)?;
        let tokenizer = Tokenizer::read(&mut gguf)?;
        if tokenizer.len() != llama.vocabulary() {
            return Err(ModelError::format(format!(
                "{} tokens are named, but {} have weights",
                tokenizer.len(),
                llama.vocabulary()
            )));
        }
        let text = |key: &str| gguf.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        let template = text("tokenizer.chat_template").unwrap_or_else(|| CHATML.to_owned());
        let file_name = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let card = ModelCard {
            name: text("general.name").unwrap_or_else(file_name),
            license: text("general.license"),
            parameters: gguf.parameters(),
            vocabulary: llama.vocabulary(),
            layers: llama.config().layers,
            hidden_size: llama.config().hidden_size,
            context_tokens: llama.config().context_tokens,
            file_bytes: gguf.file_bytes(),
        };
        Ok(Self { llama, tokenizer, template: Template::new(template)?, card })
    }

    pub(crate) fn card(&self) -> &ModelCard {
        &self.card
    }

    pub(crate) fn llama(&self) -> &Llama {
        &self.llama
    }

    pub(crate) fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The tokens that make the model answer `messages`.
    pub(crate) fn prompt(&self, messages: &[ChatMessage]) -> Result<Vec<u32>, ModelError> {
        self.tokenizer.encode(&self.template.render(messages, &self.tokenizer)?)
    }

    /// A number of tokens that the prompt cannot be shorter than if the template renders every
    /// message, found without tokenising.
    pub(crate) fn least_tokens(&self, messages: &[ChatMessage]) -> usize {
        let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
        (bytes / self.tokenizer.longest_token_bytes().max(1)).max(messages.len())
    }
}
