//! Reviews that were given elsewhere: kept as if all of a task's had come at once.

use serde_json::{Value, json};
use vouch_domain::id::{ReviewId, TaskId, UserId};
use vouch_domain::review::{CompletedBy, TaskState};
use vouch_store::{
    Decision, GivenReview, GivenReviewStore, GivenReviews, StoreError, TakenReviews, TaskStore,
};

use crate::backend::on_both;
use crate::desk::{Desk, no, record, yes};
use crate::world::World;

on_both!(
    reviews_given_elsewhere_settle_their_task,
    taking_them_in_again_changes_nothing,
    those_that_come_later_settle_it_again,
    who_has_a_task_keeps_their_place,
    what_a_person_decided_stays,
    gold_says_whether_they_were_right,
    what_does_not_fit_is_told_and_spoils_no_other,
);

/// Reviews by these people.
fn given(desk: &Desk, task: TaskId, all: &[(UserId, Value)]) -> GivenReviews {
    let review = |(user, answers): &(UserId, Value)| GivenReview {
        id: ReviewId::new(desk.w.now(), desk.w.entropy()),
        user: *user,
        submission: "import:1".into(),
        answers: serde_json::from_value(answers.clone()).unwrap(),
        at: desk.w.now().plus_s(-86_400),
        active_ms: 1200,
    };
    GivenReviews { task, reviews: all.iter().map(review).collect() }
}

async fn try_take(desk: &Desk, tasks: Vec<GivenReviews>) -> Result<TakenReviews, StoreError> {
    let now = desk.w.now();
    desk.w.store.take_in_reviews(desk.w.project, desk.queue, tasks, now).await
}

async fn take(desk: &Desk, task: TaskId, all: &[(UserId, Value)]) -> TakenReviews {
    try_take(desk, vec![given(desk, task, all)]).await.unwrap()
}

fn kept(kept: u32, known: u32) -> TakenReviews {
    TakenReviews { kept, known, refused: vec![] }
}

async fn reviews_given_elsewhere_settle_their_task(w: World) {
    // One review is asked for; three come.
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 3).await;
    let (ann, bob, cem) =
        (desk.person("ann").await, desk.person("bob").await, desk.person("cem").await);
    let all = vec![
        given(&desk, ids[0], &[(ann, yes()), (bob, yes()), (cem, yes())]),
        given(&desk, ids[1], &[(ann, yes()), (bob, no())]),
    ];
    assert_eq!(try_take(&desk, all).await.unwrap(), kept(5, 0));
    let first = desk.task(ids[0]).await;
    assert!(matches!(first.state, TaskState::Complete { by: CompletedBy::Consensus, .. }));
    assert_eq!((first.reviews, first.wanted, first.leases), (3, 3, 0));
    assert_eq!(json!(first.consensus.unwrap().answers), yes());
    assert_eq!(desk.task(ids[1]).await.state.as_str(), "conflict");
    assert_eq!(desk.counts().await, [1, 0, 1, 1, 0]);
    let reviews = desk.reviews(ids[0]).await;
    assert!(reviews.iter().all(|review| review.created_at < w.now().plus_s(-80_000)));
    // They are counted for their day and person, and compared with what was decided.
    let progress = desk.progress(Some(ann)).await;
    let mine = progress.mine.unwrap();
    assert_eq!((progress.reviews, mine.done, mine.today), (5, 2, 0));
    // Whoever reviewed elsewhere is not asked again; of the third task they are.
    let given: Vec<_> = desk.next(ann, 5).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(given, [ids[2]]);
}

async fn taking_them_in_again_changes_nothing(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let task = desk.add_records(0, 1).await[0];
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    assert_eq!(take(&desk, task, &[(ann, yes()), (ann, no()), (bob, yes())]).await, kept(2, 1));
    let (before, progress) = (desk.task(task).await, desk.progress(None).await);
    assert_eq!(take(&desk, task, &[(ann, no()), (bob, no())]).await, kept(0, 2));
    assert_eq!(desk.task(task).await, before);
    assert_eq!(desk.progress(None).await.reviews, progress.reviews);
}

