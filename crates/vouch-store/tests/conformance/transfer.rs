//! Logs out of one store and into another, and everything out of one and into another.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;
use vouch_domain::Cursor;
use vouch_domain::actor::Actor;
use vouch_domain::id::{LogId, ProjectId};
use vouch_store::{
    AuditStore, BackupStore, Cell, FeedbackStore, LogQuery, LogStore, Piece, Restore, SqlStore,
    Store, StoreError, StoreOptions, TakenIn, TransferStore, WholeLog,
};

use crate::backend::{Backend, on_both};
use crate::world::World;

on_both!(
    whole_logs_come_with_patches_and_feedback,
    large_bodies_make_short_pages,
    taking_in_twice_is_taking_in_once,
    what_is_taken_in_counts_as_it_did,
    feedback_that_does_not_fit_is_refused_with_its_logs,
    a_dump_restores_into_either_engine,
    a_dump_is_of_one_moment,
    what_breaks_off_changes_nothing,
);

pub(crate) async fn whole(w: &World, limit: u32) -> Vec<WholeLog> {
    let mut query =
        LogQuery { project: w.project, filter: w.filter(""), cursor: None::<Cursor>, limit };
    let mut all = Vec::new();
    loop {
        let page = w.store.whole_logs(&query).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        all.extend(page.items);
        match page.next_cursor {
            Some(next) => query.cursor = Some(next),
            None => return all,
        }
    }
}

/// Five logs; the first has a patch, a thumb that was changed, and a score that was taken back.
pub(crate) async fn fill(w: &World) -> LogId {
    let mut first = None;
    for _ in 0..5 {
        let log = w.log();
        w.insert(&log).await;
        first.get_or_insert(log.id);
    }
    let first = first.unwrap();
    let patch = w.patch(first, json!({"metadata": {"plan": "pro"}, "user_id": "ann"}));
    w.store.patch_log(patch, vec![], None).await.unwrap();
    w.give(w.on(first, "ann", "thumbs", json!(false))).await;
    w.give(w.on(first, "ann", "thumbs", json!(true))).await;
    w.give(w.on(first, "bob", "story", json!("long ".repeat(50)))).await;
    let (score, _) = w.give(w.on(first, "ann", "score", json!(70))).await;
    let by = Actor::EndUser("ann".into());
    w.store.retract_feedback(w.project, score, &by, None, w.now()).await.unwrap();
    first
}

async fn whole_logs_come_with_patches_and_feedback(w: World) {
    let first = fill(&w).await;
    let all = whole(&w, 2).await;
    assert_eq!(all.len(), 5);
    assert!(all.windows(2).all(|pair| pair[0].log.id > pair[1].log.id));
    let WholeLog { log, feedback } = all.last().unwrap();
    let detail = w.store.log(w.project, first).await.unwrap().unwrap();
    assert_eq!(*log, detail.log);
    assert_eq!(log.context.user_id.as_deref(), Some("ann"));
    assert_eq!(*feedback, w.store.log_feedback(w.project, first).await.unwrap());
    assert_eq!(feedback.iter().filter(|f| f.counts).count(), 2);
    assert!(all[..4].iter().all(|whole| whole.feedback.is_empty()));
}

async fn large_bodies_make_short_pages(w: World) {
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + u8::try_from(state >> 57).unwrap() % 90)
    };
    for _ in 0..3 {
        let mut log = w.log();
        let text: String = (0..6_000_000).map(|_| noise()).collect();
        log.metadata.insert("noise".into(), json!(text));
        w.insert(&log).await;
    }
    let query = LogQuery { project: w.project, filter: w.filter(""), cursor: None, limit: 200 };
    let page = w.store.whole_logs(&query).await.unwrap();
    assert!(page.partial && page.items.len() < 3, "{}", page.items.len());
    assert_eq!(whole(&w, 200).await.len(), 3);
}

/// The same store, seen from a project that holds nothing yet.
async fn elsewhere(w: &World) -> World {
    let project = ProjectId::new(w.now(), [9; 10]);
    w.create_project(project, "elsewhere").await;
    w.in_project(project)
}

async fn taking_in_twice_is_taking_in_once(w: World) {
    let first = fill(&w).await;
    let all = whole(&w, 200).await;
    let other = elsewhere(&w).await;
    let taken = other.store.take_in(other.project, all.clone()).await.unwrap();
    assert_eq!(taken, TakenIn { logs: 5, feedback: 4 });
    let taken = other.store.take_in(other.project, all.clone()).await.unwrap();
    assert_eq!(taken, TakenIn::default());
    // What is new on a log that is there is added.
    w.give(w.on(first, "carl", "thumbs", json!(true))).await;
    let taken = other.store.take_in(other.project, whole(&w, 200).await).await.unwrap();
    assert_eq!(taken, TakenIn { logs: 0, feedback: 1 });
    let usage = other.store.usage(other.project, 0..=i64::MAX).await.unwrap();
    assert_eq!(usage.iter().map(|u| u.calls).sum::<i64>(), 5);
}

async fn what_is_taken_in_counts_as_it_did(w: World) {
    let first = fill(&w).await;
    let all = whole(&w, 200).await;
    let other = elsewhere(&w).await;
    other.store.take_in(other.project, all.clone()).await.unwrap();
    let again = whole(&other, 200).await;
    let strip = |all: Vec<WholeLog>| {
        all.into_iter().map(|mut whole| {
            whole.log.project = w.project;
            whole
        })
    };
    assert!(strip(again).eq(strip(all)));
    let tally =
        |w: World| async move { w.store.log(w.project, first).await.unwrap().unwrap().tally };
    assert_eq!(tally(other.clone()).await, tally(w.clone()).await);
    assert_eq!(other.find("thumbs:up").await.len(), 1);
    assert_eq!(other.find("meta.plan:pro").await.len(), 1);
}

