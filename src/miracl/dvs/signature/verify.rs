//! Verification with the server secret, and as far as possible without it.

use alloc::sync::Arc;
use core::fmt;

use zeroize::Zeroizing;

use super::content::Expected;
use super::object::{G2_BYTES, Signature};
use super::scheme;
use crate::crypto::bn254cx::{G1, G2};
use crate::crypto::{Job, Secret};
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::policy::Policy;
use crate::report::{Check, Claims, Trail};
use crate::verify::{self, Format, Held, Item, Next, Proven, Steps};

/// The combined server secret of both D-TAs: the verification key, which only a service has. Its
/// holder can also sign for every identity, so it is wiped when dropped, and never printed. Cloning
/// is cheap and copies nothing.
///
/// The intermediate values of the curve library are *not* wiped.
///
/// ```
/// use countersign::miracl::dvs::signature::ServerSecret;
/// use countersign::{Code, Secret};
///
/// let digits = Secret::new(b"00".repeat(128));
/// assert_eq!(ServerSecret::new(&digits).unwrap_err().code(), Code::PointNotOnCurve);
/// ```
#[derive(Clone)]
pub struct ServerSecret(Arc<Wiped>);

struct Wiped(G2);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl ServerSecret {
    /// Reads 256 hexadecimal digits, of either case: a point of G2 without a prefix.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for any other text, [`Error::PointNotOnCurve`] or
    /// [`Error::WrongSubgroup`] for any other point.
    pub fn new(digits: &Secret) -> Result<Self, Error> {
        let malformed = |fault| Error::Malformed { part: "server secret", fault };
        let digits = core::str::from_utf8(digits.expose()).map_err(|_| malformed(Fault::Utf8))?;
        let bytes = Zeroizing::new(hex::decode(digits).map_err(malformed)?);
        let bytes: &[u8; G2_BYTES] =
            bytes.as_slice().try_into().map_err(|_| malformed(Fault::Length))?;
        Ok(Self(Arc::new(Wiped(G2::decode(bytes)?))))
    }
}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret(..)")
    }
}

/// A signature whose equation holds under the server secret. Only [`Verifier::verify`] creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified(Proven<Signature>);

impl Verified {
    /// Returns the signature; all of it is known to come from the signer.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        self.0.get()
    }
}

/// Verifies signature objects: completely with the server secret, as far as possible without it.
///
/// Checked, in this order: encodings; points on the curve, of order r, none at infinity; the
/// identity [may sign](crate::miracl::identity::MpinId::may_sign), and is the expected one; the
/// hash; the timestamp of the request, if one is expected; `timestamp` not in the future, and not
/// too old; then, with the server secret, the equation. The equation comes last because it costs
/// most, and because "undecided" must not hide a failing check. *Not* checked: whether the identity
/// was revoked.
///
/// **Without the server secret nothing is ever valid**: a signature that passes every other check
/// is refused with [`Error::NoKey`], and its report says `undecided`.
///
/// ```
/// use countersign::miracl::dvs;
/// use countersign::miracl::dvs::signature::{Expected, Verifier};
/// use countersign::{At, Code, Policy, Verdict};
///
/// # let body = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
/// let verifier = Verifier::new(Policy::default());
/// let expected = Expected::new(dvs::Expected::hash("74657374"));
/// let report = verifier.explain(body, &expected, At::Issued);
/// assert_eq!((report.verdict(), report.code()), (Verdict::Undecided, Code::NoKey));
///
/// let another = Expected::new(dvs::Expected::document(b"another"));
/// assert_eq!(verifier.verify(body, &another, At::Issued).unwrap_err().code(), Code::HashMismatch);
/// ```
pub type Verifier = verify::Verifier<SignatureFormat>;

/// The format of [`Verifier`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SignatureFormat;

impl Verifier {
    /// Makes a verifier without the server secret, which never reports a signature as valid.
    #[must_use]
    pub const fn new(policy: Policy) -> Self {
        Self { format: SignatureFormat, keys: None, policy }
    }

    /// Makes a verifier with the server secret.
    #[must_use]
    pub const fn with_server_secret(secret: ServerSecret, policy: Policy) -> Self {
        Self { format: SignatureFormat, keys: Some(secret), policy }
    }
}

