//! What a reviewer did week by week, and whether they work otherwise than before.

use std::collections::BTreeMap;

use serde::Serialize;
use vouch_domain::Time;
use vouch_stats::drift::{Change, Share, of_shares, of_times};
use vouch_store::Work;

/// How far back work is looked at, in days: 26 weeks.
pub const WORK_DAYS: i64 = 182;
/// The most reviews of a person that are looked at, the newest.
pub const MOST_WORK: u32 = 20_000;
/// How many of the newest are the recent ones; half of all where there are fewer than twice as many.
const RECENT: usize = 50;
/// How many before these they are compared with, at most.
const BEFORE: usize = 500;
/// With fewer on either side nothing is said.
const FEWEST: usize = 20;
/// What is compared: agreement, gold and pace.
const MEASURES: f64 = 3.0;

/// A reviewer's week.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekWork {
    /// The first moment of the week: Monday, UTC.
    pub day: Time,
    /// Reviews, gold among them.
    pub reviews: u64,
    /// The median active time of one, in seconds.
    pub pace_s: Option<f64>,
    /// Reviews on tasks that are decided.
    pub compared: u64,
    /// Those of them that said the same as the decision on every question.
    pub agreed: u64,
    /// Gold tasks.
    pub gold_done: u64,
    /// Those that they answered rightly.
    pub gold_right: u64,
}

/// Whether a reviewer works otherwise than before.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Drift {
    /// In one sentence.
    pub says: String,
    /// What was compared; empty while there is too little work.
    pub measures: Vec<DriftMeasure>,
}

/// One thing that is compared with before.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriftMeasure {
    /// `agreement` (with what was decided), `gold` or `pace`.
    pub name: &'static str,
    /// How many of the newest.
    pub recent_reviews: u64,
    /// How many before these.
    pub before_reviews: u64,
    /// The share, 0 to 1, or the geometric mean of the active times in seconds: recently.
    pub recent: f64,
    /// The same before.
    pub before: f64,
    /// Of shares the recent minus that before; of pace the recent by that before.
    pub change: f64,
    /// The 95 % confidence interval of the change, lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The probability of a change at least as unlikely by chance alone.
    pub p_value: f64,
    /// Whether that is below 0.05 by 3, as three things are compared.
    pub drifted: bool,
    /// What it says, in one sentence.
    pub means: String,
}

/// The days from a Monday to 1970-01-01, a Thursday.
pub(crate) const THURSDAY: i64 = 3;

/// The number of the week of a time; weeks begin on Mondays, UTC.
pub(crate) fn week_of(at: Time) -> i64 {
    (at.day() + THURSDAY).div_euclid(7)
}

/// The first moment of a week.
pub(crate) const fn begin_of(week: i64) -> Time {
    Time::from_micros((week * 7 - THURSDAY) * 86_400_000_000)
}

/// Work by week, oldest first, from the first with work to the last; weeks without are there too.
pub fn weeks(work: &[Work]) -> Vec<WeekWork> {
    let mut by_week: BTreeMap<i64, Vec<&Work>> = BTreeMap::new();
    for one in work {
        by_week.entry(week_of(one.at)).or_default().push(one);
    }
    let (Some(first), Some(last)) = (by_week.keys().next(), by_week.keys().last()) else {
        return Vec::new();
    };
    let week = |week: i64| {
        let all: &[&Work] = by_week.get(&week).map_or(&[], Vec::as_slice);
        let count = |of: &dyn Fn(&Work) -> bool| all.iter().filter(|one| of(one)).count() as u64;
        WeekWork {
            day: begin_of(week),
            reviews: all.len() as u64,
            pace_s: median_s(all),
            compared: count(&|one| one.agreed.is_some()),
            agreed: count(&|one| one.agreed == Some(true)),
            gold_done: count(&|one| one.gold_right.is_some()),
            gold_right: count(&|one| one.gold_right == Some(true)),
        }
    };
    (*first..=*last).map(week).collect()
}

