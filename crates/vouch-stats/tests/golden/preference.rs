//! Abilities from comparisons of pairs.

use vouch_stats::judgements::Names;
use vouch_stats::preference::{Comparisons, Score, Settings, fit};

use super::{counts, near, table};

#[test]
fn baseball() {
    let Some(t) = table("bt_agresti_baseball") else { return };
    let mut names = Names::default();
    let mut number =
        |name: &serde_json::Value| names.number(&name.as_str().unwrap().replace(' ', "")).unwrap();
    let rows = t["home_rows"].as_array().unwrap();
    let mut games = Comparisons::new(7);
    for row in rows {
        let (home, away) = (number(&row[0]), number(&row[1]));
        let count = |place: usize| row[place].as_u64().unwrap();
        games.add(home, away, Score { first: count(2), second: count(3), ties: 0 });
    }
    let baltimore = number(&"Baltimore".into()) as usize;
    let plain = fit(&games, &Settings::default()).unwrap();
    for (name, expected) in t["log_ability_vs_baltimore"].as_object().unwrap() {
        let ability = plain.difference(number(&name.as_str().into()) as usize, baltimore);
        near(ability.value, &expected[0], 4);
        near(ability.se, &expected[1], 4);
    }
    near(plain.deviance, &t["residual_deviance"], 4);
    for (name, expected) in t["normalised"].as_object().unwrap() {
        near(plain.shares()[number(&name.as_str().into()) as usize], expected, 5);
    }

    let with_home = fit(&games, &Settings { order: true, ..Settings::default() }).unwrap();
    let expected = t["with_home"].as_object().unwrap();
    for (name, expected) in expected.iter().filter(|(_, value)| value.is_number()) {
        if name == "residual_deviance" {
            near(with_home.deviance, expected, 4);
        } else {
            let player = number(&name.as_str().into()) as usize;
            near(with_home.difference(player, baltimore).value, expected, 4);
        }
    }
    let home = with_home.order().unwrap();
    near(home.value, &expected["home"][0], 4);
    near(home.se, &expected["home"][1], 4);
}

#[test]
fn citations() {
    let Some(t) = table("bt_citations") else { return };
    let wins = counts(&t["wins"], 1.0);
    let mut cited = Comparisons::new(4);
    for first in 0..4_u32 {
        for second in first + 1..4 {
            let (a, b) = (first as usize, second as usize);
            cited.add(first, second, Score { first: wins[a][b], second: wins[b][a], ties: 0 });
        }
    }
    let fitted = fit(&cited, &Settings::default()).unwrap();
    for journal in 0..4 {
        let ability = fitted.difference(journal, 0);
        near(ability.value, &t["log_ability_vs_biometrika"][journal], 4);
        near(ability.se, &t["se"][journal], 4);
    }
    near(fitted.deviance, &t["residual_deviance"], 4);
}
