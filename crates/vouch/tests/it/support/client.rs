//! A client of the server under test.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

/// Sends JSON with a key to one server.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    address: String,
    key: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// `x-vouch-log-id`, where there is one.
    pub(crate) log: Option<String>,
    /// The body.
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When the status is no success.
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }
}

impl Client {
    /// A client with `key` of the server at `address`.
    pub(crate) fn new(address: &str, key: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .proxy(None);
        let (address, key) = (address.to_owned(), key.to_owned());
        Self { agent: config.build().into(), address, key }
    }

    /// GET.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.address));
        let request = request.header("authorization", format!("Bearer {}", self.key));
        read(request.call().unwrap()).unwrap()
    }

    /// All items of a list, page by page.
    pub(crate) fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (vec![], String::new());
        loop {
            let mut page = self.get(&format!("{path}limit=200{cursor}")).ok();
            items.append(page["items"].as_array_mut().unwrap());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// POST; `Err` when there was no whole answer.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        self.post_with(path, body, &[])
    }

    /// POST with headers.
    pub(crate) fn post_with(
        &self,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Result<Answer, ureq::Error> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body.to_string())?)
    }

    /// PUT.
    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        let request = self
            .agent
            .put(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json");
        read(request.send(body.to_string()).unwrap()).unwrap()
    }

    /// The live events, as they come.
    pub(crate) fn events(&self) -> ureq::BodyReader<'static> {
        let request = self.agent.get(format!("{}/api/v1/events", self.address));
        let request = request.header("authorization", format!("Bearer {}", self.key));
        request.call().unwrap().into_body().into_reader()
    }

    /// POST whose answer is read by the caller, as it comes.
    pub(crate) fn stream(&self, path: &str, body: &Value) -> ureq::BodyReader<'static> {
        let request = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json");
        let answer = request.send(body.to_string()).unwrap();
        assert_eq!(answer.status(), 200);
        answer.into_body().into_reader()
    }
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let log = answer.headers().get("x-vouch-log-id");
    let log = log.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    Ok(Answer { status: answer.status().as_u16(), log, text })
}