/// The points of a signature, each checked.
pub(crate) struct Points {
    u: G1,
    v: G1,
    public_key: G2,
}

impl Signature {
    /// Checks that `u` and `v` are on the curve, and `publicKey` is on its twist and of order r.
    pub(super) fn points(&self) -> Result<Points, Error> {
        Ok(Points {
            u: G1::decode(&self.u)?,
            v: G1::decode(&self.v)?,
            public_key: G2::decode(&self.public_key)?,
        })
    }

    pub(crate) fn check_points(&self, trail: &mut Trail) -> Option<Points> {
        trail.record(
            Check::POINTS,
            self.points(),
            |_| "`u` and `v` on the curve, `publicKey` on the twist, each of order r",
        )
    }

    fn check_equation(&self, points: &Points, secret: &ServerSecret) -> Result<(), Error> {
        let a = scheme::identity_point(self.mpin_id.as_bytes(), &self.public_key)
            .ok_or(Error::SignatureMismatch)?;
        let y = scheme::challenge(self.timestamp, &self.u, &self.message);
        let Points { u, v, public_key } = points;
        if scheme::holds(a, *u, *v, y, public_key, &secret.0.0) {
            Ok(())
        } else {
            Err(Error::SignatureMismatch)
        }
    }
}

impl Format for SignatureFormat {
    const KIND: &'static str = "dvs-signature";
    type Expected = Expected;
    type Verified = Verified;
}

impl Held for Option<ServerSecret> {}

/// The one step of a signature: its equation is no [`Job`].
impl Steps for SignatureFormat {
    type Keys = Option<ServerSecret>;
    type Cache = ();
    type Opened<'a> = Signature;
    type Draft = Signature;

    fn open(
        Verifier { keys, policy, .. }: &Verifier,
        trail: &mut Trail,
        (): &mut (),
        item: Item<'_, Expected>,
    ) -> Option<Signature> {
        const REQUEST: &str = "MIRACL Trust Backend API, POST /dvs/verify";
        let signature = Signature::parse(item.input, policy.limits());
        let signature = trail.record(Check::STRUCTURE, signature, |_| "signature object");
        trail.cite(REQUEST);
        let Some(signature) = signature else {
            const UNREAD: &str = "object cannot be read";
            trail.skip_all(&[Check::POINTS, Check::IDENTITY, Check::HASH], UNREAD);
            skip_equation(trail, UNREAD);
            return None;
        };
        let points = signature.check_points(trail);
        signature.check_content(trail, item.expected, policy, item.at);
        let Some(secret) = keys else {
            trail.fail(Check::KEY, Error::NoKey);
            trail.cite(GUIDE);
            skip_equation(trail, "cannot be checked without the server secret");
            trail.hint(|| Some(HINT.into()));
            return None;
        };
        trail.pass(Check::KEY, || "server secret");
        trail.cite(GUIDE);
        // The equation costs more than all other checks together.
        if !trail.goes_on() {
            return None;
        }
        let Some(points) = points else {
            skip_equation(trail, "points cannot be used");
            return None;
        };
        let equation = signature.check_equation(&points, secret);
        trail.record(Check::SIGNATURE, equation, |()| "the equation holds");
        trail.cite(EQUATION);
        Some(signature)
    }

    fn signature<'o>(_: &Verifier, _: &'o Signature) -> Option<Job<'o>> {
        None
    }

    fn judge(
        _: &Verifier,
        _: &mut Trail,
        signature: Signature,
        _: Option<Result<(), Error>>,
    ) -> Option<Next<Signature, Signature>> {
        Some(Next::Made(signature))
    }

    fn verified(signature: Proven<Signature>) -> Verified {
        Verified(signature)
    }

    fn claims(verified: Verified) -> Claims {
        verified.signature().claims().into()
    }
}

fn skip_equation(trail: &mut Trail, reason: &'static str) {
    trail.skip(Check::SIGNATURE, reason);
    trail.cite(EQUATION);
}

const GUIDE: &str = "MIRACL Trust DVS guide";
const EQUATION: &str = "apache/incubator-milagro-crypto-c src/mpin.c.in";
const HINT: &str = "only the holder of the server secret can verify the signature: call POST \
                    /dvs/verify, or give the server secret";
