//! `vouch user`: adds people, lists and changes them, shuts them out, and lets them in.

use std::io::BufRead;

use anyhow::Context;
use serde_json::{Value, json};
use vouch_domain::access::Role;
use vouch_domain::group::{Group, groups_of};
use vouch_domain::id::UserId;
use vouch_domain::user::{User, UserUpdate};
use vouch_http::password;
use vouch_http::secret::{self, Secret};
use vouch_store::{SessionRecord, StoreError};

use crate::cli::{UserCommand, storage_only};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::{line, note, table};
use crate::settings::{Given, Settings, StorageOptions};

/// Runs it.
pub(crate) async fn run(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Create { email, name, role, password_stdin, address, storage } => {
            let settings = Settings::resolve(Given { storage, address, ..Given::default() })?;
            let password = if password_stdin { Some(read_password("create")?) } else { None };
            let desk = Desk::open(&settings).await?;
            let with_link = password.is_none();
            let user = create(&desk, &email, name.as_deref(), role, password).await?;
            note(format_args!("{} ({}) is added as {}", user.email, user.id, role.as_str()));
            if with_link {
                note("this link signs them in, once, within three days:");
                line(signin_link(&desk, &user, &settings.address(settings.listen)).await?)?;
            }
            desk.close().await;
        }
        UserCommand::List { storage } => {
            let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
            let users = desk.store.users(desk.id()).await?;
            table(&["EMAIL", "NAME", "ROLE", "GROUPS", "SINCE", "STATE"], &rows(&users))?;
            desk.close().await;
        }
        UserCommand::Disable { email, storage } => {
            let update = UserUpdate { disabled: Some(true), ..UserUpdate::default() };
            change(storage, &email, update, None, json!({"disabled": true})).await?;
            note(format_args!("{email} is shut out"));
        }
        UserCommand::Enable { email, storage } => {
            let update = UserUpdate { disabled: Some(false), ..UserUpdate::default() };
            change(storage, &email, update, None, json!({"disabled": false})).await?;
            note(format_args!("{email} may sign in again"));
        }
        UserCommand::Role { email, role, storage } => {
            let update = UserUpdate { role: Some(role), ..UserUpdate::default() };
            change(storage, &email, update, None, json!({"role": role})).await?;
            note(format_args!("{email} is {} now", role.as_str()));
        }
        UserCommand::Groups { email, groups, storage } => {
            let groups = groups_of("/groups", groups)
                .map_err(|e| Failure::new(format!("expected {}, got {}", e.expected, e.got)))?;
            let names = groups.iter().map(Group::as_str).collect::<Vec<_>>().join(", ");
            let details = json!({"groups": groups});
            let update = UserUpdate { groups: Some(groups), ..UserUpdate::default() };
            change(storage, &email, update, None, details).await?;
            let names = if names.is_empty() { "no group".to_owned() } else { names };
            note(format_args!("{email} belongs to {names} now"));
        }
        UserCommand::Password { email, storage } => {
            let hash = password::hash(read_password("password")?).await?;
            let details = json!({"password": true});
            change(storage, &email, UserUpdate::default(), Some(hash), details).await?;
            note(format_args!("{email} has a new password; their sessions have ended"));
        }
        UserCommand::SigninLink { email, address, storage } => {
            let settings = Settings::resolve(Given { storage, address, ..Given::default() })?;
            let desk = Desk::open(&settings).await?;
            let user = find(&desk, &email).await?;
            if user.disabled_at.is_some() {
                let sentence = format!("{email} is shut out and cannot sign in");
                let hint = format!("let them in first: vouch user enable {email}");
                return Err(Failure::new(sentence).hint(hint).into());
            }
            line(signin_link(&desk, &user, &settings.address(settings.listen)).await?)?;
            desk.close().await;
        }
    }
    Ok(())
}

