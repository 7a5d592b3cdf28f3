//! `vouch key`: makes, lists and revokes API keys.

use serde_json::json;
use vouch_domain::access::Scope;
use vouch_domain::id::KeyId;
use vouch_domain::rate::RequestsPerMinute;
use vouch_domain::user::ApiKey;
use vouch_http::secret::Secret;
use vouch_store::StoreError;

use crate::cli::{KeyCommand, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::{line, note, table};
use crate::settings::Settings;

/// Runs it.
pub(crate) async fn run(command: KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create { name, scopes, rpm, storage } => {
            let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
            let secret = Secret::api_key();
            let key = create(&desk, &name, scopes, rpm, &secret).await?;
            note(format_args!("{} is made; this is the only time it is shown:", key.id));
            line(&secret.text)?;
            desk.close().await;
        }
        KeyCommand::List { storage } => {
            let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
            let keys = desk.store.keys(desk.id()).await?;
            table(
                &["ID", "BEGINS", "NAME", "SCOPES", "PER MINUTE", "LAST USED", "STATE"],
                &rows(&keys),
            )?;
            desk.close().await;
        }
        KeyCommand::Revoke { id, storage } => {
            let id: KeyId = id.parse().map_err(|_| {
                Failure::new(format!("`{id}` is not the id of a key")).hint("see `vouch key list`")
            })?;
            let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
            let audit = desk.audit("key.revoke", &id, json!({}));
            match desk.store.revoke_key(desk.id(), id, desk.now(), audit).await {
                Err(StoreError::NotFound(_)) => {
                    let hint = "see `vouch key list`";
                    return Err(Failure::new(format!("there is no key {id}")).hint(hint).into());
                }
                done => done?,
            }
            note(format_args!("{id} is revoked"));
            desk.close().await;
        }
    }
    Ok(())
}

/// Adds a key whose secret is known already.
pub(crate) async fn create(
    desk: &Desk,
    name: &str,
    scopes: Vec<Scope>,
    requests_per_minute: Option<RequestsPerMinute>,
    secret: &Secret,
) -> anyhow::Result<ApiKey> {
    if name.trim().is_empty() || name.chars().count() > 128 {
        return Err(Failure::new("the name of a key is 1 to 128 characters long").into());
    }
    let (at, entropy) = desk.fresh();
    let key = ApiKey {
        id: KeyId::new(at, entropy),
        project: desk.id(),
        name: name.to_owned(),
        prefix: secret.prefix(),
        scopes,
        requests_per_minute,
        created_at: at,
        last_used_at: None,
        revoked_at: None,
    };
    let details = json!({
        "name": key.name, "prefix": key.prefix, "scopes": key.scopes,
        "requests_per_minute": key.requests_per_minute,
    });
    let audit = desk.audit("key.create", &key.id, details);
    desk.store.create_key(key.clone(), secret.sha256.clone(), audit).await?;
    Ok(key)
}

fn rows(keys: &[ApiKey]) -> Vec<Vec<String>> {
    let row = |key: &ApiKey| {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        vec![
            key.id.to_string(),
            key.prefix.clone(),
            key.name.clone(),
            scopes.join(","),
            key.requests_per_minute.map_or("no limit".into(), |n| n.get().to_string()),
            key.last_used_at.map_or("never".into(), vouch_domain::Time::date),
            key.revoked_at.map_or("active".into(), |at| format!("revoked {}", at.date())),
        ]
    };
    keys.iter().map(row).collect()
}
