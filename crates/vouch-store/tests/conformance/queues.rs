//! Queues: kept with their versions, changed, put away; and the rules by which logs flow in.

use std::sync::Arc;

use serde_json::{Value, json};
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::review::{Item, QueueState, QueueUpdate, ReviewState, TakenBy, TaskOrigin};
use vouch_store::{AuditStore, BackupStore, QueueStore, Store, StoreError, TaskQuery, TaskStore};

use crate::backend::{Backend, on_both};
use crate::desk::{Desk, queue, settings, yes};
use crate::transfer::{dump, load};
use crate::world::World;

on_both!(
    queues_are_kept_changed_and_put_away,
    a_question_is_no_metric_with_other_values,
    a_changed_rubric_is_a_version_and_reviews_keep_theirs,
    a_reopened_queue_asks_again,
    tasks_are_listed_by_state_and_by_reviewer,
    a_rule_takes_logs_as_they_become,
    a_rule_takes_its_sample_up_to_its_cap,
    a_rule_sees_words_once_they_are_indexed,
    a_rule_takes_conversations,
    queues_of_projects_are_apart,
    a_backup_holds_queues_tasks_and_reviews,
);

fn update(change: Value) -> QueueUpdate {
    serde_json::from_value(change).unwrap()
}

async fn change(desk: &Desk, change: Value) -> Result<vouch_domain::review::Queue, StoreError> {
    let audit = desk.w.audit("queue.update", "q");
    desk.w.store.update_queue(desk.w.project, desk.queue, update(change), audit).await
}

async fn queues_are_kept_changed_and_put_away(w: World) {
    let desk = Desk::new(&w, json!({"name": "Tone", "guidelines": "# Be kind"})).await;
    let other = Desk::new(&w, json!({"name": "answers", "key": "answers"})).await;
    let names = |queues: Vec<vouch_domain::review::Queue>| {
        queues.into_iter().map(|q| q.settings.name).collect::<Vec<_>>()
    };
    assert_eq!(names(w.store.queues(w.project).await.unwrap()), ["answers", "Tone"]);
    let kept = w.store.queue(w.project, desk.queue).await.unwrap().unwrap();
    assert_eq!((kept.settings.guidelines.as_str(), kept.guidelines_version), ("# Be kind", 1));
    let taken = change(&other, json!({"key": "tone"})).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    let wrong = change(&desk, json!({"lease_s": 1})).await;
    assert!(matches!(wrong, Err(StoreError::Invalid(_))));
    let changed =
        change(&desk, json!({"guidelines": "# Be clear", "state": "paused"})).await.unwrap();
    assert_eq!(
        (changed.state, changed.guidelines_version, changed.rubric_version),
        (QueueState::Paused, 2, 1)
    );
    assert_eq!(w.store.queue(w.project, desk.queue).await.unwrap().unwrap(), changed);
    // A paused queue gives out nothing, and says so.
    desk.add_records(0, 1).await;
    let ann = desk.person("ann").await;
    assert!(desk.next(ann, 1).await.paused.is_some());
    change(&desk, json!({"state": "open"})).await.unwrap();
    let id = desk.take(ann).await.unwrap().task;
    for _ in 0..2 {
        let audit = w.audit("queue.archive", "q");
        w.store.archive_queue(w.project, desk.queue, audit).await.unwrap();
    }
    assert_eq!(names(w.store.queues(w.project).await.unwrap()), ["answers"]);
    assert!(matches!(desk.try_add(vec![]).await, Err(StoreError::NotFound("queue"))));
    assert!(matches!(change(&desk, json!({})).await, Err(StoreError::NotFound("queue"))));
    // What was given out may be finished; the key is free again.
    assert_eq!(desk.submit(id, ann, yes()).await.task.state.as_str(), "complete");
    Desk::new(&w, json!({"name": "Tone"})).await;
    let audit = w.store.audit(w.project, None, 10).await.unwrap().items;
    let actions: Vec<_> = audit.iter().map(|entry| entry.action.as_str()).collect();
    let expected = ["queue.create", "queue.archive", "queue.update", "user.create", "queue.update"];
    assert_eq!(actions[..5], expected);
}

