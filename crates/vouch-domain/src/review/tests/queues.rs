//! Queues, rules, items and states.

use serde_json::{Value, json};

use super::super::{
    CompletedBy, ConflictReason, EscalateTo, Item, NewQueue, NewTask, Overlap, Queue, QueueState,
    QueueUpdate, TaskState, Verdict,
};
use super::{object, settings};
use crate::Time;
use crate::group::Group;
use crate::id::{QueueId, UserId};

fn thumbs() -> Value {
    json!([{"key": "helpful", "title": "Helpful?", "type": "thumbs"}])
}

fn refused(more: Value) -> String {
    let mut queue = object(json!({"name": "Q", "item": "log", "rubric": {"questions": thumbs()}}));
    queue.extend(object(more));
    let new: NewQueue = serde_json::from_value(Value::Object(queue)).unwrap();
    new.settings().unwrap_err().pointer.to_string()
}

#[test]
fn a_queue_has_usual_values_and_survives_json() {
    let settings = settings(thumbs(), json!({"name": "Slow answers, please!"}));
    assert_eq!(settings.key, "slow-answers-please");
    assert_eq!(settings.overlap, Overlap::Fixed { reviews: 1 });
    assert_eq!((settings.lease_s, settings.gold.window), (900, 20));
    let at = Time::from_micros(1_000_000);
    let queue = Queue {
        id: QueueId::new(at, [1; 10]),
        state: QueueState::Open,
        settings,
        rubric_version: 1,
        guidelines_version: 1,
        created_at: at,
        archived_at: None,
    };
    let json = serde_json::to_value(&queue).unwrap();
    assert_eq!(json["state"], "open");
    assert_eq!(json["escalate_to"], "admin");
    assert_eq!(
        json["consensus"],
        json!({"method": "majority", "tie": "conflict", "scale": "median"})
    );
    assert_eq!(serde_json::from_value::<Queue>(json).unwrap(), queue);
}

#[test]
fn settings_that_are_wrong_say_where() {
    let cases = [
        (json!({"consensus": {"spans": 0.0}}), "/consensus/spans"),
        (json!({"consensus": {"spans": 1.5}}), "/consensus/spans"),
        (json!({"overlap": {"type": "fixed", "reviews": 0}}), "/overlap/reviews"),
        (
            json!({"overlap": {"type": "adaptive", "min": 2, "max": 5, "confidence": 0.9, "question": "x"}}),
            "/overlap/question",
        ),
        (
            json!({"overlap": {"type": "adaptive", "min": 6, "max": 5, "confidence": 0.9, "question": "helpful"}}),
            "/overlap/min",
        ),
        (json!({"rules": [{"key": "r", "filter": "score<"}]}), "/rules/0/filter"),
        (json!({"rules": [{"key": "r"}, {"key": "r"}]}), "/rules/1/key"),
        (json!({"rules": [{"key": "r", "sample": 1.5}]}), "/rules/0/sample"),
        (json!({"item": "record", "rules": [{"key": "r"}]}), "/rules"),
        (json!({"gold": {"tolerance": {"helpful": 1.0}}}), "/gold/tolerance/helpful"),
        (json!({"lease_s": 1}), "/lease_s"),
        (json!({"second_review": 2.0}), "/second_review"),
    ];
    for (more, pointer) in cases {
        assert_eq!(refused(more.clone()), pointer, "{more}");
    }
}

#[test]
fn an_update_leaves_what_it_does_not_name_and_null_takes_away() {
    let old = settings(thumbs(), json!({"due_after_s": 60, "blur": true}));
    let update: QueueUpdate = serde_json::from_value(json!({"name": "New"})).unwrap();
    let new = update.apply(old.clone()).unwrap();
    assert_eq!((new.name.as_str(), new.due_after_s, new.blur), ("New", Some(60), true));
    let update: QueueUpdate = serde_json::from_value(json!({"due_after_s": null})).unwrap();
    assert_eq!(update.apply(old.clone()).unwrap().due_after_s, None);
    let update: QueueUpdate = serde_json::from_value(json!({"lease_s": 5})).unwrap();
    assert!(update.apply(old).is_err());
}

