use super::*;
use crate::x509::certificate::signature_algorithm;
use crate::x509::{Certificate, NegativeModulus};
use alloc::vec;
use countersign_testkit::{Authority, Critical, EcIssuer, Issuer, Rng, RsaIssuer, Template};
use x509_cert::der::Encode as _;
use x509_cert::der::referenced::OwnedToRef as _;

const MOST: usize = 8;

/// How a certificate is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    /// By the crate `x509-cert` only.
    Other,
    Refused,
}

/// Reads a certificate in both ways. What is plain has to be the same in both.
fn form(der: &[u8]) -> Form {
    let any = x509_cert::Certificate::from_der(der);
    let Some(plain) = Plain::read(der, MOST) else {
        return if any.is_ok() { Form::Other } else { Form::Refused };
    };
    let any = any.expect("what is plain is a certificate");
    let fields = any.tbs_certificate();
    let at = |place: &Range<usize>| der[place.clone()].to_vec();
    assert_eq!(plain.version, fields.version());
    assert_eq!(Some(plain.algorithm), signature_algorithm(&any));
    assert_eq!(at(&plain.issuer), fields.issuer().to_der().unwrap());
    assert_eq!(at(&plain.subject), fields.subject().to_der().unwrap());
    let validity = fields.validity();
    assert_eq!((plain.not_before, plain.not_after), (validity.not_before, validity.not_after));
    assert_eq!(plain.info, fields.subject_public_key_info().owned_to_ref());
    let extensions = fields.extensions().map_or(&[][..], Vec::as_slice);
    let extensions: Vec<_> = extensions
        .iter()
        .map(|extension| Extension {
            id: extension.extn_id.as_bytes(),
            critical: extension.critical,
            value: extension.extn_value.as_bytes(),
        })
        .collect();
    assert_eq!(plain.extensions, extensions);
    assert_eq!(at(&plain.signature), any.signature().as_bytes().unwrap());
    let organizations =
        fields.subject().iter().filter(|part| part.oid.as_bytes() == ORGANIZATION_NAME);
    let last = organizations.last().map(|part| part.value.to_der().unwrap());
    assert_eq!(plain.organization.as_ref().map(at), last);
    Form::Plain
}

fn template() -> Template {
    let time = |seconds| countersign::Time::from_unix(seconds).unwrap();
    Template::new("name", time(0), time(2_600_000_000))
}

fn issue(key: impl Issuer, template: &Template) -> Vec<u8> {
    Authority::root(key, template).unwrap().certificate().to_der().to_vec()
}

/// Certificates of every form that the generator has.
fn generated() -> Vec<Vec<u8>> {
    let rsa = || RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
    let ec = || EcIssuer::generate(&mut Rng::from_seed(1), None);
    let named = template().organization("one").organization("two");
    let many = template().end_entity().extension(&[0x2a, 3, 1], Critical::No, &[5, 0]);
    vec![
        issue(rsa(), &template()),
        issue(rsa(), &named.clone().authority(Some(0))),
        issue(rsa(), &template().signed_with(countersign::Algorithm::Rs384)),
        issue(rsa(), &template().signed_with(countersign::Algorithm::Rs512).negative_modulus()),
        issue(ec(), &named.end_entity().serial(u64::MAX >> 1)),
        issue(ec(), &template().version_1().serial(0)),
        issue(ec(), &many.extension(&[0x2a, 3, 2], Critical::Yes, &[])),
    ]
}

#[test]
fn what_is_generated_is_plain() {
    for der in generated() {
        assert_eq!(form(&der), Form::Plain, "{der:02x?}");
    }
}

#[test]
fn whatever_is_damaged_is_read_alike_or_left_to_the_other_reader() {
    let mut plain = 0;
    for der in generated() {
        let mut compare = |der: &[u8]| plain += usize::from(form(der) == Form::Plain);
        for place in 0..der.len() {
            for flip in [0x01, 0x02, 0x20, 0x80, 0xff] {
                let mut altered = der.clone();
                altered[place] ^= flip;
                compare(&altered);
            }
            let mut longer = der.clone();
            longer.insert(place, der[place]);
            compare(&longer);
            let mut shorter = der.clone();
            shorter.remove(place);
            compare(&shorter);
            compare(&der[..place]);
        }
    }
    // Keys, names, times and signatures may say anything.
    assert!(plain > 5_000, "{plain}");
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let header = match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => vec![tag, short],
        Ok(long) => vec![tag, 0x81, long],
        Err(_) => {
            let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
            vec![tag, 0x82, high, low]
        }
    };
    [header, content.to_vec()].concat()
}

