//! Tells how far a fetch is.

use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use crate::output::{note, transient, watched};

/// What there is to tell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tell<'a> {
    /// Something begins.
    Step(&'a str),
    /// Something moves on.
    Bytes {
        /// What.
        what: &'a str,
        /// Bytes done.
        done: u64,
        /// Of so many, where known.
        total: Option<u64>,
    },
}

type Sink = dyn Fn(Tell<'_>) + Send + Sync;

/// Where it is told, and whether to go on.
pub(crate) struct Progress {
    sink: Box<Sink>,
    stop: CancellationToken,
}

impl Progress {
    /// Tells `sink`, until `stop`.
    pub(crate) fn new(
        stop: CancellationToken,
        sink: impl Fn(Tell<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self { sink: Box::new(sink), stop }
    }

    /// Tells the person at the terminal: a bar, or without a terminal a line every tenth.
    pub(crate) fn terminal() -> Self {
        let shown = Mutex::new((String::new(), 0));
        Self::new(CancellationToken::new(), move |tell| {
            let mut shown = shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match tell {
                Tell::Step(text) => {
                    transient("");
                    note(text);
                }
                Tell::Bytes { what, done, total } => {
                    if shown.0 != what {
                        *shown = (what.to_owned(), 0);
                    }
                    let permille = done.saturating_mul(1000) / total.unwrap_or(done).max(1);
                    let step = if watched() { 5 } else { 100 };
                    if permille / step > shown.1 / step {
                        shown.1 = permille;
                        show(what, done, total, permille);
                    }
                }
            }
        })
    }

    /// Something begins.
    pub(crate) fn step(&self, text: &str) {
        self.tell(Tell::Step(text));
    }

    /// Passes it on.
    pub(crate) fn tell(&self, tell: Tell<'_>) {
        (self.sink)(tell);
    }

    /// Whether to give up.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.is_cancelled()
    }
}

fn show(what: &str, done: u64, total: Option<u64>, permille: u64) {
    const WIDTH: u64 = 30;
    let (done, percent) = (done / 1_000_000, permille / 10);
    let amount = match total {
        Some(total) => format!("{done} of {} MB", total / 1_000_000),
        None => format!("{done} MB"),
    };
    if watched() {
        let filled = usize::try_from(permille * WIDTH / 1000).unwrap_or(0);
        let bar = format!("{:<30}", "#".repeat(filled));
        transient(&format!("{what} [{bar}] {percent:3} %  {amount}"));
        if permille >= 1000 {
            note("");
        }
    } else {
        note(format_args!("{what}: {percent} % ({amount})"));
    }
}
