//! Items to values: numbers, booleans and dates.

use super::lex::Kind;
use super::text::Text;
use super::value::{DateTime, Value};
use std::num::{IntErrorKind, ParseIntError};

/// The value of an item. `Ok(None)` where nats-server makes a value of it and then forgets it; an error is its text.
pub(super) fn value(kind: Kind, text: &[u8]) -> Result<Option<Value>, Vec<u8>> {
    match kind {
        Kind::Bool => {
            let on = [&b"true"[..], b"yes", b"on"].iter().any(|word| text.eq_ignore_ascii_case(word));
            Ok(Some(Value::Bool(on)))
        }
        Kind::Integer => integer(text),
        Kind::Float => float(text).map(Some),
        Kind::DateTime => date(text).map(Some),
        _ => Ok(Some(Value::String(Text::from(text)))),
    }
}

fn integer(text: &[u8]) -> Result<Option<Value>, Vec<u8>> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
    let (number, suffix) = text.split_at(digits);
    // What is left can begin with a digit that is not ASCII: that makes it no number, unless it is too large anyway.
    let parsed: Result<i64, ParseIntError> = String::from_utf8_lossy(number).parse();
    let foreign = suffix.first().is_some_and(|byte| !byte.is_ascii());
    let number = match parsed {
        Ok(number) if !foreign => number,
        Err(error) if too_large(&error, number, foreign) => {
            return Err([b"integer '", text, b"' is out of the range"].concat());
        }
        _ => return Err([b"expected integer, but got '", text, b"'"].concat()),
    };
    Ok(factor(suffix).map(|factor| Value::Integer(number.wrapping_mul(factor))))
}

/// Go reads 64 bits without a sign, and looks at the sign only if all of it was digits.
fn too_large(error: &ParseIntError, number: &[u8], foreign: bool) -> bool {
    let overflows = matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow);
    let unsigned = number.strip_prefix(b"-").unwrap_or(number);
    overflows && (!foreign || String::from_utf8_lossy(unsigned).parse::<u64>().is_err())
}

/// What a suffix multiplies by; `None` for one that only the lexer knows, such as `kbb`.
fn factor(suffix: &[u8]) -> Option<i64> {
    let Some((letter, unit)) = suffix.split_first() else { return Some(1) };
    let power = b"kmgtpe".iter().position(|power| *power == letter.to_ascii_lowercase())?;
    let base: i64 = match unit.to_ascii_lowercase().as_slice() {
        b"" => 1000,
        b"b" | b"i" | b"ib" => 1024,
        _ => return None,
    };
    Some(base.pow(u32::try_from(power).ok()? + 1))
}

fn float(text: &[u8]) -> Result<Value, Vec<u8>> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    match number {
        Some(number) if number.is_finite() => Ok(Value::Float(number)),
        Some(_) => Err([b"float '", text, b"' is out of the range"].concat()),
        None => Err([b"expected float, but got '", text, b"'"].concat()),
    }
}

fn date(text: &[u8]) -> Result<Value, Vec<u8>> {
    let wrong = || [b"expected Zulu formatted DateTime, but got '", text, b"'"].concat();
    let written = std::str::from_utf8(text).map_err(|_| wrong())?;
    let number = |from: usize, to: usize| written.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let possible = (|| {
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            _ => return None,
        };
        ((1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60).then_some(())
    })();
    possible.map(|()| Value::DateTime(DateTime(written.into()))).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer_of(text: &str) -> Result<Option<i64>, String> {
        match value(Kind::Integer, text.as_bytes()) {
            Ok(Some(Value::Integer(number))) => Ok(Some(number)),
            Ok(other) => Ok(other.map(|_| panic!("{text}"))),
            Err(text) => Err(String::from_utf8_lossy(&text).into_owned()),
        }
    }

    #[test]
    fn integers_as_go_reads_them() {
        for (text, number) in [
            ("007", 7),
            ("-5", -5),
            ("2m", 2_000_000),
            ("1Kb", 1024),
            ("1mIB", 1 << 20),
            ("1E", 1_000_000_000_000_000_000),
            ("8eb", i64::MIN),
            ("16ei", 0),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(integer_of(text), Ok(Some(number)), "{text}");
        }
        assert_eq!(integer_of("1kbi"), Ok(None));
        for (text, error) in [
            ("9223372036854775808k", "integer '9223372036854775808k' is out of the range"),
            ("-9223372036854775809", "integer '-9223372036854775809' is out of the range"),
            ("1٣", "expected integer, but got '1٣'"),
            ("9223372036854775808٣", "expected integer, but got '9223372036854775808٣'"),
            ("18446744073709551616٣", "integer '18446744073709551616٣' is out of the range"),
        ] {
            assert_eq!(integer_of(text), Err(error.to_owned()));
        }
    }

    #[test]
    fn dates_that_there_are() {
        for text in ["2024-02-29T00:00:00Z", "2000-02-29T23:59:59Z", "0000-01-01T00:00:00Z"] {
            assert!(value(Kind::DateTime, text.as_bytes()).is_ok(), "{text}");
        }
        for text in
            ["2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-01-01T00:00:60Z", "2024-00-01T00:00:00Z"]
        {
            assert!(value(Kind::DateTime, text.as_bytes()).is_err(), "{text}");
        }
    }
}
