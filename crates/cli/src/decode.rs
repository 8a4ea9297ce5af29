//! `decode`: what is inside, without a verdict. Every form of the output says UNVERIFIED.
//!
//! Next to nothing is known of the formats here: whatever string holds a token, a verification URL,
//! or base64 or hexadecimal of a JSON object or array, is unfolded, layer by layer. Of a packet, each
//! segment is shown as the token that was signed, without its value.

use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::{base64, hex};
use countersign::miracl::token::VerificationUrl;
use countersign::mosip::sbi::cbeff::{Packet, Segment};
use countersign::{Code, Error, Limits, Verdict};
use countersign_audit::{
    Content, Escaped, INPUT_BYTES, UNKNOWN, UNKNOWN_KIND, find_wrapper, may_hold_biometrics,
    recognise, strip_line_break,
};

use crate::args::{DecodeArgs, Format, Source};
use crate::exit::{Exit, Stop, Tally};
use crate::input::check_one_stdin;
use crate::output::{Output, Style};
use crate::text::{Facts, Pretty};

const MARK: &str = "UNVERIFIED: none of this has been checked";

/// Runs the command. The tally counts as valid what could be decoded, and nothing else is meant.
pub(crate) fn run(args: &DecodeArgs) -> Result<Exit, Stop> {
    check_one_stdin(&args.inputs)?;
    let style = Style {
        format: args.format,
        single: args.inputs.len() == 1,
        facts: Facts::Brief,
        quiet: false,
    };
    let mut output = Output::new(style);
    let (mut tally, mut text) = (Tally::default(), String::new());
    for source in &args.inputs {
        let decoded = Decoded::read(source);
        match decoded.code {
            None if decoded.content.is_none() => tally.empty += 1,
            code => tally.add(code.map_or(Verdict::Valid, Verdict::from)),
        }
        text.clear();
        style.frame(&mut text, |text| text.push_str(&decoded.render(args.format)));
        output.write(&text)?;
    }
    output.close()?;
    Ok(tally.exit())
}

/// One input, as far as it could be decoded.
struct Decoded {
    name: String,
    kind: &'static str,
    content: Option<Value<'static>>,
    code: Option<Code>,
    detail: String,
}

impl Decoded {
    fn read(source: &Source) -> Self {
        let mut decoded = Self {
            name: source.to_string(),
            kind: UNKNOWN,
            content: None,
            code: None,
            detail: String::new(),
        };
        let limits = Limits::default();
        let result = match source.read() {
            Err(error) => Err((Code::Unreadable, error.to_string())),
            Ok(bytes) => {
                let found = recognise(&bytes, &limits);
                if found == Content::Empty {
                    decoded.detail = "empty".into();
                    return decoded;
                }
                decoded.kind = found.name();
                unfold(&bytes, &limits).map_err(|error| {
                    let wrapper = find_wrapper(&bytes, &limits);
                    let hint = wrapper.map_or_else(String::new, |wrapper| format!(": {wrapper}"));
                    (error.code(), format!("{error}{hint}"))
                })
            }
        };
        match result {
            Ok(content) => decoded.content = Some(content),
            Err((code, detail)) => (decoded.code, decoded.detail) = (Some(code), detail),
        }
        decoded
    }

    fn render(&self, format: Format) -> String {
        let name = Escaped(&self.name);
        match (format, &self.content) {
            (Format::Text, Some(content)) => {
                let content = Pretty { value: content, indent: 0 };
                format!("{MARK}\n{name}  {}\n{content}\n", self.kind)
            }
            (Format::Text, None) => {
                let code = self.code.map_or_else(String::new, |code| format!("{code}: "));
                format!("{MARK}\n{name}  {code}{}\n", Escaped(&self.detail))
            }
            (_, content) => {
                let mut object = Object::new()
                    .with("notice", MARK)
                    .with("verified", Value::Bool(false))
                    .with("input", self.name.as_str())
                    .with("kind", self.kind);
                match content {
                    Some(content) => object.set("content", content.clone()),
                    None => {
                        if let Some(code) = self.code {
                            object.set("code", code.as_str());
                        }
                        object.set("detail", self.detail.as_str());
                    }
                }
                object.to_string()
            }
        }
    }
}

