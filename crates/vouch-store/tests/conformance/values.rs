//! Values that logs have, listed for a filter that is being typed.

use serde_json::json;
use vouch_domain::id::ProjectId;
use vouch_store::{LogStore, LogValues};

use crate::backend::on_both;
use crate::world::World;

on_both!(values_are_listed_once_and_in_order);

async fn values_are_listed_once_and_in_order(w: World) {
    for n in 0..9 {
        let mut log = w.log();
        log.context.user_id = (n != 0).then(|| ["ann", "anna", "bob"][n % 3].to_owned());
        log.context.chain_id = Some(format!("c{}", n % 2));
        log.metadata.insert("plan".into(), json!(["pro", "free", "Ä 1"][n % 3]));
        log.metadata.insert("n".into(), json!(n));
        w.insert(&log).await;
    }
    let list = async |w: &World, of: LogValues, begin: &str, limit: u32| {
        w.store.log_values(w.project, &of, begin, limit).await.unwrap()
    };
    assert_eq!(list(&w, LogValues::Users, "", 9).await, ["ann", "anna", "bob"]);
    assert_eq!(list(&w, LogValues::Users, "ann", 9).await, ["ann", "anna"]);
    assert_eq!(list(&w, LogValues::Users, "anna", 9).await, ["anna"]);
    assert_eq!(list(&w, LogValues::Users, "c", 9).await, [""; 0]);
    assert_eq!(list(&w, LogValues::Users, "", 2).await, ["ann", "anna"]);
    assert_eq!(list(&w, LogValues::Chains, "", 9).await, ["c0", "c1"]);
    assert_eq!(list(&w, LogValues::Conversations, "", 9).await, [""; 0]);
    assert_eq!(list(&w, LogValues::MetaKeys, "", 9).await, ["n", "plan"]);
    assert_eq!(list(&w, LogValues::MetaKeys, "pl", 9).await, ["plan"]);
    let plans = || LogValues::MetaValues("plan".into());
    assert_eq!(list(&w, plans(), "", 9).await, ["free", "pro", "Ä 1"]);
    assert_eq!(list(&w, plans(), "Ä", 9).await, ["Ä 1"]);
    assert_eq!(list(&w, LogValues::MetaValues("none".into()), "", 9).await, [""; 0]);
    let other = ProjectId::new(w.now(), [2; 10]);
    w.create_project(other, "other").await;
    assert_eq!(list(&w.in_project(other), LogValues::Users, "", 9).await, [""; 0]);
}
