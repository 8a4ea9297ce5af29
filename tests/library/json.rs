//! The strict JSON reader against `serde_json`: what it accepts means the same there, and what it
//! refuses is refused there as well, or is one of the things it is stricter about.
#![expect(clippy::unwrap_used, reason = "clippy takes helpers of tests for library code")]

use countersign::encoding::json::{self, Document};
use countersign::{Code, Limits};
use proptest::prelude::*;

/// JSON of any shape, with escapes, spaces and repeated names now and then.
fn text() -> impl Strategy<Value = String> {
    let string = prop_oneof![
        "[a-d]{0,2}".prop_map(|s| format!("\"{s}\"")),
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
        prop::sample::select(vec![
            r#""\u0061""#,
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\udE00x""#,
            r#""\/""#,
            r#""\x""#,
            "\"\t\"",
            "\"\u{7f}\"",
        ])
        .prop_map(str::to_owned),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        prop::sample::select(vec!["0", "-0", "1.5", "1e3", "01", "1.", ".5", "-", "1e", "+1"])
            .prop_map(str::to_owned),
    ];
    let word = prop::sample::select(vec!["true", "false", "null", "nul", "NaN", ""])
        .prop_map(str::to_owned);
    let leaf = prop_oneof![3 => string.clone(), 2 => number, 1 => word];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let space = prop::sample::select(vec!["", " ", "\n\t", "\u{a0}"]);
        let array = (prop::collection::vec(inner.clone(), 0..4), space.clone())
            .prop_map(|(values, space)| format!("[{space}{}]", values.join(&format!("{space},"))));
        let member = (string.clone(), inner).prop_map(|(name, value)| format!("{name}:{value}"));
        let object = (prop::collection::vec(member, 0..4), space)
            .prop_map(|(members, space)| format!("{{{}{space}}}", members.join(",")));
        prop_oneof![array, object]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_accepted_means_the_same_and_what_is_refused_is_wrong_or_repeated(text in text()) {
        let ours = json::parse("text", text.as_bytes(), &Limits::default());
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => {
                let again: serde_json::Value = serde_json::from_str(&ours.to_string()).unwrap();
                prop_assert_eq!(&again, theirs);
                let printed = ours.to_string();
                let reread = json::parse("text", printed.as_bytes(), &Limits::default());
                prop_assert_eq!(reread.as_ref(), Ok(ours));
            }
            (Err(error), Ok(_)) => prop_assert_eq!(error.code(), Code::DuplicateMember),
            // Numbers beyond `f64` are JSON; `serde_json` cannot hold them.
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range")),
            (Err(_), Err(_)) => {}
        }
        let object = json::parse_object("text", text.as_bytes(), &Limits::default());
        let document = Document::parse("text", text.clone().into_bytes(), &Limits::default());
        prop_assert_eq!(
            document.as_ref().map(|document| document.to_object()).map_err(Clone::clone),
            object
        );
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let ours = json::parse("text", &bytes, &Limits::default());
        if serde_json::from_slice::<serde_json::Value>(&bytes).is_err() {
            prop_assert!(ours.is_err());
        }
    }
}
