//! Appending, replacing and retracting feedback.

use serde_json::json;
use vouch_domain::access::Role;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::FeedbackTarget;
use vouch_domain::metric::MetricValue;
use vouch_store::{
    FeedbackQuery, FeedbackStore, Fingerprint, LogStore, StoreError, SummaryQuery, UserStore,
};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    the_newest_of_an_author_counts,
    early_feedback_is_attached,
    a_retraction_brings_the_older_one_back,
    only_the_author_may_take_back,
    the_heaviest_source_gives_the_score,
    chains_and_conversations_have_feedback,
    one_that_does_not_fit_keeps_all_out,
    a_repeat_gives_the_same,
    pages_go_from_new_to_old,
    dimensions_are_those_with_feedback,
);

async fn tally(w: &World, log: vouch_domain::id::LogId) -> vouch_domain::feedback::FeedbackTally {
    w.store.log(w.project, log).await.unwrap().unwrap().tally
}

async fn the_newest_of_an_author_counts(w: World) {
    let log = w.log();
    w.insert(&log).await;
    w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let late = w.on(log.id, "ann", "thumbs", json!(true));
    w.give(w.on(log.id, "ann", "thumbs", json!(false))).await;
    w.give(w.on(log.id, "bob", "thumbs", json!(false))).await;
    w.give(late).await;
    let t = tally(&w, log.id).await;
    assert_eq!((t.thumbs_up, t.thumbs_down, t.count), (0, 2, 2));
    let all = w.store.log_feedback(w.project, log.id).await.unwrap();
    assert_eq!(all.iter().map(|f| f.counts).collect::<Vec<_>>(), [false, false, true, true]);
}

async fn early_feedback_is_attached(w: World) {
    let log = w.log();
    let mut early = w.on(log.id, "ann", "thumbs", json!(false));
    early.correction = Some("Paris!".into());
    assert!(!w.give(early).await.1);
    assert!(!w.give(w.on(log.id, "ann", "thumbs", json!(true))).await.1);
    assert_eq!(summary(&w, "thumbs", "all").await, []);
    w.insert(&log).await;
    assert!(w.give(w.on(log.id, "bob", "thumbs", json!(true))).await.1);
    let t = tally(&w, log.id).await;
    assert_eq!((t.thumbs_up, t.thumbs_down, t.has_correction), (2, 0, false));
    let expected = [("", "", 2), ("", "true", 2)];
    assert_eq!(summary(&w, "thumbs", "all").await, named(&expected));
    let expected = [("tiny", "", 2), ("tiny", "true", 2)];
    assert_eq!(summary(&w, "thumbs", "model").await, named(&expected));
}

fn named(points: &[(&str, &str, i64)]) -> Vec<(String, String, i64)> {
    points.iter().map(|(v, l, n)| ((*v).to_owned(), (*l).to_owned(), *n)).collect()
}

async fn summary(w: &World, metric: &str, dimension: &str) -> Vec<(String, String, i64)> {
    let query = SummaryQuery {
        project: w.project,
        metric: metric.into(),
        dimension: dimension.into(),
        days: 0..=100_000,
    };
    let points = w.store.summary(&query).await.unwrap();
    points.into_iter().map(|p| (p.dimension_value, p.label, p.count)).collect()
}

async fn a_retraction_brings_the_older_one_back(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let ann = Actor::EndUser("ann".into());
    w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let (newer, _) = w.give(w.on(log.id, "ann", "thumbs", json!(false))).await;
    let at = w.now();
    let taken = w.store.retract_feedback(w.project, newer, &ann, Some(&ann), at).await.unwrap();
    assert_eq!((taken.counts, taken.retracted_at), (false, Some(at)));
    assert_eq!(tally(&w, log.id).await.thumbs_up, 1);
    let again = w.store.retract_feedback(w.project, newer, &Actor::System, None, w.now()).await;
    assert_eq!(again.unwrap(), taken);
    let expected = [("", "", 1), ("", "true", 1)];
    assert_eq!(summary(&w, "thumbs", "all").await, named(&expected));
    w.give(w.on(log.id, "ann", "thumbs", json!(false))).await;
    let t = tally(&w, log.id).await;
    assert_eq!((t.thumbs_up, t.thumbs_down, t.count), (0, 1, 1));
}

async fn only_the_author_may_take_back(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let (id, _) = w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let bob = Actor::EndUser("bob".into());
    let error = w.store.retract_feedback(w.project, id, &bob, Some(&bob), w.now()).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
    let unknown = w.on(log.id, "ann", "thumbs", json!(true)).id;
    let error = w.store.retract_feedback(w.project, unknown, &bob, None, w.now()).await;
    assert!(matches!(error, Err(StoreError::NotFound(_))), "{error:?}");
    assert_eq!(tally(&w, log.id).await.thumbs_up, 1);
}

