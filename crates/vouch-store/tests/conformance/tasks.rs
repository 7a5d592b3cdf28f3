//! The life of a task: given out, answered, taken back, sent back, decided.

use serde_json::{Value, json};
use vouch_domain::actor::{Actor, Source};
use vouch_domain::metric::MetricValue;
use vouch_domain::review::{
    ItemShape, ReviewDraft, ReviewState, ReviewerState, ReviewerUpdate, TaskState,
};
use vouch_store::{
    AuditStore, Decision, FeedbackStore, GiveBack, LogStore, MetricStore, QueueStore,
    RetentionStore, Store, StoreError, Submitted, TaskStore,
};

use crate::backend::on_both;
use crate::desk::{Desk, kept, no, record, yes};
use crate::world::World;

on_both!(
    a_task_is_answered_by_as_many_as_are_asked,
    a_submission_that_is_repeated_changes_nothing,
    what_is_not_answered_rightly_is_refused,
    a_lapsed_lease_is_given_to_another,
    an_answer_that_comes_too_late_is_kept_as_a_draft,
    who_comes_back_begins_where_they_were,
    an_undone_review_is_leased_again_with_its_answers,
    what_is_skipped_never_comes_back_and_what_is_released_does,
    an_escalated_task_waits_for_a_decision,
    a_conflict_is_decided_by_a_person,
    a_rejected_review_goes_back_to_its_author,
    what_is_assigned_comes_first_and_to_nobody_else,
    urgent_tasks_come_first,
    gold_is_hidden_among_the_rest_and_pauses_who_is_wrong,
    an_adaptive_overlap_asks_only_while_it_is_not_sure,
    a_second_review_is_asked_of_a_sample,
    suggestions_are_shown_and_followed,
    a_consensus_is_feedback_on_its_log,
    a_log_that_leaves_cancels_its_task,
);

fn decision(desk: &Desk, task: vouch_domain::id::TaskId, answers: Value) -> Decision {
    Decision {
        project: desk.w.project,
        task,
        answers: serde_json::from_value(answers).unwrap(),
        shape: ItemShape::default(),
        adopted: None,
        reason: "checked the source".into(),
    }
}

fn three() -> Value {
    json!({"overlap": {"type": "fixed", "reviews": 3}, "lease_s": 600})
}

async fn a_task_is_answered_by_as_many_as_are_asked(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let ids = desk.add_records(0, 2).await;
    assert_eq!(desk.counts().await, [2, 0, 0, 0, 0]);
    let (ann, bob, cem) =
        (desk.person("ann").await, desk.person("bob").await, desk.person("cem").await);
    let given = desk.next(ann, 5).await;
    let tasks: Vec<_> = given.turns.iter().map(|turn| turn.task).collect();
    assert_eq!((tasks.as_slice(), given.left), (ids.as_slice(), false));
    // The same person is not given the same task twice, and two are enough.
    assert!(desk.next_beside(ann, 5, &ids).await.turns.is_empty());
    assert_eq!(desk.next(bob, 5).await.turns.len(), 2);
    assert!(desk.next(cem, 5).await.turns.is_empty());
    assert_eq!(desk.counts().await, [0, 2, 0, 0, 0]);
    let review = desk.submit(ids[0], ann, yes()).await;
    assert_eq!((review.task.reviews, review.task.leases), (1, 1));
    assert_eq!(review.task.state, TaskState::Open);
    let done = desk.submit(ids[0], bob, yes()).await.task;
    assert_eq!(done.state.as_str(), "complete");
    let consensus = done.consensus.unwrap();
    assert_eq!(consensus.answers.get("good"), Some(&json!(true)));
    assert!(consensus.questions["good"].unanimous);
    desk.submit(ids[1], ann, yes()).await;
    let differ = desk.submit(ids[1], bob, no()).await.task;
    assert_eq!(differ.state.as_str(), "conflict");
    assert_eq!(desk.counts().await, [0, 0, 1, 1, 0]);
    let progress = desk.progress(Some(ann)).await;
    assert_eq!((progress.reviews, progress.per_day.len(), progress.per_day[29]), (4, 30, 4));
    let mine = progress.mine.unwrap();
    assert_eq!((mine.done, mine.today, mine.left, mine.pace_s), (2, 2, 0, Some(2.5)));
    let disputes = w.store.disputes(w.project, desk.queue, None, 10).await.unwrap();
    assert_eq!((disputes.items.len(), disputes.items[0].reviews.len()), (1, 2));
    assert_eq!(disputes.items[0].reviews[0].user_name.as_deref(), Some("ann"));
}

