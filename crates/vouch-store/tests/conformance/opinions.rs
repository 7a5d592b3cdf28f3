//! Opinions that are kept current are those that one reads anew, whatever came and ended in which
//! order; and what is computed of them is the same to the last bit.

use std::sync::Arc;

use serde_json::{Value, json};
use vouch_domain::id::{ReviewId, TaskId, UserId};
use vouch_domain::review::{ConsensusMethod, ConsensusRule, ItemShape, Queue};
use vouch_review::{OpinionCache, Opinions, People, Together};
use vouch_store::{QueueStore, TaskStore};

use crate::backend::on_both;
use crate::desk::{Desk, kept};
use crate::world::World;

on_both!(
    what_is_kept_current_is_what_is_read_anew,
    what_is_over_the_limit_is_let_go,
    a_changed_rubric_is_read_anew,
);

/// Draws numbers, the same each time (an LCG of Knuth's).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// A question of each kind that is held.
fn questions() -> Value {
    let options = json!([{"key": "a", "title": "A"}, {"key": "b", "title": "B"},
        {"key": "c", "title": "C"}]);
    json!({"questions": [
        {"key": "good", "title": "Good?", "type": "yes_no"},
        {"key": "kind", "title": "Kind", "type": "category", "options": options, "required": false},
        {"key": "tags", "title": "Tags", "type": "multi_category", "options": options},
        {"key": "list", "title": "List", "type": "checklist", "options": options},
        {"key": "stars", "title": "Stars", "type": "rating", "min": 1, "max": 5},
        {"key": "price", "title": "Price", "type": "number"},
        {"key": "names", "title": "Names", "type": "spans", "labels": options, "of": "text"},
        {"key": "why", "title": "Why?", "type": "text", "required": false},
    ]})
}

fn answers(draw: &mut Draw) -> Value {
    let key = ["a", "b", "c"];
    let tags: Vec<_> = key.iter().filter(|_| draw.below(2) == 0).collect();
    let (start, price) = (draw.below(3), [0.5, 2.0, 1e6, -3.0][draw.below(4)]);
    let mut answers = json!({
        "good": draw.below(3) > 0,
        "tags": tags,
        "list": {"a": draw.below(2) == 0, "b": draw.below(2) == 0, "c": draw.below(2) == 0},
        "stars": 1 + draw.below(5),
        "price": price,
        "names": [{"start": start, "end": start + 2, "label": key[draw.below(2)]}],
        "why": format!("because {}", draw.below(1000)),
    });
    if draw.below(4) > 0 {
        answers["kind"] = json!(key[draw.below(3)]);
    }
    answers
}

async fn anew(w: &World, queue: &Queue) -> Opinions {
    let mut opinions = Opinions::new(&queue.settings.rubric);
    let mut after = None;
    loop {
        let page = w.store.reviews_after(w.project, queue.id, after, 7).await.unwrap();
        let Some(last) = page.last() else { return opinions };
        after = Some(last.id);
        opinions.take(&page);
    }
}

/// All that is computed of them, to the last bit: numbers are written so that each is another text.
fn computed(opinions: &Arc<Opinions>, queue: &Queue) -> Vec<String> {
    let mut all = vec![format!("{:?} {:?}", opinions.tasks(), opinions.last())];
    for question in Opinions::held(&queue.settings.rubric) {
        for method in [
            ConsensusMethod::Majority,
            ConsensusMethod::DawidSkene,
            ConsensusMethod::OneCoin,
            ConsensusMethod::Mace,
        ] {
            let rule = ConsensusRule { method, ..queue.settings.consensus };
            let together = Together::of(Arc::clone(opinions), question, rule).unwrap();
            all.push(format!("{} {method:?}", question.key));
            all.extend(
                (0..together.len())
                    .map(|n| format!("{:?} {:?}", together.task(n), together.found(n))),
            );
            all.push(format!("{:?}", together.qualities(&People::new())));
        }
    }
    all
}

async fn desk(w: &World, key: &str) -> Desk {
    let more = json!({"key": key, "rubric": questions(), "overlap": {"type": "fixed", "reviews": 3},
        "consensus": {"tie": "first", "scale": "mean", "spans": 0.5}});
    Desk::new(w, more).await
}

async fn the_queue(desk: &Desk) -> Queue {
    desk.w.store.queue(desk.w.project, desk.queue).await.unwrap().unwrap()
}

async fn step(desk: &Desk, people: &[UserId], draw: &mut Draw, done: &mut Vec<(ReviewId, UserId)>) {
    let (w, user) = (&desk.w, people[draw.below(people.len())]);
    match draw.below(10) {
        0 | 1 if !done.is_empty() => {
            // What a person decided, or took back before, is refused.
            let (review, author) = done.swap_remove(draw.below(done.len()));
            drop(w.store.undo(w.project, review, author, w.now()).await);
        }
        2 if !done.is_empty() => {
            let (review, _) = done.swap_remove(draw.below(done.len()));
            let audit = w.audit("review.reject", "r");
            drop(w.store.reject(w.project, review, "look again".into(), audit).await);
        }
        _ => {
            if let Some(turn) = desk.take(user).await {
                let mut submission = desk.submission(turn.task, user, answers(draw));
                submission.shape = ItemShape::of(&turn.item);
                let kept = kept(w.store.submit(submission).await.unwrap());
                done.push((kept.review.id, user));
            }
        }
    }
}

