//! The examples of the README, as they are written, against a real server.

use std::process::Command;

use crate::provider::PIECES;
use crate::running::{KEY, Running};

/// What stands between `// README` and `// end` is a block of the README.
#[expect(clippy::items_after_statements, reason = "each block of the README names what it needs")]
async fn examples() -> vouch_client::Result<()> {
    // README
    use serde_json::json;
    use vouch_client::{Invoke, Message, Metrics, Vouch};

    let vouch = Vouch::from_env()?; // or Vouch::builder().base_url("...").api_key("vk_...").build()?

    let call = Invoke::new("assistant")
        .inputs(json!({"name": "Ann"}))
        .messages([Message::user("What is a group commit?")]);
    let answer = vouch.invoke(call).await?;
    println!("{}", answer.text());

    answer.add_metrics(Metrics::new().score(70)).await?;
    // end
    // README
    use vouch_client::{Performance, Usage};

    let metrics = Metrics::new()
        .chain_id("c4a75b53-62fa-401b-8e97-493f3d299316")
        .conversation_id("ee7b0c8c-eeb2-43cf-83e9-a4a49f8f13ea")
        .user_id("e3a202a6-461b-447c-abe2-018ba4d04cd0")
        .metadata(json!({"custom": "custom_metadata", "chain_id": "ad1231xsdaABw"}))
        .usage(Usage::new(100, 900))
        .performance(Performance::latency(9000.0).time_to_first_token(250.0));
    answer.add_metrics(metrics).await?;
    // end
    // README
    let log_id = answer.log_id.clone();
    vouch.add_metrics(&log_id, Metrics::new().score(70)).await?;
    // end
    // README
    use vouch_client::{Opinion, Source};

    answer.feedback(Opinion::new().thumbs(true).user_id("ann")).await?;

    // On a log, a chain or a conversation; thumbs, a score, any metric, a correction, a comment.
    let wrong = Opinion::new().thumbs(false).comment("It made that up.").user_id("ben");
    let kept = vouch.feedback(wrong.on_log(&log_id)).await?;
    let defects = Opinion::new().metric("defects", ["hallucination", "spelling"]);
    vouch.feedback(defects.on_log(&log_id)).await?;
    let correction =
        Opinion::new().correction("Several transactions that share one write to disk.");
    vouch.feedback(correction.on_log(&log_id)).await?;

    // Up to 1,000 at once: all of them or none are kept.
    let many = [
        Opinion::new().thumbs(true).on_chain("c4a75b53-62fa-401b-8e97-493f3d299316"),
        Opinion::new().score(65).source(Source::Judge).on_log(&log_id),
    ];
    vouch.feedback_many(many).await?;

    // Take one back: it stays readable, but counts no more.
    vouch.retract(&kept.ids[0], Some("ben")).await?;

    // A token with which a browser may give feedback on this log, and nothing else.
    let token = vouch.feedback_token(&log_id, Some(3600), Some("ann")).await?.token;
    // end
    // README
    let call = Invoke::new("assistant").messages([Message::user("And what does it cost?")]);
    let mut stream = vouch.invoke_stream(call).await?;
    while let Some(chunk) = stream.next().await? {
        print!("{}", chunk.text());
    }

    let whole = stream.collect().await?; // the whole answer
    whole.feedback(Opinion::new().thumbs(true)).await?;
    // end
    // README
    use vouch_client::{Choice, LogFilters, NewLog};

    let sent = NewLog::new([Message::user("Hello")])
        .model("gpt-4o")
        .choices([Choice::from(Message::assistant("Hi!"))])
        .metadata(json!({"plan": "pro"}));
    let id = vouch.logs().send(sent).await?;

    let log = vouch.logs().get(&id).await?;
    println!("{} {}", log.choices[0].message.text(), log.tally.thumbs_up);

    // Newest first; the next page is fetched when it is needed.
    let mut logs = vouch.logs().list(LogFilters::new().q("meta.plan:pro status:completed"));
    while let Some(line) = logs.next().await? {
        println!("{} {} {}", line.id, line.created_at, line.output_preview);
    }
    // end
    // README
    let messages = vec![Message::user("Hello")];
    let call = vouch.log_call(NewLog::new(messages.clone()).model("gpt-4o").provider("openai"));

    let answered = Message::assistant("Hi!"); // what your provider answered

    let id = call.completed([Choice::from(answered)], Some(Usage::new(1, 2))).await?;
    vouch.feedback(Opinion::new().thumbs(true).on_log(id)).await?;
    // end
    // README
    use std::time::Duration;
    use vouch_client::Error;

    let patient = Vouch::builder().timeout(Duration::from_secs(30)).max_retries(5).build()?;
    let write = patient.with_idempotency_key("order-7-score");
    match write.feedback(Opinion::new().score(101).on_log(&log_id)).await {
        Ok(kept) => println!("{:?}", kept.ids),
        Err(Error::Status(problem)) => {
            println!("{problem}");
            for field in &problem.errors {
                println!("{} {}", field.pointer, field.detail);
            }
        }
        Err(other) => return Err(other),
    }
    // end
    assert!(!token.is_empty());
    Ok(())
}

#[test]
fn the_readme_has_these_examples() {
    let here = include_str!("readme.rs");
    let begin = ["    // READ", "ME\n"].concat();
    let run = here.split(&begin).skip(1).map(|rest| {
        let block = rest.split("    // end\n").next().unwrap();
        block.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>()
    });
    let readme = include_str!("../../README.md");
    let blocks = readme
        .split("\n```rust\n")
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap().lines().collect::<Vec<_>>());
    assert_eq!(run.collect::<Vec<_>>(), blocks.collect::<Vec<_>>());
}

/// Does its work where the test below runs it: in a process with the settings in its environment.
#[tokio::test]
async fn examples_with_the_environment() {
    if std::env::var_os("VOUCH_README").is_some() {
        examples().await.unwrap();
    }
}

#[test]
fn the_examples_run() {
    let Some(running) = Running::start() else { return };
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "readme::examples_with_the_environment", "--nocapture"])
        .env("VOUCH_README", "1")
        .env("VOUCH_BASE_URL", running.address())
        .env("VOUCH_API_KEY", KEY)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{printed}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(printed.contains(&format!("{0}\n{0}", PIECES.concat())), "{printed}");
    assert!(printed.contains("422 The input is not valid"), "{printed}");
    assert!(printed.contains("/feedback/0/value expected a number"), "{printed}");
}
