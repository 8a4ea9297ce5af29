use super::parser::special_bytes;
use super::*;
use crate::code::Code;
use crate::encoding::Fault;
use crate::error::Error;
use crate::limits::Limits;
use alloc::string::ToString;

#[test]
fn the_first_special_byte_is_found_at_every_place_whatever_surrounds_it() {
    let is_special = |b: u8| matches!(b, b'"' | b'\\' | 0..=0x1f);
    for first in 0..=255_u8 {
        for second in [0, 0x1f, 0x20, 0x21, b'"', b'#', b'[', b'\\', b']', 0x7f, 0x80, 0xa2, 0xff] {
            for place in 0..8 {
                let mut bytes = [second; 8];
                bytes[..place].fill(b'x');
                bytes[place] = first;
                let expected = bytes.iter().position(|b| is_special(*b));
                let found = special_bytes(u64::from_le_bytes(bytes));
                let found =
                    (found != 0).then(|| usize::try_from(found.trailing_zeros() / 8).unwrap());
                assert_eq!(found, expected, "{bytes:02x?}");
            }
        }
    }
}

fn read(text: &[u8]) -> Result<Value<'_>, Error> {
    parse("test", text, &Limits::default())
}

#[test]
fn legal_texts_print_as_themselves() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-12.50e+3",
        "1E9",
        "123456789012345678901234567890",
        r#""""#,
        r#""a\"\\/\n\u0000é""#,
        "[]",
        "[1,[2,[]],{}]",
        r#"{"b":1,"a":{"b":2},"":[null]}"#,
    ] {
        assert_eq!(read(text.as_bytes()).unwrap().to_string(), text);
    }
}

