//! `vouch agreement` and `vouch consensus`: label files without a server.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{command, run, run_ok};

/// Krippendorff (2011): four observers, twelve units, 0 for none.
const OBSERVERS: [(&str, [u8; 12]); 4] = [
    ("A", [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0]),
    ("B", [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3]),
    ("C", [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0]),
    ("D", [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0]),
];

/// Cohen (1960), table 2.
const COHEN: [[usize; 3]; 3] = [[88, 14, 18], [10, 40, 10], [2, 6, 12]];

fn agreement(folder: &Path, args: &[&str]) -> Value {
    let args: Vec<&str> = ["agreement"].iter().chain(args).copied().collect();
    serde_json::from_str(&run_ok(folder, &args)).unwrap()
}

#[track_caller]
fn near(got: &Value, expected: f64, bound: f64) {
    let value = got.as_f64().unwrap_or_else(|| panic!("{got} is no number"));
    assert!((value - expected).abs() <= bound, "{value} is not {expected}");
}

/// Every judgement as a row, written by `row`.
fn observed(row: impl Fn(usize, &str, &str) -> String) -> String {
    let mut text = String::new();
    for (reviewer, labels) in OBSERVERS {
        for (item, label) in labels.into_iter().enumerate() {
            let label = if label == 0 { String::new() } else { label.to_string() };
            writeln!(text, "{}", row(item, reviewer, &label)).unwrap();
        }
    }
    text
}

#[test]
fn two_reviewers_are_those_of_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // The columns in any order, others among them, a mark at the beginning as Excel writes it.
    let mut text = "\u{feff}note,LABEL, reviewer ,item\r\n".to_owned();
    let mut item = 0;
    for (first, row) in COHEN.iter().enumerate() {
        for (second, count) in row.iter().enumerate() {
            for _ in 0..*count {
                item += 1;
                let name = |label: usize| ["schizo\"\"phrenic", "neurotic", "brain, damage"][label];
                write!(text, "x,\"{}\",ann,{item}\r\n", name(first)).unwrap();
                write!(text, ",\"{}\",ben,{item}\r\n", name(second)).unwrap();
            }
        }
    }
    fs::write(folder.join("cohen.csv"), text).unwrap();
    let said = agreement(folder, &["cohen.csv", "--bootstrap", "0"]);
    near(&said["percent"]["value"], 0.7, 1e-12);
    near(&said["cohen_kappa"]["value"], 0.491_525_423_7, 1e-10);
    near(&said["cohen_kappa"]["se"], 0.051_001_815_6, 1e-10);
    near(&said["cohen_kappa"]["ci95"][0], 0.391_563_7, 5e-8);
    near(&said["cohen_kappa"]["ci95"][1], 0.591_487_1, 5e-8);
    assert_eq!(said["intervals"], "formula");
    assert_eq!(said["level"], "nominal");
    for low in ["cohen_kappa_linear", "gwet_ac2", "kendall_w"] {
        let expected = json!("the labels are nominal; it needs them ordinal");
        assert_eq!((&said[low]["value"], &said[low]["why"]), (&Value::Null, &expected));
    }
    assert_eq!(said["icc"]["why"], "the labels are nominal; it needs them interval");
    assert_eq!(said["labels"][2]["label"], "schizo\"phrenic");

    let order = "schizo\"phrenic,neurotic,\"brain, damage\"";
    let refused = run(folder, &["agreement", "cohen.csv", "--order", order]);
    assert_eq!(refused.0, Some(1), "a comma parts the labels of --order: {}", refused.1);

    let drawn = agreement(folder, &["cohen.csv", "--bootstrap", "4000", "--seed", "3"]);
    near(&drawn["cohen_kappa"]["ci95"][0], 0.391_6, 0.015);
    near(&drawn["cohen_kappa"]["ci95"][1], 0.591_5, 0.015);
    assert_eq!(drawn["intervals"], "bootstrap of 4000 resamples, seed 3");
    assert_eq!(drawn, agreement(folder, &["cohen.csv", "--bootstrap", "4000", "--seed", "3"]));
    let other = agreement(folder, &["cohen.csv", "--bootstrap", "4000", "--seed", "4"]);
    assert_ne!(drawn["cohen_kappa"]["ci95"], other["cohen_kappa"]["ci95"]);
}