async fn a_submission_that_is_repeated_changes_nothing(w: World) {
    let desk = Desk::new(&w, three()).await;
    let ids = desk.add_records(0, 1).await;
    let ann = desk.person("ann").await;
    desk.take(ann).await.unwrap();
    let submission = desk.submission(ids[0], ann, yes());
    let first = kept(w.store.submit(submission.clone()).await.unwrap());
    let again = kept(w.store.submit(submission).await.unwrap());
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!(first.review.id, again.review.id);
    assert_eq!(desk.task(ids[0]).await.reviews, 1);
    assert_eq!(desk.progress(Some(ann)).await.mine.unwrap().done, 1);
    // Another submission is another review, which is one too many.
    let other = desk.try_submit(ids[0], ann, no()).await;
    assert!(matches!(other, Err(StoreError::Conflict(_))), "{other:?}");
}

async fn what_is_not_answered_rightly_is_refused(w: World) {
    let desk = Desk::new(&w, three()).await;
    let ids = desk.add_records(0, 1).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.take(ann).await.unwrap();
    let wrong = desk.try_submit(ids[0], ann, json!({"good": "yes"})).await.unwrap_err();
    assert!(matches!(&wrong, StoreError::Invalid(e) if e.pointer.to_string() == "/answers/good"));
    // Whoever was never given it has no place.
    let stranger = desk.try_submit(ids[0], bob, yes()).await;
    assert!(matches!(stranger, Err(StoreError::NotFound("task"))), "{stranger:?}");
    let elsewhere =
        desk.try_add(vec![json!({"type": "conversation", "conversation_id": "c"})]).await;
    assert!(matches!(elsewhere, Err(StoreError::Invalid(_))));
    let twice = desk.try_add(vec![record(0), record(1), record(1)]).await.unwrap();
    assert_eq!((twice.created, twice.known), (1, 2));
    assert_eq!((twice.ids[0], twice.ids[1]), (ids[0], twice.ids[2]));
}

async fn a_lapsed_lease_is_given_to_another(w: World) {
    let desk = Desk::new(&w, json!({"lease_s": 600})).await;
    let ids = desk.add_records(0, 1).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    let turn = desk.take(ann).await.unwrap();
    assert!(desk.take(bob).await.is_none());
    w.advance_s(300);
    let until = w.store.renew(desk.holder(ids[0], ann)).await.unwrap();
    assert!(until > turn.lease.until);
    w.advance_s(400);
    assert!(desk.take(bob).await.is_none());
    w.advance_s(300);
    assert_eq!(desk.take(bob).await.unwrap().task, ids[0]);
    let late = w.store.renew(desk.holder(ids[0], ann)).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    // Bob's lapses as well, and so it is Ann's again.
    w.advance_s(700);
    assert_eq!(desk.take(ann).await.unwrap().task, ids[0]);
    assert_eq!(desk.task(ids[0]).await.leases, 1);
}

async fn an_answer_that_comes_too_late_is_kept_as_a_draft(w: World) {
    let desk = Desk::new(&w, json!({"lease_s": 600})).await;
    let ids = desk.add_records(0, 2).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    assert_eq!(desk.next(ann, 2).await.turns.len(), 2);
    w.advance_s(700);
    assert_eq!(desk.take(bob).await.unwrap().task, ids[0]);
    // There is a place at the one, and none at the other.
    assert_eq!(desk.submit(ids[1], ann, yes()).await.task.reviews, 1);
    let none = desk.try_submit(ids[0], ann, no()).await.unwrap();
    assert!(matches!(none, Submitted::NoPlace(_)));
    w.advance_s(700);
    let again = desk.take(ann).await.unwrap();
    assert_eq!(again.task, ids[0]);
    assert_eq!(serde_json::to_value(again.draft.unwrap().answers).unwrap(), no());
}

