//! Looks at a process while something else is done.

use std::future::Future;
use std::time::Duration;

use crate::proc::{self, Usage};

const LOOK: Duration = Duration::from_millis(100);

/// Does it, and gives the most memory (MiB) and files that a process had meanwhile.
pub(crate) async fn most<T>(pid: u32, work: impl Future<Output = T>) -> (T, Usage) {
    let mut most = Usage::default();
    let mut work = std::pin::pin!(work);
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            done = &mut work => return (done, most),
            _ = looks.tick() => {
                let now = proc::usage(pid);
                most.rss_mib = most.rss_mib.max(now.rss_mib);
                most.peak_rss_mib = most.peak_rss_mib.max(now.peak_rss_mib);
                most.files = most.files.max(now.files);
                most.cpu_ms = now.cpu_ms;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_most_is_kept_while_the_work_is_done() {
        let work = async {
            let files: Vec<_> =
                (0..50).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
            tokio::time::sleep(LOOK * 3).await;
            drop(files);
            tokio::time::sleep(LOOK * 3).await;
            7
        };
        let (done, most) = most(std::process::id(), work).await;
        assert_eq!(done, 7);
        assert!(most.files >= 50 && most.rss_mib > 0.1, "{most:?}");
    }
}
