//! Every part of a log filter, alone and together, and paging.

use serde_json::json;
use vouch_domain::Time;
use vouch_domain::filter::{Filter, Test};
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{Log, LogStatus};
use vouch_domain::message::Message;
use vouch_store::{FeedbackStore, LogQuery, LogStore, RetentionStore, SummaryQuery};

use crate::backend::on_both;
use crate::world::{World, choice};

on_both!(
    each_part_filters,
    words_are_found,
    a_rare_combination_comes_in_parts,
    a_day_is_found_before_another_full_day,
    pages_go_through_ties,
    a_bar_leads_to_its_logs,
    a_log_with_several_answers_is_shown_once,
    other_projects_are_not_seen,
);

pub(crate) async fn ids(w: &World, filter: Filter) -> Vec<LogId> {
    let mut query = LogQuery { project: w.project, filter, cursor: None, limit: 2 };
    let mut ids = Vec::new();
    loop {
        let page = w.store.logs(&query).await.unwrap();
        ids.extend(page.items.iter().map(|log| log.id));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return ids;
        }
    }
}

/// Twelve logs; log `n` differs in every part from its neighbours.
async fn twelve(w: &World) -> Vec<Log> {
    let mut logs = Vec::new();
    for n in 0..12 {
        if n == 6 {
            w.advance_days(1);
        }
        let mut log = w.log();
        log.served.deployment = Some(format!("d{}", n % 2));
        log.served.variant = Some(format!("v{}", n % 3));
        log.served.model = Some(format!("m{}", n % 4));
        log.context.user_id = Some(format!("u{}", n % 5));
        log.context.chain_id = Some(format!("c{}", n % 6));
        log.context.conversation_id = Some(format!("t{}", n % 7));
        log.status = LogStatus::ALL[n % 4];
        log.metadata.insert("plan".into(), json!(n % 3));
        logs.push(log);
    }
    w.store.insert_logs(w.project, &logs, vec![], None).await.unwrap();
    for (n, log) in logs.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        w.give(w.on(log.id, "ann", "thumbs", json!(n % 4 == 0))).await;
        w.give(w.on(log.id, "ann", "score", json!(n * 5))).await;
        w.give(w.on(log.id, "ann", "defects", json!(["spelling", "ambiguity"]))).await;
    }
    logs
}

/// The feedback of a metric, on some days.
fn given(metric: &str, label: Option<&str>, days: (i64, i64)) -> Filter {
    let (metric, label) = (metric.to_owned(), label.map(str::to_owned));
    Filter::Is(Test::Feedback { metric, label, days: Some(days) })
}

async fn each_part_filters(w: World) {
    let logs = twelve(&w).await;
    let (day, next) = (logs[0].created_at.date(), logs[6].created_at.date());
    let check = async |text: &str, fits: &(dyn Fn(usize) -> bool + Sync)| {
        let expected: Vec<_> = (0..12).rev().filter(|n| fits(*n)).map(|n| logs[n].id).collect();
        assert_eq!(ids(&w, w.filter(text)).await, expected, "{text}");
    };
    check("", &|_| true).await;
    check("deployment:d1", &|n| n % 2 == 1).await;
    check("variant:v1", &|n| n % 3 == 1).await;
    check("model:m1", &|n| n % 4 == 1).await;
    check("model:(m1, m2)", &|n| n % 4 == 1 || n % 4 == 2).await;
    check("model:m*", &|_| true).await;
    check("-model:m1", &|n| n % 4 != 1).await;
    check("model:m1 or user:u2", &|n| n % 4 == 1 || n % 5 == 2).await;
    check("user:u1", &|n| n % 5 == 1).await;
    check("chain:c1", &|n| n % 6 == 1).await;
    check("conversation:t1", &|n| n % 7 == 1).await;
    check("provider:nobody", &|_| false).await;
    check("not provider:nobody", &|_| true).await;
    for (i, status) in LogStatus::ALL.into_iter().enumerate() {
        check(&format!("status:{}", status.as_str()), &|n| n % 4 == i).await;
    }
    check(&format!("id:{}", logs[3].id), &|n| n == 3).await;
    check("origin:gateway", &|_| true).await;
    check("meta.plan:1", &|n| n % 3 == 1).await;
    check("not meta.plan:1", &|n| n % 3 != 1).await;
    check("thumbs:up", &|n| n % 4 == 0).await;
    check("thumbs:down", &|n| n % 4 == 2).await;
    check("score>=20", &|n| n % 2 == 0 && n >= 4).await;
    check("score:10..20", &|n| n == 2 || n == 4).await;
    check("not score<=20", &|n| n % 2 == 1 || n > 4).await;
    check("has:feedback", &|n| n % 2 == 0).await;
    check("not has:feedback", &|n| n % 2 == 1).await;
    check("has:correction", &|_| false).await;
    check("tokens:9 cost>0", &|_| true).await;
    check("latency>1s or mean_logprob>0 or version>1", &|_| false).await;
    check(&format!("time:{day}"), &|n| n < 6).await;
    check(&format!("time>{day} user:u1"), &|n| n >= 6 && n % 5 == 1).await;
    check(&format!("time:{day}..{next}"), &|_| true).await;
    check("age<400d", &|_| true).await;
    check("defects:spelling", &|n| n % 2 == 0).await;
    check("feedback.score:*", &|n| n % 2 == 0).await;
    check("feedback.thumbs:true", &|n| n % 4 == 0).await;
    check("not feedback.thumbs:true", &|n| n % 4 != 0).await;
    let all = "deployment:d0 meta.plan:1 defects:spelling thumbs:up score>=1";
    check(&format!("{all} time:{day}"), &|n| n == 4).await;
    check("(thumbs:up or thumbs:down) and not (score<20 or user:u4)", &|n| {
        n % 2 == 0 && n >= 4 && n % 5 != 4
    })
    .await;
    let (first, second) = (logs[0].created_at.day(), logs[6].created_at.day());
    for (days, fits) in [((second, second), true), ((first, second), true), ((first, first), false)]
    {
        let expected: Vec<_> =
            (0..12).rev().filter(|n| fits && n % 4 == 0).map(|n| logs[n].id).collect();
        assert_eq!(ids(&w, given("thumbs", Some("true"), days)).await, expected, "{days:?}");
    }
}

