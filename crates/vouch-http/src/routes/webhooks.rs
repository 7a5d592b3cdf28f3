//! Webhooks: who is told of what happens, and what they were told.

mod create;
mod delete;
mod deliveries;
mod list;
mod patch;
mod replay;
mod rotate;
mod test;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use deliveries::*;
pub(crate) use list::*;
pub(crate) use patch::*;
pub(crate) use replay::*;
pub(crate) use rotate::*;
pub(crate) use test::*;

use vouch_domain::id::{ProjectId, QueueId, WebhookId};
use vouch_store::StoreError;

use crate::problem::Problem;
use crate::state::App;

/// What the audit trail keeps of an address: what is behind the host may be a token.
fn origin(url: &str) -> String {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?']).map_or(url.len(), |at| after + at);
    url[..end].to_owned()
}

/// Refuses queues that are not there.
async fn check_queues(app: &App, project: ProjectId, queues: &[QueueId]) -> Result<(), Problem> {
    for (i, id) in queues.iter().enumerate() {
        if app.store.queue(project, *id).await?.is_none() {
            let detail = format!("expected a queue of this project, got {id}");
            return Err(Problem::field(format!("/queues/{i}"), detail));
        }
    }
    Ok(())
}

/// What the store says of a webhook or a delivery that is not there.
fn missing(id: WebhookId) -> impl Fn(StoreError) -> Problem {
    move |e| match e {
        StoreError::NotFound("delivery") => Problem::not_found("such delivery of the webhook"),
        other => Problem::of_store(other, &format!("webhook {id}")),
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn tokens_stay_out_of_the_audit_trail() {
        assert_eq!(origin("https://x.example:1/t/secret?key=1"), "https://x.example:1");
        assert_eq!(origin("https://x.example?key=1"), "https://x.example");
        assert_eq!(origin("https://x.example"), "https://x.example");
    }
}
