//! The nearest right words for a wrong one.

/// Up to `limit` candidates that resemble `wrong`, best first; case and punctuation do not count.
pub(crate) fn nearest<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<&'a str> {
    let wrong = folded(wrong);
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (likeness(&wrong, &folded(candidate)), candidate))
        .filter(|(score, _)| *score >= 0.5)
        .collect();
    // The sort is stable: equally near candidates keep the order of the table.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(limit).map(|(_, candidate)| candidate).collect()
}

/// 1.0 for equal words. A word that lies whole inside the other counts more than its edit distance says:
/// `P-256` is nearer to `CurveP256` than to `X25519`.
fn likeness(wrong: &str, candidate: &str) -> f64 {
    let similar = strsim::normalized_damerau_levenshtein(wrong, candidate);
    if wrong.len() >= 3 && (candidate.contains(wrong) || wrong.contains(candidate)) {
        similar.max(0.8 + similar / 10.0)
    } else {
        similar
    }
}

fn folded(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `a, b or c`.
pub(crate) fn or_list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_variants_come_first() {
        let curves = ["X25519", "CurveP256", "CurveP384", "CurveP521", "X25519MLKEM768"];
        assert_eq!(nearest("P-256", curves, 1), ["CurveP256"]);
        assert_eq!(nearest("x25519", curves, 1), ["X25519"]);
        assert_eq!(nearest("secp384r1", ["CurveP384"], 3), Vec::<&str>::new());
        assert_eq!(nearest("servr", ["server", "client", "leaf"], 1), ["server"]);
        assert!(nearest("zzz", ["server", "client"], 3).is_empty());
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(or_list(&["a", "b", "c"]), "a, b or c");
        assert_eq!(or_list(&["a"]), "a");
        assert_eq!(or_list(&[]), "");
    }
}
