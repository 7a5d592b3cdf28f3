//! Conversations and chains: their logs in order, their feedback, and what they come to.

use serde_json::json;
use vouch_domain::Cursor;
use vouch_domain::feedback::FeedbackTarget;
use vouch_domain::id::ProjectId;
use vouch_domain::log::{Log, LogStatus};
use vouch_domain::message::Message;
use vouch_domain::thread::{Thread, Turn};
use vouch_store::{LogStore, ThreadStore, TurnQuery};

use crate::backend::on_both;
use crate::world::{World, choice};

on_both!(
    a_conversation_is_read_in_order,
    a_chain_counts_what_its_logs_say,
    a_thread_may_have_feedback_alone,
);

/// All turns, two at a time.
async fn turns(w: &World, thread: &Thread) -> Vec<Turn> {
    let mut query =
        TurnQuery { project: w.project, thread: thread.clone(), cursor: None, limit: 2 };
    let mut all = Vec::new();
    loop {
        let page = w.store.turns(&query).await.unwrap();
        all.extend(page.items);
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return all;
        }
    }
}

/// Each call sends all that was said before, as applications do.
async fn talk(w: &World, id: &str, calls: usize) -> Vec<Log> {
    let (mut messages, mut logs) = (vec![Message::text_of("system", "Be brief.")], Vec::new());
    for n in 0..calls {
        messages.push(Message::text_of("user", format!("Question {n}?")));
        let mut log = w.log();
        log.context.conversation_id = Some(id.into());
        log.messages.clone_from(&messages);
        log.choices = vec![choice(&format!("Answer {n}."))];
        messages.push(Message::text_of("assistant", format!("Answer {n}.")));
        w.insert(&log).await;
        logs.push(log);
    }
    logs
}

async fn a_conversation_is_read_in_order(w: World) {
    let logs = talk(&w, "t/1 ü", 5).await;
    talk(&w, "another", 1).await;
    let patch = w.patch(logs[1].id, json!({"metadata": {"k": 1}}));
    w.store.patch_log(patch, vec![], None).await.unwrap();
    let (said, _) = w.give(w.on(logs[2].id, "ann", "thumbs", json!(true))).await;
    let thread = Thread::Conversation("t/1 ü".into());
    let turns = turns(&w, &thread).await;
    let ids: Vec<_> = turns.iter().map(|turn| turn.id).collect();
    assert_eq!(ids, logs.iter().map(|log| log.id).collect::<Vec<_>>());
    // Whatever page it is on, a turn has only what is new.
    let new: Vec<_> = turns.iter().map(|turn| (turn.repeated, turn.messages.len())).collect();
    assert_eq!(new, [(0, 2), (3, 1), (5, 1), (7, 1), (9, 1)]);
    assert_eq!(turns[4].messages[0].text(), "Question 4?");
    assert_eq!(turns[1].metadata["k"], 1);
    assert_eq!(turns[2].feedback.iter().map(|f| f.id).collect::<Vec<_>>(), [said]);
    assert_eq!((turns[2].tally.thumbs_up, turns[3].feedback.len()), (1, 0));
    let other = ProjectId::new(w.now(), [2; 10]);
    w.create_project(other, "other").await;
    assert_eq!(w.store.thread(other, &thread).await.unwrap(), None);
    let cursor = Some(Cursor("nonsense".into()));
    let query = TurnQuery { project: w.project, thread, cursor, limit: 2 };
    assert!(w.store.turns(&query).await.is_err());
}

async fn a_chain_counts_what_its_logs_say(w: World) {
    let mut logs = Vec::new();
    for n in 0..3u32 {
        let mut log = w.log();
        log.context.chain_id = Some("c".into());
        log.performance.latency = (n == 2).then_some(1500.5);
        log.cost_usd_micros = (n < 2).then_some(i64::from(n) + 10);
        log.status = if n == 1 { LogStatus::Failed } else { LogStatus::Completed };
        w.insert(&log).await;
        logs.push(log);
    }
    w.give(w.on(logs[0].id, "ann", "score", json!(20))).await;
    w.give(w.on(logs[1].id, "ann", "score", json!(60))).await;
    w.give(w.on(logs[1].id, "bob", "thumbs", json!(false))).await;
    w.give(w.on(logs[1].id, "bob", "correction", json!("Better."))).await;
    let on_chain = FeedbackTarget::ChainId("c".into());
    let (whole, _) = w.give(w.feedback(on_chain, "ann", "thumbs", json!(true))).await;
    let found = w.store.thread(w.project, &Thread::Chain("c".into())).await.unwrap();
    let (totals, feedback) = found.unwrap();
    assert_eq!((totals.logs, totals.failed, totals.partial), (3, 1, false));
    assert_eq!((totals.prompt_tokens, totals.completion_tokens), (21, 6));
    assert_eq!((totals.total_tokens, totals.cost_usd_micros), (27, Some(21)));
    assert_eq!(totals.started_at, Some(logs[0].created_at));
    let ended = logs[2].created_at.micros() + 1_500_500;
    assert_eq!(totals.ended_at.map(vouch_domain::Time::micros), Some(ended));
    assert_eq!((totals.thumbs_up, totals.thumbs_down, totals.corrected), (0, 1, 1));
    assert_eq!(totals.score, Some(40.0));
    assert_eq!(feedback.iter().map(|f| f.id).collect::<Vec<_>>(), [whole]);
    // A conversation of the same name is another thing.
    let conversation = Thread::Conversation("c".into());
    assert_eq!(w.store.thread(w.project, &conversation).await.unwrap(), None);
}

async fn a_thread_may_have_feedback_alone(w: World) {
    let target = FeedbackTarget::ConversationId("early".into());
    w.give(w.feedback(target, "ann", "thumbs", json!(false))).await;
    let thread = Thread::Conversation("early".into());
    let (totals, feedback) = w.store.thread(w.project, &thread).await.unwrap().unwrap();
    assert_eq!((totals.logs, totals.cost_usd_micros, totals.started_at), (0, None, None));
    assert_eq!(feedback.len(), 1);
    assert_eq!(turns(&w, &thread).await, []);
}