async fn what_is_kept_current_is_what_is_read_anew(w: World) {
    for seed in 0..4 {
        let desk = desk(&w, &format!("q{seed}")).await;
        let queue = the_queue(&desk).await;
        let text = |n: usize| json!({"type": "record", "fields": {"text": format!("Text {n}")}});
        let _: Vec<TaskId> = desk.add((0..9).map(text).collect()).await;
        let mut people = Vec::new();
        for n in 0..4 {
            people.push(desk.person(&format!("p{seed}{n}")).await);
        }
        let cache = OpinionCache::default();
        let (mut draw, mut done) = (Draw(seed), Vec::new());
        for n in 0..60 {
            step(&desk, &people, &mut draw, &mut done).await;
            if n % 6 == 5 {
                let current = cache.of(w.store.as_ref(), w.project, &queue).await.unwrap();
                let anew = Arc::new(anew(&w, &queue).await);
                assert_eq!(current.len(), anew.len());
                assert_eq!(computed(&current, &queue), computed(&anew, &queue), "{seed} {n}");
            }
        }
        assert!(done.len() > 10, "{}", done.len());
        // Nothing that is computed with is changed under who computes.
        let before = cache.of(w.store.as_ref(), w.project, &queue).await.unwrap();
        let len = before.len();
        let (review, author) = done.pop().unwrap();
        w.store.undo(w.project, review, author, w.now()).await.unwrap();
        let after = cache.of(w.store.as_ref(), w.project, &queue).await.unwrap();
        assert_eq!((before.len(), after.len()), (len, len - 1));
        assert!(after.change() > before.change());
    }
}

async fn what_is_over_the_limit_is_let_go(w: World) {
    let (one, other) = (Desk::new(&w, json!({"key": "one"})).await, desk(&w, "other").await);
    let ann = one.person("ann").await;
    for task in one.add_records(0, 3).await {
        one.take(ann).await.unwrap();
        one.submit(task, ann, json!({"good": true})).await;
    }
    let (first, second) = (the_queue(&one).await, the_queue(&other).await);
    let bytes = {
        let cache = OpinionCache::default();
        assert_eq!(cache.of(w.store.as_ref(), w.project, &first).await.unwrap().len(), 3);
        cache.bytes()
    };
    assert!(bytes > 3 * 40, "{bytes}");
    // There is room for either, and not for both.
    let cache = OpinionCache::new(bytes + 100);
    for queue in [&first, &second, &first] {
        cache.of(w.store.as_ref(), w.project, queue).await.unwrap();
        assert!((1..=bytes + 100).contains(&cache.bytes()), "{}", cache.bytes());
    }
    // One that is over it alone is read each time.
    let small = OpinionCache::new(10);
    for _ in 0..2 {
        let opinions = small.of(w.store.as_ref(), w.project, &first).await.unwrap();
        assert_eq!((opinions.len(), small.bytes()), (3, 0));
    }
}

async fn a_changed_rubric_is_read_anew(w: World) {
    let desk = Desk::new(&w, json!({"overlap": {"type": "fixed", "reviews": 2}})).await;
    let (ann, bob) = (desk.person("ann").await, desk.person("bob").await);
    let task = desk.add_records(0, 1).await[0];
    desk.take(ann).await.unwrap();
    desk.submit(task, ann, json!({"good": true})).await;
    let cache = OpinionCache::default();
    let queue = the_queue(&desk).await;
    assert_eq!(cache.of(w.store.as_ref(), w.project, &queue).await.unwrap().len(), 1);
    let rubric = json!({"rubric": {"questions": [
        {"key": "good", "title": "Good?", "type": "yes_no"},
        {"key": "stars", "title": "Stars", "type": "rating", "min": 1, "max": 5}]}});
    let update = serde_json::from_value(rubric).unwrap();
    let audit = w.audit("queue.update", "q");
    let queue = w.store.update_queue(w.project, desk.queue, update, audit).await.unwrap();
    desk.take(bob).await.unwrap();
    desk.submit(task, bob, json!({"good": true, "stars": 4})).await;
    let opinions = cache.of(w.store.as_ref(), w.project, &queue).await.unwrap();
    assert_eq!(opinions.len(), 2);
    let stars = queue.settings.rubric.question("stars").unwrap();
    let together = Together::of(opinions, stars, queue.settings.consensus).unwrap();
    assert_eq!(together.task(0).unwrap().value, Some(json!(4)));
}