/// The fields of a certificate, each as a whole element.
#[derive(Clone)]
struct Fields {
    version: Vec<u8>,
    serial: Vec<u8>,
    inner: Vec<u8>,
    outer: Vec<u8>,
    name: Vec<u8>,
    validity: Vec<u8>,
    tail: Vec<u8>,
    signature: Vec<u8>,
}

const RS256: [u8; 13] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0];

/// An attribute of a name: its identifier's last arc, the tag of its text, and that.
fn attribute(arc: u8, tag: u8, text: &str) -> Vec<u8> {
    element(
        SEQUENCE,
        &[element(OBJECT_IDENTIFIER, &[0x55, 4, arc]), element(tag, text.as_bytes())].concat(),
    )
}

fn name(sets: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let sets: Vec<_> = sets.iter().map(|parts| element(SET, &parts.concat())).collect();
    element(SEQUENCE, &sets.concat())
}

fn validity(start: &str, end: &str) -> Vec<u8> {
    let time = |text: &str| {
        element(if text.len() == 13 { UTC_TIME } else { GENERALIZED_TIME }, text.as_bytes())
    };
    element(SEQUENCE, &[time(start), time(end)].concat())
}

fn extension(id: &[u8], critical: &[u8]) -> Vec<u8> {
    let parts = [element(OBJECT_IDENTIFIER, id), critical.to_vec(), element(OCTET_STRING, &[5, 0])];
    element(SEQUENCE, &parts.concat())
}

fn extensions(list: &[Vec<u8>]) -> Vec<u8> {
    element(EXTENSIONS, &element(SEQUENCE, &list.concat()))
}

impl Fields {
    fn usual() -> Self {
        Self {
            version: element(VERSION, &[2, 1, 2]),
            serial: element(INTEGER, &[1]),
            inner: element(SEQUENCE, &RS256),
            outer: element(SEQUENCE, &RS256),
            name: name(&[vec![attribute(10, 0x0c, "O")], vec![attribute(3, 0x13, "CN")]]),
            validity: validity("200101000000Z", "20600101000000Z"),
            tail: extensions(&[extension(&[0x2a, 3, 1], &[])]),
            signature: element(BIT_STRING, &[0, 1, 2, 3]),
        }
    }

    fn write(&self) -> Vec<u8> {
        let key = EcIssuer::generate(&mut Rng::from_seed(1), None);
        let issued = issue(key, &template());
        let info = x509_cert::Certificate::from_der(&issued).unwrap();
        let info = info.tbs_certificate().subject_public_key_info().to_der().unwrap();
        let fields = [
            &self.version,
            &self.serial,
            &self.inner,
            &self.name,
            &self.validity,
            &self.name,
            &info,
            &self.tail,
        ];
        let fields: Vec<u8> = fields.into_iter().flatten().copied().collect();
        let parts = [&element(SEQUENCE, &fields), &self.outer, &self.signature];
        element(SEQUENCE, &parts.into_iter().flatten().copied().collect::<Vec<u8>>())
    }
}

