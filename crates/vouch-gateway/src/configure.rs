//! `get_config`: what a deployment would send, for an application that calls the model itself.

use serde_json::value::to_raw_value;
use serde_json::{Map, Value};
use vouch_domain::deployment::CallContext;
use vouch_domain::id::LogId;
use vouch_domain::log::{Context, Served};
use vouch_domain::message::Message;

use crate::call::ChatCall;
use crate::provider::Endpoint;

/// A call of a deployment by its key.
#[derive(Debug, Clone, Default)]
pub struct ConfigCall {
    /// The deployment's key.
    pub key: String,
    /// What chooses the variant.
    pub context: CallContext,
    /// Variables of the prompt template.
    pub inputs: Map<String, Value>,
    /// Go after the template's system messages, before its others.
    pub prefix_messages: Vec<Message>,
    /// Go after the template's messages.
    pub messages: Vec<Message>,
    /// Win over the variant's parameters.
    pub extra_params: Map<String, Value>,
    /// The log's metadata.
    pub metadata: Map<String, Value>,
    /// The application's ids.
    pub ids: Context,
}

/// What a deployment would send. The log waits in the state "configured" for addMetrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Configured {
    /// The log to complete.
    pub log: LogId,
    /// What was chosen.
    pub served: Served,
    /// The rendered messages.
    pub messages: Vec<Message>,
    /// The variant's parameters with the call's own.
    pub parameters: Map<String, Value>,
    /// The tools offered to the model.
    pub tools: Vec<Value>,
}

impl ConfigCall {
    /// The same call, made by the gateway.
    pub fn into_chat(self, stream: bool) -> ChatCall {
        let wants = |name: &str| self.extra_params.get(name).and_then(Value::as_bool) == Some(true);
        ChatCall {
            endpoint: Endpoint::Chat,
            model: self.key.clone(),
            logprobs: wants("logprobs"),
            stream,
            include_usage: true,
            fields: crate::prompt::raw_fields(&self.extra_params),
            raw_messages: self.messages.iter().filter_map(|m| to_raw_value(m).ok()).collect(),
            messages: self.messages,
            inputs: self.inputs,
            call_context: self.context,
            ids: self.ids,
            metadata: self.metadata,
            prefix_messages: self.prefix_messages,
        }
    }
}