async fn those_that_come_later_settle_it_again(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let task = desk.add_records(0, 1).await[0];
    let (ann, bob, cem) =
        (desk.person("ann").await, desk.person("bob").await, desk.person("cem").await);
    take(&desk, task, &[(ann, yes())]).await;
    assert_eq!(desk.task(task).await.state.as_str(), "complete");
    take(&desk, task, &[(bob, no())]).await;
    assert_eq!(desk.task(task).await.state.as_str(), "conflict");
    take(&desk, task, &[(cem, no())]).await;
    let after = desk.task(task).await;
    assert_eq!((after.state.as_str(), after.reviews, after.wanted), ("conflict", 3, 3));
    assert_eq!(desk.counts().await, [0, 0, 1, 0, 0]);
}

async fn who_has_a_task_keeps_their_place(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let task = desk.add_records(0, 1).await[0];
    let (ann, bob, cem) =
        (desk.person("ann").await, desk.person("bob").await, desk.person("cem").await);
    // Ann and Bob have it, which is all; Cem reviewed it elsewhere, and so did Bob.
    assert!(desk.take(ann).await.is_some());
    assert!(desk.take(bob).await.is_some());
    assert_eq!(take(&desk, task, &[(cem, yes()), (bob, yes())]).await, kept(2, 0));
    let after = desk.task(task).await;
    assert_eq!((after.reviews, after.leases, after.wanted), (2, 1, 3));
    assert_eq!(after.state.as_str(), "open");
    let kept = desk.submit(task, ann, yes()).await;
    assert_eq!((kept.task.state.as_str(), kept.task.reviews, kept.task.leases), ("complete", 3, 0));
}

async fn what_a_person_decided_stays(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let task = desk.add_records(0, 1).await[0];
    let ann = desk.person("ann").await;
    let decision = Decision {
        project: w.project,
        task,
        answers: serde_json::from_value(yes()).unwrap(),
        shape: vouch_domain::review::ItemShape::default(),
        adopted: None,
        reason: "sure".into(),
    };
    w.store.adjudicate(decision, w.audit("task.adjudicate", "t")).await.unwrap();
    let taken = take(&desk, task, &[(ann, no())]).await;
    assert_eq!((taken.kept, taken.refused.len()), (0, 1));
    assert_eq!(desk.reviews(task).await, vec![]);
}

async fn gold_says_whether_they_were_right(w: World) {
    let gold = json!({"rate": 0.5, "pause_below": 0.9, "window": 1});
    let desk = Desk::new(&w, json!({"gold": gold})).await;
    let mut one = record(0);
    one["gold"] = json!({"answers": yes()});
    let task = desk.add(vec![one]).await[0];
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    take(&desk, task, &[(ann, yes()), (bob, no())]).await;
    let right: Vec<_> = desk.reviews(task).await.iter().map(|review| review.gold_right).collect();
    assert!(right.contains(&Some(true)) && right.contains(&Some(false)));
    // Nobody is paused for what they said elsewhere.
    assert_eq!(desk.next(bob, 1).await.paused, None);
    assert_eq!(desk.task(task).await.state.as_str(), "open");
}

async fn what_does_not_fit_is_told_and_spoils_no_other(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ids = desk.add_records(0, 2).await;
    let ann = desk.person("ann").await;
    let all = vec![
        given(&desk, ids[0], &[(ann, json!({"good": 7}))]),
        given(&desk, ids[1], &[(ann, yes())]),
    ];
    let taken = try_take(&desk, all).await.unwrap();
    assert_eq!((taken.kept, taken.refused[0].0), (1, 0));
    assert!(taken.refused[0].1.starts_with("/answers/good: expected"), "{:?}", taken.refused);
    let unknown = TaskId::new(w.now(), w.entropy());
    let error = try_take(&desk, vec![given(&desk, unknown, &[(ann, yes())])]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound("task")), "{error}");
}
