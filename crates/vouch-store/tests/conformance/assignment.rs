//! For whom tasks are kept: by an admin, by shares, and what becomes of it when people leave.

use serde_json::{Value, json};
use vouch_domain::access::Role;
use vouch_domain::group::Group;
use vouch_domain::id::{TaskId, UserId};
use vouch_domain::review::{
    AssignTo, Change, Overlap, Priority, QueueUpdate, ReviewerState, ReviewerUpdate, TaskState,
    TaskUpdate,
};
use vouch_domain::user::UserUpdate;
use vouch_store::{GiveBack, QueueStore, StoreError, TaskStore, ToAssign, UserStore};

use crate::backend::on_both;
use crate::desk::{Desk, no, person, record, yes};
use crate::world::World;

on_both!(
    a_queue_for_a_group_is_for_its_people,
    even_shares_are_even,
    what_is_kept_for_who_leaves_goes_to_the_others,
    an_admin_keeps_a_task_for_one,
    a_task_moves_to_another_priority,
    tasks_are_shared_out_fewest_first,
    what_was_skipped_can_be_taken_up_again,
    open_tasks_follow_a_changed_overlap,
);

fn groups(names: &[&str]) -> Vec<Group> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

async fn put_into(w: &World, user: UserId, names: &[&str]) {
    let update = UserUpdate { groups: Some(groups(names)), ..UserUpdate::default() };
    let audit = w.audit("user.update", "u");
    let user = w.store.update_user(w.project, user, update, None, audit).await.unwrap();
    assert_eq!(user.groups, groups(names));
}

async fn work(w: &World) {
    while w.store.apply_rules(w.now()).await.unwrap().looked_at > 0 {}
}

/// How many of the tasks are kept for each.
async fn shares(desk: &Desk, tasks: &[TaskId], people: &[UserId]) -> Vec<usize> {
    let mut shares = vec![0; people.len()];
    for id in tasks {
        for user in desk.task(*id).await.assignees {
            shares[people.iter().position(|p| *p == user).unwrap()] += 1;
        }
    }
    shares
}

async fn change(desk: &Desk, task: TaskId, update: Value) -> Result<TaskState, StoreError> {
    let update: TaskUpdate = serde_json::from_value(update).unwrap();
    let audit = desk.w.audit("task.update", "t");
    desk.w.store.update_task(desk.w.project, task, update, audit).await.map(|task| task.state)
}

async fn set(desk: &Desk, user: UserId, state: ReviewerState) {
    let update = ReviewerUpdate { state, until: None, reason: None };
    let audit = desk.w.audit("reviewer.update", "r");
    desk.w.store.set_reviewer(desk.w.project, desk.queue, user, update, audit).await.unwrap();
}

async fn a_queue_for_a_group_is_for_its_people(w: World) {
    let desk = Desk::new(&w, json!({"groups": ["legal"], "assignment": "even"})).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    put_into(&w, ann, &["legal", "leads"]).await;
    let users = w.store.users(w.project).await.unwrap();
    let of_ann = users.into_iter().find(|user| user.id == ann).unwrap();
    assert_eq!(of_ann.groups, groups(&["legal", "leads"]));
    let ids = desk.add_records(0, 2).await;
    assert_eq!(shares(&desk, &ids, &[ann, bob]).await, [2, 0]);
    assert!(desk.next(bob, 1).await.paused.is_some());
    assert_eq!(desk.take(ann).await.unwrap().task, ids[0]);
    // Bob takes her place: what was kept for her, and she had not begun, is his.
    put_into(&w, bob, &["legal"]).await;
    put_into(&w, ann, &["leads"]).await;
    work(&w).await;
    assert_eq!(shares(&desk, &ids, &[ann, bob]).await, [0, 1]);
    assert!(desk.next(ann, 1).await.paused.is_some());
    assert_eq!(desk.take(bob).await.unwrap().task, ids[1]);
}

