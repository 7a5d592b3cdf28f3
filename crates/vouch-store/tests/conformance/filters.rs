//! Every part of a log filter, alone and together, and paging.

use serde_json::json;
use vouch_domain::Time;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{Log, LogStatus};
use vouch_store::{FeedbackStore, LogFilter, LogQuery, LogStore, SummaryQuery};

use crate::backend::on_both;
use crate::world::World;

on_both!(
    each_part_filters,
    pages_go_through_ties,
    a_bar_leads_to_its_logs,
    a_log_with_several_answers_is_shown_once,
    other_projects_are_not_seen,
);

async fn ids(w: &World, filter: LogFilter) -> Vec<LogId> {
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
    w.store.insert_logs(w.project, logs.clone(), vec![], None).await.unwrap();
    for (n, log) in logs.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        w.give(w.on(log.id, "ann", "thumbs", json!(n % 4 == 0))).await;
        w.give(w.on(log.id, "ann", "score", json!(n * 5))).await;
        w.give(w.on(log.id, "ann", "defects", json!(["spelling", "ambiguity"]))).await;
    }
    logs
}

async fn each_part_filters(w: World) {
    let logs = twelve(&w).await;
    let first_day = logs[0].created_at.day();
    let text = |s: &str| Some(s.to_owned());
    let none = LogFilter::default;
    let check = async |filter: LogFilter, fits: &(dyn Fn(usize) -> bool + Sync)| {
        let expected: Vec<_> = (0..12).rev().filter(|n| fits(*n)).map(|n| logs[n].id).collect();
        let context = format!("{filter:?}");
        assert_eq!(ids(&w, filter).await, expected, "{context}");
    };
    check(none(), &|_| true).await;
    check(LogFilter { deployment: text("d1"), ..none() }, &|n| n % 2 == 1).await;
    check(LogFilter { variant: text("v1"), ..none() }, &|n| n % 3 == 1).await;
    check(LogFilter { model: text("m1"), ..none() }, &|n| n % 4 == 1).await;
    check(LogFilter { user_id: text("u1"), ..none() }, &|n| n % 5 == 1).await;
    check(LogFilter { chain_id: text("c1"), ..none() }, &|n| n % 6 == 1).await;
    check(LogFilter { conversation_id: text("t1"), ..none() }, &|n| n % 7 == 1).await;
    for (i, status) in LogStatus::ALL.into_iter().enumerate() {
        check(LogFilter { status: Some(status), ..none() }, &|n| n % 4 == i).await;
    }
    let plan = Some(("plan".to_owned(), "1".to_owned()));
    check(LogFilter { metadata: plan.clone(), ..none() }, &|n| n % 3 == 1).await;
    check(LogFilter { thumbs: Some(true), ..none() }, &|n| n % 4 == 0).await;
    check(LogFilter { thumbs: Some(false), ..none() }, &|n| n % 4 == 2).await;
    check(LogFilter { min_score: Some(20.0), ..none() }, &|n| n % 2 == 0 && n >= 4).await;
    check(LogFilter { max_score: Some(20.0), ..none() }, &|n| n % 2 == 0 && n <= 4).await;
    check(LogFilter { has_feedback: Some(true), ..none() }, &|n| n % 2 == 0).await;
    check(LogFilter { has_feedback: Some(false), ..none() }, &|n| n % 2 == 1).await;
    let one_day = Some((first_day, first_day));
    check(LogFilter { days: one_day, ..none() }, &|n| n < 6).await;
    check(LogFilter { days: Some((first_day, first_day + 1)), ..none() }, &|_| true).await;
    let spelling = Some(("defects".to_owned(), text("spelling")));
    check(LogFilter { feedback: spelling.clone(), ..none() }, &|n| n % 2 == 0).await;
    check(LogFilter { feedback: Some(("score".into(), None)), ..none() }, &|n| n % 2 == 0).await;
    let up = Some(("thumbs".to_owned(), text("true")));
    check(LogFilter { feedback: up.clone(), ..none() }, &|n| n % 4 == 0).await;
    let second = Some((first_day + 1, first_day + 1));
    let filter = LogFilter { feedback: up.clone(), feedback_days: second, ..none() };
    check(filter, &|n| n % 4 == 0).await;
    let both = Some((first_day, first_day + 1));
    let filter = LogFilter { feedback: up.clone(), feedback_days: both, ..none() };
    check(filter, &|n| n % 4 == 0).await;
    let all = LogFilter {
        deployment: text("d0"),
        metadata: plan,
        feedback: spelling,
        thumbs: Some(true),
        min_score: Some(1.0),
        days: one_day,
        ..none()
    };
    check(all, &|n| n == 4).await;
    let nowhere = LogFilter { feedback: up, feedback_days: one_day, ..none() };
    check(nowhere, &|_| false).await;
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
    w.store.insert_logs(w.project, logs.clone(), vec![], None).await.unwrap();
    let mut expected: Vec<_> = logs.iter().map(|log| log.id).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(ids(&w, LogFilter::default()).await, expected);
    let filter = LogFilter { deployment: Some("assistant".into()), ..LogFilter::default() };
    assert_eq!(ids(&w, filter).await, expected);
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
            let mut filter = LogFilter {
                feedback: Some((metric.into(), label)),
                feedback_days: Some((point.day, point.day)),
                ..LogFilter::default()
            };
            match dimension {
                "model" => filter.model = value,
                "user" => filter.user_id = value,
                _ => {}
            }
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
    for days in [None, Some((day, day)), Some((day, day + 1)), Some((day - 5, day))] {
        let filter = LogFilter {
            feedback: Some(("thumbs".into(), Some("true".into()))),
            feedback_days: days,
            ..LogFilter::default()
        };
        assert_eq!(ids(&w, filter).await, [second.id, first.id], "{days:?}");
    }
}

async fn other_projects_are_not_seen(w: World) {
    let log = w.log();
    w.insert(&log).await;
    let (id, _) = w.give(w.on(log.id, "ann", "thumbs", json!(true))).await;
    let other = w.in_project(ProjectId::new(w.now(), [9; 10]));
    other.create_project(other.project, "other").await;
    assert_eq!(ids(&other, LogFilter::default()).await, []);
    assert!(other.store.log(other.project, log.id).await.unwrap().is_none());
    assert_eq!(other.store.log_feedback(other.project, log.id).await.unwrap(), []);
    let by = vouch_domain::actor::Actor::System;
    assert!(w.store.retract_feedback(other.project, id, &by, None, w.now()).await.is_err());
    let filter = LogFilter { feedback: Some(("thumbs".into(), None)), ..LogFilter::default() };
    assert_eq!(ids(&other, filter).await, []);
}