#[test]
fn the_same_judgements_in_every_format_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let csv = "item,reviewer,label\n".to_owned() + &observed(|i, r, l| format!("{i},{r},{l}"));
    let tsv = "label\titem\treviewer\n".to_owned() + &observed(|i, r, l| format!("{l}\t{i}\t{r}"));
    let jsonl = observed(|i, r, l| {
        let label = l.parse::<f64>().map_or(Value::Null, Value::from);
        json!({ "item": i, "more": [1], "reviewer": r, "label": label }).to_string()
    });
    for (name, text) in [("k.csv", &csv), ("k.tsv", &tsv), ("k.jsonl", &jsonl)] {
        fs::write(folder.join(name), text).unwrap();
    }
    let mut child = command(folder)
        .args(["agreement", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(csv.as_bytes()).unwrap();
    let piped = child.wait_with_output().unwrap().stdout;
    let all = ["k.csv", "k.tsv", "k.jsonl"].map(|name| agreement(folder, &[name]));
    let all = all.into_iter().chain([serde_json::from_slice(&piped).unwrap()]);
    let nameless = all.map(|mut said| {
        said.as_object_mut().unwrap().remove("file").unwrap();
        for label in said["labels"].as_array_mut().unwrap() {
            // 1 in a CSV is 1.0 in this JSON.
            label.as_object_mut().unwrap().remove("label").unwrap();
        }
        said
    });
    let all: Vec<Value> = nameless.collect();
    assert!(all.iter().all(|said| *said == all[0]), "{all:#?}");
    let said = &all[0];
    let counts = ["items", "compared_items", "reviewers", "judgements", "missing", "replaced"];
    assert_eq!(counts.map(|name| said[name].as_u64().unwrap()), [12, 11, 4, 41, 7, 0]);
    let alpha = &said["krippendorff_alpha"];
    near(&alpha["nominal"]["value"], 0.743_421_052_6, 1e-10);
    near(&alpha["ordinal"]["value"], 0.815_387_503_8, 1e-10);
    near(&alpha["interval"]["value"], 0.849_107_142_9, 1e-10);
    near(&alpha["ratio"]["value"], 0.797_402_774_7, 1e-10);
    near(&said["gwet_ac1"]["value"], 0.775_44, 5e-6);
    near(&said["gwet_ac2"]["value"], 0.914, 5e-6);
    assert_eq!(said["cohen_kappa"]["value"], Value::Null);
    assert_eq!(said["pairs"].as_array().unwrap().len(), 6);
    assert_eq!(said["level"], "ratio");

    // Names in an order are as good as ranks.
    let words = csv.replace(",1\n", ",never\n").replace(",2\n", ",rarely\n");
    let words = words.replace(",3\n", ",often\n").replace(",4\n", ",always\n");
    fs::write(folder.join("names.csv"), words.replace(",5\n", ",beyond\n")).unwrap();
    let order = ["names.csv", "--order", "never,rarely, often,always,beyond"];
    let named = agreement(folder, &order);
    assert_eq!(named["krippendorff_alpha"]["ordinal"], alpha["ordinal"]);
    assert_eq!(named["level"], "ordinal");
    assert_eq!(named["krippendorff_alpha"]["interval"]["value"], Value::Null);
    let lower = agreement(folder, &["k.csv", "--level", "nominal"]);
    assert_eq!(lower["krippendorff_alpha"]["ordinal"]["value"], Value::Null);
    assert_eq!(lower["krippendorff_alpha"]["nominal"], alpha["nominal"]);
}

/// Shrout & Fleiss (1979), table 2.
#[test]
fn ratings_by_everybody_have_all_the_correlations() {
    let folder = tempfile::tempdir().unwrap();
    let ratings =
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]];
    let mut text = "item,reviewer,label\n".to_owned();
    for (item, row) in ratings.iter().enumerate() {
        for (judge, rating) in row.iter().enumerate() {
            writeln!(text, "{item},{judge},{rating}").unwrap();
        }
    }
    fs::write(folder.path().join("r.csv"), text).unwrap();
    let said = agreement(folder.path(), &["r.csv"]);
    near(&said["icc"]["value"], 0.289_763_8, 5e-8);
    assert_eq!(said["icc"]["items"], 6);
    let kinds = said["icc"]["all"].as_array().unwrap();
    for (kind, expected) in kinds.iter().zip([
        ("ICC(1,1)", 0.165_741_8),
        ("ICC(2,1)", 0.289_763_8),
        ("ICC(3,1)", 0.714_840_7),
        ("ICC(1,k)", 0.442_797_1),
        ("ICC(2,k)", 0.620_050_5),
        ("ICC(3,k)", 0.909_315_5),
    ]) {
        assert_eq!(kind["kind"], expected.0);
        near(&kind["value"], expected.1, 5e-8);
    }
    assert!(said["kendall_w"]["p_value"].as_f64().unwrap() < 0.01);
}