async fn even_shares_are_even(w: World) {
    let more = json!({"assignment": "even", "overlap": {"type": "fixed", "reviews": 2}});
    let desk = Desk::new(&w, more).await;
    let people = [desk.person("ann").await, desk.person("bob").await, desk.person("cem").await];
    // Admins are not counted on, nor is who only reads.
    person(&w, "boss", Role::Admin).await;
    person(&w, "eve", Role::Viewer).await;
    let ids = desk.add_records(0, 6).await;
    assert_eq!(shares(&desk, &ids, &people).await, [4, 4, 4]);
    for id in &ids {
        assert_eq!(desk.task(*id).await.assignees.len(), 2);
    }
    set(&desk, people[0], ReviewerState::Away).await;
    let more = desk.add_records(6, 2).await;
    assert_eq!(shares(&desk, &more, &people).await, [0, 2, 2]);
    // Back again, Ann has the least and is given the next.
    set(&desk, people[0], ReviewerState::Active).await;
    let next = desk.add_records(8, 1).await;
    assert!(desk.task(next[0]).await.assignees.contains(&people[0]));
    // Nobody is given another's.
    let given = desk.next(people[1], 50).await.turns;
    for turn in given {
        assert!(!desk.task(turn.task).await.assignees.contains(&people[1]), "it is begun");
        desk.submit(turn.task, people[1], yes()).await;
    }
    let named = json!({"assignee": people[1], "type": "record", "fields": {"n": "named"}});
    let named = desk.add(vec![named]).await;
    assert_eq!(desk.task(named[0]).await.assignees, [people[1]]);
}

async fn what_is_kept_for_who_leaves_goes_to_the_others(w: World) {
    let desk = Desk::new(&w, json!({"assignment": "even"})).await;
    let people = [desk.person("ann").await, desk.person("bob").await, desk.person("cem").await];
    let ids = desk.add_records(0, 6).await;
    assert_eq!(shares(&desk, &ids, &people).await, [2, 2, 2]);
    // Away: at once.
    set(&desk, people[0], ReviewerState::Away).await;
    assert_eq!(shares(&desk, &ids, &people).await, [0, 3, 3]);
    // Shut out: a moment later.
    let update = UserUpdate { disabled: Some(true), ..UserUpdate::default() };
    let audit = w.audit("user.update", "bob");
    w.store.update_user(w.project, people[1], update, None, audit).await.unwrap();
    work(&w).await;
    assert_eq!(shares(&desk, &ids, &people).await, [0, 0, 6]);
    // With nobody left, they stand in the line for whoever comes.
    set(&desk, people[2], ReviewerState::Paused).await;
    assert_eq!(shares(&desk, &ids, &people).await, [0, 0, 0]);
    let dan = desk.person("dan").await;
    assert_eq!(desk.next(dan, 10).await.turns.len(), 6);
    assert_eq!(desk.progress(Some(people[2])).await.mine.unwrap().left, 0);
}

async fn an_admin_keeps_a_task_for_one(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    let eve = person(&w, "eve", Role::Viewer).await;
    let ids = desk.add_records(0, 3).await;
    change(&desk, ids[2], json!({"assignee": ann})).await.unwrap();
    assert_eq!(desk.take(ann).await.unwrap().task, ids[2]);
    desk.give_back(ids[2], ann, GiveBack::Skip { reason: "no".into() }).await;
    // The admin knows better than her skip, and her lease that lapses stays hers.
    change(&desk, ids[2], json!({"assignee": ann})).await.unwrap();
    assert_eq!(desk.take(ann).await.unwrap().task, ids[2]);
    w.advance_s(3600);
    desk.take(bob).await.unwrap();
    assert_eq!(desk.task(ids[2]).await.assignees, [ann]);
    // For Bob, who has it by now: she may still take the other place.
    change(&desk, ids[2], json!({"assignee": bob})).await.unwrap();
    assert_eq!((desk.task(ids[2]).await.assignees, desk.task(ids[2]).await.leases), (vec![], 1));
    let given = desk.next(ann, 5).await.turns;
    assert!(given.iter().any(|turn| turn.task == ids[2]));
    change(&desk, ids[2], json!({"assignee": null})).await.unwrap();
    assert_eq!(desk.task(ids[2]).await.assignees, []);
    desk.submit(ids[2], ann, yes()).await;
    let refused = change(&desk, ids[2], json!({"assignee": ann})).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let invalid = change(&desk, ids[2], json!({"assignee": eve})).await;
    assert!(matches!(invalid, Err(StoreError::Invalid(_))), "{invalid:?}");
    desk.next(bob, 5).await;
    desk.submit(ids[2], bob, yes()).await;
    let decided = change(&desk, ids[2], json!({"priority": "high"})).await;
    assert!(matches!(decided, Err(StoreError::Conflict(_))), "{decided:?}");
    let full = desk.add_records(3, 1).await[0];
    for user in [ann, bob] {
        assert!(desk.next(user, 50).await.turns.iter().any(|turn| turn.task == full));
    }
    let cem = desk.person("cem").await;
    let refused = change(&desk, full, json!({"assignee": cem})).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    change(&desk, full, json!({"assignee": cem, "wanted": 3})).await.unwrap();
    assert_eq!(desk.task(full).await.assignees, [cem]);
}

