//! `vouch agreement`: how far the reviewers of a label file agree.

use std::io::{IsTerminal, stdout};

use serde_json::{Value, json};

use crate::cli::{AgreementArgs, Level};
use crate::failure::Failure;
use crate::labels::measure::{Plan, measure};
use crate::labels::measured::Agreement;
use crate::labels::{Question, read, show};
use crate::output::{line, table};

/// Runs it.
pub(crate) fn run(args: &AgreementArgs) -> anyhow::Result<()> {
    let file = args.labels.file.display().to_string();
    let mut measured = Vec::new();
    for question in read(&args.labels)?.finish() {
        let level = level(&question, args.level)?;
        let plan = Plan { level, pairs: args.pairs, bootstrap: args.bootstrap, seed: args.seed };
        measured.push(measure(&question, plan));
    }
    if measured.is_empty() {
        return Err(Failure::new(format!("there are no judgements in {file}")).into());
    }
    if args.json || !stdout().is_terminal() {
        return Ok(line(serde_json::to_string_pretty(&as_json(&file, &measured)?)?)?);
    }
    for agreement in &measured {
        print(&file, agreement, args.pairs)?;
    }
    Ok(())
}

/// What the labels of a question are: as told, where they can be that, or as they look.
fn level(question: &Question, told: Option<Level>) -> anyhow::Result<Level> {
    let most = match &question.numbers {
        Some(numbers) if numbers.iter().all(|number| *number >= 0.0) => Level::Ratio,
        Some(_) => Level::Interval,
        None if question.ordered => Level::Ordinal,
        None => Level::Nominal,
    };
    let Some(level) = told else { return Ok(most) };
    if level <= most {
        return Ok(level);
    }
    let what = match most {
        Level::Nominal => "the labels are names, in no order",
        Level::Ordinal => "the labels are names",
        Level::Interval | Level::Ratio => "there are labels below 0",
    };
    let (most, level) = (most.name(), level.name());
    let failure = Failure::new(format!("--level {level} does not fit: {what}"));
    Err(failure
        .hint(format!("--level {most} does, and --order LOW,...,HIGH gives an order"))
        .into())
}

/// One question is an object; several are a list in one.
fn as_json(file: &str, measured: &[Agreement]) -> serde_json::Result<Value> {
    if let [only] = measured
        && only.question.is_empty()
    {
        let mut object = json!({ "file": file });
        if let (Value::Object(into), Value::Object(from)) =
            (&mut object, serde_json::to_value(only)?)
        {
            into.extend(from);
        }
        return Ok(object);
    }
    Ok(json!({ "file": file, "questions": measured }))
}

fn print(file: &str, agreement: &Agreement, with_pairs: bool) -> anyhow::Result<()> {
    line(show::heading(file, agreement))?;
    let mut tables = vec![show::statistics(agreement), show::labels(agreement)];
    if with_pairs {
        tables.extend([show::pairs(agreement), show::reviewers(agreement)]);
    }
    for show::Table { heads, rows } in tables.iter().filter(|table| !table.rows.is_empty()) {
        line("")?;
        table(heads, rows)?;
    }
    if let (true, Some(others)) = (with_pairs, agreement.not_paired) {
        line(format!("\n{others} more reviewers, who judged less, are not compared"))?;
    }
    line("")?;
    for sentence in show::sentences(agreement) {
        line(sentence)?;
    }
    Ok(line("")?)
}