async fn who_comes_back_begins_where_they_were(w: World) {
    let desk = Desk::new(&w, three()).await;
    let ids = desk.add_records(0, 3).await;
    let ann = desk.person("ann").await;
    desk.next(ann, 2).await;
    let answers = serde_json::from_value(json!({"good": null, "x": 1})).unwrap();
    let draft = ReviewDraft { answers, active_ms: 77 };
    w.store.keep_draft(desk.holder(ids[1], ann), draft.clone()).await.unwrap();
    // Another machine of hers holds nothing: it is given the same two first.
    let given = desk.next(ann, 3).await;
    let tasks: Vec<_> = given.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, ids);
    assert_eq!(given.turns[1].draft, Some(draft));
    assert_eq!(desk.task(ids[0]).await.leases, 1);
    let nothing = w.store.keep_draft(
        desk.holder(ids[1], desk.person("bob").await),
        ReviewDraft { answers: serde_json::Map::new(), active_ms: 0 },
    );
    assert!(matches!(nothing.await, Err(StoreError::NotFound("task"))));
}

async fn an_undone_review_is_leased_again_with_its_answers(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 1).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.take(ann).await.unwrap();
    let review = desk.submit(ids[0], ann, yes()).await.review;
    assert_eq!(desk.counts().await, [0, 0, 0, 1, 0]);
    let other = w.store.undo(w.project, review.id, bob, w.now()).await;
    assert!(matches!(other, Err(StoreError::NotFound("review"))));
    let turn = w.store.undo(w.project, review.id, ann, w.now()).await.unwrap();
    assert_eq!(serde_json::to_value(turn.draft.unwrap().answers).unwrap(), yes());
    assert_eq!(desk.counts().await, [0, 1, 0, 0, 0]);
    assert!(desk.take(bob).await.is_none());
    let task = desk.submit(ids[0], ann, no()).await.task;
    assert_eq!(task.consensus.unwrap().answers.get("good"), Some(&json!(false)));
    let states: Vec<_> = desk.reviews(ids[0]).await.into_iter().map(|r| r.state).collect();
    assert!(matches!(states[..], [ReviewState::Withdrawn { .. }, ReviewState::Counts]));
    let gone = w.store.undo(w.project, review.id, ann, w.now()).await;
    assert!(matches!(gone, Err(StoreError::Conflict(_))));
    let last = w.store.reviews_by(w.project, ann, 10).await.unwrap();
    assert_eq!((last.len(), desk.progress(Some(ann)).await.reviews), (1, 1));
}

async fn what_is_skipped_never_comes_back_and_what_is_released_does(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 2).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.next(ann, 2).await;
    desk.give_back(ids[0], ann, GiveBack::Skip { reason: "not my language".into() }).await;
    desk.give_back(ids[1], ann, GiveBack::Release).await;
    assert_eq!(desk.counts().await, [2, 0, 0, 0, 0]);
    let given = desk.next(ann, 5).await;
    assert_eq!(given.turns.iter().map(|turn| turn.task).collect::<Vec<_>>(), [ids[1]]);
    assert_eq!(desk.take(bob).await.unwrap().task, ids[0]);
    let again = w.store.give_back(desk.holder(ids[0], ann), GiveBack::Release).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    let reviewers = w.store.reviewers(w.project, desk.queue).await.unwrap();
    assert_eq!((reviewers[0].user, reviewers[0].skips), (ann, 1));
}

async fn an_escalated_task_waits_for_a_decision(w: World) {
    let desk = Desk::new(&w, three()).await;
    let ids = desk.add_records(0, 1).await;
    let (ann, bob, cem) =
        (desk.person("ann").await, desk.person("bob").await, desk.person("cem").await);
    desk.take(ann).await.unwrap();
    desk.take(bob).await.unwrap();
    desk.give_back(ids[0], ann, GiveBack::Escalate { reason: "is this legal?".into() }).await;
    assert!(desk.take(cem).await.is_none());
    assert_eq!(desk.counts().await, [0, 0, 1, 0, 0]);
    // Who has it may finish.
    assert_eq!(desk.submit(ids[0], bob, yes()).await.task.state, TaskState::Open);
    let disputes = w.store.disputes(w.project, desk.queue, None, 10).await.unwrap();
    let escalation = disputes.items[0].task.escalated.clone().unwrap();
    assert_eq!((escalation.by, escalation.to.as_str()), (ann, "admin"));
    let audit = w.audit("task.adjudicate", &ids[0].to_string());
    let task = w.store.adjudicate(decision(&desk, ids[0], no()), audit).await.unwrap();
    assert_eq!((task.state.as_str(), task.escalated), ("complete", None));
    assert_eq!(desk.counts().await, [0, 0, 0, 1, 0]);
    let reviewers = w.store.reviewers(w.project, desk.queue).await.unwrap();
    let bobs = reviewers.iter().find(|r| r.user == bob).unwrap();
    assert_eq!((bobs.compared, bobs.agreed), (1, 0));
}

