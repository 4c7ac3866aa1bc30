//! Characters as Go takes them out of bytes, and its classes of them.

/// What Go puts in the place of a byte that is no UTF-8.
const REPLACEMENT: char = '\u{fffd}';

/// The character at the beginning of `bytes` and its length: U+FFFD and 1 where it is no UTF-8, NUL and 0 at the end.
pub(super) fn decode(bytes: &[u8]) -> (char, usize) {
    let Some(&first) = bytes.first() else { return ('\0', 0) };
    let length = match first {
        0..0x80 => return (char::from(first), 1),
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return (REPLACEMENT, 1),
    };
    let text = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(|text| text.chars().next()).map_or((REPLACEMENT, 1), |character| (character, length))
}

/// Any decimal digit of Unicode 17 (Nd). The lexer takes them all, the conversion to a number ASCII alone.
pub(super) fn is_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit();
    }
    let code = u32::from(character);
    // Digits come in tens; the mathematical ones are five tens in a row that begin at no multiple of 10.
    let tens = ZEROS.partition_point(|&zero| zero <= code);
    tens > 0 && code - ZEROS[tens - 1] < 10
}

/// The zero of each ten.
#[rustfmt::skip]
const ZEROS: [u32; 77] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0,
    0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70,
    0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950,
    0x1fbf0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_taken_as_go_takes_them() {
        assert_eq!(decode(b""), ('\0', 0));
        assert_eq!(decode("é!".as_bytes()), ('é', 2));
        assert_eq!(decode("€".as_bytes()), ('€', 3));
        assert_eq!(decode("😀".as_bytes()), ('😀', 4));
        for broken in
            [&b"\xc3"[..], b"\xc3a", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x80"]
        {
            assert_eq!(decode(broken), (REPLACEMENT, 1), "{broken:x?}");
        }
    }

    #[test]
    fn digits() {
        for digit in ['0', '9', '٣', '９', '𝟎', '𝟿', '߉'] {
            assert!(is_digit(digit), "{digit}");
        }
        for other in ['a', '²', '½', '፩', '٪', '\u{1d800}', '/', '\u{66a}'] {
            assert!(!is_digit(other), "{other}");
        }
        assert!(ZEROS.is_sorted());
    }
}
