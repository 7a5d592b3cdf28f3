//! The whole server, running.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use vouch_domain::access::{Role, Scope};
use vouch_domain::actor::Actor;
use vouch_domain::audit::NewAudit;
use vouch_domain::clock::Clock;
use vouch_domain::id::{AuditId, KeyId, ProjectId, UserId};
use vouch_domain::metric;
use vouch_domain::project::Project;
use vouch_domain::user::{ApiKey, User};
use vouch_gateway::{Gateway, GatewayOptions, Provider, Sealer};
use vouch_hooks::Deliverer;
use vouch_http::Deps;
use vouch_http::proxies::TrustedProxies;
use vouch_http::secret::{Secret, session_ends};
use vouch_store::{SessionRecord, Store};

use crate::{Client, Database, Engine, FakeClock};

/// What a test may choose.
#[derive(Default)]
pub struct TestOptions {
    /// Which database.
    pub engine: Engine,
    /// The model inside the process.
    pub local: Option<Arc<dyn Provider>>,
    /// How the server believes to be reached; its real address where absent.
    pub public_url: Option<String>,
    /// Whose word about where a request came from it believes.
    pub trusted_proxies: TrustedProxies,
    /// Whether webhooks may lead to this machine.
    pub webhook_allow_private: bool,
}

/// The server on a socket of its own, with one project in it. It goes with the test.
pub struct TestApp {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// Its clock.
    pub clock: Arc<FakeClock>,
    /// Its store.
    pub store: Arc<dyn Store>,
    /// Its gateway.
    pub gateway: Arc<Gateway>,
    /// Sends what webhooks are told, when the test has it do so.
    pub deliverer: Arc<Deliverer>,
    /// Its project.
    pub project: ProjectId,
    /// Cancel it to stop the server.
    pub shutdown: CancellationToken,
    server: JoinSet<()>,
    _database: Database,
}

impl TestApp {
    /// Starts the server on the usual database.
    pub async fn start() -> Self {
        Self::with(TestOptions::default()).await
    }

    /// Starts the server.
    ///
    /// # Panics
    /// When anything of it does not start.
    pub async fn with(options: TestOptions) -> Self {
        let database = Database::fresh(options.engine).await;
        let store = Arc::clone(&database.store);
        let clock = Arc::new(FakeClock::default());
        let port = Arc::clone(&clock) as Arc<dyn Clock>;
        let sealer = Arc::new(Sealer::new([7; 32]));
        let gateway = Gateway::new(
            Arc::clone(&store),
            Arc::clone(&port),
            Arc::clone(&sealer),
            options.local,
            &GatewayOptions::default(),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shutdown = CancellationToken::new();
        let opener = Arc::clone(&sealer);
        let deliverer = Deliverer::new(
            Arc::clone(&store),
            Arc::clone(&port),
            Arc::new(move |place, sealed| opener.open(place, sealed).ok()),
            options.webhook_allow_private,
        );
        let app = vouch_http::app(Deps {
            store: Arc::clone(&store),
            opinions: Arc::default(),
            gateway: Arc::clone(&gateway),
            clock: port,
            sealer,
            token_secret: [9; 32],
            public_url: options.public_url.unwrap_or_else(|| url.clone()),
            trusted_proxies: options.trusted_proxies,
            webhook_allow_private: options.webhook_allow_private,
            version: "0.0.0-test".to_owned(),
            shutdown: shutdown.clone(),
        });
        let mut server = JoinSet::new();
        let stopping = shutdown.clone();
        server.spawn(async move {
            vouch_http::serve(listener, app, stopping).await;
        });
        let now = clock.now();
        let project = ProjectId::new(now, clock.entropy());
        let named = Project { id: project, name: "Test".to_owned(), created_at: now };
        let app = Self {
            url,
            clock,
            store,
            gateway,
            deliverer,
            project,
            shutdown,
            server,
            _database: database,
        };
        let audit = app.audit("project.create");
        app.store.create_project(named, metric::built_in(now), audit).await.expect("a project");
        app
    }

    /// A caller without credentials.
    pub fn nobody(&self) -> Client {
        Client::new(&self.url)
    }

    /// A program with a new key that allows this.
    ///
    /// # Panics
    /// When the key cannot be kept.
    pub async fn key(&self, scopes: &[Scope]) -> Client {
        let (secret, now) = (Secret::api_key(), self.clock.now());
        let key = ApiKey {
            id: KeyId::new(now, self.clock.entropy()),
            project: self.project,
            name: "test key".to_owned(),
            prefix: secret.prefix(),
            scopes: scopes.to_vec(),
            requests_per_minute: None,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let audit = self.audit("key.create");
        self.store.create_key(key, secret.sha256, audit).await.expect("a key");
        self.nobody().with_key(&secret.text)
    }

    /// A program that may do everything.
    pub async fn admin(&self) -> Client {
        self.key(&[Scope::Admin]).await
    }

    /// A new person of this role, signed in. They have no password.
    ///
    /// # Panics
    /// When they cannot be kept.
    pub async fn person(&self, role: Role) -> (User, Client) {
        let now = self.clock.now();
        let id = UserId::new(now, self.clock.entropy());
        let user = User {
            id,
            project: self.project,
            email: format!("{id}@example.com"),
            name: format!("A {}", role.as_str()),
            role,
            groups: vec![],
            created_at: now,
            disabled_at: None,
        };
        let audit = self.audit("user.create");
        self.store.create_user(user.clone(), None, audit).await.expect("a user");
        let secret = Secret::token();
        let session = SessionRecord {
            token_sha256: secret.sha256,
            user: id,
            created_at: now,
            expires_at: session_ends(now),
        };
        let audit = self.audit("session.create");
        let opened = self.store.create_session(session, None, audit).await;
        assert!(opened.expect("a session"));
        (user, self.nobody().with_session(&secret.text))
    }

    /// Stops the server and waits for its end, with all logs written.
    ///
    /// # Panics
    /// When the server failed.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.server.join_next().await {
            ended.expect("the server ends well");
        }
        self.gateway.shutdown().await;
        self.store.close().await;
    }

    fn audit(&self, action: &str) -> NewAudit {
        let at = self.clock.now();
        NewAudit {
            id: AuditId::new(at, self.clock.entropy()),
            project: self.project,
            at,
            actor: Actor::System,
            action: action.to_owned(),
            subject: String::new(),
            details: serde_json::Value::Null,
        }
    }
}