async fn words_are_found(w: World) {
    let mut logs = Vec::new();
    for text in ["A group-commit, explained", "commit the group", "Größe 東京"] {
        let mut log = w.log();
        log.messages = vec![Message::text_of("user", text)];
        w.insert(&log).await;
        logs.push(log.id);
    }
    // "Paris." is each log's answer. Words are indexed a moment later.
    let found = async |text: &str| ids(&w, w.filter(text)).await;
    until_found(&w, "paris", 3).await;
    assert_eq!(found("paris").await, [logs[2], logs[1], logs[0]]);
    assert_eq!(found("\"group commit\"").await, [logs[0]]);
    assert_eq!(found("group commit").await, [logs[1], logs[0]]);
    assert_eq!(found("text:GRÖSSE or größe or \"東京\"").await, [logs[2]]);
    assert_eq!(found("-group").await, [logs[2]]);
    assert_eq!(found("user:ann group or nothing").await, []);
    assert_eq!(found("\"!?\"").await, []);
    let patch = w.patch(logs[1], json!({"choices": [], "metadata": {"k": 1}}));
    w.store.patch_log(patch, vec![], None).await.unwrap();
    assert_eq!(found("commit meta.k:1").await, [logs[1]]);
    let answers = w.patch(logs[2], json!({"choices": [choice("Lyon!")]}));
    w.store.patch_log(answers, vec![], None).await.unwrap();
    // The newest log goes, and another comes in its place.
    let all = w.store.leaving(w.project, w.now(), None, 10).await.unwrap();
    let newest = all.iter().find(|leaving| leaving.whole.log.id == logs[2]).unwrap();
    let gone = vec![(logs[2], newest.revision)];
    assert_eq!(w.store.forget(w.project, gone, w.now(), None).await.unwrap(), 1);
    let mut log = w.log();
    log.messages = vec![Message::text_of("user", "unheard of")];
    w.insert(&log).await;
    until_found(&w, "unheard", 1).await;
    assert_eq!(found("unheard").await, [log.id]);
    assert_eq!(found("größe").await, []);
}

