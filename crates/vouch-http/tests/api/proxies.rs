//! Whom sign-ins are counted against, behind a proxy and without one.

use serde_json::json;
use vouch_http::proxies::TrustedProxies;
use vouch_testkit::{Client, TestApp, TestOptions};

/// Wrong passwords for one name from one place that are answered before the door closes.
const PER_NAME: usize = 10;

/// A server that believes proxies of these networks; we come from 127.0.0.1.
async fn behind(networks: &[&str]) -> TestApp {
    let networks: Vec<_> = networks.iter().map(|text| text.parse().unwrap()).collect();
    let trusted_proxies = TrustedProxies::from(networks);
    TestApp::with(TestOptions { trusted_proxies, ..TestOptions::default() }).await
}

async fn guess(client: &Client) -> u16 {
    let body = json!({"email": "ann@example.com", "password": "guessed wrongly"});
    client.post("/api/v1/session", body).await.status.as_u16()
}

/// Guesses from so many addresses, each as `header` tells it; how many were answered.
async fn answered(app: &TestApp, header: &str, line: impl Fn(usize) -> String) -> usize {
    let mut answered = 0;
    for n in 0..=PER_NAME {
        let status = guess(&app.nobody().with(header, &line(n))).await;
        assert!([401, 429].contains(&status), "{status}");
        answered += usize::from(status == 401);
    }
    answered
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_is_counted() {
    let app = behind(&["192.0.2.0/24", "127.0.0.1"]).await;
    assert_eq!(answered(&app, "x-forwarded-for", |n| format!("198.51.100.{n}")).await, 11);
    assert_eq!(answered(&app, "forwarded", |n| format!("for=\"[2001:db8:{n}::1]\"")).await, 11);
    // Who is closed out is so in every spelling, and nobody else is.
    assert_eq!(answered(&app, "x-forwarded-for", |n| format!("203.0.113.9:{n}")).await, PER_NAME);
    let same = app.nobody().with("forwarded", "for=203.0.113.9");
    assert_eq!(guess(&same).await, 429);
    assert_eq!(guess(&app.nobody()).await, 401);
}

#[tokio::test]
async fn what_a_client_claims_through_a_trusted_proxy_is_not_believed() {
    let app = behind(&["127.0.0.0/8"]).await;
    let behind = |n| format!("198.51.100.{n}, 127.0.0.{n}, 203.0.113.9, 127.0.0.2");
    assert_eq!(answered(&app, "x-forwarded-for", behind).await, PER_NAME);
    // With a header that the proxy does not write beside the one that it does.
    let app = self::behind(&["127.0.0.0/8"]).await;
    let mut codes = Vec::new();
    for n in 0..=PER_NAME {
        let proxied = app.nobody().with("x-forwarded-for", "203.0.113.9");
        codes.push(guess(&proxied.with("forwarded", &format!("for=198.51.100.{n}"))).await);
    }
    assert_eq!((codes[0], codes[PER_NAME]), (401, 429));
}

#[tokio::test]
async fn nobody_else_says_where_a_request_comes_from() {
    for networks in [&[][..], &["192.0.2.0/24"], &["127.0.0.2"]] {
        let app = behind(networks).await;
        let forwarded = |n| format!("198.51.100.{n}");
        assert_eq!(answered(&app, "x-forwarded-for", forwarded).await, PER_NAME, "{networks:?}");
        let app = behind(networks).await;
        let forwarded = |n| format!("for=198.51.100.{n}");
        assert_eq!(answered(&app, "forwarded", forwarded).await, PER_NAME, "{networks:?}");
    }
}