/// Adds a person.
pub(crate) async fn create(
    desk: &Desk,
    email: &str,
    name: Option<&str>,
    role: Role,
    password: Option<String>,
) -> anyhow::Result<User> {
    let email = checked_email(email)?;
    let hash = match password {
        Some(text) => Some(password::hash(text).await?),
        None => None,
    };
    let (at, entropy) = desk.fresh();
    let before_at = email.split('@').next().unwrap_or_default();
    let user = User {
        id: UserId::new(at, entropy),
        project: desk.id(),
        name: name.unwrap_or(before_at).to_owned(),
        email,
        role,
        groups: vec![],
        created_at: at,
        disabled_at: None,
    };
    let audit = desk.audit("user.create", &user.id, json!({"role": role}));
    match desk.store.create_user(user.clone(), hash, audit).await {
        Err(StoreError::Conflict(_)) => {
            let sentence = format!("there is somebody with the e-mail {} already", user.email);
            let hint = "see `vouch user list`; `vouch user signin-link` lets them in";
            Err(Failure::new(sentence).hint(hint).into())
        }
        done => Ok(done.map(|()| user)?),
    }
}

/// Changes the person with that e-mail.
async fn change(
    storage: StorageOptions,
    email: &str,
    update: UserUpdate,
    password_hash: Option<String>,
    details: Value,
) -> anyhow::Result<()> {
    let desk = Desk::open(&Settings::resolve(storage_only(storage))?).await?;
    let user = find(&desk, email).await?;
    let audit = desk.audit("user.update", &user.id, details);
    match desk.store.update_user(desk.id(), user.id, update, password_hash, audit).await {
        Err(StoreError::Conflict(sentence)) => {
            let hint = "make somebody else an admin first: vouch user role EMAIL admin";
            return Err(Failure::new(sentence).hint(hint).into());
        }
        done => drop(done?),
    }
    desk.close().await;
    Ok(())
}

/// A new link that signs `user` in once, at the server that people reach at `address`.
pub(crate) async fn signin_link(desk: &Desk, user: &User, address: &str) -> anyhow::Result<String> {
    let token = Secret::token();
    let now = desk.now();
    let link = SessionRecord {
        token_sha256: token.sha256,
        user: user.id,
        created_at: now,
        expires_at: secret::signin_link_ends(now),
    };
    let audit = desk.audit("user.signin_link", &user.id, json!({"expires_at": link.expires_at}));
    desk.store.create_signin_link(link, audit).await?;
    Ok(secret::signin_url(address, &token.text))
}

/// The person with that e-mail in this project, where there is one.
pub(crate) async fn lookup(desk: &Desk, email: &str) -> anyhow::Result<Option<User>> {
    let found = desk.store.user_by_email(&email.trim().to_lowercase()).await?;
    Ok(found.map(|(user, _)| user).filter(|user| user.project == desk.id()))
}

async fn find(desk: &Desk, email: &str) -> anyhow::Result<User> {
    lookup(desk, email).await?.ok_or_else(|| {
        Failure::new(format!("there is nobody with the e-mail {email}"))
            .hint("see `vouch user list`")
            .into()
    })
}

fn checked_email(email: &str) -> anyhow::Result<String> {
    let email = email.trim().to_lowercase();
    let parts = email.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control());
    if parts.is_some() && plain && email.chars().count() <= 254 {
        return Ok(email);
    }
    Err(Failure::new(format!("`{email}` is not an e-mail address")).into())
}

/// The first line of standard input; `command` reads it.
fn read_password(command: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).context("cannot read the password")?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    password::check("/password", &text).map_err(|e| {
        let hint = "give it on standard input: printf '%s' \"$PASSWORD\" | vouch user";
        Failure::new(format!("expected {}, got {}", e.expected, e.got))
            .hint(format!("{hint} {command} ..."))
    })?;
    Ok(text)
}

fn rows(users: &[User]) -> Vec<Vec<String>> {
    let row = |user: &User| {
        vec![
            user.email.clone(),
            user.name.clone(),
            user.role.as_str().to_owned(),
            user.groups.iter().map(Group::as_str).collect::<Vec<_>>().join(","),
            user.created_at.date(),
            user.disabled_at.map_or("active".into(), |at| format!("shut out {}", at.date())),
        ]
    };
    users.iter().map(row).collect()
}
