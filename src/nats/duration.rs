//! Durations in the syntax of Go, which nats-server reads them with.

/// Nanoseconds of Go's `1h2m3.5s`: numbers each with a unit. Huge ones come out as the highest value.
pub(crate) fn go_duration(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut total = 0_u128;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(end);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let unit: u128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        total = total.saturating_add(scaled(number, unit)?);
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

/// `number` × `unit` without a detour over floating point.
fn scaled(number: &str, unit: u128) -> Option<u128> {
    if !is_decimal(number) {
        return None;
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Only digits are left, so a failure is an overflow.
    let whole = whole.parse().unwrap_or(u128::MAX);
    // Digits below a nanosecond are cut off, as Go does.
    let digits: String = fraction.chars().take(18).collect();
    let power = 10_u128.pow(u32::try_from(digits.len()).ok()?);
    let part = digits.parse().unwrap_or(0) * unit / power;
    Some(whole.saturating_mul(unit).saturating_add(part))
}

/// Digits, or digits on both sides of a point.
pub(super) fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        assert_eq!(go_duration("1h2m3.5s"), Some(3_723_500_000_000));
        assert_eq!(go_duration("1.0000000019s"), Some(1_000_000_001));
        assert_eq!(go_duration("2us3ns"), Some(2_003));
        assert_eq!(go_duration(""), None);
        assert_eq!(go_duration("5"), None);
        assert_eq!(go_duration("m5"), None);
    }

    #[test]
    fn huge_numbers_do_not_wrap() {
        assert_eq!(go_duration(&format!("{}h", "9".repeat(60))), Some(u128::MAX));
    }
}
