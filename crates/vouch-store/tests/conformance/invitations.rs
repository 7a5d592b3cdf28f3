//! Invitations: taken once, in time, and not after they were closed.

use std::slice;

use vouch_domain::Time;
use vouch_domain::access::Role;
use vouch_domain::actor::Actor;
use vouch_domain::id::{InvitationId, UserId};
use vouch_domain::invitation::{INVITATION_TTL_S, Invitation};
use vouch_domain::user::{User, UserUpdate};
use vouch_store::{
    Accepted, AuditStore, InvitationStore, SessionRecord, SessionStore, Store, StoreError,
    UserStore,
};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    an_invitation_is_taken_once,
    a_taken_e_mail_leaves_the_invitation_open,
    what_is_closed_lets_nobody_in,
    who_may_no_longer_invite_has_invited_nobody,
    two_browsers_cannot_take_the_same,
);

async fn invite(w: &World, hash: &str, by: Actor) -> Invitation {
    let at = w.now();
    let made = Invitation {
        id: InvitationId::new(at, w.entropy()),
        project: w.project,
        role: Role::Reviewer,
        email: None,
        invited_by: by,
        created_at: at,
        expires_at: at.plus_s(INVITATION_TTL_S),
    };
    let audit = w.audit("invitation.create", "x");
    w.store.create_invitation(made.clone(), hash.into(), audit).await.unwrap();
    made
}

fn accepted(w: &World, hash: &str, user: &User, at: Time) -> Accepted {
    Accepted {
        token_sha256: hash.into(),
        user: user.clone(),
        password_hash: "$argon2id$x".into(),
        session: SessionRecord {
            token_sha256: format!("session of {}", user.id),
            user: user.id,
            created_at: at,
            expires_at: at.plus_s(60),
        },
        audit: [w.audit("invitation.accept", "x"), w.audit("session.create", "x")],
    }
}

async fn take(w: &World, hash: &str, user: &User) -> Result<bool, StoreError> {
    w.store.accept_invitation(accepted(w, hash, user, w.now())).await
}

async fn an_invitation_is_taken_once(w: World) {
    let made = invite(&w, "h", Actor::System).await;
    assert_eq!(w.store.invitations(w.project, w.now()).await.unwrap(), slice::from_ref(&made));
    assert_eq!(w.store.invitation_by_hash("h", w.now()).await.unwrap(), Some(made));
    let ann = w.user("ann@example.org", Role::Reviewer);
    assert!(!take(&w, "other", &ann).await.unwrap());
    assert!(take(&w, "h", &ann).await.unwrap());
    assert_eq!(w.store.users(w.project).await.unwrap(), slice::from_ref(&ann));
    let session = format!("session of {}", ann.id);
    assert_eq!(w.store.session_user(&session, ann.created_at).await.unwrap(), Some(ann));
    assert_eq!(w.store.invitations(w.project, w.now()).await.unwrap(), []);
    assert!(!take(&w, "h", &w.user("bob@example.org", Role::Reviewer)).await.unwrap());
    let trail = w.store.audit_after(w.project, 0, 100).await.unwrap();
    let actions: Vec<_> = trail.iter().map(|entry| entry.action.as_str()).collect();
    let expected = ["project.create", "invitation.create", "invitation.accept", "session.create"];
    assert_eq!(actions, expected);
}

async fn a_taken_e_mail_leaves_the_invitation_open(w: World) {
    let there = w.user("ann@example.org", Role::Viewer);
    w.store.create_user(there, None, w.audit("user.create", "ann")).await.unwrap();
    invite(&w, "h", Actor::System).await;
    let twin = w.user("ann@example.org", Role::Reviewer);
    let error = take(&w, "h", &twin).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    assert!(take(&w, "h", &w.user("ann@example.com", Role::Reviewer)).await.unwrap());
}

async fn what_is_closed_lets_nobody_in(w: World) {
    let ann = w.user("ann@example.org", Role::Reviewer);
    let late = invite(&w, "late", Actor::System).await;
    let too_late = accepted(&w, "late", &ann, late.expires_at);
    assert!(!w.store.accept_invitation(too_late).await.unwrap());
    let revoked = invite(&w, "revoked", Actor::System).await;
    let revoke = |id| w.store.revoke_invitation(w.project, id, w.audit("invitation.revoke", "x"));
    revoke(revoked.id).await.unwrap();
    assert!(!take(&w, "revoked", &ann).await.unwrap());
    assert!(matches!(revoke(revoked.id).await, Err(StoreError::NotFound(_))));
    assert_eq!(w.store.invitation_by_hash("late", late.expires_at).await.unwrap(), None);
    // Nobody makes more of themselves than they were invited to be.
    invite(&w, "reviewer", Actor::System).await;
    assert!(!take(&w, "reviewer", &w.user("ann@example.org", Role::Admin)).await.unwrap());
    assert_eq!(w.store.prune(late.expires_at).await.unwrap(), 1);
    assert_eq!(w.store.users(w.project).await.unwrap(), []);
}

async fn who_may_no_longer_invite_has_invited_nobody(w: World) {
    let ann = w.user("ann@example.org", Role::Admin);
    let bob = w.user("bob@example.org", Role::Admin);
    for user in [&ann, &bob] {
        w.store.create_user(user.clone(), None, w.audit("user.create", "x")).await.unwrap();
    }
    invite(&w, "of ann", Actor::User(ann.id)).await;
    let of_bob = invite(&w, "of bob", Actor::User(bob.id)).await;
    let demote = |id: UserId| {
        let demoted = UserUpdate { role: Some(Role::Viewer), ..UserUpdate::default() };
        w.store.update_user(w.project, id, demoted, None, w.audit("user.update", "x"))
    };
    demote(ann.id).await.unwrap();
    assert_eq!(w.store.invitations(w.project, w.now()).await.unwrap(), [of_bob]);
    assert!(!take(&w, "of ann", &w.user("eve@example.org", Role::Reviewer)).await.unwrap());
}

async fn two_browsers_cannot_take_the_same(w: World) {
    invite(&w, "h", Actor::System).await;
    let mut calls = tokio::task::JoinSet::new();
    for name in ["ann", "bob", "eve"] {
        let user = w.user(&format!("{name}@example.org"), Role::Reviewer);
        let (store, accepted) = (w.store.clone(), accepted(&w, "h", &user, w.now()));
        calls.spawn(async move { store.accept_invitation(accepted).await.unwrap() });
    }
    let let_in = calls.join_all().await.into_iter().filter(|taken| *taken).count();
    assert_eq!((let_in, w.store.users(w.project).await.unwrap().len()), (1, 1));
}