async fn a_question_is_no_metric_with_other_values(w: World) {
    let create = async |key: &str, kind: Value| {
        let mut question = json!({"key": "score", "title": "?"});
        question.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        let rubric = json!({"questions": [question]});
        let queue = queue(&w, settings(json!({"key": key, "item": "log", "rubric": rubric})));
        w.store.create_queue(w.project, queue, w.audit("queue.create", "q")).await
    };
    create("fits", json!({"type": "rating", "min": 0, "max": 10})).await.unwrap();
    for other in [json!({"type": "yes_no"}), json!({"type": "rating", "min": -5, "max": 5})] {
        let refused = create("other", other).await;
        let Err(StoreError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
        assert_eq!(invalid.pointer.to_string(), "/rubric/questions/0/key");
    }
    assert_eq!(w.store.queues(w.project).await.unwrap().len(), 1);
}

async fn a_changed_rubric_is_a_version_and_reviews_keep_theirs(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 2).await;
    let ann = desk.person("ann").await;
    assert_eq!(desk.next(ann, 1).await.turns[0].rubric_version, 1);
    let questions = json!([
        {"key": "good", "title": "Good?", "type": "yes_no"},
        {"key": "why", "title": "Why?", "type": "text"},
    ]);
    let changed = change(&desk, json!({"rubric": {"questions": questions}})).await.unwrap();
    assert_eq!((changed.rubric_version, changed.guidelines_version), (2, 1));
    // She was asked the old one, and answers it.
    let old = desk.submit(ids[0], ann, yes()).await.review;
    assert_eq!(old.rubric_version, 1);
    let turn = desk.take(ann).await.unwrap();
    assert_eq!((turn.rubric_version, turn.rubric.questions().len()), (2, 2));
    assert!(desk.try_submit(ids[1], ann, yes()).await.is_err());
    let answers = json!({"good": true, "why": "because"});
    assert_eq!(desk.submit(ids[1], ann, answers).await.review.rubric_version, 2);
    let first = w.store.rubric(w.project, desk.queue, 1).await.unwrap().unwrap();
    assert_eq!(first.questions().len(), 1);
    assert_eq!(w.store.rubric(w.project, desk.queue, 3).await.unwrap(), None);
}

async fn a_reopened_queue_asks_again(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 130).await;
    let ann = desk.person("ann").await;
    while !desk.next(ann, 50).await.turns.is_empty() {
        for turn in w.store.tasks(&open(&desk)).await.unwrap().items {
            if turn.leases > 0 {
                desk.submit(turn.id, ann, yes()).await;
            }
        }
    }
    assert_eq!(desk.counts().await, [0, 0, 0, 130, 0]);
    change(&desk, json!({"reopen": true})).await.unwrap();
    let late = desk.add_records(200, 1).await[0];
    desk.take(ann).await.unwrap();
    desk.submit(late, ann, yes()).await;
    rounds(&w).await;
    // What was completed after it is not asked again.
    assert_eq!(desk.counts().await, [130, 0, 0, 1, 0]);
    let reviews = desk.reviews(ids[0]).await;
    assert!(matches!(reviews[0].state, ReviewState::Superseded { .. }));
    let turn = desk.take(ann).await.unwrap();
    assert_eq!(serde_json::to_value(turn.draft.unwrap().answers).unwrap(), yes());
    assert_eq!(desk.progress(Some(ann)).await.mine.unwrap().done, 1);
}

fn open(desk: &Desk) -> TaskQuery {
    TaskQuery {
        project: desk.w.project,
        queue: desk.queue,
        state: Some("open".into()),
        reviewed_by: None,
        cursor: None,
        limit: 200,
    }
}

