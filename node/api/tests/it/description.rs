//! The interface description: whole, and good enough to make a client from.

use crate::world::{World, request};
use axum::body::Body;
use serde_json::Value;
use std::collections::BTreeSet;

async fn document() -> Value {
    let world = World::new().await;
    let request = request("GET", "/openapi.json", None).body(Body::empty()).unwrap();
    world.send(request).await.1
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document().await;
    let text = document.to_string();
    let mut count = 0;
    for rest in text.split("\"$ref\":\"#").skip(1) {
        let pointer = rest.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        count += 1;
    }
    assert!(200 < count, "{count} references");
}

#[tokio::test]
async fn every_operation_says_what_a_client_needs() {
    let document = document().await;
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{name}");
        let responses = operation["responses"].as_object().unwrap();
        let done = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
        let content = done["content"].as_object().unwrap().values().next().unwrap();
        assert!(content["schema"].is_object(), "{name}");
        let parameters = operation["parameters"].as_array();
        let named = |wanted: &str| {
            parameters.is_some_and(|all| all.iter().any(|one| one["name"] == wanted))
        };
        let variables = name.split('{').skip(1).map(|rest| rest.split('}').next().unwrap());
        for variable in variables {
            assert!(named(variable), "{name}: {variable}");
        }
        let secured = operation["security"].as_array().is_some_and(|all| all.len() == 3);
        // A bank's message names itself.
        let changes = !name.starts_with("get") && secured && !name.ends_with("/inbound");
        assert_eq!(named("idempotency-key"), changes, "{name}");
        assert_eq!(responses.contains_key("403"), secured, "{name}");
    }
    assert!(40 <= ids.len());
}

#[tokio::test]
async fn every_schema_is_described() {
    let document = document().await;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (field, property) in properties {
            // An optional reference is described inside.
            let described = property.to_string().contains("\"description\":");
            assert!(described || property["$ref"].is_string(), "{name}.{field}: {property}");
        }
    }
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.len(), 3);
}