#[test]
fn people_and_those_who_decide() {
    let (ann, bob) =
        (UserId::new(Time::from_micros(0), [1; 10]), UserId::new(Time::from_micros(0), [2; 10]));
    let all = settings(thumbs(), json!({}));
    assert!(all.is_for(ann, &[]) && !all.decides(ann, &[]));
    let some = settings(thumbs(), json!({"people": [ann], "escalate_to": [bob]}));
    assert!(some.is_for(ann, &[]) && !some.is_for(bob, &[]) && some.decides(bob, &[]));
    assert_eq!(some.escalate_to, EscalateTo::People(vec![bob]));
    let leads: Vec<Group> = vec!["leads".parse().unwrap()];
    let to_leads = json!({"groups": ["leads"], "people": [ann], "escalate_to": {"group": "leads"}});
    let some = settings(thumbs(), to_leads.clone());
    assert!(some.is_for(ann, &[]) && some.is_for(bob, &leads) && !some.is_for(bob, &[]));
    assert!(some.decides(bob, &leads) && !some.decides(ann, &[]));
    assert_eq!(serde_json::to_value(&some).unwrap()["escalate_to"], to_leads["escalate_to"]);
    let only = settings(thumbs(), json!({"groups": ["leads"]}));
    assert!(!only.is_for(ann, &[]) && only.is_for(ann, &leads));
}

#[test]
fn gold_comes_first_and_then_at_its_rate() {
    let queue = settings(thumbs(), json!({"gold": {"rate": 0.2, "onboarding": 3}}));
    let mut golds = 0;
    let plan: Vec<bool> = (0..18)
        .map(|given| {
            let gold = queue.is_gold_due(given, golds);
            golds += u64::from(gold);
            gold
        })
        .collect();
    let places: Vec<usize> = plan.iter().enumerate().filter(|(_, g)| **g).map(|(i, _)| i).collect();
    assert_eq!(places, [0, 1, 2, 4, 9, 14]);
    assert!(!settings(thumbs(), json!({})).is_gold_due(4, 0));
}

#[test]
fn the_key_of_an_item_does_not_hang_on_the_order_of_fields() {
    let record = |fields: Value| {
        serde_json::from_value::<NewTask>(json!({"type": "record", "fields": fields})).unwrap().item
    };
    let (one, two) = (
        record(json!({"a": 1, "b": {"c": 2, "d": 3}})),
        record(json!({"b": {"d": 3, "c": 2}, "a": 1})),
    );
    assert_eq!(one.key(), two.key());
    assert_ne!(one.key(), record(json!({"a": 1, "b": {"c": 2, "d": 4}})).key());
    assert!(one.check().is_ok());
    let one_response = Item::Responses { prompt: vec![], responses: vec![], log_ids: vec![] };
    assert_eq!(one_response.check().unwrap_err().pointer.to_string(), "/responses");
    let both: NewTask = serde_json::from_value(
        json!({"type": "responses", "prompt": [], "responses": [{"text": "x"}, {}]}),
    )
    .unwrap();
    assert_eq!(both.item.check().unwrap_err().pointer.to_string(), "/responses/1");
}

#[test]
fn states_change_only_as_they_may() {
    let at = Time::from_micros(7);
    let open = TaskState::Open;
    let differ = ConflictReason::Differ;
    let conflict = open.settle(Verdict::Conflict(differ), at).unwrap();
    let complete = open.settle(Verdict::Complete, at).unwrap();
    assert_eq!(serde_json::to_value(open).unwrap(), json!({"state": "open"}));
    let json = serde_json::to_value(conflict).unwrap();
    assert_eq!((&json["state"], &json["reason"]), (&json!("conflict"), &json!("differ")));
    assert_eq!(conflict.undo(), Ok(open));
    assert_eq!(complete.undo(), Ok(open));
    assert!(complete.settle(Verdict::Complete, at).is_err());
    let decided = conflict.adjudicate(at).unwrap();
    assert_eq!(decided, TaskState::Complete { at, by: CompletedBy::Adjudication });
    assert_eq!(decided.undo().unwrap_err().to_string(), "the task is complete");
    assert_eq!(decided.reopen(), Ok(open));
    let cancelled = open.cancel(at).unwrap();
    for end in [cancelled.undo(), cancelled.reopen(), cancelled.adjudicate(at), complete.cancel(at)]
    {
        assert!(end.is_err());
    }
}