async fn tasks_are_listed_by_state_and_by_reviewer(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let ids = desk.add_records(0, 5).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.next(ann, 3).await;
    desk.submit(ids[0], ann, yes()).await;
    desk.submit(ids[1], ann, yes()).await;
    desk.next(bob, 1).await;
    desk.submit(ids[0], bob, yes()).await;
    let list = |query: TaskQuery| {
        let w = w.clone();
        async move {
            let page = w.store.tasks(&query).await.unwrap();
            (page.items.iter().map(|task| task.id).collect::<Vec<_>>(), page.next_cursor)
        }
    };
    let (open_ones, _) = list(open(&desk)).await;
    assert_eq!(open_ones, [ids[4], ids[3], ids[2], ids[1]]);
    let (first, cursor) = list(TaskQuery { limit: 3, ..open(&desk) }).await;
    let (rest, end) = list(TaskQuery { limit: 3, cursor, ..open(&desk) }).await;
    assert_eq!((first.len(), rest, end), (3, vec![ids[1]], None));
    let hers = TaskQuery { reviewed_by: Some(ann), state: None, ..open(&desk) };
    assert_eq!(list(hers.clone()).await.0, [ids[1], ids[0]]);
    let done = TaskQuery { state: Some("complete".into()), ..hers };
    assert_eq!(list(done).await.0, [ids[0]]);
    let wrong = TaskQuery { state: Some("done".into()), ..open(&desk) };
    assert!(matches!(w.store.tasks(&wrong).await, Err(StoreError::Invalid(_))));
}

/// Lets the rules look until there is nothing to look at.
async fn rounds(w: &World) -> u32 {
    let mut added = 0;
    loop {
        let TakenBy { looked_at, added: more } = w.store.apply_rules(w.now()).await.unwrap();
        added += more;
        if looked_at == 0 {
            return added;
        }
    }
}

fn with_rule(item: &str, rule: &Value) -> Value {
    json!({"item": item, "rules": [rule]})
}

async fn logs_in(desk: &Desk) -> Vec<LogId> {
    let tasks = desk.w.store.tasks(&open(desk)).await.unwrap().items;
    let mut logs: Vec<_> = tasks.iter().filter_map(|task| task.item.log()).collect();
    logs.sort_unstable();
    logs
}

async fn a_rule_takes_logs_as_they_become(w: World) {
    let before = w.log();
    w.insert(&before).await;
    let rule = json!({"key": "down", "filter": "thumbs:down", "priority": "high"});
    let desk = Desk::new(&w, with_rule("log", &rule)).await;
    let log = w.log();
    w.insert(&log).await;
    assert_eq!(rounds(&w).await, 0);
    // The newest state counts: down, and with a change of mind within the same moment, not.
    w.give(w.on(log.id, "ann", "thumbs", json!(false))).await;
    w.give(w.on(before.id, "bob", "thumbs", json!(false))).await;
    w.give(w.on(before.id, "bob", "thumbs", json!(true))).await;
    assert_eq!(rounds(&w).await, 1);
    assert_eq!(logs_in(&desk).await, [log.id]);
    let task = &w.store.tasks_of_log(w.project, log.id).await.unwrap()[0];
    assert_eq!(task.origin, TaskOrigin::Rule { key: "down".into() });
    assert_eq!(serde_json::to_value(task.priority).unwrap(), json!("high"));
    // A log is taken once.
    w.give(w.on(log.id, "cem", "thumbs", json!(false))).await;
    assert_eq!(rounds(&w).await, 0);
    // A rule that is off takes nothing, and what changes meanwhile is not even noted.
    let mut off = rule.clone();
    off["enabled"] = json!(false);
    change(&desk, json!({"rules": [off]})).await.unwrap();
    // What was noted before, e.g. as the words of a log were indexed, may still be looked at.
    while w.store.apply_rules(w.now()).await.unwrap() != TakenBy::default() {}
    w.give(w.on(before.id, "bob", "thumbs", json!(false))).await;
    w.store.settle().await.unwrap();
    assert_eq!(w.store.apply_rules(w.now()).await.unwrap(), TakenBy::default());
}

async fn a_rule_takes_its_sample_up_to_its_cap(w: World) {
    let rule = json!({"key": "some", "sample": 0.5});
    let half = Desk::new(&w, json!({"key": "half", "item": "log", "rules": [rule]})).await;
    let rule = json!({"key": "few", "per_day": 3});
    let few = Desk::new(&w, json!({"key": "few", "item": "log", "rules": [rule]})).await;
    let mut logs = Vec::new();
    for n in 0..40 {
        let log = w.log();
        w.insert(&log).await;
        logs.push(log.id);
        if n == 1 || n == 20 {
            rounds(&w).await;
        }
    }
    rounds(&w).await;
    let sampled = logs_in(&half).await;
    let rules = w.store.queue(w.project, half.queue).await.unwrap().unwrap().settings.rules;
    let expected: Vec<_> = logs.iter().copied().filter(|log| rules[0].samples(*log)).collect();
    assert_eq!(sampled, expected);
    assert!((8..32).contains(&sampled.len()), "{}", sampled.len());
    assert_eq!(logs_in(&few).await.len(), 3);
    // The next day has room for three more.
    w.advance_days(1);
    for log in &logs {
        w.give(w.on(*log, "ann", "thumbs", json!(true))).await;
    }
    rounds(&w).await;
    assert_eq!((logs_in(&half).await, logs_in(&few).await.len()), (sampled, 6));
}

