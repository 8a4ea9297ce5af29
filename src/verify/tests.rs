use super::*;
use crate::code::Code;
use crate::encoding::json::Object;
use crate::report::Check;
use crate::report::Verdict;

/// A format that does what it is told, whether that makes sense or not.
#[derive(Clone, Copy, Debug)]
struct Told {
    fails: bool,
    makes: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Made(Proven<&'static str>);

impl Held for () {}

impl Format for Told {
    const KIND: &'static str = "told";
    type Expected = ();
    type Verified = Made;
}

impl Steps for Told {
    type Keys = ();
    type Cache = ();
    type Opened<'a> = ();
    type Draft = &'static str;

    fn open(_: &Verifier<Self>, trail: &mut Trail, (): &mut (), _: Item<'_, ()>) -> Option<()> {
        trail.pass(Check::STRUCTURE, || "read");
        Some(())
    }

    fn signature<'o>(_: &Verifier<Self>, (): &'o ()) -> Option<Job<'o>> {
        None
    }

    fn judge(
        verifier: &Verifier<Self>,
        trail: &mut Trail,
        (): (),
        _: Option<Result<(), Error>>,
    ) -> Option<Next<(), &'static str>> {
        if verifier.format.fails {
            trail.fail(Check::SIGNATURE, Error::SignatureMismatch);
            trail.fail(Check::CLAIMS, Error::IssuerMismatch);
        }
        verifier.format.makes.then_some(Next::Made("made"))
    }

    fn verified(draft: Proven<&'static str>) -> Made {
        Made(draft)
    }

    fn claims(made: Made) -> Claims {
        Object::new().with("made", *made.0).into()
    }
}

fn code(format: Told) -> Code {
    let verifier = Verifier { format, keys: (), policy: Policy::default() };
    let item = Item { input: b"input", expected: &(), at: At::Issued };
    let verified = verifier.verify(b"input", &(), At::Issued);
    let report = verifier.explain(b"input", &(), At::Issued);
    assert_eq!(verifier.verify_batch(&[item, item]), [verified.clone(), verified.clone()]);
    assert_eq!(verifier.explain_batch(&[item, item]), [report.clone(), report.clone()]);
    let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
    assert_eq!(report.code(), code);
    assert_eq!(report.claims.is_some(), code == Code::Ok);
    code
}

#[test]
fn only_a_clean_trail_turns_a_draft_into_something_verified() {
    assert_eq!(code(Told { fails: false, makes: true }), Code::Ok);
    // The first failure is the verdict, whatever was made in spite of it.
    assert_eq!(code(Told { fails: true, makes: true }), Code::SignatureMismatch);
    assert_eq!(code(Told { fails: true, makes: false }), Code::SignatureMismatch);
}

#[test]
fn what_fails_nothing_and_makes_nothing_is_a_defect_and_invalid() {
    assert_eq!(code(Told { fails: false, makes: false }), Code::Defect);
    assert_eq!(Verdict::from(Code::Defect), Verdict::Invalid);
}

#[test]
fn the_generic_way_gives_the_same_verdicts() {
    fn codes<V: Verify<Expected = ()>>(verifier: &V) -> [Code; 4] {
        let item = Item { input: b"input", expected: &(), at: At::Issued };
        let of = |result: &Result<V::Verified, Error>| {
            result.as_ref().map_or_else(Error::code, |_| Code::Ok)
        };
        [
            of(&verifier.verify(item.input, &(), item.at)),
            verifier.explain(item.input, &(), item.at).code(),
            of(&verifier.verify_batch(&[item])[0]),
            verifier.explain_batch(&[item])[0].code(),
        ]
    }
    for (fails, code) in [(true, Code::SignatureMismatch), (false, Code::Ok)] {
        let format = Told { fails, makes: true };
        let verifier = Verifier { format, keys: (), policy: Policy::default() };
        assert_eq!(codes(&verifier), [code; 4]);
    }
    assert_eq!(<Verifier<Told> as Verify>::KIND, "told");
}