async fn a_conflict_is_decided_by_a_person(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let ids = desk.add_records(0, 1).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.take(ann).await.unwrap();
    desk.take(bob).await.unwrap();
    desk.submit(ids[0], ann, yes()).await;
    let review = desk.submit(ids[0], bob, no()).await.review;
    let wrong = decision(&desk, ids[0], json!({}));
    let refused = w.store.adjudicate(wrong, w.audit("task.adjudicate", "")).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))));
    let adopted = Decision { adopted: Some(review.id), ..decision(&desk, ids[0], no()) };
    let task = w.store.adjudicate(adopted, w.audit("task.adjudicate", "t")).await.unwrap();
    let consensus = task.consensus.unwrap();
    assert_eq!(consensus.answers.get("good"), Some(&json!(false)));
    assert!((consensus.questions["good"].share - 0.5).abs() < 1e-9);
    let adjudication = consensus.adjudication.unwrap();
    assert_eq!(adjudication.adopted, Some(review.id));
    assert_eq!(
        (adjudication.by, adjudication.reason.as_str()),
        (Actor::System, "checked the source")
    );
    let undo = w.store.undo(w.project, review.id, bob, w.now()).await;
    assert!(matches!(undo, Err(StoreError::Conflict(_))));
    let audit = w.store.audit(w.project, None, 1).await.unwrap().items;
    assert_eq!(audit[0].action, "task.adjudicate");
    let reviewers = w.store.reviewers(w.project, desk.queue).await.unwrap();
    let agreed = |user| reviewers.iter().find(|r| r.user == user).map(|r| (r.compared, r.agreed));
    assert_eq!((agreed(ann), agreed(bob)), (Some((1, 0)), Some((1, 1))));
    // Deciding again counts once.
    w.store.adjudicate(decision(&desk, ids[0], yes()), w.audit("a", "t")).await.unwrap();
    let reviewers = w.store.reviewers(w.project, desk.queue).await.unwrap();
    let agreed = |user| reviewers.iter().find(|r| r.user == user).map(|r| (r.compared, r.agreed));
    assert_eq!((agreed(ann), agreed(bob)), (Some((1, 1)), Some((1, 0))));
}

async fn a_rejected_review_goes_back_to_its_author(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 1).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.take(ann).await.unwrap();
    let review = desk.submit(ids[0], ann, yes()).await.review;
    let audit = w.audit("review.reject", &review.id.to_string());
    let task = w.store.reject(w.project, review.id, "look again".into(), audit).await.unwrap();
    assert_eq!((task.state, task.assignee, task.reviews), (TaskState::Open, Some(ann), 0));
    assert!(desk.take(bob).await.is_none());
    let turn = desk.take(ann).await.unwrap();
    assert_eq!(turn.returned.unwrap().reason, "look again");
    assert_eq!(serde_json::to_value(turn.draft.unwrap().answers).unwrap(), yes());
    // It stays hers where her lease lapses, and is another's when she is away.
    w.advance_s(3600);
    assert!(desk.take(bob).await.is_none());
    let away = ReviewerUpdate { state: ReviewerState::Away, until: None, reason: None };
    let audit = w.audit("reviewer.update", "ann");
    w.store.set_reviewer(w.project, desk.queue, ann, away, audit).await.unwrap();
    assert!(desk.next(ann, 1).await.paused.is_some());
    assert_eq!(desk.take(bob).await.unwrap().task, ids[0]);
    assert_eq!(desk.submit(ids[0], bob, no()).await.task.state.as_str(), "complete");
}

