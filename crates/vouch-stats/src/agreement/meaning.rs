//! What each statistic says, in one sentence, and what people call its value.

/// The statistics that have a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// [`percent`](super::percent).
    Percent,
    /// [`cohen_kappa`](super::cohen_kappa).
    Cohen,
    /// The same with weights.
    CohenWeighted,
    /// [`conger_kappa`](super::conger_kappa).
    Conger,
    /// [`fleiss_kappa`](super::fleiss_kappa).
    Fleiss,
    /// [`brennan_prediger`](super::brennan_prediger).
    BrennanPrediger,
    /// [`gwet_ac`](super::gwet_ac).
    GwetAc1,
    /// The same with weights.
    GwetAc2,
    /// [`krippendorff_alpha`](super::krippendorff_alpha) of names.
    AlphaNominal,
    /// The same of ranks.
    AlphaOrdinal,
    /// The same of numbers with differences.
    AlphaInterval,
    /// The same of numbers with ratios.
    AlphaRatio,
    /// [`Icc`](crate::reliability::Icc).
    Icc,
    /// The same of the mean of all reviewers' ratings.
    IccMean,
    /// [`kendall_w`](crate::reliability::kendall_w).
    KendallW,
    /// The same of rankings of the responses to one item, on average over the items.
    KendallWithin,
    /// [`pair_scores`](crate::consensus::spans::pair_scores).
    SpanF1,
}

impl Statistic {
    /// Who described it, and when.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Percent => "-",
            Self::Cohen => "Cohen 1960",
            Self::CohenWeighted => "Cohen 1968",
            Self::Conger => "Conger 1980",
            Self::Fleiss => "Fleiss 1971",
            Self::BrennanPrediger => "Brennan & Prediger 1981",
            Self::GwetAc1 => "Gwet 2008",
            Self::GwetAc2 => "Gwet 2014",
            Self::AlphaNominal | Self::AlphaOrdinal | Self::AlphaInterval | Self::AlphaRatio => {
                "Krippendorff 2004"
            }
            Self::Icc | Self::IccMean => "Shrout & Fleiss 1979",
            Self::KendallW | Self::KendallWithin => "Kendall & Babington Smith 1939",
            Self::SpanF1 => "Hripcsak & Rothschild 2005",
        }
    }

    /// What a value of it says, in one sentence.
    pub fn interpretation(self, value: f64) -> String {
        let share = 100.0 * value;
        let chance = self.chance();
        match self {
            Self::Percent => format!(
                "Two judgements of one item are the same {share:.0} % of the time; some of that is \
                 chance."
            ),
            Self::KendallW => format!(
                "On a scale from 0 (rankings have nothing in common) to 1 (all the same), the \
                 reviewers' rankings of the items stand at {value:.2}."
            ),
            Self::KendallWithin => format!(
                "On a scale from 0 (rankings have nothing in common) to 1 (all the same), the \
                 rankings of one item's responses stand at {value:.2} on average."
            ),
            Self::IccMean => format!(
                "{:.0} % of the variance of the mean of all reviewers' ratings is between the items; \
                 what to look at where that mean is used.",
                share.max(0.0)
            ),
            Self::SpanF1 => format!(
                "Of the characters that two reviewers mark in one text, {share:.0} % are marked \
                 alike by both (F1, on average over pairs and texts)."
            ),
            Self::Icc => format!(
                "{:.0} % of the variance of the ratings is between the items, the rest between and \
                 within reviewers.",
                share.max(0.0)
            ),
            Self::AlphaNominal | Self::AlphaOrdinal | Self::AlphaInterval | Self::AlphaRatio => {
                let trust = if value >= 0.8 {
                    "enough to rely on"
                } else if value >= 0.667 {
                    "enough for tentative conclusions"
                } else {
                    "too little to rely on"
                };
                format!(
                    "{}; by Krippendorff's convention (.667, .800) {trust}.",
                    distance(value, chance)
                )
            }
            _ => format!(
                "{}; by convention (Landis & Koch 1977) {}.",
                distance(value, chance),
                landis_koch(value)
            ),
        }
    }

    /// What it takes chance to be.
    const fn chance(self) -> &'static str {
        match self {
            Self::Cohen => "two people with their own habits",
            Self::CohenWeighted => {
                "two people with their own habits, near answers counting in part"
            }
            Self::Conger => "several people, each with their own habits",
            Self::Fleiss => "people who share one habit",
            Self::BrennanPrediger => "answers that are all equally likely",
            Self::GwetAc1 => "guessing on the hard items only",
            Self::GwetAc2 => "guessing on the hard items only, near answers counting in part",
            Self::AlphaNominal => "all the judgements shuffled",
            Self::AlphaOrdinal => "all the judgements shuffled, by distance in rank",
            Self::AlphaInterval => "all the judgements shuffled, by squared difference",
            Self::AlphaRatio => "all the judgements shuffled, by squared relative difference",
            Self::Percent
            | Self::Icc
            | Self::IccMean
            | Self::KendallW
            | Self::KendallWithin
            | Self::SpanF1 => "nothing",
        }
    }
}

fn distance(value: f64, chance: &str) -> String {
    if value < 0.0 {
        return format!("Less agreement than chance would give ({chance})");
    }
    let share = 100.0 * value;
    format!("{share:.0} % of the way from chance ({chance}) to perfect agreement")
}

/// What J. R. Landis and G. G. Koch (1977) call a kappa. They say themselves that the bounds are
/// arbitrary: how much is enough depends on what the labels are for, and a kappa also falls when
/// one answer is much more frequent than the others.
pub fn landis_koch(kappa: f64) -> &'static str {
    match kappa {
        kappa if kappa < 0.0 => "poor",
        kappa if kappa <= 0.2 => "slight",
        kappa if kappa <= 0.4 => "fair",
        kappa if kappa <= 0.6 => "moderate",
        kappa if kappa <= 0.8 => "substantial",
        _ => "almost perfect",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_value_and_convention() {
        assert_eq!(
            Statistic::Fleiss.interpretation(0.43),
            "43 % of the way from chance (people who share one habit) to perfect agreement; by \
             convention (Landis & Koch 1977) moderate."
        );
        assert!(Statistic::Cohen.interpretation(-0.1).starts_with("Less agreement than chance"));
        assert!(Statistic::AlphaRatio.interpretation(0.7).ends_with("tentative conclusions."));
        assert!(Statistic::Icc.interpretation(-0.2).starts_with("0 % of the variance"));
        assert_eq!(
            ["poor", "slight", "fair", "moderate", "substantial", "almost perfect"],
            [-0.1, 0.2, 0.4, 0.6, 0.8, 0.81].map(landis_koch)
        );
    }
}