async fn a_rule_sees_words_once_they_are_indexed(w: World) {
    let rule = json!({"key": "france", "filter": "\"capital of france\""});
    let desk = Desk::new(&w, with_rule("log", &rule)).await;
    let log = w.log();
    w.insert(&log).await;
    for _ in 0..500 {
        rounds(&w).await;
        if !logs_in(&desk).await.is_empty() {
            break;
        }
        // The words are indexed by a task of the store.
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(logs_in(&desk).await, [log.id]);
}

async fn a_rule_takes_conversations(w: World) {
    let desk = Desk::new(&w, with_rule("conversation", &json!({"key": "all"}))).await;
    for conversation in [Some("a"), None, Some("a"), Some("b")] {
        let mut log = w.log();
        log.context.conversation_id = conversation.map(str::to_owned);
        w.insert(&log).await;
    }
    assert_eq!(rounds(&w).await, 2);
    let tasks = w.store.tasks(&open(&desk)).await.unwrap().items;
    let mut named: Vec<_> = tasks
        .iter()
        .map(|task| match &task.item {
            Item::Conversation { conversation_id } => conversation_id.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    named.sort_unstable();
    assert_eq!(named, ["a", "b"]);
}

async fn queues_of_projects_are_apart(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let id = desk.add_records(0, 1).await[0];
    let other = ProjectId::new(w.now(), [2; 10]);
    w.create_project(other, "other").await;
    let elsewhere = w.in_project(other);
    let there = Desk::new(&elsewhere, json!({})).await;
    assert_eq!(elsewhere.store.task(other, id).await.unwrap(), None);
    assert_eq!(elsewhere.store.queue(other, desk.queue).await.unwrap(), None);
    let ann = there.person("ann").await;
    assert!(there.take(ann).await.is_none());
    let stranger = Desk { w: elsewhere.clone(), queue: desk.queue };
    assert!(matches!(stranger.try_add(vec![]).await, Err(StoreError::NotFound("queue"))));
    let holder = stranger.holder(id, ann);
    assert!(matches!(w.store.renew(holder).await, Err(StoreError::NotFound("task"))));
    assert_eq!(elsewhere.store.queues(other).await.unwrap().len(), 1);
}

async fn a_backup_holds_queues_tasks_and_reviews(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let ids = desk.add_records(0, 3).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.next(ann, 2).await;
    desk.submit(ids[0], ann, yes()).await;
    let version = w.store.schema().await.unwrap();
    let pieces = dump(&w.store).await;
    let target = Backend::sqlite();
    load(&target.url, version, pieces).await.unwrap();
    let there = Desk { w: w.in_store(Arc::new(target.open().await)), queue: desk.queue };
    let kept = w.store.queue(w.project, desk.queue).await.unwrap();
    assert_eq!(there.w.store.queue(w.project, desk.queue).await.unwrap(), kept);
    for id in &ids {
        assert_eq!(there.task(*id).await, desk.task(*id).await);
        assert_eq!(there.reviews(*id).await, desk.reviews(*id).await);
    }
    assert_eq!(there.progress(Some(ann)).await, desk.progress(Some(ann)).await);
    // The line goes on where it was, for those who had been along it and for others.
    let tasks = |given: vouch_store::Given| given.turns.iter().map(|t| t.task).collect::<Vec<_>>();
    assert_eq!(tasks(there.next_beside(ann, 5, &[ids[1]]).await), [ids[2]]);
    assert_eq!(tasks(there.next(bob, 5).await), ids);
    there.w.store.close().await;
    target.remove().await;
}
