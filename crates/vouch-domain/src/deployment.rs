//! A named LLM use: its versions, their variants, and which variant serves a call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Time;
use crate::actor::Actor;
use crate::id::DeploymentId;
use crate::invalid::{Invalid, Pointer};
use crate::message::Message;
use crate::provider::check_slug;
use crate::user::switched;

/// A named LLM use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// What callers name as `model` or `key`.
    pub key: String,
    /// What it is for.
    pub description: String,
    /// The version that serves calls; `None` until one is activated.
    pub active_version: Option<u32>,
    /// When it was made.
    pub created_at: Time,
    /// When it was archived; an archived deployment serves no calls.
    pub archived_at: Option<Time>,
}

/// What is to change of a deployment; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeploymentUpdate {
    /// What it is for.
    pub description: Option<String>,
    /// The version that serves calls from now on.
    pub active_version: Option<u32>,
    /// Whether it serves no calls any more.
    pub archived: Option<bool>,
}

impl DeploymentUpdate {
    /// The deployment after the change. One that was archived before stays so since then.
    #[must_use]
    pub fn apply(self, deployment: Deployment, at: Time) -> Deployment {
        Deployment {
            description: self.description.unwrap_or(deployment.description),
            active_version: self.active_version.or(deployment.active_version),
            archived_at: switched(self.archived, deployment.archived_at, at),
            ..deployment
        }
    }
}

/// One version of a deployment. Once it has served a call it never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentVersion {
    /// From 1.
    pub number: u32,
    /// What it does.
    #[serde(flatten)]
    pub spec: VersionSpec,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: Actor,
    /// When it served its first call; from then on it is immutable.
    pub used_at: Option<Time>,
}

/// What a version does: its variants and settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VersionSpec {
    /// At least one.
    pub variants: Vec<Variant>,
    /// Ask the provider for log-probabilities on our own account, and show them only to callers
    /// that asked.
    #[serde(default)]
    pub capture_logprobs: bool,
    /// What changed, in words.
    #[serde(default)]
    pub note: String,
}

/// One way to serve the calls of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name, unique in the version.
    pub name: String,
    /// Its share among the variants that fit equally well; 0 switches it off.
    #[serde(default = "one")]
    pub weight: u32,
    /// For each named part of the context the values that it serves; empty serves all.
    #[serde(default)]
    pub context: BTreeMap<String, Vec<String>>,
    /// The provider's name.
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// The prompt template: messages in minijinja, rendered with the call's `inputs` and put
    /// before the call's own messages.
    #[serde(default)]
    pub prompt: Vec<Message>,
    /// Defaults for the request's parameters; the call's own win.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub parameters: Map<String, Value>,
    /// Tools offered to the model, OpenAI's shape.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub tools: Vec<Value>,
    /// How long the provider may take until its answer begins, seconds from 1 to 600; 600 where
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 600))]
    pub timeout_s: Option<u32>,
    /// How often a call is repeated when the provider cannot be reached or answers with 408, 429
    /// or 5xx, from 0 to 5; 2 where absent. Nothing is repeated once the answer has begun, nor
    /// after a timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(maximum = 5))]
    pub retries: Option<u8>,
    /// The variants, by name, that are tried in this order when this one fails after its retries,
    /// as far as they fit the call's context; one that is switched off by its weight serves as
    /// well. Where absent, all others that are switched on, in the order they are declared from
    /// here on. An empty list is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Vec<String>>,
}

const fn one() -> u32 {
    1
}

/// The longest that a provider may take until its answer begins, seconds.
pub const MAX_TIMEOUT_S: u32 = 600;

/// How often a call is repeated at most.
pub const MAX_RETRIES: u8 = 5;

/// How often a call is repeated where nothing else is said.
pub const DEFAULT_RETRIES: u8 = 2;

/// Checks names of parameters: some fields of a request have a place of their own.
///
/// # Errors
/// At `/<name>`, for a name that no parameter can have.
pub fn check_parameters(parameters: &Map<String, Value>) -> Result<(), Invalid> {
    let Some(name) =
        ["model", "messages", "stream"].into_iter().find(|n| parameters.contains_key(*n))
    else {
        return Ok(());
    };
    let expected = "parameters such as temperature: model, messages and stream are set elsewhere";
    Err(Invalid { pointer: Pointer::root().then(name), ..Invalid::new("", expected, name) })
}