fn median_s(work: &[&Work]) -> Option<f64> {
    let mut times: Vec<u64> = work.iter().map(|one| one.active_ms).collect();
    times.sort_unstable();
    let middle = times.get(times.len() / 2).zip(times.get((times.len().max(1) - 1) / 2));
    #[expect(clippy::cast_precision_loss, reason = "times of reviews are small")]
    middle.map(|(high, low)| (high + low) as f64 / 2000.0)
}

/// The newest of what is known and what came before, where both are enough.
fn split<T: Copy>(newest_first: &[T]) -> Option<(&[T], &[T])> {
    let recent = RECENT.min(newest_first.len() / 2);
    let (recent, before) = newest_first.split_at(recent);
    let before = &before[..before.len().min(BEFORE)];
    (recent.len() >= FEWEST && before.len() >= FEWEST).then_some((recent, before))
}

impl Drift {
    /// Compares the newest work with the work before it; `newest_first` as the store gives it.
    pub fn of(newest_first: &[Work]) -> Self {
        let agreed: Vec<bool> = newest_first.iter().filter_map(|one| one.agreed).collect();
        let gold: Vec<bool> = newest_first.iter().filter_map(|one| one.gold_right).collect();
        let times: Vec<f64> = newest_first.iter().filter_map(seconds).collect();
        let measures: Vec<DriftMeasure> =
            [shares("agreement", &agreed), shares("gold", &gold), pace(&times)]
                .into_iter()
                .flatten()
                .collect();
        let drifted: Vec<&str> =
            measures.iter().filter(|one| one.drifted).map(|one| one.means.as_str()).collect();
        let says = if measures.is_empty() {
            format!(
                "Too little work to compare: it takes {FEWEST} tasks of late and as many before."
            )
        } else if drifted.is_empty() {
            "No drift: the latest work differs from the work before by no more than chance brings."
                .to_owned()
        } else {
            drifted.join(" ")
        };
        Self { says, measures }
    }
}

/// The time of a review that took any.
fn seconds(one: &Work) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "times of reviews are small")]
    (one.active_ms > 0).then_some(one.active_ms as f64 / 1000.0)
}

fn shares(name: &'static str, newest_first: &[bool]) -> Option<DriftMeasure> {
    let (recent, before) = split(newest_first)?;
    let share = |all: &[bool]| Share {
        with: all.iter().filter(|right| **right).count() as u64,
        of: all.len() as u64,
    };
    let change = of_shares(share(before), share(recent))?;
    let what = match name {
        "gold" => "Right in",
        _ => "The same as the outcome in",
    };
    let points = |share: f64| format!("{:.0}", 100.0 * share);
    let means = format!(
        "{what} {} % of the last {} tasks and {} % of the {} before: {} by {} points (95 % between \
         {} and {}), {}.",
        points(change.recent),
        recent.len(),
        points(change.before),
        before.len(),
        if change.change < 0.0 { "down" } else { "up" },
        points(change.change.abs()),
        points(change.ci95.low),
        points(change.ci95.high),
        chance(change.p_value),
    );
    Some(measure(name, (recent.len(), before.len()), change, means))
}

fn pace(newest_first: &[f64]) -> Option<DriftMeasure> {
    let (recent, before) = split(newest_first)?;
    let change = of_times(before, recent)?;
    let means = format!(
        "{:.0} s for each of the last {} tasks and {:.0} s for each of the {} before: {:.2} times as \
         long (95 % between {:.2} and {:.2}), {}.",
        change.recent,
        recent.len(),
        change.before,
        before.len(),
        change.change,
        change.ci95.low,
        change.ci95.high,
        chance(change.p_value),
    );
    Some(measure("pace", (recent.len(), before.len()), change, means))
}