/// Unfolds a whole input.
fn unfold(bytes: &[u8], limits: &Limits) -> Result<Value<'static>, Error> {
    if bytes.len() > INPUT_BYTES && !may_hold_biometrics(bytes, limits) {
        return Err(Error::TooLarge { what: "input", limit: INPUT_BYTES });
    }
    let layers = limits.layers();
    if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Ok(unfold_value(json::parse("input", bytes, limits)?, layers, limits));
    }
    if bytes.trim_ascii_start().starts_with(b"<") {
        let packet = Packet::parse(bytes, limits)?;
        let segments = packet.segments().map(|segment| unfold_segment(&segment, layers, limits));
        return Ok(Value::Array(segments.collect()));
    }
    let text = std::str::from_utf8(strip_line_break(bytes)).unwrap_or_default();
    unfold_text(text, layers, limits).ok_or(UNKNOWN_KIND)
}

/// Unfolds a segment of a packet: the token that was signed, without the value that the packet keeps
/// apart.
fn unfold_segment(segment: &Segment<'_>, layers: u8, limits: &Limits) -> Value<'static> {
    let payload = match json::parse("payload", segment.payload.as_bytes(), limits) {
        Ok(payload) => unfold_value(payload, layers, limits),
        Err(_) => Value::from(segment.payload.to_owned()),
    };
    let header = segment.sb.split('.').next().unwrap_or_default();
    let header = base64::decode_mosip(header.as_bytes()).ok();
    let header = header.and_then(|header| container(&header, limits));
    let object = Object::new()
        .with("encoding", "cbeff-segment")
        .with("header", header.unwrap_or(Value::Null))
        .with("payload", payload)
        .with("bioValueBytes", segment.bdb.len());
    object.into()
}

/// Unfolds every string within a value that can be.
fn unfold_value(value: Value<'_>, layers: u8, limits: &Limits) -> Value<'static> {
    match value {
        Value::String(text) => {
            unfold_text(&text, layers, limits).unwrap_or_else(|| Value::from(text.into_owned()))
        }
        Value::Array(elements) => Value::Array(
            elements.into_iter().map(|element| unfold_value(element, layers, limits)).collect(),
        ),
        Value::Object(object) => {
            let mut unfolded = Object::new();
            for (name, value) in object.iter() {
                unfolded.set(name.to_string(), unfold_value(value.clone(), layers, limits));
            }
            unfolded.into()
        }
        value => value.into_owned(),
    }
}

/// Unfolds a text, or returns `None` if it holds nothing but itself.
fn unfold_text(text: &str, layers: u8, limits: &Limits) -> Option<Value<'static>> {
    let layers = layers.checked_sub(1)?;
    if let Some(token) = unfold_token(text, layers, limits) {
        return Some(token);
    }
    if let Ok(url) = VerificationUrl::parse(text, limits) {
        return Some(unfold_url(&url));
    }
    let (encoding, value) = match hex::decode(text).ok().and_then(|b| container(&b, limits)) {
        Some(value) => ("hex", value),
        None => ("base64", container(&base64::decode_mosip(text.as_bytes()).ok()?, limits)?),
    };
    let json = unfold_value(value, layers, limits);
    Some(Object::new().with("encoding", encoding).with("json", json).into())
}

fn unfold_url(url: &VerificationUrl) -> Value<'static> {
    let mut query = Object::new();
    for (name, value) in url.parameters() {
        query.set(name.to_string(), value.to_string());
    }
    let object = Object::new()
        .with("encoding", "verification-url")
        .with("origin", url.origin().to_string())
        .with("query", query);
    object.into()
}

/// Three parts of which the first is a JSON object: a token of either alphabet.
fn unfold_token(text: &str, layers: u8, limits: &Limits) -> Option<Value<'static>> {
    let parts: Vec<_> = text.splitn(4, '.').collect();
    let [header, payload, signature] = *parts.as_slice() else { return None };
    let header = container(&base64::decode_mosip(header.as_bytes()).ok()?, limits)?;
    header.as_object()?;
    let part = |text: &str| match base64::decode_mosip(text.as_bytes()) {
        Ok(bytes) => show(&bytes, layers, limits),
        Err(_) => Value::from(text.to_string()),
    };
    let token = Object::new()
        .with("encoding", "token")
        .with("header", header)
        .with("payload", part(payload))
        .with("signature", part(signature));
    Some(token.into())
}

/// Shows decoded bytes: JSON unfolded, text as it is (unfolded where it holds a token), everything
/// else in hexadecimal.
fn show(bytes: &[u8], layers: u8, limits: &Limits) -> Value<'static> {
    if let Ok(value) = json::parse("input", bytes, limits) {
        return unfold_value(value.into_owned(), layers, limits);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => unfold_value(Value::from(text.to_string()), layers, limits),
        Err(_) => Object::new().with("hex", hex::encode(bytes)).into(),
    }
}

