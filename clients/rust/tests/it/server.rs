//! Calls, feedback and logs.

use serde_json::json;
use vouch_client::{
    Choice, Error, Invoke, LogError, LogFilters, Message, Metrics, NewLog, Opinion, Source, Usage,
    new_log_id,
};

use crate::provider::PIECES;
use crate::running::Running;

fn hello() -> Vec<Message> {
    vec![Message::user("hello")]
}

#[tokio::test]
async fn invoke_and_add_metrics() {
    let Some(running) = Running::start() else { return };
    let vouch = running.vouch();
    let call = Invoke::new("assistant")
        .inputs(json!({"name": "Ann"}))
        .messages(hello())
        .metadata(json!({"plan": "pro"}))
        .chain_id("chain-1")
        .user_id("ann");
    let answer = vouch.invoke(call).await.unwrap();
    assert_eq!(answer.text(), PIECES.concat());
    running.log(&answer.log_id).await;
    let metrics = Metrics::new().score(70).metadata(json!({"custom": "custom_metadata"}));
    assert!(answer.add_metrics(metrics).await.unwrap().attached);
    let log = vouch.logs().get(&answer.log_id).await.unwrap();
    assert_eq!((log.status.as_str(), log.origin.as_str()), ("completed", "gateway"));
    assert_eq!((log.chain_id.as_deref(), log.user_id.as_deref()), (Some("chain-1"), Some("ann")));
    let metadata = json!({"plan": "pro", "custom": "custom_metadata"});
    assert_eq!(json!(log.metadata), metadata);
    assert_eq!(log.tally.score, Some(70.0));
}

#[tokio::test]
async fn streams() {
    let Some(running) = Running::start() else { return };
    let vouch = running.vouch();
    let mut stream = vouch.invoke_stream(Invoke::new("assistant").messages(hello())).await.unwrap();
    let mut text = String::new();
    while let Some(chunk) = stream.next().await.unwrap() {
        text += chunk.text();
    }
    assert_eq!(text, PIECES.concat());
    let answer = stream.collect().await.unwrap();
    answer.feedback(Opinion::new().thumbs(true)).await.unwrap();
    assert_eq!(running.log(&answer.log_id).await.tally.thumbs_up, 1);

    let breaking = Invoke::new("assistant").messages([Message::user("break off")]);
    let stream = vouch.invoke_stream(breaking).await.unwrap();
    let broken = stream.collect().await.unwrap_err();
    assert!(matches!(broken, Error::StreamBroken { log_id: Some(_), .. }), "{broken:?}");
}

#[tokio::test]
async fn feedback_of_all_kinds() {
    let Some(running) = Running::start() else { return };
    let vouch = running.vouch();
    let log_id = vouch.logs().send(NewLog::new(hello())).await.unwrap();
    let opinion = Opinion::new().thumbs(false).score(20).comment("No.").user_id("ann");
    let kept = vouch.feedback(opinion.on_log(&log_id)).await.unwrap();
    assert_eq!(kept.attached, [true, true]);
    let many = vouch.feedback_many([
        Opinion::new().metric("defects", ["spelling"]).on_log(&log_id),
        Opinion::new().correction("Hello, Ann.").source(Source::Judge).on_log(&log_id),
        Opinion::new().score(60).on_chain("chain-2"),
        Opinion::new().thumbs(true).on_conversation("conversation-2"),
    ]);
    assert_eq!(many.await.unwrap().ids.len(), 4);
    let again = vouch.with_idempotency_key("key-1");
    let once = again.feedback(Opinion::new().thumbs(true).on_log(&log_id)).await.unwrap();
    let twice = again.feedback(Opinion::new().thumbs(true).on_log(&log_id)).await.unwrap();
    assert_eq!(once.ids, twice.ids);
    let taken = vouch.retract(&kept.ids[0], Some("ann")).await.unwrap();
    assert!(taken.retracted_at.is_some());
    let log = vouch.logs().get(&log_id).await.unwrap();
    let corrected = log.feedback.iter().find(|one| one.name == "correction").unwrap();
    assert_eq!(
        (corrected.correction.as_deref(), corrected.source),
        (Some("Hello, Ann."), Source::Judge)
    );
    assert!(!vouch.feedback_token(&log_id, Some(60), None).await.unwrap().token.is_empty());
}

#[tokio::test]
async fn logs_are_sent_and_listed() {
    let Some(running) = Running::start() else { return };
    let vouch = running.vouch();
    let logs = (0..5).map(|_| NewLog::new(hello()).id(new_log_id()).user_id("lister"));
    let ids = vouch.logs().send_many(logs).await.unwrap();
    vouch.feedback(Opinion::new().thumbs(true).on_log(&ids[0])).await.unwrap();
    let mine = || LogFilters::new().user_id("lister");
    let mut pages = vouch.logs().list(mine().page_size(2_u32));
    let mut listed = Vec::new();
    while let Some(log) = pages.next().await.unwrap() {
        listed.push(log.id);
    }
    listed.sort();
    let mut sent = ids.clone();
    sent.sort();
    assert_eq!(listed, sent);
    let mut liked = vouch.logs().list(mine().q("thumbs:up"));
    assert_eq!(liked.next().await.unwrap().unwrap().id, ids[0]);
    assert_eq!(liked.next().await.unwrap(), None);
}

#[tokio::test]
async fn calls_around_the_gateway_are_logged() {
    let Some(running) = Running::start() else { return };
    let vouch = running.vouch();
    let call = vouch.log_call(NewLog::new(hello()).model("gpt-4o").provider("openai"));
    let answer = [Choice::from(Message::assistant("Hi!"))];
    let log_id = call.completed(answer, Some(Usage::new(1, 2))).await.unwrap();
    let log = vouch.logs().get(&log_id).await.unwrap();
    assert_eq!((log.origin.as_str(), log.status.as_str()), ("ingest", "completed"));
    assert_eq!(log.choices[0].message.text(), "Hi!");
    let error = LogError { kind: "unreachable".into(), status: None, message: "refused".into() };
    let failed = vouch.log_call(NewLog::new(hello())).failed([], error).await.unwrap();
    assert_eq!(vouch.logs().get(&failed).await.unwrap().status, "failed");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let Some(running) = Running::start() else { return };
    let vouch = running.vouch();
    let log_id = vouch.logs().send(NewLog::new(hello())).await.unwrap();
    let wrong = vouch.add_metrics(&log_id, Metrics::new().score(101)).await.unwrap_err();
    let problem = wrong.problem().unwrap();
    assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (422, "/feedback/score"));
    assert!(problem.request_id.is_some());
    let absent = vouch.logs().get(&new_log_id()).await.unwrap_err();
    assert_eq!(absent.status(), Some(404));
    let nobody = vouch.invoke(Invoke::new("nobody")).await.unwrap_err();
    assert_eq!(nobody.status(), Some(404));
    let failing = Invoke::new("assistant").messages([Message::user("fail with 429")]);
    let upstream = running.vouch_without_retries().invoke(failing).await.unwrap_err();
    assert_eq!(upstream.status(), Some(429));
}