fn measure(
    name: &'static str,
    (recent, before): (usize, usize),
    change: Change,
    means: String,
) -> DriftMeasure {
    DriftMeasure {
        name,
        recent_reviews: recent as u64,
        before_reviews: before as u64,
        recent: change.recent,
        before: change.before,
        change: change.change,
        low: change.ci95.low,
        high: change.ci95.high,
        p_value: change.p_value,
        drifted: change.p_value < 0.05 / MEASURES,
        means,
    }
}

/// How often chance alone would do this.
fn chance(p_value: f64) -> String {
    match p_value {
        p if p >= 0.05 / MEASURES => "no more than chance brings".to_owned(),
        p if p < 0.001 => "which chance brings less than once in 1,000 times".to_owned(),
        p => format!("which chance brings about once in {:.0} times", 1.0 / p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn work(day: i64, agreed: Option<bool>, gold_right: Option<bool>, active_ms: i64) -> Work {
        let active_ms = active_ms.unsigned_abs();
        Work { at: Time::from_micros(day * DAY + 5), active_ms, gold_right, agreed }
    }

    #[test]
    fn a_week_begins_on_monday_and_none_is_left_out() {
        // 1970-01-05 is a Monday; 1970-01-25 a Sunday.
        let all = [
            work(24, None, Some(true), 9000),
            work(5, Some(false), None, 2000),
            work(4, Some(true), None, 1000),
        ];
        let weeks = weeks(&all);
        let days: Vec<i64> = weeks.iter().map(|week| week.day.micros() / DAY).collect();
        assert_eq!(days, [4, 11, 18]);
        let first = &weeks[0];
        assert_eq!((first.reviews, first.compared, first.agreed, first.gold_done), (2, 2, 1, 0));
        assert_eq!((first.pace_s, weeks[1].pace_s), (Some(1.5), None));
        assert_eq!((weeks[2].gold_done, weeks[2].gold_right), (1, 1));
        assert_eq!(super::weeks(&[]), []);
    }

    #[test]
    fn who_agrees_less_than_before_has_drifted() {
        // Newest first: half of the last 50 agree, all of the 100 before did; the pace is steady.
        let all: Vec<Work> = (0..150)
            .map(|n| work(200 - n, Some(n >= 50 || n % 2 == 0), None, 1000 + 10 * (n % 7)))
            .collect();
        let drift = Drift::of(&all);
        let names: Vec<_> = drift.measures.iter().map(|one| (one.name, one.drifted)).collect();
        assert_eq!(names, [("agreement", true), ("pace", false)]);
        let agreement = &drift.measures[0];
        assert!((agreement.change + 0.5).abs() < 1e-9 && agreement.high < -0.3);
        assert_eq!(
            drift.says,
            "The same as the outcome in 50 % of the last 50 tasks and 100 % of the 100 before: \
             down by 50 points (95 % between -63 and -36), which chance brings less than once in \
             1,000 times."
        );
    }

    #[test]
    fn steady_work_is_no_drift_and_little_work_says_nothing() {
        let steady = |n: i64| work(300 - n, Some(n % 5 != 0), Some(n % 3 != 0), 2000 + n % 9);
        let all: Vec<Work> = (0..200).map(steady).collect();
        let drift = Drift::of(&all);
        assert_eq!(drift.measures.len(), 3);
        assert!(drift.says.starts_with("No drift"), "{}", drift.says);
        let little = Drift::of(&all[..39]);
        assert_eq!(little.measures, []);
        assert!(little.says.starts_with("Too little"), "{}", little.says);
        assert_eq!(Drift::of(&all[..40]).measures[0].recent_reviews, 20);
    }

    #[test]
    fn who_hurries_has_drifted() {
        let all: Vec<Work> = (0..120)
            .map(|n| work(n, None, None, if n < 50 { 3000 + n } else { 9000 + n }))
            .collect();
        let drift = Drift::of(&all);
        let pace = drift.measures.first().unwrap();
        assert!(pace.drifted && pace.high < 0.4, "{pace:?}");
        assert!(
            drift.says.starts_with("3 s for each of the last 50 tasks and 9 s"),
            "{}",
            drift.says
        );
    }
}