impl VersionSpec {
    /// Checks what can be checked without a provider.
    ///
    /// # Errors
    /// The first thing that is wrong, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.variants.is_empty() {
            return Err(Invalid::new("/variants", "at least one variant", "an empty list"));
        }
        for (i, variant) in self.variants.iter().enumerate() {
            let at = Pointer::from("/variants").then(i);
            let check = || {
                check_slug("/name", &variant.name)?;
                check_slug("/provider", &variant.provider)?;
                if self.variants[..i].iter().any(|v| v.name == variant.name) {
                    return Err(Invalid::new(
                        "/name",
                        "a name no other variant has",
                        &variant.name,
                    ));
                }
                if variant.model.trim().is_empty() {
                    return Err(Invalid::new("/model", "the model's name", "an empty text"));
                }
                check_parameters(&variant.parameters)
                    .map_err(|e| e.under(&Pointer::from("/parameters")))?;
                self.check_reliability(variant)
            };
            check().map_err(|e: Invalid| e.under(&at))?;
        }
        if self.variants.iter().all(|v| v.weight == 0) {
            let expected = "at least one variant with a weight above 0";
            return Err(Invalid::new("/variants", expected, "only weights of 0"));
        }
        Ok(())
    }

    fn check_reliability(&self, variant: &Variant) -> Result<(), Invalid> {
        if let Some(timeout_s) = variant.timeout_s.filter(|s| !(1..=MAX_TIMEOUT_S).contains(s)) {
            let expected = format!("seconds from 1 to {MAX_TIMEOUT_S}");
            return Err(Invalid::new("/timeout_s", expected, timeout_s));
        }
        if let Some(retries) = variant.retries.filter(|retries| *retries > MAX_RETRIES) {
            let expected = format!("a number from 0 to {MAX_RETRIES}");
            return Err(Invalid::new("/retries", expected, retries));
        }
        for (i, name) in variant.fallback.iter().flatten().enumerate() {
            let other = *name != variant.name && self.variants.iter().any(|v| v.name == *name);
            if !other {
                let pointer = Pointer::from("/fallback").then(i);
                let expected = "the name of another variant of this version";
                return Err(Invalid { pointer, ..Invalid::new("", expected, name) });
            }
        }
        Ok(())
    }

    /// The variant that serves a call: of those whose rules all fit the call's context, the ones
    /// with the most rules; among them by weight, at `draw` (any number; the same draw picks the
    /// same variant, so a conversation's hash keeps it on one).
    pub fn pick(&self, context: &CallContext, draw: u64) -> Option<&Variant> {
        let fitting = || self.variants.iter().filter(|v| v.weight > 0 && v.fits(context));
        let most = fitting().map(Variant::rules).max()?;
        let best = || fitting().filter(|v| v.rules() == most);
        let total: u64 = best().map(|v| u64::from(v.weight)).sum();
        let mut left = draw % total;
        best().find(|v| {
            let weight = u64::from(v.weight);
            let here = left < weight;
            left = left.saturating_sub(weight);
            here
        })
    }

    /// The variants that are tried, in this order, when `failed` does not serve a call.
    pub fn fallbacks(&self, failed: &str, context: &CallContext) -> Vec<&Variant> {
        let Some(place) = self.variants.iter().position(|v| v.name == failed) else {
            return vec![];
        };
        let fits = |variant: &&Variant| variant.name != failed && variant.fits(context);
        let Some(names) = &self.variants[place].fallback else {
            let (before, after) = self.variants.split_at(place);
            return after.iter().chain(before).filter(|v| v.weight > 0).filter(fits).collect();
        };
        let mut found: Vec<&Variant> = Vec::new();
        for name in names {
            let variant = self.variants.iter().find(|v| v.name == *name).filter(fits);
            found.extend(variant.filter(|v| !found.iter().any(|known| known.name == v.name)));
        }
        found
    }
}

impl Variant {
    /// How many rules it has; an empty list is none.
    fn rules(&self) -> usize {
        self.context.values().filter(|served| !served.is_empty()).count()
    }

    fn fits(&self, context: &CallContext) -> bool {
        self.context.iter().all(|(name, served)| {
            served.is_empty()
                || context.0.get(name).is_some_and(|came| came.iter().any(|v| served.contains(v)))
        })
    }
}

/// The context of a call: for each name the values it came with. A list is any of its values;
/// Orq's `environments` is read as `environment` as well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallContext(BTreeMap<String, Vec<String>>);

impl CallContext {
    /// Reads `{"environments": ["production"], "locale": "en"}`.
    ///
    /// # Errors
    /// At `/context/...`, for values that are neither scalars nor lists of scalars.
    pub fn parse(context: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut named = BTreeMap::new();
        for (name, value) in context {
            let values = match value {
                Value::Array(items) => items.iter().map(scalar).collect::<Option<Vec<_>>>(),
                Value::Null => Some(vec![]),
                other => scalar(other).map(|one| vec![one]),
            };
            let Some(values) = values else {
                let at = Pointer::from("/context").then(name);
                let expected = "a text, a number, a boolean, or a list of them";
                return Err(Invalid { pointer: at, ..Invalid::new("", expected, value) });
            };
            if name == "environments" {
                named.insert("environment".to_owned(), values.clone());
            }
            named.insert(name.clone(), values);
        }
        Ok(Self(named))
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
