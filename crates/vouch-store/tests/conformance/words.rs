//! SQLite's index of words, which is a file of its own, and is made anew where it is not of the
//! logs that are there.

use std::path::PathBuf;
use std::sync::Arc;

use vouch_domain::id::LogId;
use vouch_domain::message::Message;
use vouch_store::{RetentionStore, Store};

use crate::backend::Backend;
use crate::filters::{ids, until_found};
use crate::world::World;

async fn said(w: &World, text: &str) -> LogId {
    let mut log = w.log();
    log.messages = vec![Message::text_of("user", text)];
    w.insert(&log).await;
    log.id
}

/// The database's file with this ending.
fn file(w: &World, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", w.backend.url.strip_prefix("sqlite:").unwrap()))
}

async fn reopened(w: &World) -> World {
    w.in_store(Arc::new(w.backend.open().await))
}

#[tokio::test]
async fn a_file_of_words_that_is_gone_is_made_anew() {
    Backend::sqlite().run(gone).await;
}

async fn gone(w: World) {
    let log = said(&w, "a long cage").await;
    until_found(&w, "cage", 1).await;
    w.store.close().await;
    for ending in ["-words", "-words-wal", "-words-shm"] {
        std::fs::remove_file(file(&w, ending)).ok();
    }
    let again = reopened(&w).await;
    until_found(&again, "cage", 1).await;
    assert_eq!(ids(&again, again.filter("cage")).await, [log]);
    again.store.close().await;
}

#[tokio::test]
async fn words_of_logs_that_an_older_file_does_not_have_are_forgotten() {
    Backend::sqlite().run(older).await;
}

async fn older(w: World) {
    let first = said(&w, "the first").await;
    until_found(&w, "first", 1).await;
    w.store.close().await;
    let (database, copy) = (file(&w, ""), file(&w, ".copy"));
    std::fs::copy(&database, &copy).unwrap();
    let between = reopened(&w).await;
    for n in 0..3 {
        said(&between, &format!("lost {n}")).await;
    }
    until_found(&between, "lost", 3).await;
    between.store.close().await;
    std::fs::copy(&copy, &database).unwrap();
    let back = reopened(&w).await;
    let second = said(&back, "the second").await;
    until_found(&back, "second", 1).await;
    assert_eq!(ids(&back, back.filter("the")).await, [second, first]);
    assert_eq!(ids(&back, back.filter("lost")).await, []);
    back.store.close().await;
}

#[tokio::test]
async fn numbers_that_are_given_out_again_have_the_words_of_the_new_log() {
    Backend::sqlite().run(reused).await;
}

async fn reused(w: World) {
    let mut old = Vec::new();
    for n in 0..4 {
        old.push(said(&w, &format!("old {n}")).await);
    }
    until_found(&w, "old", 4).await;
    for turn in 0..3 {
        let all = w.store.leaving(w.project, w.now(), None, 10).await.unwrap();
        let newest: Vec<_> = all.iter().rev().take(2).collect();
        let newest = newest.iter().map(|leaving| (leaving.whole.log.id, leaving.revision));
        assert_eq!(w.store.forget(w.project, newest.collect(), w.now(), None).await.unwrap(), 2);
        for n in 0..2 {
            said(&w, &format!("new{turn} {n}")).await;
        }
        until_found(&w, &format!("new{turn}"), 2).await;
        assert_eq!(ids(&w, w.filter(&format!("new{turn}"))).await.len(), 2);
    }
    assert_eq!(ids(&w, w.filter("new1 or new0")).await, []);
    assert_eq!(ids(&w, w.filter("old")).await, [old[1], old[0]]);
}
