//! A body as it comes, for a thread that reads it as a file.

use std::io::{self, Read};

use axum::body::Body;
use bytes::{Buf, Bytes};
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::body::{STALL, broken, drain, stalled};
use crate::problem::Problem;

/// How many pieces of a body wait.
const WAITING: usize = 8;

/// The reading end.
pub(crate) struct Upload {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Upload {
    /// Both ends.
    pub(crate) fn new() -> (mpsc::Sender<io::Result<Bytes>>, Self) {
        let (sender, pieces) = mpsc::channel(WAITING);
        (sender, Self { pieces, piece: Bytes::new() })
    }
}

impl Read for Upload {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let count = self.piece.len().min(into.len());
        self.piece.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}

/// Hands over a body. Where nobody reads it any more, the rest is read and forgotten.
///
/// # Errors
/// When it stalls or breaks off: the reader is told, too.
pub(crate) async fn feed(
    body: &mut Body,
    pieces: mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), Problem> {
    loop {
        let Ok(frame) = timeout(STALL, body.frame()).await else {
            pieces.send(Err(io::ErrorKind::TimedOut.into())).await.ok();
            return Err(stalled());
        };
        let Some(frame) = frame else { return Ok(()) };
        let Ok(frame) = frame else {
            pieces.send(Err(io::ErrorKind::UnexpectedEof.into())).await.ok();
            return Err(broken());
        };
        if let Ok(piece) = frame.into_data()
            && pieces.send(Ok(piece)).await.is_err()
        {
            drain(body).await;
            return Ok(());
        }
    }
}
