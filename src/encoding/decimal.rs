//! Decimal numbers, without the machinery of `fmt`.

use core::fmt;

/// Writes a number.
pub(crate) fn write(out: &mut impl fmt::Write, number: usize) -> fmt::Result {
    // 2^64 has twenty digits.
    let mut digits = [b'0'; 20];
    let (mut rest, mut count) = (number, 0);
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        (rest, count) = (rest / 10, count + 1);
        if rest == 0 {
            break;
        }
    }
    let digits = digits.get(digits.len() - count..).unwrap_or_default();
    out.write_str(str::from_utf8(digits).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};

    #[test]
    fn numbers_are_written_as_by_the_standard_library() {
        let powers = (0..20).map(|n| 10_usize.saturating_pow(n));
        for number in powers.flat_map(|power| [power - 1, power, power + 1]).chain([usize::MAX]) {
            let mut text = String::new();
            super::write(&mut text, number).unwrap();
            assert_eq!(text, number.to_string());
        }
    }
}