async fn a_task_moves_to_another_priority(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let ann = desk.person("ann").await;
    let ids = desk.add_records(0, 4).await;
    change(&desk, ids[3], json!({"priority": "urgent"})).await.unwrap();
    change(&desk, ids[0], json!({"priority": "low"})).await.unwrap();
    let due_at = w.now();
    change(&desk, ids[1], json!({"due_at": due_at})).await.unwrap();
    assert_eq!(desk.task(ids[1]).await.due_at, Some(due_at));
    assert_eq!(desk.progress(None).await.due_at, Some(due_at));
    let tasks: Vec<_> = desk.next(ann, 9).await.turns.iter().map(|turn| turn.task).collect();
    assert_eq!(tasks, [ids[3], ids[1], ids[2], ids[0]]);
    assert_eq!(desk.task(ids[3]).await.priority, Priority::Urgent);
    change(&desk, ids[1], json!({"due_at": null})).await.unwrap();
    assert_eq!(desk.task(ids[1]).await.due_at, None);
}

async fn tasks_are_shared_out_fewest_first(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let people = [desk.person("ann").await, desk.person("bob").await];
    let ids = desk.add_records(0, 10).await;
    let share = async |which: ToAssign, to: AssignTo| {
        let audit = w.audit("queue.assign", "q");
        w.store.share_out(w.project, desk.queue, which, to, audit).await
    };
    let ann_only = AssignTo::People(vec![people[0]]);
    let done = share(ToAssign::Open { limit: 4 }, ann_only.clone()).await.unwrap();
    assert_eq!((done.assigned, done.left), (4, true));
    assert_eq!(shares(&desk, &ids[..4], &people).await, [4, 0]);
    for user in people {
        put_into(&w, user, &["pair"]).await;
    }
    let pair = AssignTo::Group { group: "pair".parse().unwrap() };
    let done = share(ToAssign::Open { limit: 1000 }, pair.clone()).await.unwrap();
    assert_eq!((done.assigned, done.left, done.passed), (6, false, vec![]));
    assert_eq!(shares(&desk, &ids, &people).await, [5, 5]);
    // Those that are named go to who is asked for, but not to whoever has seen them.
    assert_eq!(desk.take(people[1]).await.map(|turn| turn.task), Some(ids[4]));
    let bob_only = AssignTo::People(vec![people[1]]);
    let done = share(ToAssign::Tasks(vec![ids[0], ids[4]]), bob_only).await.unwrap();
    assert_eq!(done.assigned, 1);
    assert_eq!(done.passed[0].task, ids[4]);
    assert_eq!(desk.task(ids[0]).await.assignees, [people[1]]);
    for to in [AssignTo::People(vec![]), AssignTo::Group { group: "none".parse().unwrap() }] {
        let nobody = share(ToAssign::Tasks(vec![ids[0]]), to).await;
        assert!(matches!(nobody, Err(StoreError::Invalid(_))), "{nobody:?}");
    }
    set(&desk, people[0], ReviewerState::Paused).await;
    let paused = share(ToAssign::Tasks(vec![ids[0]]), ann_only).await;
    assert!(matches!(paused, Err(StoreError::Invalid(_))), "{paused:?}");
}

