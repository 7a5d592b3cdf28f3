//! Files of tasks over HTTP: in, and out again.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use vouch_domain::access::{Role, Scope};
use vouch_testkit::{Answer, Client, TestApp};

async fn queue(admin: &Client) -> String {
    let queue = json!({"name": "Tone", "item": "record", "rubric": {"questions": [
        {"key": "tone", "title": "Tone?", "type": "category", "options": [
            {"key": "warm", "title": "Warm"}, {"key": "cold", "title": "Cold"}]}]}});
    let made = admin.post("/api/v1/queues", queue).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn import(client: &Client, queue: &str, query: &str, media: &str, body: &str) -> Answer {
    let path = format!("/api/v1/queues/{queue}/import{query}");
    client.send_raw(Method::POST, &path, Some((media, Bytes::from(body.to_owned())))).await
}

#[tokio::test]
async fn a_file_is_added_row_by_row_and_what_does_not_fit_is_told() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let queue = queue(&admin).await;
    let rows = "id,text,gold\n1,Hello!,Warm\n\n2,Go.,icy\n3,Bye,cold\n";
    let preview =
        import(&admin, &queue, "?dry_run=true", "text/csv", rows).await.expect(200).json();
    assert_eq!((&preview["created"], &preview["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(preview["columns"], json!(["id", "text", "gold"]));
    assert_eq!(preview["first"][0]["item"]["fields"], json!({"text": "Hello!"}));
    assert_eq!(preview["first"][0]["gold"]["answers"], json!({"tone": "warm"}));
    let tasks = format!("/api/v1/queues/{queue}/tasks");
    assert_eq!(admin.get(&tasks).await.expect(200).json()["items"], json!([]));

    let done = import(&admin, &queue, "", "text/csv", rows).await.expect(200).json();
    assert_eq!((&done["format"], &done["layout"]), (&json!("csv"), &json!("rows")));
    assert_eq!(
        (&done["created"], &done["known"], &done["rejected"]),
        (&json!(2), &json!(0), &json!(1))
    );
    let bad = &done["rejected_rows"][0];
    assert_eq!((&bad["line"], &bad["row"]["text"]), (&json!(4), &json!("Go.")));
    assert_eq!(bad["reason"], "/tone: expected one of warm, cold, got icy");
    let again = import(&admin, &queue, "", "text/csv", rows).await.expect(200).json();
    assert_eq!((&again["created"], &again["known"]), (&json!(0), &json!(2)));
    assert_eq!(admin.get(&tasks).await.expect(200).json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_beginning_of_a_file_may_break_off_within_a_row() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let queue = queue(&admin).await;
    let rows = "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"te";
    let query = "?dry_run=true&partial=true";
    let part =
        import(&admin, &queue, query, "application/octet-stream", rows).await.expect(200).json();
    assert_eq!((&part["created"], &part["rejected"]), (&json!(2), &json!(0)));
    let whole = import(&admin, &queue, "?dry_run=true", "", rows).await.expect(200).json();
    assert_eq!((&whole["created"], &whole["rejected"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn reviews_come_with_their_people_and_leave_with_their_items() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let first = queue(&admin).await;
    let by = |who: Value, tone: &str| {
        json!({"id": 1, "completed_by": who, "result": [
        {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": [tone]}}]})
    };
    let both = json!([by(json!(4), "Warm"), by(json!({"email": "Bo@example.com"}), "Warm")]);
    let file = json!([{"id": 1, "data": {"text": "Hi"}, "annotations": both}]).to_string();
    let query = "?annotators=4%3Dann%40example.com";
    let done = import(&admin, &first, query, "application/json", &file).await.expect(200).json();
    assert_eq!((&done["layout"], &done["reviews"]), (&json!("label-studio"), &json!(2)));
    let emails: Vec<&Value> =
        done["people"].as_array().unwrap().iter().map(|p| &p["email"]).collect();
    assert_eq!(emails, ["ann@example.com", "bo@example.com"]);
    let path = format!("/api/v1/queues/{first}/export");
    let reviews = admin.get(&path).await.expect(200);
    let text = String::from_utf8(reviews.body.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 2);
    let consensus = admin.get(&format!("{path}?what=consensus&format=csv")).await.expect(200);
    let consensus = String::from_utf8(consensus.body.to_vec()).unwrap();
    assert!(
        consensus.contains(",consensus,2,\"{\"\"tone\"\":\"\"warm\"\"}\",warm,1"),
        "{consensus}"
    );
    let parquet = admin.get(&format!("{path}?format=parquet")).await.expect(200);
    assert_eq!(&parquet.body[..4], b"PAR1");

    let second = admin.post("/api/v1/queues", json!({"name": "Again", "item": "record",
        "rubric": admin.get(&format!("/api/v1/queues/{first}")).await.expect(200).json()["rubric"]}));
    let second = second.await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let target = format!("/api/v1/queues/{second}/import");
    let sent = admin.send_raw(
        Method::POST,
        &target,
        Some(("application/vnd.apache.parquet", parquet.body)),
    );
    let done = sent.await.expect(200).json();
    assert_eq!(
        (&done["layout"], &done["reviews"], &done["people"]),
        (&json!("vouch"), &json!(2), &json!([]))
    );
}

#[tokio::test]
async fn what_is_no_file_or_not_allowed_is_said() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let queue = queue(&admin).await;
    let said =
        import(&admin, &queue, "?text=comment", "", "{\"text\":\"a\"}").await.expect(422).json();
    let detail = said["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("there is no column `comment`; the first row has text"), "{said}");
    let said =
        import(&admin, &queue, "?format=parquet", "", "PAR1 or not").await.expect(422).json();
    assert!(said["errors"][0]["detail"].as_str().unwrap().contains("no Parquet"), "{said}");
    import(&admin, &queue, "?format=xls", "", "x").await.expect(422);
    let nothing = import(&admin, &queue, "?format=jsonl", "", "").await.expect(200).json();
    assert_eq!(nothing["created"], 0);
    let (_, reviewer) = app.person(Role::Reviewer).await;
    import(&reviewer, &queue, "", "", "{}").await.expect(403);
    let key = app.key(&[Scope::Ingest]).await;
    import(&key, &queue, "", "", "{}").await.expect(403);
}
