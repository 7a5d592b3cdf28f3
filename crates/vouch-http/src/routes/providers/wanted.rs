//! A provider as an admin enters it, and what is kept of it.

use serde::Deserialize;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::id::ProviderId;
use vouch_domain::provider::{Provider, ProviderKey, ProviderKind, check_slug};
use vouch_gateway::{Sealer, check_base_url};

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// What a provider is to be.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutProvider {
    /// How to talk to it.
    pub(super) kind: ProviderKind,
    /// For `openai` up to and with `/v1`, and needed; for `anthropic` up to before it, and
    /// `https://api.anthropic.com` where absent; absent for `local`.
    #[serde(default)]
    pub(super) base_url: Option<String>,
    /// Where its key comes from. Absent: none for a new provider, the one it has for another.
    #[serde(default)]
    pub(super) key: Option<PutProviderKey>,
}

/// Where a provider's key comes from.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutProviderKey {
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

/// Keeps the provider `name`, anew or in the place of `known`.
pub(crate) async fn keep(
    app: &App,
    caller: &Caller,
    name: String,
    wanted: PutProvider,
    known: Option<Provider>,
) -> Result<Provider, Problem> {
    let project = caller.principal.project();
    check_slug("/name", &name)?;
    let base_url = base_url(wanted.kind, wanted.base_url)?;
    let key = match (wanted.key, &known) {
        (Some(key), _) => key.read(&app.sealer, &Sealer::provider_place(project, &name))?,
        (None, Some(known)) => kept_key(known, base_url.as_deref())?,
        (None, None) => ProviderKey::None,
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

/// The key that the provider has. A sealed one was meant for its address, and is sent to no other.
fn kept_key(known: &Provider, base_url: Option<&str>) -> Result<ProviderKey, Invalid> {
    let moves = known.base_url.as_deref() != base_url;
    if moves && matches!(known.key, ProviderKey::Sealed { .. }) {
        let expected = "the key again (or from: none), as the address is another";
        return Err(Invalid::new("/key", expected, "nothing"));
    }
    Ok(known.key.clone())
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

impl PutProviderKey {
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

/// Only what looks like a provider's key is sent to one: other secrets are in variables as well,
/// our own among them.
fn check_variable(name: &str) -> Result<(), Invalid> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let upper = name.to_ascii_uppercase();
    let fits = name.len() <= 128
        && name.bytes().all(word)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && ["_KEY", "_TOKEN"].iter().any(|end| upper.ends_with(end))
        && !["VOUCH_", "PG"].iter().any(|start| upper.starts_with(start));
    let expected = "a variable's name that ends in _API_KEY, _KEY or _TOKEN, such as \
                    OPENAI_API_KEY, and begins neither with VOUCH_ nor with PG";
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
        (ProviderKind::Openai, Some(url)) => check_base_url(&url).map(Some),
        (ProviderKind::Anthropic, Some(url)) => {
            let url = check_base_url(&url)?;
            Ok(Some(url.strip_suffix("/v1").map(ToOwned::to_owned).unwrap_or(url)))
        }
        (ProviderKind::Anthropic, None) => Ok(Some("https://api.anthropic.com".to_owned())),
        (ProviderKind::Openai, None) => {
            let expected = "an address such as https://api.openai.com/v1";
            Err(Invalid::new("/base_url", expected, "nothing"))
        }
    }
}
