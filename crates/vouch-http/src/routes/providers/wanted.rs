//! A provider as an admin enters it, and what is kept of it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::id::ProviderId;
use vouch_domain::provider::{Provider, ProviderKey, ProviderKind, check_slug};
use vouch_gateway::Sealer;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// What a provider is to be.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderWanted {
    /// How to talk to it.
    pub(super) kind: ProviderKind,
    /// Up to and with `/v1`; needed for `openai`, absent for `local`.
    #[serde(default)]
    pub(super) base_url: Option<String>,
    /// Where its key comes from. Absent: none for a new provider, the one it has for another.
    #[serde(default)]
    pub(super) key: Option<KeyWanted>,
}

/// Where a provider's key comes from.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyWanted {
    from: KeyFrom,
    /// With `environment`: the variable's name.
    #[serde(default)]
    variable: Option<String>,
    /// With `sealed`: the key itself; it is never shown again.
    #[serde(default)]
    value: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum KeyFrom {
    None,
    Environment,
    Sealed,
}

/// A provider without its key.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ProviderShown {
    #[serde(flatten)]
    provider: Provider,
    /// Not asked here; `GET /api/v1/models` lists what can be named.
    models: Option<Vec<String>>,
}

impl From<Provider> for ProviderShown {
    fn from(provider: Provider) -> Self {
        Self { provider, models: None }
    }
}

/// Keeps the provider `name`, anew or in the place of `known`.
pub(crate) async fn keep(
    app: &App,
    caller: &Caller,
    name: String,
    wanted: ProviderWanted,
    known: Option<Provider>,
) -> Result<Provider, Problem> {
    let project = caller.principal.project();
    check_slug("/name", &name)?;
    let base_url = base_url(wanted.kind, wanted.base_url)?;
    let kept_key = known.as_ref().map(|provider| provider.key.clone());
    let key = match wanted.key {
        Some(key) => key.read(&app.sealer, &Sealer::provider_place(project, &name))?,
        None => kept_key.unwrap_or(ProviderKey::None),
    };
    if wanted.kind == ProviderKind::Local && key != ProviderKey::None {
        return Err(Problem::field("/key", "expected none for the local model, got one"));
    }
    let now = app.now();
    let (id, created_at) =
        known.map_or_else(|| (ProviderId::new(now, app.entropy()), now), |p| (p.id, p.created_at));
    let provider = Provider { id, name, kind: wanted.kind, base_url, key, created_at };
    let details = json!({"kind": provider.kind, "base_url": provider.base_url});
    let audit = app.audit(&caller.principal, "provider.put", &provider.name, details);
    app.store.put_provider(project, provider.clone(), audit).await?;
    app.gateway.settings_changed(project);
    Ok(provider)
}

/// The provider of that name, where there is one.
pub(crate) async fn find(
    app: &App,
    caller: &Caller,
    name: &str,
) -> Result<Option<Provider>, Problem> {
    let providers = app.store.providers(caller.principal.project()).await?;
    Ok(providers.into_iter().find(|provider| provider.name == name))
}

impl KeyWanted {
    fn read(self, sealer: &Sealer, place: &str) -> Result<ProviderKey, Problem> {
        let nothing = |pointer: &str, given: bool, kind: &str| {
            let expected = format!("nothing: it belongs to from: {kind}");
            if given { Err(Invalid::new(pointer, expected, "a value")) } else { Ok(()) }
        };
        if self.from != KeyFrom::Environment {
            nothing("/key/variable", self.variable.is_some(), "environment")?;
        }
        if self.from != KeyFrom::Sealed {
            nothing("/key/value", self.value.is_some(), "sealed")?;
        }
        match self.from {
            KeyFrom::None => Ok(ProviderKey::None),
            KeyFrom::Environment => {
                let variable = self.variable.unwrap_or_default();
                check_variable(&variable)?;
                Ok(ProviderKey::Environment { variable })
            }
            KeyFrom::Sealed => {
                let value = self.value.unwrap_or_default();
                let value = value.trim();
                let printable = value.bytes().all(|b| b.is_ascii_graphic());
                if value.is_empty() || value.len() > 4096 || !printable {
                    let expected = "the provider's key, in visible ASCII characters";
                    return Err(Invalid::new("/key/value", expected, "something else").into());
                }
                Ok(ProviderKey::Sealed { sealed: sealer.seal(place, value)? })
            }
        }
    }
}

/// Our own secrets are in variables as well, and must not be sent to a provider.
fn check_variable(name: &str) -> Result<(), Invalid> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fits = (1..=128).contains(&name.len())
        && name.bytes().all(word)
        && !name.as_bytes()[0].is_ascii_digit()
        && !name.to_ascii_uppercase().starts_with("VOUCH_");
    let expected = "a variable's name such as OPENAI_API_KEY, not one of Vouch's own";
    if fits {
        Ok(())
    } else {
        Err(Invalid::new("/key/variable", expected, format_args!("\"{name}\"")))
    }
}

fn base_url(kind: ProviderKind, came: Option<String>) -> Result<Option<String>, Invalid> {
    let came = came.filter(|url| !url.trim().is_empty());
    match (kind, came) {
        (ProviderKind::Local, None) => Ok(None),
        (ProviderKind::Local, Some(url)) => {
            Err(Invalid::new("/base_url", "nothing for the local model", url))
        }
        (ProviderKind::Openai, came) => {
            let url = came.unwrap_or_default();
            let url = url.trim().trim_end_matches('/').to_owned();
            let parsed = url.parse::<http::Uri>().ok();
            let fits = parsed.is_some_and(|uri| {
                let scheme = uri.scheme_str();
                let plain = uri.authority().is_some_and(|a| !a.as_str().contains('@'));
                matches!(scheme, Some("http" | "https")) && plain && uri.query().is_none()
            });
            if fits {
                return Ok(Some(url));
            }
            let got = if url.is_empty() { "nothing".to_owned() } else { url };
            Err(Invalid::new("/base_url", "an address such as https://api.openai.com/v1", got))
        }
    }
}