#[test]
fn other_forms_are_left_to_the_other_reader() {
    let usual = Fields::usual();
    let with = |change: fn(&mut Fields)| {
        let mut fields = usual.clone();
        change(&mut fields);
        fields.write()
    };
    for (what, der, expected) in [
        ("as usual", usual.write(), Form::Plain),
        ("one byte more", [usual.write(), vec![0]].concat(), Form::Refused),
        (
            "version 1, as nobody writes it",
            with(|f| f.version = element(VERSION, &[2, 1, 0])),
            Form::Other,
        ),
        ("version 2", with(|f| f.version = element(VERSION, &[2, 1, 1])), Form::Other),
        ("version 4", with(|f| f.version = element(VERSION, &[2, 1, 3])), Form::Refused),
        ("no version", with(|f| f.version = Vec::new()), Form::Plain),
        ("serial 0", with(|f| f.serial = element(INTEGER, &[0])), Form::Plain),
        ("serial 128", with(|f| f.serial = element(INTEGER, &[0, 128])), Form::Plain),
        (
            "serial with a zero too many",
            with(|f| f.serial = element(INTEGER, &[0, 127])),
            Form::Refused,
        ),
        ("no serial", with(|f| f.serial = element(INTEGER, &[])), Form::Refused),
        ("negative serial", with(|f| f.serial = element(INTEGER, &[0x80])), Form::Other),
        ("serial of 20 bytes", with(|f| f.serial = element(INTEGER, &[1; 20])), Form::Plain),
        ("serial of 21 bytes", with(|f| f.serial = element(INTEGER, &[1; 21])), Form::Other),
        ("serial of 22 bytes", with(|f| f.serial = element(INTEGER, &[1; 22])), Form::Refused),
        (
            "another algorithm outside",
            with(|f| f.outer = element(SEQUENCE, &RS256[..11])),
            Form::Other,
        ),
        (
            "no parameters",
            with(|f| {
                f.inner = element(SEQUENCE, &RS256[..11]);
                f.outer = f.inner.clone();
            }),
            Form::Plain,
        ),
        (
            "an unknown algorithm",
            with(|f| {
                f.inner = element(SEQUENCE, &[6, 3, 0x2a, 3, 4]);
                f.outer = f.inner.clone();
            }),
            Form::Other,
        ),
        ("no name", with(|f| f.name = name(&[])), Form::Plain),
        ("a set of none", with(|f| f.name = name(&[vec![]])), Form::Other),
        (
            "text of another type",
            with(|f| f.name = name(&[vec![attribute(3, 0x14, "T")]])),
            Form::Other,
        ),
        (
            "more in an attribute",
            with(|f| {
                let more =
                    [element(OBJECT_IDENTIFIER, &[0x55, 4, 3]), vec![0x0c, 0], vec![0x0c, 0]];
                f.name = name(&[vec![element(SEQUENCE, &more.concat())]]);
            }),
            Form::Refused,
        ),
        (
            "times of one form",
            with(|f| f.validity = validity("200101000000Z", "490101000000Z")),
            Form::Plain,
        ),
        (
            "a month of no year",
            with(|f| f.validity = validity("201301000000Z", "490101000000Z")),
            Form::Refused,
        ),
        (
            "three times",
            with(|f| {
                let time = element(UTC_TIME, b"200101000000Z");
                f.validity = element(SEQUENCE, &time.repeat(3));
            }),
            Form::Refused,
        ),
        ("a unique identifier", with(|f| f.tail = element(0x81, &[0, 1])), Form::Other),
        ("no extensions", with(|f| f.tail = Vec::new()), Form::Plain),
        ("a list of none", with(|f| f.tail = extensions(&[])), Form::Other),
        (
            "critical",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 3, 1], &[1, 1, 0xff])]);
            }),
            Form::Plain,
        ),
        (
            "not critical, as nobody writes it",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 3, 1], &[1, 1, 0])]);
            }),
            Form::Other,
        ),
        (
            "neither",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 3, 1], &[1, 1, 1])]);
            }),
            Form::Refused,
        ),
        ("two arcs", with(|f| f.tail = extensions(&[extension(&[0x2a], &[])])), Form::Other),
        (
            "an arc of four bytes",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 0x8f, 0xff, 0xff, 0x7f], &[])]);
            }),
            Form::Plain,
        ),
        (
            "an arc of five bytes",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 0x8f, 0xff, 0xff, 0xff, 0x7f], &[])]);
            }),
            Form::Other,
        ),
        (
            "an arc with a zero too many",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 0x80, 1], &[])]);
            }),
            Form::Other,
        ),
        (
            "an arc without an end",
            with(|f| {
                f.tail = extensions(&[extension(&[0x2a, 1, 0x81], &[])]);
            }),
            Form::Refused,
        ),
        (
            "as many extensions as may be",
            with(|f| {
                f.tail = extensions(&[0; MOST].map(|_| extension(&[0x2a, 3, 1], &[])));
            }),
            Form::Plain,
        ),
        (
            "one more",
            with(|f| {
                f.tail = extensions(&[0; MOST + 1].map(|_| extension(&[0x2a, 3, 1], &[])));
            }),
            Form::Other,
        ),
        (
            "bits that fill no byte",
            with(|f| f.signature = element(BIT_STRING, &[4, 0x10])),
            Form::Other,
        ),
        ("no bits", with(|f| f.signature = element(BIT_STRING, &[0])), Form::Plain),
        ("not even how many", with(|f| f.signature = element(BIT_STRING, &[])), Form::Refused),
    ] {
        assert_eq!(form(&der), expected, "{what}");
    }
}

#[test]
fn names_are_the_same_whatever_the_order_within_a_set() {
    let (name_of, mut fields) = (name, Fields::usual());
    let mut read = |parts: &[usize]| {
        let all = [attribute(3, 0x0c, "CN"), attribute(10, 0x0c, "O")];
        let parts = parts.iter().map(|part| all[*part].clone()).collect();
        fields.name = name_of(&[parts, vec![attribute(11, 0x0c, "OU")]]);
        Certificate::from_der(&fields.write(), NegativeModulus::Refuse).unwrap()
    };
    let (one, other, single) = (read(&[0, 1]), read(&[1, 0]), read(&[1]));
    assert_ne!(one.der(), other.der());
    assert_eq!((one.name(), one.subject()), (other.name(), other.subject()));
    assert!(one.is_self_issued() && one.name() == other.issuer_name());
    assert_ne!(one.name(), single.name());
    // An organisation that shares its place is none.
    assert_eq!((one.organization(), single.organization()), (None, Some("O".into())));
}
