//! `vouch consensus`: one answer for each item of a label file.

use serde_json::Value;
use vouch_stats::Judgements;
use vouch_stats::consensus::{
    Consensus, DawidSkeneSettings, MaceSettings, OneCoinSettings, TieRule, dawid_skene, mace,
    majority, one_coin,
};

use crate::cli::{ConsensusArgs, Method, Tie};
use crate::failure::Failure;
use crate::labels::write::Writer;
use crate::labels::{Question, read};
use crate::output::note;

/// Runs it.
pub(crate) fn run(args: &ConsensusArgs) -> anyhow::Result<()> {
    let questions = read(&args.labels)?.finish();
    let file = args.labels.file.display();
    if questions.iter().all(|question| question.judgements.all().is_empty()) {
        return Err(Failure::new(format!("there are no judgements in {file}")).into());
    }
    let several = questions.iter().any(|question| !question.name.is_empty());
    let columns = |own: &[&'static str]| -> Vec<&'static str> {
        several.then_some("question").into_iter().chain(own.iter().copied()).collect()
    };
    let mut answers = Writer::open(&args.out, columns(&["item", "label", "posterior"]))?;
    let reviewers = args.reviewers.as_ref();
    let mut reviewers = reviewers
        .map(|path| Writer::open(path, columns(&["reviewer", "judgements", "quality"])))
        .transpose()?;
    for question in &questions {
        let found = Found::of(args, &question.judgements);
        let name: Vec<Value> = several.then(|| question.name.as_str().into()).into_iter().collect();
        write_answers(&mut answers, &name, question, &found, tie_rule(args))?;
        if let Some(writer) = &mut reviewers {
            for (reviewer, standing) in question.reviewers.iter().zip(found.consensus.reviewers()) {
                let own =
                    [reviewer.as_str().into(), standing.judgements.into(), standing.quality.into()];
                writer.row(name.iter().cloned().chain(own).collect())?;
            }
        }
        note(summary(question, &found, args));
    }
    answers.finish()?;
    reviewers.map_or(Ok(()), Writer::finish)
}

/// What a method found, and how it ended.
struct Found {
    consensus: Consensus,
    ended: Option<(u32, bool)>,
}

impl Found {
    fn of(args: &ConsensusArgs, judgements: &Judgements) -> Self {
        match args.method {
            Method::Majority => Self { consensus: majority(judgements), ended: None },
            Method::DawidSkene => {
                let found = dawid_skene(judgements, &DawidSkeneSettings::default());
                let ended = Some((found.iterations, found.converged));
                Self { consensus: found.consensus, ended }
            }
            Method::OneCoin => {
                let found = one_coin(judgements, &OneCoinSettings::default());
                let ended = Some((found.iterations, found.converged));
                Self { consensus: found.consensus, ended }
            }
            Method::Mace => {
                let settings = MaceSettings { seed: args.seed, ..MaceSettings::default() };
                let found = mace(judgements, &settings);
                let ended = Some((found.iterations, found.converged));
                Self { consensus: found.consensus, ended }
            }
        }
    }
}

fn tie_rule(args: &ConsensusArgs) -> TieRule {
    match args.tie {
        Tie::First => TieRule::First,
        Tie::Random => TieRule::Random { seed: args.seed },
        Tie::Undecided => TieRule::Undecided,
    }
}

/// A row for each item, in the order of the file; one without a label where there is no answer.
fn write_answers(
    writer: &mut Writer,
    name: &[Value],
    question: &Question,
    found: &Found,
    rule: TieRule,
) -> anyhow::Result<()> {
    for (number, item) in question.items.iter().enumerate() {
        let judged = number < found.consensus.items() && found.consensus.judgements_of(number) > 0;
        let posterior = judged.then(|| found.consensus.posterior(number));
        let most = posterior.map(|all| all.iter().copied().fold(0.0, f64::max));
        let answer = judged.then(|| found.consensus.answer(number, rule)).flatten();
        let label = answer.map(|label| question.labels[label as usize].as_str());
        let own = [item.as_str().into(), label.into(), most.into()];
        writer.row(name.iter().cloned().chain(own).collect())?;
    }
    Ok(())
}

/// What was read and what became of it.
fn summary(question: &Question, found: &Found, args: &ConsensusArgs) -> String {
    let judged = (0..found.consensus.items()).filter(|n| found.consensus.judgements_of(*n) > 0);
    let undecided = |n: &usize| found.consensus.answer(*n, TieRule::Undecided).is_none();
    let ties = judged.filter(undecided).count();
    let rule = match args.tie {
        Tie::First => "to the first label",
        Tie::Random => "by chance",
        Tie::Undecided => "without a label",
    };
    let ended = match found.ended {
        None => String::new(),
        Some((iterations, true)) => format!("; converged after {iterations} iterations"),
        Some((iterations, false)) => format!("; NOT converged after {iterations} iterations"),
    };
    let name = match question.name.as_str() {
        "" => String::new(),
        name => format!("{}: ", name.replace(char::is_control, " ")),
    };
    let (judgements, reviewers) = (question.judgements.all().len(), question.reviewers.len());
    format!(
        "{name}{} items, {judgements} judgements by {reviewers} reviewers, {} without a label, {} \
         replaced by a newer one; tied items: {ties}, {rule}{ended}",
        question.items.len(),
        question.missing,
        question.judgements.replaced(),
    )
}