/// Parses a JSON object or array: not a number or a word, which many texts look like by chance.
fn container(bytes: &[u8], limits: &Limits) -> Option<Value<'static>> {
    let value = json::parse("input", bytes, limits).ok()?;
    matches!(value, Value::Object(_) | Value::Array(_)).then(|| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfolded(input: &str) -> Result<String, Code> {
        unfold(input.as_bytes(), &Limits::default())
            .map(|value| value.to_string())
            .map_err(|error| error.code())
    }

    #[test]
    fn tokens_are_unfolded_layer_by_layer() {
        let encode = |text: &str| base64::encode_url(text.as_bytes());
        let inner = format!("{}.{}.{}", encode(r#"{"alg":"a"}"#), encode(r#"{"n":1}"#), "_w");
        let outer = format!(
            "{}.{}.{}",
            encode(r#"{"alg":"b"}"#),
            encode(&format!(r#"{{"inner":"{inner}","hex":"7b7d"}}"#)),
            encode("text")
        );
        let expected = concat!(
            r#"{"encoding":"token","header":{"alg":"b"},"payload":{"inner":{"encoding":"token","#,
            r#""header":{"alg":"a"},"payload":{"n":1},"signature":{"hex":"ff"}},"#,
            r#""hex":{"encoding":"hex","json":{}}},"signature":"text"}"#
        );
        assert_eq!(unfolded(&format!("{outer}\n")).as_deref(), Ok(expected));
    }

    #[test]
    fn verification_urls_are_unfolded_alone_and_within_answers() {
        let url = "https://api.mpin.io/verification/confirmation?user_id=a%2Bb\\u0026code=c+d";
        let unfolded_url = concat!(
            r#"{"encoding":"verification-url","origin":"https://api.mpin.io","#,
            r#""query":{"user_id":"a+b","code":"c d"}}"#
        );
        // In JSON the escape is an ampersand, outside it the six characters stand for one.
        assert_eq!(unfolded(url).as_deref(), Ok(unfolded_url));
        let answer = unfolded(&format!(r#"{{"verificationURL":"{url}"}}"#)).unwrap();
        assert_eq!(answer, format!(r#"{{"verificationURL":{unfolded_url}}}"#));
        assert_eq!(unfolded("https://api.mpin.io/?user_id=a&code=b"), Err(Code::Malformed));
    }

    #[test]
    fn segments_of_packets_are_unfolded_without_their_values() {
        let sb = base64::encode_standard(
            format!("{}..AA", base64::encode_url(b"{\"alg\":\"a\"}")).as_bytes(),
        );
        let packet = format!(
            "<BIR><BIR><BDB>AAAA</BDB><SB>{sb}</SB><Others><Key>PAYLOAD</Key>\
             <Value>{{\"bioValue\":\"&lt;bioValue&gt;\"}}</Value></Others></BIR></BIR>"
        );
        let expected = concat!(
            r#"[{"encoding":"cbeff-segment","header":{"alg":"a"},"#,
            r#""payload":{"bioValue":"<bioValue>"},"bioValueBytes":3}]"#
        );
        assert_eq!(unfolded(&packet).as_deref(), Ok(expected));
        assert_eq!(unfolded("<html/>"), Err(Code::UnsupportedFormat));
    }

    #[test]
    fn what_is_too_deep_stays_as_it_is() {
        let mut text = base64::encode_standard(b"{}");
        for _ in 0..5 {
            text = base64::encode_standard(format!(r#"{{"a":"{text}"}}"#).as_bytes());
        }
        let shown = unfolded(&text).unwrap();
        assert_eq!(shown.matches("base64").count(), usize::from(Limits::default().layers()));
    }

    #[test]
    fn what_holds_nothing_is_refused_or_left_alone() {
        assert_eq!(unfolded("hello"), Err(Code::Malformed));
        assert_eq!(unfolded("a.b.c"), Err(Code::Malformed));
        assert_eq!(unfolded(r#"{"a":1,"a":2}"#), Err(Code::DuplicateMember));
        let plain = r#"{"a":"12345678","b":"a.b.c","c":"MQ==","d":null}"#;
        assert_eq!(unfolded(plain).as_deref(), Ok(plain));
    }
}
