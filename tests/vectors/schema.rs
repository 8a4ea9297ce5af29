//! Just enough of JSON Schema (draft 2020-12) for the schemas of the vectors.
//!
//! A keyword that is not understood is an error, so that no rule of a schema goes unchecked.

use std::fs;

use countersign::Limits;
use countersign::encoding::json::{self, Object, Value};

/// Checks a value against a schema file.
pub(crate) fn check(name: &str, value: &Value<'static>) -> Result<(), String> {
    check_object(&load(&format!("{name}.json")), value, "")
}

/// Returns the reason codes that the schemas allow.
pub(crate) fn codes() -> Vec<String> {
    let definition = definition("common.json#/$defs/code");
    let codes = definition.member("enum").and_then(Value::as_array).unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

fn load(name: &str) -> Object<'static> {
    let text = fs::read(super::path(&format!("schemas/{name}"))).unwrap();
    json::parse_object("schema", &text, &Limits::default()).unwrap().into_owned()
}

/// Follows a reference of the form `FILE#/$defs/NAME`.
fn definition(reference: &str) -> Object<'static> {
    let (file, name) = reference.split_once("#/$defs/").unwrap();
    let definitions = load(file);
    let definitions = definitions.member("$defs").and_then(Value::as_object).unwrap();
    definitions.member(name).and_then(Value::as_object).unwrap().clone()
}

fn check_object(
    schema: &Object<'static>,
    value: &Value<'static>,
    place: &str,
) -> Result<(), String> {
    for (keyword, rule) in schema.iter() {
        check_keyword(schema, keyword, rule, value, place)?;
    }
    Ok(())
}

fn check_keyword(
    schema: &Object<'static>,
    keyword: &str,
    rule: &Value<'static>,
    value: &Value<'static>,
    place: &str,
) -> Result<(), String> {
    let fail = |reason: String| Err(format!("at {place}: {reason}"));
    let rules = || rule.as_array().unwrap().iter();
    match keyword {
        "$schema" | "$defs" | "title" | "description" => Ok(()),
        "$ref" => check_object(&definition(rule.as_str().unwrap()), value, place),
        "type" => {
            let matches = match rule.as_str().unwrap() {
                "array" => value.as_array().is_some(),
                "integer" => value.as_i64().is_some(),
                "object" => value.as_object().is_some(),
                "string" => value.as_str().is_some(),
                other => return fail(format!("type {other} is not understood")),
            };
            if matches { Ok(()) } else { fail(format!("{value} is not of type {rule}")) }
        }
        "const" if rule == value => Ok(()),
        "const" => fail(format!("{value} is not {rule}")),
        "enum" if rules().any(|allowed| allowed == value) => Ok(()),
        "enum" => fail(format!("{value} is none of {rule}")),
        "minimum" if value.as_i64().is_none_or(|n| n >= rule.as_i64().unwrap()) => Ok(()),
        "minimum" => fail(format!("{value} is below {rule}")),
        "minItems" => {
            let minimum = usize::try_from(rule.as_i64().unwrap()).unwrap();
            let enough = value.as_array().is_none_or(|elements| elements.len() >= minimum);
            if enough { Ok(()) } else { fail("too few elements".into()) }
        }
        "items" => {
            for (index, element) in value.as_array().unwrap_or_default().iter().enumerate() {
                check_object(rule.as_object().unwrap(), element, &format!("{place}/{index}"))?;
            }
            Ok(())
        }
        "required" => {
            let has = |name: &Value<'_>| {
                value.as_object().is_none_or(|o| o.member(name.as_str().unwrap()).is_some())
            };
            match rules().find(|name| !has(name)) {
                None => Ok(()),
                Some(name) => fail(format!("{name} is missing")),
            }
        }
        "properties" => {
            for (name, rule) in rule.as_object().unwrap().iter() {
                if let Some(value) = value.as_object().and_then(|object| object.member(name)) {
                    check_object(rule.as_object().unwrap(), value, &format!("{place}/{name}"))?;
                }
            }
            Ok(())
        }
        "additionalProperties" => {
            let known = schema.member("properties").and_then(Value::as_object);
            let object = value.as_object().cloned().unwrap_or_default();
            for (name, value) in object.iter() {
                if known.is_some_and(|known| known.member(name).is_some()) {
                    continue;
                }
                match rule {
                    Value::Object(rule) => check_object(rule, value, &format!("{place}/{name}"))?,
                    _ => return fail(format!("{name} is not known")),
                }
            }
            Ok(())
        }
        "oneOf" => {
            let results: Vec<Result<(), String>> =
                rules().map(|rule| check_object(rule.as_object().unwrap(), value, place)).collect();
            match results.iter().filter(|result| result.is_ok()).count() {
                1 => Ok(()),
                0 => fail(format!("fits none of several schemas: {results:?}")),
                more => fail(format!("fits {more} of several schemas")),
            }
        }
        other => fail(format!("keyword {other} is not understood")),
    }
}