async fn feedback_that_does_not_fit_is_refused_with_its_logs(w: World) {
    let first = fill(&w).await;
    let mut all = whole(&w, 200).await;
    all.retain(|whole| whole.log.id == first);
    all[0].feedback.retain(|f| f.name == "thumbs");
    all[0].feedback[0].value = vouch_domain::metric::MetricValue::Number(3.0);
    let other = elsewhere(&w).await;
    let refused = other.store.take_in(other.project, all).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    assert_eq!(other.find("").await.len(), 0);
}

pub(crate) async fn dump(store: &SqlStore) -> Vec<Piece> {
    let (sender, mut receiver) = mpsc::channel(4);
    let mut all = Vec::new();
    let (dumped, ()) = tokio::join!(store.dump(sender), async {
        while let Some(piece) = receiver.recv().await {
            all.push(piece);
        }
    });
    dumped.unwrap();
    all
}

pub(crate) async fn load(url: &str, schema: i64, pieces: Vec<Piece>) -> vouch_store::Result<()> {
    let (sender, receiver) = mpsc::channel(4);
    let restore = Restore::open(url).await?;
    let send = async move {
        for piece in pieces {
            sender.send(piece).await.ok();
        }
    };
    tokio::join!(restore.load(schema, receiver), send).0
}

/// The rows by table, sorted.
fn rows(pieces: &[Piece]) -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Table(table) => tables.push((table.name.clone(), vec![])),
            Piece::Rows(rows) => {
                let texts = rows.iter().map(|row| format!("{row:?}"));
                tables.last_mut().unwrap().1.extend(texts);
            }
            Piece::End => {}
        }
    }
    // Words are read once more, some of them already.
    tables.retain(|(name, _)| name != "search_todo");
    for (_, rows) in &mut tables {
        rows.sort();
    }
    tables.sort();
    tables
}

async fn a_dump_restores_into_either_engine(w: World) {
    let first = fill(&w).await;
    let schema = w.store.schema().await.unwrap();
    let pieces = dump(&w.store).await;
    let all = rows(&pieces);
    assert!(all.iter().any(|(name, rows)| name == "log_bodies" && rows.len() == 5));
    let postgres = Backend::postgres().await;
    for target in [Some(Backend::sqlite()), postgres].into_iter().flatten() {
        let restore = Restore::open(&target.url).await.unwrap();
        assert!(restore.is_empty().await.unwrap());
        assert!(restore.knows(schema) && !restore.knows(schema + 1000));
        restore.close().await;
        // Over what is there as well.
        for _ in 0..2 {
            let fresh = Backend::sqlite();
            let url = if target.url.starts_with("sqlite") { &fresh.url } else { &target.url };
            load(url, schema, pieces.clone()).await.unwrap();
            let options = StoreOptions { migrate: false, ..StoreOptions::new(url) };
            let store = Arc::new(SqlStore::open(&options).await.unwrap());
            assert_eq!(rows(&dump(&store).await), all);
            let there = w.in_store(Arc::clone(&store));
            assert_eq!(whole(&there, 200).await.len(), 5);
            assert_eq!(there.find("thumbs:up").await[0].id, first);
            let entries = store.audit_after(w.project, 0, 10).await.unwrap();
            let start = (0, vouch_domain::audit::GENESIS.to_owned());
            vouch_domain::audit::verify(w.project, start, &entries).unwrap();
            there.insert(&there.log()).await;
            until_found(&there, "\"capital of France\"", 6).await;
            store.close().await;
            let restore = Restore::open(url).await.unwrap();
            assert!(!restore.is_empty().await.unwrap());
            restore.close().await;
        }
        target.remove().await;
    }
}

/// Words are indexed a moment later.
async fn until_found(w: &World, filter: &str, count: usize) {
    let found = async {
        while w.find(filter).await.len() != count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), found).await.unwrap();
}

async fn a_dump_is_of_one_moment(w: World) {
    for _ in 0..200 {
        w.insert(&w.log()).await;
    }
    let (sender, mut receiver) = mpsc::channel(1);
    let store = Arc::clone(&w.store);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { store.dump(sender).await });
    // The first piece is there: the moment is now, and the tables of logs are still to come.
    let mut pieces = vec![receiver.recv().await.unwrap()];
    let log = w.log();
    w.insert(&log).await;
    w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    while let Some(piece) = receiver.recv().await {
        pieces.push(piece);
    }
    tasks.join_next().await.unwrap().unwrap().unwrap();
    let all = rows(&pieces);
    let count = |name: &str| all.iter().find(|(table, _)| table == name).unwrap().1.len();
    assert_eq!((count("logs"), count("log_bodies"), count("feedback")), (200, 200, 0));
}

async fn what_breaks_off_changes_nothing(w: World) {
    fill(&w).await;
    let schema = w.store.schema().await.unwrap();
    let pieces = dump(&w.store).await;
    w.store.close().await;
    let before = pieces.len() - 1;
    let broken = load(&w.backend.url, schema, pieces[..before].to_vec()).await;
    assert!(matches!(broken, Err(StoreError::Corrupt { .. })), "{broken:?}");
    let mut wrong = pieces;
    if let Some(Piece::Rows(rows)) = wrong.iter_mut().find(|p| matches!(p, Piece::Rows(_))) {
        rows[0][0] = Cell::Real(1.0);
    }
    let broken = load(&w.backend.url, schema, wrong).await;
    assert!(matches!(broken, Err(StoreError::Corrupt { .. })), "{broken:?}");
    let there = w.in_store(Arc::new(w.backend.open().await));
    assert_eq!(whole(&there, 200).await.len(), 5);
    there.store.close().await;
}
