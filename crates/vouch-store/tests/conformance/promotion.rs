//! Decided tasks that become gold, for others than those who decided them.

use serde_json::{Value, json};
use vouch_domain::id::{TaskId, UserId};
use vouch_domain::review::{Promoted, TaskOrigin};
use vouch_store::{Promote, QueueStore, StoreError, TaskQuery, TaskStore, ToPromote};

use crate::backend::on_both;
use crate::desk::{Desk, no, yes};
use crate::world::World;

on_both!(
    unanimous_tasks_become_gold_for_others,
    gold_is_taken_back_and_given_out_again,
    what_cannot_be_gold_says_why,
);

async fn promote(desk: &Desk, which: ToPromote, preview: bool) -> Result<Promoted, StoreError> {
    let (w, promote) = (&desk.w, Promote { which, question: None });
    if preview {
        return w.store.preview_promotion(w.project, desk.queue, &promote).await;
    }
    w.store.promote(w.project, desk.queue, promote, w.audit("queue.gold", "q")).await
}

fn unanimous(min_reviews: u32, limit: u32) -> ToPromote {
    ToPromote::Unanimous { min_reviews, limit, after: None }
}

/// A queue whose tasks two people reviewed: of one mind on all but the last.
async fn reviewed(w: &World, tasks: usize, gold: Value) -> (Desk, Vec<TaskId>, [UserId; 3]) {
    let more = json!({"overlap": {"type": "fixed", "reviews": 2}, "gold": gold});
    let desk = Desk::new(w, more).await;
    let people = [desk.person("ann").await, desk.person("bob").await, desk.person("cem").await];
    let ids = desk.add_records(0, tasks).await;
    for id in &ids {
        for user in &people[..2] {
            assert_eq!(desk.take(*user).await.unwrap().task, *id);
            let differs = *id == ids[tasks - 1] && *user == people[0];
            desk.submit(*id, *user, if differs { no() } else { yes() }).await;
        }
    }
    (desk, ids, people)
}

async fn gold_list(desk: &Desk) -> Vec<TaskId> {
    let query = TaskQuery {
        project: desk.w.project,
        queue: desk.queue,
        state: Some("gold".into()),
        reviewed_by: None,
        cursor: None,
        limit: 50,
    };
    desk.w.store.tasks(&query).await.unwrap().items.iter().map(|task| task.id).collect()
}

async fn unanimous_tasks_become_gold_for_others(w: World) {
    let (desk, ids, [ann, bob, cem]) = reviewed(&w, 4, json!({"onboarding": 2})).await;
    let counts = desk.counts().await;
    assert_eq!(counts, [0, 0, 1, 3, 0]);
    assert!(promote(&desk, unanimous(3, 10), true).await.unwrap().tasks.is_empty());
    let plan = promote(&desk, unanimous(2, 2), true).await.unwrap();
    assert!(plan.preview && gold_list(&desk).await.is_empty());
    assert_eq!(plan.tasks.iter().map(|p| p.task).collect::<Vec<_>>(), ids[..2]);
    assert_eq!(plan.next_after, Some(ids[1]));
    assert_eq!((plan.tasks[0].gold, plan.tasks[0].reviews), (None, 2));
    assert_eq!(serde_json::to_value(&plan.tasks[0].answers).unwrap(), yes());

    let done = promote(&desk, unanimous(2, 2), false).await.unwrap();
    assert_eq!(done.tasks.iter().map(|p| p.task).collect::<Vec<_>>(), ids[..2]);
    let golds: Vec<TaskId> = done.tasks.iter().map(|p| p.gold.unwrap()).collect();
    // A repeat goes on with those that are not gold yet.
    let more = promote(&desk, unanimous(2, 10), false).await.unwrap();
    assert_eq!(more.tasks.iter().map(|p| p.task).collect::<Vec<_>>(), [ids[2]]);
    assert_eq!((more.known, more.next_after), (2, None));
    let again = promote(&desk, ToPromote::Tasks(ids[..3].to_vec()), false).await.unwrap();
    assert_eq!((again.tasks.len(), again.known), (0, 3));
    assert_eq!(gold_list(&desk).await.len(), 3);

    // The decided tasks stay as they were.
    assert_eq!(desk.counts().await, counts);
    assert_eq!(desk.progress(None).await.gold, 3);
    let twin = desk.task(golds[0]).await;
    assert!(matches!(twin.origin, TaskOrigin::Promoted { task, .. } if task == ids[0]));
    assert_eq!(twin.item, desk.task(ids[0]).await.item);

    // Who reviewed them is not given them, nor can they answer; Cem begins with them.
    assert!(desk.next(ann, 5).await.turns.is_empty() && desk.next(bob, 5).await.turns.is_empty());
    let known = desk.try_submit(golds[0], ann, yes()).await;
    assert!(matches!(known, Err(StoreError::NotFound(_))), "{known:?}");
    let renewed = w.store.renew(desk.holder(golds[0], ann)).await;
    assert!(matches!(renewed, Err(StoreError::NotFound(_))), "{renewed:?}");
    assert_eq!(desk.take(cem).await.unwrap().task, golds[0]);
    let right = desk.submit(golds[0], cem, yes()).await.gold.unwrap();
    assert!(right.right);
    assert_eq!(desk.take(cem).await.unwrap().task, golds[1]);
    assert!(!desk.submit(golds[1], cem, no()).await.gold.unwrap().right);
    let rows = w.store.reviewers(w.project, desk.queue).await.unwrap();
    let row = rows.iter().find(|row| row.user == cem).unwrap();
    assert_eq!((row.gold_done, row.gold_right, row.done), (2, 1, 0));
}

