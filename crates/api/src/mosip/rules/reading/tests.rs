use super::super::{KernelVersion, Server};
use super::*;

const KERNEL: Server = Server::Kernel { version: KernelVersion::V1_2_0 };

fn error_of(result: Result<Object<'static>, Misread>) -> Option<Error> {
    match result {
        Err(Misread::Server { error, .. } | Misread::Ours(error)) => Some(error),
        Ok(_) => None,
    }
}

#[test]
fn base64_is_read_in_either_alphabet_up_to_its_padding_and_without_what_is_foreign() {
    let bytes: Vec<u8> = (0..=255).rev().collect();
    for length in 0..bytes.len() {
        let bytes = &bytes[length..];
        let (standard, url) = (base64::encode_standard(bytes), base64::encode_url(bytes));
        let foreign: String = url.chars().flat_map(|c| [c, '*', ' ']).collect();
        let behind = format!("{url}=AAAA");
        for text in [&standard, &url, &foreign, &behind] {
            assert_eq!(decode_loosely(text.as_bytes()), bytes, "{text}");
        }
    }
    // Bits that fill no byte are dropped.
    assert_eq!(decode_loosely(b"/x"), [0xff]);
    assert_eq!(decode_loosely(b"+"), []);
}

#[test]
fn members_are_named_with_what_they_should_have_been() {
    const SHAPE: Shape =
        &[("text", Kind::Text), ("texts", Kind::Texts), ("members", Kind::Members(&[]))];
    let limits = Limits::default();
    for (text, member, expected) in [
        (r#"{"text":[]}"#, "text", "a string"),
        (r#"{"texts":"a"}"#, "texts", "an array of strings"),
        (r#"{"texts":[[]]}"#, "texts", "an array of strings"),
        (r#"{"members":"a"}"#, "members", "an object"),
    ] {
        let mut reader = Reader::new(Dialect::of(KERNEL), &limits);
        let error = error_of(reader.object("part", SHAPE, text.as_bytes()));
        assert_eq!(error, Some(Error::WrongType { part: "part", member, expected }), "{text}");
    }
}

#[test]
fn a_text_that_is_cut_short_by_other_bytes_is_no_utf_8() {
    let limits = Limits::default();
    let read = |bytes: &[u8]| {
        error_of(Reader::new(Dialect::of(KERNEL), &limits).object("part", &[], bytes))
    };
    let malformed = |fault| Some(Error::Malformed { part: "part", fault });
    assert_eq!(read(b"{\"a\xff"), malformed(Fault::Utf8));
    assert_eq!(read(b"{\"a"), malformed(Fault::Json { offset: 3 }));
}

#[test]
fn texts_of_servers_are_what_they_make_of_scalars() {
    let object = Object::new()
        .with("text", "a")
        .with("number", 1_i64)
        .with("true", Value::Bool(true))
        .with("false", Value::Bool(false))
        .with("null", Value::Null);
    let found = ["text", "number", "true", "false", "null", "absent"];
    let expected = [Some("a"), Some("1"), Some("true"), Some("false"), None, None];
    assert_eq!(
        found.map(|member| text_in(&object, member)),
        expected.map(|text| text.map(Into::into))
    );
}

#[test]
fn sizes_up_to_the_limit_are_read() {
    let limits = Limits::default().with_message_bytes(3);
    assert_eq!(check_size("part", b"abc", &limits), Ok(()));
    let what = "part";
    assert_eq!(check_size("part", b"abcd", &limits), Err(Error::TooLarge { what, limit: 3 }));
}