async fn the_heaviest_source_gives_the_score(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let ann = w.user("ann@example.org", Role::Reviewer);
    w.store.create_user(ann.clone(), None, w.audit("user.create", "ann")).await.unwrap();
    w.give(w.on(log.id, "x", "score", json!(10.5))).await;
    assert_eq!(tally(&w, log.id).await.score, Some(10.5));
    let mut reviewed = w.on(log.id, "", "score", json!(70.1));
    (reviewed.author, reviewed.source) = (Actor::User(ann.id), Source::Reviewer);
    let (id, _) = w.give(reviewed).await;
    assert_eq!(tally(&w, log.id).await.score, Some(70.1));
    let all = w.store.log_feedback(w.project, log.id).await.unwrap();
    assert_eq!(all[1].author_name.as_deref(), Some("ann"));
    assert_eq!(all[1].value, MetricValue::Number(70.1));
    w.store.retract_feedback(w.project, id, &Actor::System, None, w.now()).await.unwrap();
    assert_eq!(tally(&w, log.id).await.score, Some(10.5));
}

async fn chains_and_conversations_have_feedback(w: World) {
    let mut log = w.log();
    log.context.chain_id = Some("c1".into());
    log.context.conversation_id = Some("v1".into());
    w.insert(&log).await;
    let chain = FeedbackTarget::ChainId("c1".into());
    let conversation = FeedbackTarget::ConversationId("v1".into());
    assert!(w.give(w.feedback(chain, "ann", "thumbs", json!(true))).await.1);
    assert!(w.give(w.feedback(conversation, "ann", "thumbs", json!(false))).await.1);
    w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let all = w.store.log_feedback(w.project, log.id).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|f| f.counts));
    assert_eq!(tally(&w, log.id).await.count, 1);
    let expected = [("", "", 1), ("", "true", 1)];
    assert_eq!(summary(&w, "thumbs", "all").await, named(&expected));
    let expected = [("tiny", "", 1), ("tiny", "true", 1)];
    assert_eq!(summary(&w, "thumbs", "model").await, named(&expected));
}

async fn one_that_does_not_fit_keeps_all_out(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let cases = [
        ("thumbs", json!("yes"), "/feedback/1/value"),
        ("defects", json!(["spelling", "style"]), "/feedback/1/value/1"),
        ("no such name!", json!(1), "/feedback/1/name"),
        ("new", json!(null), "/feedback/1/value"),
    ];
    for (name, value, pointer) in cases {
        let given = vec![w.on(log.id, "ann", "fresh", json!(1)), w.on(log.id, "ann", name, value)];
        let error = w.store.append_feedback(w.project, given, None).await.unwrap_err();
        let StoreError::Invalid(invalid) = error else { panic!("{error:?}") };
        assert_eq!(invalid.pointer.to_string(), pointer);
    }
    assert_eq!(w.store.log_feedback(w.project, log.id).await.unwrap(), []);
}

async fn a_repeat_gives_the_same(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let key = Some(Fingerprint { key: "feedback/1".into(), body_sha256: "a".into() });
    let missing = w.log();
    let give = || {
        let given = vec![
            w.on(log.id, "ann", "thumbs", json!(true)),
            w.on(missing.id, "ann", "thumbs", json!(true)),
        ];
        w.store.append_feedback(w.project, given, key.clone())
    };
    let (first, here) = give().await.unwrap();
    let (second, still) = give().await.unwrap();
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!(first.ids, second.ids);
    assert_eq!((here, still), (vec![true, false], vec![true, false]));
    let other = Some(Fingerprint { body_sha256: "b".into(), ..key.clone().unwrap() });
    let given = vec![w.on(log.id, "ann", "thumbs", json!(false))];
    let error = w.store.append_feedback(w.project, given, other).await;
    assert!(matches!(error, Err(StoreError::Conflict(_))), "{error:?}");
}

async fn pages_go_from_new_to_old(w: World) {
    let log = w.log();
    w.insert(&log).await;
    for n in 0..7 {
        w.give(w.on(log.id, &format!("u{n}"), "thumbs", json!(n % 2 == 0))).await;
        w.give(w.on(log.id, &format!("u{n}"), "score", json!(n))).await;
    }
    let mut query = FeedbackQuery {
        project: w.project,
        name: Some("score".into()),
        source: Some(Source::EndUser),
        target: None,
        cursor: None,
        limit: 3,
    };
    let mut seen = Vec::new();
    loop {
        let page = w.store.feedback(&query).await.unwrap();
        seen.extend(page.items.iter().filter_map(|f| f.value.number()));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
    let all = FeedbackQuery {
        name: None,
        source: None,
        target: Some(FeedbackTarget::LogId(log.id)),
        limit: 200,
        ..query
    };
    assert_eq!(w.store.feedback(&all).await.unwrap().items.len(), 14);
}

async fn dimensions_are_those_with_feedback(w: World) {
    let mut log = w.log();
    log.context.user_id = Some("ann".into());
    log.metadata.insert("plan".into(), json!("pro"));
    w.insert(&log).await;
    let day = log.created_at.day();
    assert_eq!(w.store.dimensions(w.project, 0..=100_000).await.unwrap(), Vec::<String>::new());
    w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let expected = ["all", "deployment", "meta:plan", "model", "user", "variant"];
    assert_eq!(w.store.dimensions(w.project, day..=day).await.unwrap(), expected);
    let other = w.store.dimensions(w.project, day + 1..=day + 9).await.unwrap();
    assert_eq!(other, Vec::<String>::new());
}
