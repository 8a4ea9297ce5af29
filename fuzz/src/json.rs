//! The strict JSON reader against `serde_json`, with a check of repeated names on top.

use countersign::Limits;
use countersign::encoding::json::{self, Document, Object, Value};

use super::oracle::{Bounds, Json};
use super::support::Input;

fn same(ours: &Value<'_>, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(ours), Json::Bool(theirs)) => ours == theirs,
        (Value::Number(ours), Json::Number(theirs)) => ours == theirs,
        (Value::String(ours), Json::String(theirs)) => ours == theirs,
        (Value::Array(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Object(ours), Json::Object(theirs)) => {
            ours.iter().count() == theirs.len()
                && ours.iter().zip(theirs).all(|((a, x), (b, y))| a == b && same(x, y))
        }
        _ => false,
    }
}

/// Checks the two ways to read an object against each other, member by member.
fn check_document(text: &[u8], limits: &Limits) {
    let object = json::parse_object("text", text, limits);
    let document = Document::parse("text", text.to_vec(), limits);
    match (object, document) {
        (Ok(object), Ok(document)) => {
            assert_eq!(document.to_object(), object);
            assert_eq!(document.len(), object.iter().count());
            assert_eq!(document.text().as_bytes(), text);
            for (name, value) in object.iter() {
                assert_eq!(document.member(name).as_ref(), Some(value));
            }
            for member in ["", "a", "alg", "exp"] {
                let text = document.optional_string("text", member);
                let text = text.as_ref().map(|text| text.as_deref());
                assert_eq!(text, object.optional_string("text", member).as_ref().copied());
                let number = document.optional_integer("text", member);
                assert_eq!(number, object.optional_integer("text", member));
            }
        }
        (object, document) => assert_eq!(object.map(Object::into_owned).err(), document.err()),
    }
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    // Bounds that an input of a few bytes can reach, and the real ones.
    let first = input.byte();
    let bounds = if first >= 0x80 {
        Bounds { depth: first & 7, members: first >> 3 & 7 }
    } else {
        Bounds { depth: 16, members: 64 }
    };
    let text = input.0;
    let limits = Limits::default().with_json_depth(bounds.depth).with_json_members(bounds.members);
    let ours = json::parse("text", text, &limits);
    let theirs = Json::parse(text, bounds);
    match (&ours, &theirs) {
        (Ok(ours), Some(theirs)) => assert!(same(ours, theirs), "{ours:?}\n{theirs:?}"),
        (Err(_), None) => {}
        _ => panic!("{ours:?}\n{theirs:?}"),
    }
    if let Ok(value) = ours {
        let printed = value.to_string();
        assert!(!printed.chars().any(char::is_control), "{printed:?}");
        assert_eq!(json::parse("text", printed.as_bytes(), &limits).as_ref(), Ok(&value));
        assert_eq!(value.clone().into_owned(), value);
    }
    check_document(text, &limits);
}