async fn what_is_assigned_comes_first_and_to_nobody_else(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let (ann, bob, cem) =
        (desk.person("ann").await, desk.person("bob").await, desk.person("cem").await);
    let mut hers = record(9);
    hers["assignee"] = json!(ann);
    let first = desk.add_records(0, 1).await[0];
    let kept = desk.add(vec![hers]).await[0];
    assert_eq!(desk.take(ann).await.unwrap().task, kept);
    // One place of the two is hers.
    let tasks: Vec<_> = desk.next(bob, 5).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [first, kept]);
    let tasks: Vec<_> = desk.next(cem, 5).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [first]);
    desk.give_back(kept, ann, GiveBack::Skip { reason: "no".into() }).await;
    assert_eq!(desk.take(cem).await.map(|turn| turn.task), Some(first));
    let more = desk.next_beside(cem, 1, &[first]).await;
    assert_eq!(more.turns[0].task, kept);
    assert_eq!(desk.task(kept).await.assignee, None);
}

async fn urgent_tasks_come_first(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ann = desk.person("ann").await;
    let with = |n: usize, priority: &str| {
        let mut task = record(n);
        task["priority"] = json!(priority);
        task
    };
    let ids = desk.add(vec![with(0, "low"), with(1, "normal"), with(2, "urgent")]).await;
    let later = desk.add(vec![with(3, "high"), with(4, "urgent")]).await;
    let tasks: Vec<_> = desk.next(ann, 4).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [ids[2], later[1], later[0], ids[1]]);
    // What came back comes before what is new, of the same priority.
    desk.give_back(ids[1], ann, GiveBack::Release).await;
    let newer = desk.add(vec![with(5, "normal"), with(6, "high")]).await;
    let bob = desk.person("bob").await;
    let tasks: Vec<_> = desk.next(bob, 4).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [newer[1], ids[1], newer[0], ids[0]]);
}

async fn gold_is_hidden_among_the_rest_and_pauses_who_is_wrong(w: World) {
    let gold = json!({"rate": 0.25, "onboarding": 1, "pause_below": 0.6, "window": 2});
    let desk = Desk::new(&w, json!({"gold": gold})).await;
    let with_answer = |n: usize| {
        let mut task = record(n);
        task["gold"] = json!({"answers": {"good": true}, "why": "see the guidelines"});
        task
    };
    let golds = desk.add((100..104).map(with_answer).collect()).await;
    let ids = desk.add_records(0, 20).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    let tasks: Vec<_> = desk.next(ann, 5).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [golds[0], ids[0], ids[1], golds[1], ids[2]]);
    // Gold is for everybody; it is in no count of work.
    assert_eq!(desk.take(bob).await.unwrap().task, golds[0]);
    assert_eq!((desk.progress(None).await.gold, desk.counts().await), (4, [17, 3, 0, 0, 0]));
    let right = desk.submit(golds[0], ann, yes()).await.gold.unwrap();
    assert!(right.right);
    let wrong = desk.submit(golds[1], ann, no()).await.gold.unwrap();
    assert_eq!((wrong.right, wrong.why.as_deref()), (false, Some("see the guidelines")));
    // One of the last two is below 0.6.
    let paused = desk.next_beside(ann, 5, &[ids[0], ids[1], ids[2]]).await;
    assert!(paused.turns.is_empty());
    assert!(paused.paused.unwrap().starts_with("1 of your last 2"));
    assert_eq!(w.store.audit(w.project, None, 1).await.unwrap().items[0].action, "reviewer.pause");
    // What she has she may finish; an admin lets her go on.
    desk.submit(ids[0], ann, yes()).await;
    let active = ReviewerUpdate { state: ReviewerState::Active, until: None, reason: None };
    let audit = w.audit("reviewer.update", "ann");
    let row = w.store.set_reviewer(w.project, desk.queue, ann, active, audit).await.unwrap();
    assert_eq!((row.gold_done, row.gold_right, row.done), (2, 1, 1));
    let tasks: Vec<_> =
        desk.next_beside(ann, 4, &ids[1..3]).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [ids[3], ids[4], golds[2], ids[5]]);
    let undo = desk.reviews(golds[0]).await[0].id;
    assert!(w.store.undo(w.project, undo, ann, w.now()).await.is_err());
}