/// Waits until so many logs are found by their words.
pub(crate) async fn until_found(w: &World, text: &str, count: usize) {
    for _ in 0..500 {
        if ids(w, w.filter(text)).await.len() == count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// A page looks at 2,000 logs at most, and goes on where it stopped.
async fn a_rare_combination_comes_in_parts(w: World) {
    let mut logs = Vec::new();
    for n in 0..2100 {
        let mut log = w.log();
        log.served.variant = Some(if n == 0 { "rare" } else { "common" }.into());
        logs.push(log);
    }
    let rare = logs[0].id;
    for some in logs.chunks(700) {
        w.store.insert_logs(w.project, some, vec![], None).await.unwrap();
    }
    let page = w.page(w.filter("variant:rare")).await;
    assert!(page.items.is_empty() && page.partial && page.next_cursor.is_some());
    assert_eq!(ids(&w, w.filter("variant:rare")).await, [rare]);
    assert!(!w.page(w.filter("variant:common")).await.partial);
}

/// The logs of other days are not looked at, be they more than a page may look at.
async fn a_day_is_found_before_another_full_day(w: World) {
    let day = |log: &Log| log.created_at.date().as_str().to_owned();
    let (first, then) = (w.log(), w.log().created_at.plus_s(86_400));
    w.insert(&first).await;
    w.advance_days(1);
    let many: Vec<Log> = (0..2100)
        .map(|_| Log { id: LogId::new(then, w.entropy()), created_at: then, ..w.log() })
        .collect();
    for some in many.chunks(700) {
        w.store.insert_logs(w.project, some, vec![], None).await.unwrap();
    }
    let (one, next) = (day(&first), day(&many[0]));
    for text in [format!("time>={one} time<{next}"), format!("time<{next}"), format!("time:{one}")]
    {
        let page = w.page(w.filter(&text)).await;
        let found: Vec<_> = page.items.iter().map(|log| log.id).collect();
        assert_eq!(found, [first.id], "{text}");
    }
}

async fn pages_go_through_ties(w: World) {
    let at = w.now();
    let logs: Vec<Log> = (0..9)
        .map(|_| {
            let mut log = w.log();
            (log.id, log.created_at) = (LogId::new(at, w.entropy()), at);
            log
        })
        .collect();
    w.store.insert_logs(w.project, &logs, vec![], None).await.unwrap();
    let mut expected: Vec<_> = logs.iter().map(|log| log.id).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(ids(&w, Filter::default()).await, expected);
    assert_eq!(ids(&w, w.filter("deployment:assistant")).await, expected);
}

/// The logs behind each point of a chart have just the feedback that the point counts.
async fn a_bar_leads_to_its_logs(w: World) {
    twelve(&w).await;
    for (metric, dimension) in [("thumbs", "all"), ("defects", "model"), ("score", "user")] {
        let query = SummaryQuery {
            project: w.project,
            metric: metric.into(),
            dimension: dimension.into(),
            days: 0..=100_000,
        };
        let points = w.store.summary(&query).await.unwrap();
        assert!(!points.is_empty());
        for point in points {
            let value = Some(point.dimension_value).filter(|v| !v.is_empty());
            let label = Some(point.label).filter(|label| !label.is_empty());
            let mut parts = vec![given(metric, label.as_deref(), (point.day, point.day))];
            parts.extend(value.map(|value| w.filter(&format!("{dimension}:{value}"))));
            let filter = Filter::And(parts);
            let logs = ids(&w, filter).await.len();
            assert_eq!(i64::try_from(logs).unwrap(), point.count, "{metric} {dimension}");
        }
    }
}

async fn a_log_with_several_answers_is_shown_once(w: World) {
    let (first, second) = (w.log(), w.log());
    w.insert(&first).await;
    w.insert(&second).await;
    let day = Time::day(first.created_at);
    for who in ["a", "b", "c"] {
        w.give(w.on(second.id, who, "thumbs", json!(true))).await;
        w.give(w.on(first.id, who, "thumbs", json!(true))).await;
    }
    w.advance_days(1);
    w.give(w.on(second.id, "d", "thumbs", json!(true))).await;
    for days in [(day, day), (day, day + 1), (day - 5, day), (0, 100_000)] {
        let filter = given("thumbs", Some("true"), days);
        assert_eq!(ids(&w, filter).await, [second.id, first.id], "{days:?}");
    }
}

async fn other_projects_are_not_seen(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let (id, _) = w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let other = w.in_project(ProjectId::new(w.now(), [9; 10]));
    other.create_project(other.project, "other").await;
    assert_eq!(ids(&other, Filter::default()).await, []);
    assert!(other.store.log(other.project, log.id).await.unwrap().is_none());
    assert_eq!(other.store.log_feedback(other.project, log.id).await.unwrap(), []);
    let by = vouch_domain::actor::Actor::System;
    assert!(w.store.retract_feedback(other.project, id, &by, None, w.now()).await.is_err());
    assert_eq!(ids(&other, other.filter("feedback.thumbs:*")).await, []);
}
