//! The `OpenAPI` document covers the table of routes, and the copy in docs/ is the current one.

use std::collections::BTreeSet;
use std::path::Path;

use vouch_http::table::ROUTES;

#[test]
fn every_route_is_documented_and_nothing_else_is() {
    let document = serde_json::to_value(vouch_http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let documented: BTreeSet<String> = paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |m| format!("{} {path}", m.to_uppercase()))
        })
        .collect();
    let table: BTreeSet<String> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(documented, table);
    assert_eq!(table.len(), ROUTES.len(), "a route is in the table twice");
}

#[test]
fn operations_have_names_of_their_own_and_references_lead_somewhere() {
    let document = serde_json::to_value(vouch_http::openapi()).unwrap();
    let mut names = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not there");
    }
}

/// `UPDATE_OPENAPI=1` writes it, as does `vouch openapi`.
#[test]
fn the_copy_in_docs_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let current = format!("{}\n", vouch_http::openapi().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == current, "docs/openapi.json is old; write it with UPDATE_OPENAPI=1");
}