#[test]
fn questions_are_apart_and_the_newest_row_counts() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = "\
question,item,reviewer,label
tone,1,ann,rude
facts,1,ann,2
tone,1,ben,kind
tone,1,ann,kind
tone,2,ann,rude
tone,2,ben,rude
facts,1,ben,3
facts,2,ann,
tone,3,ann,kind
";
    fs::write(folder.join("q.csv"), text).unwrap();
    let said = agreement(folder, &["q.csv"]);
    let questions = said["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 2);
    let [tone, facts] = [&questions[0], &questions[1]];
    assert_eq!((&tone["question"], &facts["question"]), (&json!("tone"), &json!("facts")));
    near(&tone["percent"]["value"], 1.0, 0.0);
    assert_eq!((&tone["replaced"], &tone["compared_items"]), (&json!(1), &json!(2)));
    assert_eq!((&facts["missing"], &facts["level"]), (&json!(1), &json!("ratio")));

    let args = ["consensus", "q.csv", "--method", "majority", "--tie", "undecided"];
    let (code, out, err) = run(folder, &args);
    assert_eq!(code, Some(0), "{err}");
    let expected = "\
question,item,label,posterior
tone,1,kind,1.0
tone,2,rude,1.0
tone,3,kind,1.0
facts,1,,0.5
facts,2,,
";
    assert_eq!(out, expected);
    let said = "facts: 2 items, 2 judgements by 2 reviewers, 1 without a label, 0 replaced by a newer \
                one; tied items: 1, without a label";
    assert!(err.contains(said), "{err}");
    let first = run_ok(folder, &["consensus", "q.csv", "--method", "majority"]);
    assert!(first.contains("\nfacts,1,2,0.5\n"), "{first}");
}