async fn an_adaptive_overlap_asks_only_while_it_is_not_sure(w: World) {
    let overlap =
        json!({"type": "adaptive", "min": 2, "max": 5, "confidence": 0.9, "question": "good"});
    let desk = Desk::new(&w, json!({"overlap": overlap, "accept": "consensus"})).await;
    let ids = desk.add_records(0, 2).await;
    let mut people = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let user = desk.person(name).await;
        desk.next(user, 2).await;
        people.push(user);
    }
    // Two who agree are sure enough: .8 * .8 / (.8 * .8 + .2 * .2) is .94.
    desk.submit(ids[0], people[0], yes()).await;
    let task = desk.submit(ids[0], people[1], yes()).await.task;
    assert_eq!((task.state.as_str(), task.wanted), ("complete", 2));
    let posterior = task.consensus.unwrap().questions["good"].posterior.unwrap();
    assert!((posterior - 0.64 / 0.68).abs() < 1e-9, "{posterior}");
    assert_eq!(desk.progress(None).await.reviews_saved, 3);
    // Two who differ are not.
    desk.submit(ids[1], people[0], yes()).await;
    let task = desk.submit(ids[1], people[1], no()).await.task;
    assert_eq!((task.state.as_str(), task.wanted), ("open", 3));
    let third = desk.take(people[2]).await.unwrap();
    assert_eq!(third.task, ids[1]);
    let task = desk.submit(ids[1], people[2], yes()).await.task;
    assert_eq!((task.state.as_str(), task.wanted), ("open", 4));
    desk.take(people[3]).await.unwrap();
    let review = desk.submit(ids[1], people[3], yes()).await;
    assert_eq!(review.task.state.as_str(), "complete");
    assert_eq!(desk.progress(None).await.reviews_saved, 4);
    w.store.undo(w.project, review.review.id, people[3], w.now()).await.unwrap();
    assert_eq!(desk.progress(None).await.reviews_saved, 3);
}

async fn a_second_review_is_asked_of_a_sample(w: World) {
    let desk = Desk::new(&w, json!({"second_review": 0.5})).await;
    let ids = desk.add_records(0, 40).await;
    let ann = desk.person("ann").await;
    desk.next(ann, 50).await;
    let mut again = 0;
    for id in ids {
        let task = desk.submit(id, ann, yes()).await.task;
        again += u64::from(task.state.as_str() == "conflict");
    }
    assert!((10..30).contains(&again), "{again}");
    assert_eq!(desk.counts().await, [0, 0, again, 40 - again, 0]);
}

async fn suggestions_are_shown_and_followed(w: World) {
    let suggestion = json!({"source": "judge-1", "answers": {"good": true}, "score": 0.8});
    let mut task = record(0);
    task["suggestion"] = suggestion.clone();
    let shown = Desk::new(&w, json!({})).await;
    let hidden = Desk::new(&w, json!({"suggestions": "hidden", "key": "h"})).await;
    let after = Desk::new(&w, json!({"suggestions": "after", "key": "a"})).await;
    let ann = shown.person("ann").await;
    for (desk, before, told) in
        [(&shown, true, true), (&hidden, false, false), (&after, false, true)]
    {
        let id = desk.add(vec![task.clone()]).await[0];
        let turn = desk.take(ann).await.unwrap();
        assert_eq!(turn.suggestion.is_some(), before);
        let review = desk.submit(id, ann, yes()).await;
        assert_eq!(review.suggestion.is_some(), told);
        assert_eq!(review.review.followed_suggestion, before.then_some(true));
    }
    let row = &w.store.reviewers(w.project, shown.queue).await.unwrap()[0];
    assert_eq!((row.suggested, row.followed), (1, 1));
}

fn about_logs() -> Value {
    json!({"item": "log", "overlap": {"type": "fixed", "reviews": 2}, "accept": "consensus", "rubric": {"questions": [
        {"key": "thumbs", "title": "?", "type": "thumbs"},
        {"key": "stars", "title": "?", "type": "rating", "min": 1, "max": 5},
        {"key": "fix", "title": "?", "type": "correction", "required": false},
    ]}})
}

