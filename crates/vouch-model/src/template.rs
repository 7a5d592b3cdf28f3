//! Renders a conversation with the chat template of the model.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};

use crate::chat::ChatMessage;
use crate::error::ModelError;
use crate::tokenizer::Tokenizer;

/// The template of a model that has none: `ChatML`.
pub(crate) const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message.role \
     + '\n' + message.content + '<|im_end|>\n' }}{% endfor %}\
     {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// The instructions that a template may take: a message takes a few dozen.
const FUEL: u64 = 10_000_000;

/// A chat template, parsed once to know that it is sound.
pub(crate) struct Template {
    environment: Environment<'static>,
    source: String,
}

impl Template {
    /// Parses a Jinja template as Hugging Face's tokenizers write them.
    ///
    /// # Errors
    /// [`ModelError::Template`] if it cannot be parsed.
    pub(crate) fn new(source: impl Into<String>) -> Result<Self, ModelError> {
        let source = source.into();
        let mut environment = Environment::new();
        // As Hugging Face's `apply_chat_template` sets them.
        environment
            .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_fuel(Some(FUEL));
        environment.add_function("raise_exception", |reason: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, reason))
        });
        environment.template_from_str(&source)?;
        Ok(Self { environment, source })
    }

    /// The prompt that makes the model answer `messages`, for [`Tokenizer::encode`].
    ///
    /// Control tokens in the content are defused: who writes a message cannot end it and speak
    /// for somebody else.
    ///
    /// # Errors
    /// [`ModelError::Template`] if the template rejects the messages or does not come to an end.
    pub(crate) fn render(
        &self,
        messages: &[ChatMessage],
        tokenizer: &Tokenizer,
    ) -> Result<String, ModelError> {
        let messages: Vec<Value> = messages
            .iter()
            .map(|message| {
                let content = tokenizer.defuse(&message.content);
                context! { role => message.role.as_str(), content }
            })
            .collect();
        let context = context! { messages, add_generation_prompt => true };
        Ok(self.environment.template_from_str(&self.source)?.render(context)?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::gguf::Gguf;
    use crate::tiny;

    /// The template in SmolLM2's file.
    const SMOLLM2: &str = "{% for message in messages %}{% if loop.first and \
        messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant \
        named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + \
        message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}\
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    fn render(template: &str, messages: &[ChatMessage]) -> Result<String, ModelError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&tiny::model_bytes(1)).unwrap();
        let tokenizer = Tokenizer::read(&mut Gguf::open(file.path()).unwrap()).unwrap();
        Template::new(template)?.render(messages, &tokenizer)
    }

    #[test]
    fn a_conversation_without_instructions_gets_the_default_ones() {
        let rendered = render(SMOLLM2, &[ChatMessage::user("Hi <b> & \"you\"")]).unwrap();
        assert_eq!(
            rendered,
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging \
             Face<|im_end|>\n<|im_start|>user\nHi <b> & \"you\"<|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn every_role_is_rendered_by_its_name() {
        let messages = [
            ChatMessage::system("a"),
            ChatMessage::user("b"),
            ChatMessage::assistant("c"),
            ChatMessage::tool("d"),
        ];
        let expect = "<|im_start|>system\na<|im_end|>\n<|im_start|>user\nb<|im_end|>\n\
            <|im_start|>assistant\nc<|im_end|>\n<|im_start|>tool\nd<|im_end|>\n\
            <|im_start|>assistant\n";
        assert_eq!(render(SMOLLM2, &messages).unwrap(), expect);
        assert_eq!(render(CHATML, &messages).unwrap(), expect);
    }

    #[test]
    fn blocks_leave_no_lines_behind() {
        let template = "{% for message in messages %}\n  {% if true %}\n{{ message.content }}\n  \
            {% endif %}\n{% endfor %}";
        assert_eq!(render(template, &[ChatMessage::user("x")]).unwrap(), "x\n");
    }

    #[test]
    fn a_template_may_reject() {
        let rejected = render("{{ raise_exception('no tools') }}", &[ChatMessage::tool("x")]);
        assert!(rejected.unwrap_err().to_string().contains("no tools"));
        assert!(matches!(render("{% if", &[]), Err(ModelError::Template { .. })));
    }

    #[test]
    fn a_template_comes_to_an_end() {
        let endless = "{% for i in range(90000) %}".repeat(3) + &"{% endfor %}".repeat(3);
        assert!(matches!(render(&endless, &[]), Err(ModelError::Template { .. })));
    }
}
