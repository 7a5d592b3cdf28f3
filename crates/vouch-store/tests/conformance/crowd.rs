//! Fifty reviewers at once, until the queue is drained: exactly the reviews that were asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;
use vouch_domain::id::{TaskId, UserId};
use vouch_domain::review::{ReviewState, TaskState};
use vouch_store::{GiveBack, SqlStore, Store, TaskStore};

use crate::backend::on_both;
use crate::desk::{Desk, yes};
use crate::world::World;

on_both!(fifty_reviewers_give_exactly_the_reviews_asked_for, two_nodes_share_a_queue);

const PEOPLE: usize = 50;
const TASKS: usize = 200;
const WANTED: u32 = 3;

/// Works until there is nothing left; now and then gives something back.
async fn work(desk: Arc<Desk>, user: UserId, n: usize) -> usize {
    let (mut done, mut turns) = (0, 0);
    let mut released = BTreeSet::new();
    loop {
        let given = desk.next(user, 1 + u32::try_from(n % 5).unwrap()).await;
        if given.turns.is_empty() {
            return done;
        }
        for turn in given.turns {
            turns += 1;
            if (turns + n).is_multiple_of(7) && released.insert(turn.task) {
                desk.give_back(turn.task, user, GiveBack::Release).await;
            } else {
                desk.submit(turn.task, user, yes()).await;
                done += 1;
            }
        }
    }
}

async fn drain(w: &World, stores: &[Arc<SqlStore>]) {
    let more = json!({"overlap": {"type": "fixed", "reviews": WANTED}, "lease_s": 86_400});
    let desk = Desk::new(w, more).await;
    let ids = desk.add_records(0, TASKS).await;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(desk.person(&format!("p{n}")).await);
    }
    let mut crowd = JoinSet::new();
    for (n, user) in people.into_iter().enumerate() {
        let store = Arc::clone(&stores[n % stores.len()]);
        let own = Desk { w: w.in_store(store), queue: desk.queue };
        crowd.spawn(work(Arc::new(own), user, n));
    }
    let mut done = 0;
    while let Some(by_one) = crowd.join_next().await {
        done += by_one.unwrap();
    }
    // What somebody released last may be wanted by one who had stopped by then.
    for n in 0..PEOPLE {
        let user = desk.person(&format!("late{n}")).await;
        done += Box::pin(work(Arc::new(Desk { w: w.clone(), queue: desk.queue }), user, 0)).await;
    }
    assert_eq!(done, TASKS * WANTED as usize);
    let mut reviewers: BTreeMap<TaskId, BTreeSet<UserId>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = w.store.reviews_after(w.project, desk.queue, after, 100).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for review in page {
            assert_eq!(review.state, ReviewState::Counts);
            assert!(reviewers.entry(review.task).or_default().insert(review.user), "twice");
        }
    }
    for id in ids {
        assert_eq!(reviewers[&id].len(), WANTED as usize);
        let task = desk.task(id).await;
        assert!(matches!(task.state, TaskState::Complete { .. }));
        assert_eq!((task.reviews, task.leases), (WANTED, 0));
    }
    assert_eq!(desk.counts().await, [0, 0, 0, TASKS as u64, 0]);
    assert_eq!(desk.progress(None).await.reviews, done as u64);
}

async fn fifty_reviewers_give_exactly_the_reviews_asked_for(w: World) {
    drain(&w, &[Arc::clone(&w.store)]).await;
}

/// Two programs on one PostgreSQL; SQLite has one writer, and the second program waits for it.
async fn two_nodes_share_a_queue(w: World) {
    let other = Arc::new(w.backend.open_still().await);
    drain(&w, &[Arc::clone(&w.store), Arc::clone(&other)]).await;
    other.close().await;
}
