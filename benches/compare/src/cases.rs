//! Messages with signatures of one key, for races of signatures alone.

/// How many there are of each kind.
pub(crate) const CASES: usize = 64;
pub(crate) const MESSAGE_BYTES: usize = 250;

pub(crate) struct Case {
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

pub(crate) struct Cases {
    pub(crate) valid: Vec<Case>,
    /// One bit of the signature is wrong, or one of the message.
    pub(crate) altered: Vec<Case>,
}

impl Cases {
    /// Has messages signed.
    pub(crate) fn new(sign: impl Fn(&[u8]) -> Vec<u8>) -> Self {
        let case = |index: usize| {
            let message: Vec<u8> =
                (0..MESSAGE_BYTES).map(|byte| (index * 7 + byte * 13) as u8).collect();
            let signature = sign(&message);
            Case { message, signature }
        };
        let altered = |index: usize| {
            let mut case = case(index);
            let bytes =
                if index.is_multiple_of(2) { &mut case.signature } else { &mut case.message };
            let place = index * 31 % bytes.len();
            bytes[place] ^= 1;
            case
        };
        Self { valid: (0..CASES).map(case).collect(), altered: (0..CASES).map(altered).collect() }
    }
}
