//! Reading query parameters: each once, only known ones, each error named `?name`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use vouch_domain::invalid::shorten;
use vouch_domain::{Cursor, Time};

use crate::problem::Problem;
use crate::state::App;

/// The query of a request, before its parameters are typed.
pub(crate) struct Query(BTreeMap<String, String>);

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let mut all = BTreeMap::new();
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        for (name, value) in pairs.into_owned() {
            if value.contains('\0') {
                // PostgreSQL could not even look for it.
                let detail = "expected text without the character U+0000, got one with it";
                return Err(Problem::field(format!("?{}", shorten(&name)), detail));
            }
            if all.insert(name.clone(), value).is_some() {
                let detail = "expected at most one value, got several";
                return Err(Problem::field(format!("?{}", shorten(&name)), detail));
            }
        }
        Ok(Self(all))
    }
}

/// The most items of a page.
const MAX_LIMIT: u32 = 200;

impl Query {
    /// Parameters that were kept, as if they came with a request.
    pub(crate) fn of(parameters: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(parameters.into_iter().collect())
    }

    /// Refuses parameters with other names.
    pub(crate) fn only(self, known: &[&str]) -> Result<Self, Problem> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                let detail = format!("is not known here; known are {}", known.join(", "));
                Err(Problem::field(format!("?{}", shorten(name)), detail))
            }
            None => Ok(self),
        }
    }

    /// The text of a parameter; an empty one is none.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|text| !text.is_empty()).cloned()
    }

    /// A parameter that must be there.
    pub(crate) fn needed(&self, name: &str, what: &str) -> Result<String, Problem> {
        self.text(name).ok_or_else(|| wrong(name, what, "nothing"))
    }

    /// A parameter through `read`, which knows `what` would be right.
    pub(crate) fn read<T>(
        &self,
        name: &str,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        read(&text).map(Some).ok_or_else(|| wrong(name, what, &text))
    }

    /// A parameter that reads itself.
    pub(crate) fn parse<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, Problem> {
        self.read(name, what, |text| text.parse().ok())
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        self.parse(name, "true or false")
    }

    /// `limit`: 1 to 200, 50 where there is none.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        let what = format!("a whole number from 1 to {MAX_LIMIT}");
        let read = |text: &str| text.parse().ok().filter(|n| (1..=MAX_LIMIT).contains(n));
        Ok(self.read("limit", &what, read)?.unwrap_or(50))
    }

    /// `cursor`, as the page before gave it: the key of a row, of type `T`.
    pub(crate) fn cursor<T: FromStr>(&self) -> Result<Option<Cursor>, Problem> {
        let what = "the next_cursor of the page before";
        self.read("cursor", what, |text| text.parse::<T>().is_ok().then(|| Cursor(text.to_owned())))
    }

    /// A range of days from two dates, both inclusive; `None` without both. An absent end is open.
    pub(crate) fn days(&self, from: &str, to: &str) -> Result<Option<(i64, i64)>, Problem> {
        let what = "a date such as 2026-01-31";
        let first = self.read(from, what, day)?;
        let last = self.read(to, what, day)?;
        if first.is_none() && last.is_none() {
            return Ok(None);
        }
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(LAST_DAY));
        if first > last {
            let start = self.text(from).unwrap_or_default();
            let end = self.text(to).unwrap_or_default();
            return Err(wrong(to, &format!("a date not before {start}"), &end));
        }
        Ok(Some((first, last)))
    }

    /// `from` and `to`; the last 30 days where there is neither.
    pub(crate) fn days_or_last_30(&self, now: Time) -> Result<RangeInclusive<i64>, Problem> {
        let today = now.day();
        let (first, last) = self.days("from", "to")?.unwrap_or((today - 29, today));
        Ok(first..=last.min(today.max(first)))
    }
}

/// 9999-12-31, the last day of a date with four digits.
const LAST_DAY: i64 = 2_932_896;

/// The day of `YYYY-MM-DD`, counted from 1970-01-01.
fn day(text: &str) -> Option<i64> {
    let fits = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    fits.then(|| format!("{text}T00:00:00Z").parse::<Time>().ok()).flatten().map(Time::day)
}

fn wrong(name: &str, what: &str, got: &str) -> Problem {
    Problem::field(format!("?{name}"), format!("expected {what}, got {}", shorten(got)))
}