async fn gold_is_taken_back_and_given_out_again(w: World) {
    let (desk, ids, [_, _, cem]) = reviewed(&w, 3, json!({"onboarding": 5})).await;
    let done = promote(&desk, unanimous(2, 10), false).await.unwrap();
    let golds: Vec<TaskId> = done.tasks.iter().map(|p| p.gold.unwrap()).collect();
    assert_eq!(desk.take(cem).await.unwrap().task, golds[0]);
    let demote = async |id| w.store.demote(w.project, id, w.audit("task.demote", "t")).await;
    let back = demote(golds[0]).await.unwrap();
    assert_eq!((back.state.as_str(), back.leases), ("cancelled", 0));
    assert_eq!(gold_list(&desk).await, [golds[1]]);
    assert_eq!(desk.progress(None).await.gold, 1);
    // He had it, and nobody wants his answer any more.
    let late = desk.try_submit(golds[0], cem, yes()).await.unwrap();
    assert!(matches!(late, vouch_store::Submitted::NoPlace(_)), "{late:?}");
    assert_eq!(desk.take(cem).await.unwrap().task, golds[1]);
    for id in [golds[0], ids[0]] {
        let none = demote(id).await;
        assert!(matches!(none, Err(StoreError::Conflict(_))), "{none:?}");
    }
    let again = promote(&desk, ToPromote::Tasks(vec![ids[0]]), false).await.unwrap();
    assert_eq!(again.tasks[0].gold, Some(golds[0]));
    assert_eq!((desk.progress(None).await.gold, desk.counts().await), (2, [0, 0, 1, 2, 0]));
    let dan = desk.person("dan").await;
    let given: Vec<_> = desk.next(dan, 2).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(given, [golds[1], golds[0]]);
}

async fn what_cannot_be_gold_says_why(w: World) {
    let (desk, ids, [.., cem]) = reviewed(&w, 2, json!({})).await;
    let open = desk.add_records(7, 1).await[0];
    let stranger = TaskId::new(w.now(), w.entropy());
    let asked = vec![ids[1], open, stranger];
    let done = promote(&desk, ToPromote::Tasks(asked.clone()), false).await.unwrap();
    assert!(done.tasks.is_empty());
    assert_eq!(done.passed.iter().map(|p| p.task).collect::<Vec<_>>(), asked);
    for which in [ToPromote::Tasks(vec![]), unanimous(2, 0), unanimous(2, 1001)] {
        let wrong = promote(&desk, which, false).await;
        assert!(matches!(wrong, Err(StoreError::Invalid(_))), "{wrong:?}");
    }
    assert_eq!(desk.take(cem).await.unwrap().task, open);
}
