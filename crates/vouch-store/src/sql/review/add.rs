//! Adding tasks: those that are there already, by their key, stay as they are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{Answers, Assignment, Item, ItemKind, ItemShape, Queue, Rubric};
use vouch_domain::{Invalid, Pointer, Time};

use super::batch::Batch;
use super::book::Book;
use super::queue::QueueRow;
use super::share::Pool;
use super::task::Class;
use crate::error::corrupt;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::{Kind, clean};
use crate::{Added, MAX_ADDED, Result, TaskToAdd};

/// What [`add`] needs.
pub(super) type Add = (ProjectId, QueueId, Vec<TaskToAdd>, Time);

/// Adds tasks.
pub(super) async fn add((project, queue, tasks, now): &Add, tx: &mut Tx) -> Result<Added> {
    let queue = QueueRow::live(&mut tx.conn, *project, *queue).await?;
    let mut book = Book::open(tx, *project, queue.id, *now);
    let added = add_to(&mut book, &queue, tasks).await?;
    if added.created > 0 {
        book.close().await?;
    }
    Ok(added)
}

/// Adds tasks to a queue whose book is open.
pub(super) async fn add_to(
    book: &mut Book<'_>,
    queue: &Queue,
    tasks: &[TaskToAdd],
) -> Result<Added> {
    if tasks.len() > MAX_ADDED {
        let expected = format!("at most {MAX_ADDED} items");
        return Err(Invalid::new("/items", expected, tasks.len()).into());
    }
    let mut checked = Vec::with_capacity(tasks.len());
    for (i, task) in tasks.iter().enumerate() {
        let at = Pointer::from("/items").then(i);
        checked.push(check(queue, task).map_err(|invalid| invalid.under(&at))?);
    }
    let mut known = known(book, &checked).await?;
    let (mut ids, mut fresh) = (Vec::with_capacity(tasks.len()), Vec::new());
    for task in checked {
        match known.entry(task.key.clone()) {
            Entry::Occupied(there) => ids.push(*there.get()),
            Entry::Vacant(free) => {
                ids.push(*free.insert(task.id));
                fresh.push(task);
            }
        }
    }
    let created = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
    write(book, queue, &fresh).await?;
    let all = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    Ok(Added { ids, created, known: all - created })
}

/// A task that fits its queue.
pub(super) struct Checked<'a> {
    pub(super) id: TaskId,
    pub(super) key: String,
    pub(super) task: &'a TaskToAdd,
}

fn check<'a>(queue: &Queue, task: &'a TaskToAdd) -> Result<Checked<'a>, Invalid> {
    let TaskToAdd { id, new, .. } = task;
    if new.item.kind() != queue.settings.item {
        let expected = format!("{}, what the queue holds", queue.settings.item.as_str());
        return Err(Invalid::new("/type", expected, new.item.kind().as_str()));
    }
    new.item.check()?;
    let key = new.key.clone().unwrap_or_else(|| new.item.key());
    vouch_domain::invalid::check_text("/key", &key)?;
    if !(1..=256).contains(&key.chars().count()) {
        return Err(Invalid::new("/key", "1 to 256 characters", &key));
    }
    let shape = shape(&new.item);
    let rubric = &queue.settings.rubric;
    if let Some(gold) = &new.gold {
        check_some(rubric, &gold.answers, &shape)
            .map_err(|invalid| invalid.under(&"/gold/answers".into()))?;
        if gold.answers.0.is_empty() {
            return Err(Invalid::new("/gold/answers", "an answer to a question", "none"));
        }
    }
    if let Some(suggestion) = &new.suggestion {
        check_some(rubric, &suggestion.answers, &shape)
            .map_err(|invalid| invalid.under(&"/suggestion/answers".into()))?;
    }
    Ok(Checked { id: *id, key: clean(&key), task })
}

/// The shape of an item; what is not known of a log or a conversation is not held against it.
pub(super) fn shape(item: &Item) -> ItemShape {
    match item.kind() {
        ItemKind::Log | ItemKind::Conversation => {
            ItemShape { responses: 0, texts: [("response".to_owned(), u32::MAX)].into() }
        }
        ItemKind::Responses | ItemKind::Record => ItemShape::of(item),
    }
}

/// Checks answers to some questions: each by itself.
pub(super) fn check_some(
    rubric: &Rubric,
    answers: &Answers,
    shape: &ItemShape,
) -> Result<(), Invalid> {
    for (key, value) in &answers.0 {
        let at = Pointer::root().then(key);
        let question = rubric.question(key);
        let question =
            question.ok_or_else(|| Invalid::new(at.clone(), "the key of a question", value))?;
        question.kind.read(value, shape).map_err(|invalid| invalid.under(&at))?;
    }
    Ok(())
}

/// The ids of those keys that are there.
async fn known(book: &mut Book<'_>, tasks: &[Checked<'_>]) -> Result<HashMap<String, TaskId>> {
    let mut rows =
        Rows::new(&[("project", Kind::Text), ("queue", Kind::Text), ("key", Kind::Text)]);
    for task in tasks {
        rows.push([book.project.into(), book.queue.into(), task.key.as_str().into()]);
    }
    let body = "SELECT t.key, t.id FROM k CROSS JOIN tasks t WHERE t.project = k.project \
                AND t.queue = k.queue AND t.key = k.key";
    let found = rows.all::<(String, String)>(&mut book.tx.conn, body).await?;
    let parse =
        |(key, id): (String, String)| Ok((key, id.parse().map_err(|e| corrupt("task", e))?));
    found.into_iter().map(parse).collect()
}

async fn write(book: &mut Book<'_>, queue: &Queue, fresh: &[Checked<'_>]) -> Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    let turn = book.turns(i64::try_from(fresh.len()).unwrap_or(i64::MAX)).await?;
    let mut batch = Batch::new(book, queue);
    let even = queue.settings.assignment == Assignment::Even;
    let mut pool = if even { Pool::of_queue(book, queue).await? } else { Pool::default() };
    for (turn, task) in (turn..).zip(fresh) {
        let new = &task.task.new;
        let keepers = match new.assignee {
            _ if new.gold.is_some() => Vec::new(),
            Some(user) => vec![user.to_string()],
            None => pool.take_some(queue.settings.overlap.at_first(), &[]),
        };
        batch.push(task, turn, keepers)?;
    }
    for (class, tasks) in [(Class::Gold, batch.golds), (Class::Untouched, batch.work)] {
        book.count(class, tasks);
    }
    batch.write(book).await
}

/// About how much memory a task holds while it waits.
pub(super) fn size_bytes(task: &TaskToAdd) -> usize {
    let text = serde_json::to_string(&task.new.item);
    1024 + text.map_or(0, |text| text.len())
}