#[test]
fn every_method_writes_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Four who know, and one who says the opposite.
    let mut text = "item,reviewer,label\n".to_owned();
    for item in 0..40 {
        let truth = item % 2 == 0;
        for reviewer in ["a", "b", "c", "d"] {
            writeln!(text, "{item},{reviewer},{}", if truth { "yes" } else { "no" }).unwrap();
        }
        writeln!(text, "{item},liar,{}", if truth { "no" } else { "yes" }).unwrap();
    }
    fs::write(folder.join("l.csv"), &text).unwrap();
    for method in ["majority", "dawid-skene", "one-coin", "mace"] {
        let args = ["consensus", "l.csv", "--method", method, "--out", "out.csv"];
        let more = ["--reviewers", "who.csv"];
        let out = run_ok(folder, &args.into_iter().chain(more).collect::<Vec<_>>());
        assert_eq!(out, "", "the answers are in the file");
        let mut rows = csv::Reader::from_path(folder.join("out.csv")).unwrap();
        let mut items = 0;
        for row in rows.records() {
            let row = row.unwrap();
            let item: usize = row[0].parse().unwrap();
            assert_eq!(&row[1], if item.is_multiple_of(2) { "yes" } else { "no" }, "{method}");
            let posterior: f64 = row[2].parse().unwrap();
            let bounds = if method == "majority" { 0.79..=0.81 } else { 0.9..=1.0 + 1e-9 };
            assert!(bounds.contains(&posterior), "{method}: {posterior}");
            items += 1;
        }
        assert_eq!(items, 40);
        let who = fs::read_to_string(folder.join("who.csv")).unwrap();
        let quality = |name: &str| -> f64 {
            let row = who.lines().find(|line| line.starts_with(&format!("{name},40,"))).unwrap();
            row.rsplit(',').next().unwrap().parse().unwrap()
        };
        assert!(quality("a") > 0.7 && quality("liar") < 0.3, "{method}: {who}");
        assert!(!folder.join("out.csv.part").exists());
    }
    let args = ["consensus", "l.csv", "--method", "majority", "-o", "out.jsonl"];
    run_ok(folder, &args);
    let lines = fs::read_to_string(folder.join("out.jsonl")).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first, json!({ "item": "0", "label": "yes", "posterior": 0.8 }));
}

#[test]
fn a_file_that_is_none_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).unwrap();
    write("empty.csv", b"");
    write("heads.csv", b"item,reviewer,label\n");
    write("other.csv", b"task,worker,label\n1,a,x\n");
    write("semicolon.csv", b"item;reviewer;label\n1;a;x\n");
    write("short.csv", b"item,reviewer,label\n1,a,x\n\n2,a\n");
    write("dos.csv", b"item,reviewer,label\r\n1,\"a\r\nb\",x\r\n\r\n2,a\r\n");
    write("nobody.csv", b"item,reviewer,label\n1,a,x\n2, ,x\n");
    write("latin.csv", b"item,reviewer,label\n1,a,sch\xf6n\n");
    write("names.csv", b"item,reviewer,label\n1,a,good\n1,b,bad\n1,c,ugly\n");
    write("below.csv", b"item,reviewer,label\n1,a,-1\n1,b,2\n");
    write("broken.jsonl", b"{\"item\":1,\"reviewer\":2,\"label\":3}\n\n{\"item\":1,\n");
    write("lists.jsonl", b"{\"item\":1,\"reviewer\":2,\"label\":[3]}\n");
    write("keys.jsonl", b"{\"item\":1,\"label\":3}\n");
    let cases: &[&[&str]] = &[
        &["missing.csv"],
        &["empty.csv"],
        &["heads.csv"],
        &["other.csv"],
        &["semicolon.csv"],
        &["short.csv"],
        &["dos.csv"],
        &["nobody.csv"],
        &["latin.csv"],
        &["names.csv", "--order", "bad,good"],
        &["names.csv", "--level", "ordinal"],
        &["names.csv", "--order", "ugly,bad,good", "--level", "interval"],
        &["below.csv", "--level", "ratio"],
        &["broken.jsonl"],
        &["lists.jsonl"],
        &["keys.jsonl"],
    ];
    let mut said = Vec::new();
    for case in cases {
        let args: Vec<&str> = ["agreement"].iter().chain(*case).copied().collect();
        let (code, out, err) = run(folder, &args);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{case:?}: {err}");
        said.push(format!("{}\n{err}", case.join(" ")));
    }
    let nowhere = ["consensus", "names.csv", "--method", "majority", "--out", "no/where.csv"];
    let (code, out, err) = run(folder, &nowhere);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    said.push(format!("{}\n{err}", nowhere.join(" ")));
    insta::assert_snapshot!("bad_label_files", said.join("\n"));
}