async fn a_consensus_is_feedback_on_its_log(w: World) {
    let desk = Desk::new(&w, about_logs()).await;
    let stars = w.store.metrics(w.project).await.unwrap();
    assert!(stars.iter().any(|m| m.name == "stars" && m.metric_type.as_str() == "number"));
    let log = w.log();
    w.insert(&log).await;
    let id = desk.add(vec![json!({"type": "log", "log_id": log.id})]).await[0];
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    desk.take(ann).await.unwrap();
    desk.take(bob).await.unwrap();
    desk.submit(id, ann, json!({"thumbs": false, "stars": 2})).await;
    let last = desk.submit(id, bob, json!({"thumbs": false, "stars": 3, "fix": "Lyon."})).await;
    assert_eq!(last.task.state.as_str(), "complete");
    w.store.settle().await.unwrap();
    let told = w.store.log_feedback(w.project, log.id).await.unwrap();
    let mut values: Vec<_> = told.iter().map(|f| (f.name.as_str(), f.value.clone())).collect();
    values.sort_by_key(|(name, _)| *name);
    assert_eq!(
        values,
        [("stars", MetricValue::Number(2.5)), ("thumbs", MetricValue::Boolean(false))]
    );
    assert!(
        told.iter().all(|f| f.source == Source::Reviewers && f.author == Actor::Queue(desk.queue))
    );
    assert_eq!(w.find("thumbs:down").await.len(), 1);
    // Taken back, nothing is said any more; decided otherwise, that is what counts.
    w.store.undo(w.project, last.review.id, bob, w.now()).await.unwrap();
    assert_eq!(w.find("thumbs:down").await.len(), 0);
    desk.submit(id, bob, json!({"thumbs": false, "stars": 3})).await;
    assert_eq!(w.find("thumbs:down").await.len(), 1);
    let decided = decision(&desk, id, json!({"thumbs": true, "stars": 5, "fix": "Paris!"}));
    w.store.adjudicate(decided, w.audit("task.adjudicate", "t")).await.unwrap();
    assert_eq!((w.find("thumbs:down").await.len(), w.find("thumbs:up").await.len()), (0, 1));
    assert_eq!(w.find("has:correction").await.len(), 1);
    let told = w.store.log_feedback(w.project, log.id).await.unwrap();
    let counting = told.iter().filter(|f| f.counts).count();
    assert_eq!((counting, told.len()), (3, 7));
    // Sent back, the first decision does not come back to life.
    w.store
        .reject(w.project, last.review.id, "x".into(), w.audit("review.reject", "r"))
        .await
        .unwrap_err();
    let review = desk.reviews(id).await.into_iter().find(|r| r.user == ann).unwrap();
    w.store.reject(w.project, review.id, "x".into(), w.audit("review.reject", "r")).await.unwrap();
    let told = w.store.log_feedback(w.project, log.id).await.unwrap();
    assert_eq!(told.iter().filter(|f| f.counts).count(), 0);
}

async fn a_log_that_leaves_cancels_its_task(w: World) {
    let desk = Desk::new(&w, about_logs()).await;
    let log = w.log();
    w.insert(&log).await;
    let id = desk.add(vec![json!({"type": "log", "log_id": log.id})]).await[0];
    let ann = desk.person("ann").await;
    desk.take(ann).await.unwrap();
    w.advance_days(2);
    let leaving = w.store.leaving(w.project, w.now(), None, 10).await.unwrap();
    let logs = leaving.iter().map(|l| (l.whole.log.id, l.revision)).collect();
    assert_eq!(w.store.forget(w.project, logs, w.now(), None).await.unwrap(), 1);
    assert!(w.store.log(w.project, log.id).await.unwrap().is_none());
    let task = desk.task(id).await;
    assert_eq!((task.state.as_str(), task.leases), ("cancelled", 0));
    assert_eq!(desk.counts().await, [0, 0, 0, 0, 1]);
    let late = desk.try_submit(id, ann, json!({"thumbs": true, "stars": 5})).await.unwrap();
    assert!(matches!(late, Submitted::NoPlace(_)));
}
