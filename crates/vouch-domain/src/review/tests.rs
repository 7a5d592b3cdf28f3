//! What holds for rubrics, answers, queues and consensus.

mod consensus;
mod queues;
mod rubrics;

use serde_json::{Map, Value, json};

use super::{Answers, ItemShape, NewQueue, QueueSettings, Rubric, RubricDraft};

fn rubric(questions: Value) -> Result<Rubric, crate::Invalid> {
    let draft = Value::Object(Map::from_iter([("questions".to_owned(), questions)]));
    Rubric::new(serde_json::from_value::<RubricDraft>(draft).unwrap())
}

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn shape() -> ItemShape {
    ItemShape { responses: 3, texts: [("response".to_owned(), 5)].into() }
}

fn settings(questions: Value, more: Value) -> QueueSettings {
    let mut queue = object(json!({"name": "Q", "item": "log"}));
    let rubric = Map::from_iter([("questions".to_owned(), questions)]);
    queue.insert("rubric".into(), Value::Object(rubric));
    queue.extend(object(more));
    let new: NewQueue = serde_json::from_value(Value::Object(queue)).unwrap();
    new.settings().unwrap()
}

fn answers(value: Value) -> Answers {
    Answers(object(value))
}