#[test]
fn white_space_is_legal_between_tokens_only() {
    let value = read(b" \t\r\n{ \"a\" : [ 1 , 2 ] } \n").unwrap();
    assert_eq!(value.to_string(), r#"{"a":[1,2]}"#);
    for text in ["\u{a0}1", "1\u{b}", "t rue", "1 2", "- 1"] {
        assert_eq!(read(text.as_bytes()).unwrap_err().code(), Code::Malformed, "{text}");
    }
}

#[test]
fn what_is_not_json_is_refused_at_its_offset() {
    for (text, offset) in [
        ("", 0),
        ("\u{feff}1", 0),
        ("tru", 0),
        ("01", 1),
        ("1.", 2),
        (".5", 0),
        ("+1", 0),
        ("1e", 2),
        ("-", 1),
        ("NaN", 0),
        ("[1,]", 3),
        ("[1 2]", 3),
        ("{,}", 1),
        (r#"{"a"}"#, 4),
        (r#"{"a":1,}"#, 7),
        ("{a:1}", 1),
        ("'a'", 0),
        ("\"\n\"", 1),
        (r#""\x""#, 2),
        (r#""\u12g4""#, 5),
        (r#""\ud800""#, 7),
        (r#""\udc00""#, 7),
        (r#""\ud800\u0041""#, 13),
        ("\"", 1),
        ("[", 1),
        ("{}x", 2),
        ("/**/1", 0),
    ] {
        let fault = Fault::Json { offset };
        assert_eq!(read(text.as_bytes()), Err(Error::Malformed { part: "test", fault }), "{text}");
    }
    assert_eq!(read(b"\"\xff\""), Err(Error::Malformed { part: "test", fault: Fault::Utf8 }));
    assert_eq!(read(b"\xfe\xff\0{\0}").unwrap_err().code(), Code::Malformed);
}

#[test]
fn repeated_names_are_refused_at_every_level_and_after_unescaping() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":[{"a":{"b":1,"b":1}}]}"#,
        r#"{"":1,"":2}"#,
        r#"{"\ud83d\ude00":1,"😀":2}"#,
    ] {
        assert_eq!(read(text.as_bytes()).unwrap_err().code(), Code::DuplicateMember, "{text}");
    }
    // Names differ in case, and objects have names of their own.
    assert!(read(br#"{"a":1,"A":{"a":2},"b":{"a":3}}"#).is_ok());
}

#[test]
fn limits_hold_exactly() {
    let limits = Limits::default().with_json_depth(3).with_json_members(2);
    let read = |text: &'static str| parse("test", text.as_bytes(), &limits).map(|_| ());
    assert_eq!(read(r#"[[[1]]]"#), Ok(()));
    assert_eq!(read(r#"{"a":[{}]}"#), Ok(()));
    assert_eq!(read("[[[[]]]]"), Err(Error::TooLarge { what: "JSON depth", limit: 3 }));
    assert_eq!(read(r#"{"a":1,"b":2}"#), Ok(()));
    assert_eq!(
        read(r#"{"a":1,"b":2,"c":3}"#),
        Err(Error::TooLarge { what: "number of JSON members", limit: 2 })
    );
}

#[test]
fn escapes_are_read_and_dangerous_characters_written_as_escapes() {
    let value = read(r#""\u00e9\ud83d\ude00\/\b\f""#.as_bytes()).unwrap();
    assert_eq!(value.as_str(), Some("é😀/\u{8}\u{c}"));
    let text = "\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}\u{feff}";
    assert_eq!(Value::from(text).to_string(), r#""\u001b[31m\u007f\u009b\u202e\u2028\ufeff""#);
}

#[test]
fn every_character_is_written_as_it_is_or_escaped_wherever_it_stands() {
    let escaped = |c: char| match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => alloc::format!("\\u{:04x}", u32::from(c)),
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}' => alloc::format!("\\u{:04x}", u32::from(c)),
        '\u{e0000}'..='\u{e007f}' => {
            alloc::format!("\\udb40\\u{:04x}", 0xdc00 + u32::from(c) - 0xe0000)
        }
        c => c.to_string(),
    };
    for c in '\0'..=char::MAX {
        let text = alloc::format!("{c}");
        assert_eq!(Value::from(text.as_str()).to_string(), alloc::format!("\"{}\"", escaped(c)));
    }
    // Blocks, words and single bytes are looked at in different ways.
    for before in 0..70 {
        for (c, after) in [('"', 0), ('\u{7f}', 3), ('\u{9b}', 40), ('é', 9), ('\u{1f}', 70)] {
            let (before, after) = ("x".repeat(before), "~".repeat(after));
            let written = Value::from(alloc::format!("{before}{c}{after}")).to_string();
            assert_eq!(written, alloc::format!("\"{before}{}{after}\"", escaped(c)));
        }
    }
}

#[test]
fn constants_are_verbatim_only_if_nothing_in_them_is_escaped() {
    for text in ["", "key-size", "RFC 7518 §3.3", "a", "§§", "a,b/c.d"] {
        assert!(is_verbatim(text), "{text}");
    }
    for c in '\0'..='\u{3000}' {
        let text = alloc::format!("a{c}b");
        let mut written = alloc::string::String::new();
        write_escaped(&mut written, &text).unwrap();
        assert!(!is_verbatim(&text) || written == text, "{text}");
    }
}

#[test]
fn a_document_is_written_as_its_object() {
    for text in [
        "{}",
        r#"{"a":1.50e3,"b":[true,false,null,{"c":"d e"}]}"#,
        "{ \"a\" : [ 1 ,\t2 ] ,\r\n \"b c\" : \" d\" }",
        "{\"\\u0061\":\"\\/\\u00e9\\n\",\"é\":\"\u{7f}\u{9b}\u{202e}\"}",
        r#"{"long enough for a block of bytes":"0123456789012345678901234567890123456789"}"#,
        "{\"long enough for a block of bytes\": \"0123456789012345678901234567890123456789\"}",
        "{\"DEL\":\"\u{7f}\"}",
    ] {
        let document = Document::parse("p", text.as_bytes().to_vec(), &Limits::default()).unwrap();
        assert_eq!(document.to_string(), document.to_object().to_string(), "{text}");
    }
}

#[test]
fn integers_are_exact_or_absent() {
    for (text, number) in [
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
        ("1.0", None),
        ("1e3", None),
        ("-0", Some(0)),
        (r#""1""#, None),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap().as_i64(), number, "{text}");
    }
}

#[test]
fn a_document_is_judged_as_an_object_and_reads_the_same() {
    let limits = Limits::default().with_json_depth(3).with_json_members(4);
    for text in [
        "{}",
        r#" { "a" : 1 , "b":"x\ny" , "\u0063":[1,{"d":null}] } "#,
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"{"\u0061":1,"a":1}"#,
        r#"{"a":{"b":1,"b":1}}"#,
        r#"{"a":[[1]]}"#,
        r#"{"a":[[[1]]]}"#,
        r#"{"a":1,"b":2,"c":3,"d":4}"#,
        r#"{"a":1,"b":2,"c":3,"d":4,"e":5}"#,
        r#"{"a":1,"b":2,"c":3,"d":4,"e":}"#,
        r#"{"a":1}x"#,
        r#"{"a":1"#,
        r#"{"a":}"#,
        r#"{"#,
        "[]",
        "[",
        "",
        "null",
        "\u{feff}{}",
    ] {
        let object = parse_object("p", text.as_bytes(), &limits);
        let document = Document::parse("p", text.as_bytes().to_vec(), &limits);
        match (object, document) {
            (Ok(object), Ok(document)) => {
                assert_eq!(document.to_object(), object, "{text}");
                assert_eq!(document.text(), text);
                assert_eq!(document.len(), object.iter().count());
                for (name, value) in object.iter() {
                    assert_eq!(document.member(name).as_ref(), Some(value), "{text}");
                }
                assert_eq!(document.member("absent"), None);
            }
            (object, document) => {
                assert_eq!(document.map(|_| ()), object.map(|_| ()), "{text}");
            }
        }
    }
    let broken = Document::parse("p", b"{\"\xff\":1}".to_vec(), &limits);
    assert_eq!(broken.map(|_| ()), Err(Error::Malformed { part: "p", fault: Fault::Utf8 }));
}

#[test]
fn members_are_typed() {
    let object = parse_object("p", br#"{"s":"x","n":1,"z":null}"#, &Limits::default()).unwrap();
    assert_eq!(object.string("p", "s"), Ok("x"));
    assert_eq!(object.integer("p", "n"), Ok(1));
    assert_eq!(object.optional_string("p", "absent"), Ok(None));
    assert_eq!(object.string("p", "n").unwrap_err().code(), Code::WrongType);
    assert_eq!(object.optional_string("p", "z").unwrap_err().code(), Code::WrongType);
    assert_eq!(object.integer("p", "absent").unwrap_err().code(), Code::MissingMember);
    assert_eq!(parse_object("p", b"[]", &Limits::default()).unwrap_err().code(), Code::WrongType);
}
