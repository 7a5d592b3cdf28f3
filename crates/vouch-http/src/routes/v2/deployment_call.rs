//! A deployment as these clients call it.

use serde::Deserialize;
use serde_json::{Map, Value};
use vouch_domain::deployment::{CallContext, check_parameters};
use vouch_domain::message::Message;
use vouch_domain::{Invalid, Pointer};
use vouch_gateway::ConfigCall;

use crate::routes::checks;

/// The body of `get_config`, `invoke` and `stream`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct DeploymentCall {
    /// The deployment's key.
    key: String,
    /// What chooses the variant, e.g. `{"environments": ["production"]}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    context: Option<Map<String, Value>>,
    /// Variables of the prompt template.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    inputs: Option<Map<String, Value>>,
    /// The log's metadata.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// The log's chain.
    #[serde(default)]
    chain_id: Option<String>,
    /// The log's conversation.
    #[serde(default)]
    conversation_id: Option<String>,
    /// The log's user.
    #[serde(default)]
    user_id: Option<String>,
    /// Go after the template's messages.
    #[serde(default)]
    messages: Option<Vec<Message>>,
    /// Go after the template's system messages, before its others.
    #[serde(default)]
    prefix_messages: Option<Vec<Message>>,
    /// Win over the variant's parameters.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    extra_params: Option<Map<String, Value>>,
    /// The user, as the newer clients name them.
    #[serde(default)]
    identity: Option<Named>,
    /// The conversation, as the newer clients name it.
    #[serde(default)]
    thread: Option<Named>,
    /// Whether the answer is streamed.
    #[serde(default)]
    pub(crate) stream: Option<bool>,
}

/// Something with an id.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Named {
    #[serde(default)]
    pub(crate) id: Option<String>,
}

impl DeploymentCall {
    /// The call for the gateway.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub(crate) fn into_call(self) -> Result<ConfigCall, Invalid> {
        let id = |named: Option<Named>| named.and_then(|named| named.id);
        let conversation_id = self.conversation_id.or_else(|| id(self.thread));
        let user_id = self.user_id.or_else(|| id(self.identity));
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata("/metadata", &metadata)?;
        let extra_params = self.extra_params.unwrap_or_default();
        check_parameters(&extra_params).map_err(|e| e.under(&Pointer::from("/extra_params")))?;
        Ok(ConfigCall {
            key: self.key,
            context: CallContext::parse(&self.context.unwrap_or_default())?,
            inputs: self.inputs.unwrap_or_default(),
            prefix_messages: self.prefix_messages.unwrap_or_default(),
            messages: self.messages.unwrap_or_default(),
            extra_params,
            metadata,
            ids: checks::context(&Pointer::root(), self.chain_id, conversation_id, user_id)?,
        })
    }
}