async fn what_was_skipped_can_be_taken_up_again(w: World) {
    let desk = Desk::new(&w, json!({})).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    let ids = desk.add_records(0, 3).await;
    for _ in 0..3 {
        let task = desk.take(ann).await.unwrap().task;
        desk.give_back(task, ann, GiveBack::Skip { reason: "later".into() }).await;
    }
    let skipped = async || w.store.skipped(w.project, desk.queue, ann, 50).await.unwrap();
    let all: Vec<_> =
        skipped().await.into_iter().map(|s| (s.task.id, s.reason, s.available)).collect();
    let later = |id, available| (id, "later".to_owned(), available);
    assert_eq!(all, [later(ids[2], true), later(ids[1], true), later(ids[0], true)]);
    assert!(desk.take(ann).await.is_none());
    let turn = w.store.unskip(desk.holder(ids[1], ann)).await.unwrap();
    assert_eq!(turn.task, ids[1]);
    let again = w.store.unskip(desk.holder(ids[1], ann)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    desk.submit(ids[1], ann, yes()).await;
    // Bob has the first, and then it is decided.
    assert_eq!(desk.take(bob).await.unwrap().task, ids[0]);
    assert_eq!(skipped().await.iter().map(|s| s.available).collect::<Vec<_>>(), [true, false]);
    let taken = w.store.unskip(desk.holder(ids[0], ann)).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    desk.submit(ids[0], bob, no()).await;
    assert_eq!(skipped().await.len(), 1);
    let rows = w.store.reviewers(w.project, desk.queue).await.unwrap();
    assert_eq!(rows.iter().find(|row| row.user == ann).unwrap().skips, 2);
}

async fn open_tasks_follow_a_changed_overlap(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 3}})).await;
    let people = [desk.person("ann").await, desk.person("bob").await, desk.person("cem").await];
    // More than one step.
    let ids = desk.add_records(0, 130).await;
    for user in &people[..2] {
        assert_eq!(desk.take(*user).await.unwrap().task, ids[0]);
        desk.submit(ids[0], *user, yes()).await;
    }
    for user in people {
        desk.next(user, 2).await;
    }
    let overlap = async |n: u32| {
        let overlap = Some(Overlap::Fixed { reviews: n });
        let update = QueueUpdate { overlap, ..QueueUpdate::default() };
        let audit = w.audit("queue.update", "q");
        w.store.update_queue(w.project, desk.queue, update, audit).await.unwrap();
        work(&w).await;
    };
    overlap(2).await;
    // Two said the same, and Cem, who has it, is waited for.
    assert_eq!((desk.task(ids[0]).await.wanted, desk.task(ids[129]).await.wanted), (3, 2));
    desk.submit(ids[0], people[2], yes()).await;
    assert!(matches!(desk.task(ids[0]).await.state, TaskState::Complete { .. }));
    let third = desk.task(ids[1]).await;
    assert_eq!((third.wanted, third.leases), (3, 3));
    // When nobody has it any more, fewer are asked.
    w.advance_s(3600);
    overlap(1).await;
    assert_eq!((desk.task(ids[1]).await.wanted, desk.task(ids[1]).await.leases), (1, 0));
    // What one said before is enough now.
    let ann = people[0];
    overlap(2).await;
    let task = desk.take(ann).await.unwrap().task;
    desk.submit(task, ann, yes()).await;
    assert!(desk.task(task).await.state.is_open());
    overlap(1).await;
    assert!(matches!(desk.task(task).await.state, TaskState::Complete { .. }));
    // Shares grow with it, and shrink.
    let update: QueueUpdate = serde_json::from_value(json!({"assignment": "even"})).unwrap();
    let audit = w.audit("queue.update", "q");
    w.store.update_queue(w.project, desk.queue, update, audit).await.unwrap();
    let own = desk.add(vec![record(500)]).await[0];
    assert_eq!(desk.task(own).await.assignees.len(), 1);
    overlap(3).await;
    assert_eq!(desk.task(own).await.assignees.len(), 3);
    overlap(2).await;
    assert_eq!(desk.task(own).await.assignees.len(), 2);
    assert_eq!(desk.counts().await.iter().sum::<u64>(), 131);
    assert!(Change::<UserId>::default() == Change::Keep);
}
