//! Makes up texts by the grammar: tame ones that mostly hold, damaged ones, and soups of what is known to be nasty.

use super::words::{
    ENDS, INCLUDES, KEYS, NASTY_ENDS, NASTY_INCLUDES, NASTY_KEYS, NASTY_SCALARS, NASTY_SEPARATORS,
    NASTY_VARIABLES, SCALARS, SEPARATORS, VARIABLES,
};

/// A sequence that a seed decides (`SplitMix64`).
pub(crate) struct Generator(u64);

/// The four contexts, as far as they matter to what stands between values.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Block,
    Map,
    Array,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn number(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap()
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.number(times) == 0
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.number(words.len())]
    }

    /// One of the usual words, or once in a while one of the nasty.
    fn either(&mut self, usual: &[&'static str], nasty: &[&'static str], times: usize) -> &'static str {
        if times > 0 && self.once_in(times) { self.of(nasty) } else { self.of(usual) }
    }

    pub(crate) fn text(&mut self) -> Vec<u8> {
        match self.number(10) {
            0..4 => self.file(0),
            4..6 => {
                let times = 6 + self.number(60);
                self.file(times)
            }
            6..8 => {
                let text = self.file(0);
                self.damaged(text)
            }
            _ => self.soup(),
        }
    }

    /// A file; `nasty` is how often something usual stands there instead of something nasty, 0 for always.
    fn file(&mut self, nasty: usize) -> Vec<u8> {
        let mut out = String::new();
        for _ in 0..=self.number(5) {
            if self.once_in(12) {
                self.block(&mut out, nasty, 0);
            } else if self.once_in(20) {
                out.push_str(self.of(&["# comment\n", "// x\n", "\n", " ", "\t\r\n", "\u{a0}"]));
            } else {
                self.entry(&mut out, Place::Top, nasty, 0);
            }
        }
        out.into_bytes()
    }

    fn block(&mut self, out: &mut String, nasty: usize, depth: usize) {
        out.push('{');
        for _ in 0..self.number(4) {
            if depth < 3 && self.once_in(6) {
                self.block(out, nasty, depth + 1);
                out.push_str(self.either(&["\n", ",", ";", " "], NASTY_ENDS, nasty));
            } else {
                self.entry(out, Place::Block, nasty, depth);
            }
        }
        out.push('}');
        if self.once_in(3) {
            out.push_str(self.either(&["\n", " ", "}"], NASTY_ENDS, nasty));
        }
    }

    /// A key with its value, or an include, and what ends it.
    fn entry(&mut self, out: &mut String, place: Place, nasty: usize, depth: usize) {
        out.push_str(self.of(&["", "", "", " ", "\n", "\t"]));
        if self.once_in(14) {
            out.push_str(self.of(&["include ", "INCLUDE\t", "include\u{a0}", "Include  "]));
            out.push_str(self.either(INCLUDES, NASTY_INCLUDES, nasty));
            out.push_str(self.either(&["\n", ";", "\r\n", " ;", " # c\n"], NASTY_ENDS, nasty));
            return;
        }
        out.push_str(self.either(KEYS, NASTY_KEYS, nasty));
        out.push_str(self.either(SEPARATORS, NASTY_SEPARATORS, nasty));
        self.value(out, place, nasty, depth);
        let last = place != Place::Top && self.once_in(3);
        out.push_str(if last { "\n" } else { self.either(ENDS, NASTY_ENDS, nasty) });
    }

    fn value(&mut self, out: &mut String, place: Place, nasty: usize, depth: usize) {
        match self.number(if depth > 3 { 14 } else { 20 }) {
            6..12 => self.numeral(out, place, nasty),
            12 if self.once_in(2) => out.push_str(self.either(VARIABLES, NASTY_VARIABLES, nasty)),
            0..6 | 12..14 => out.push_str(self.either(SCALARS, NASTY_SCALARS, nasty)),
            14..17 => {
                out.push('{');
                for _ in 0..self.number(4) {
                    self.entry(out, Place::Map, nasty, depth + 1);
                }
                out.push('}');
            }
            _ => {
                out.push('[');
                for _ in 0..self.number(4) {
                    out.push_str(self.of(&["", " ", "\n", "# c\n"]));
                    self.value(out, Place::Array, nasty, depth + 1);
                    out.push_str(self.either(&[",", "\n", " ,", "\r\n", " # c\n", ", "], NASTY_ENDS, nasty));
                }
                out.push(']');
            }
        }
    }

    /// Something that begins with a digit; in a tame text it holds in its place.
    fn numeral(&mut self, out: &mut String, place: Place, nasty: usize) {
        let digits = self.number(100_000).to_string();
        let short = self.number(300).to_string();
        let text = match self.number(9) {
            0 => format!("-{digits}"),
            1 => {
                digits
                    + self
                        .of(&["k", "K", "kb", "KiB", "m", "Mb", "g", "GI", "t", "tib", "p", "PB", "e", "Eb"])
            }
            2 => {
                digits
                    + self.of(&[
                        "s", "ms", "h", "kx", "%", "d", "x:y", "kk", "#c", "=", "mobile", "abc", "\"", "(",
                        "'a", "\\n",
                    ])
            }
            3 => format!("{short}.{digits}"),
            4 => format!("-0.{digits}"),
            5 => format!("{short}.{short}.0.1{}", self.of(&["", ":4222", "-1", ".", "::"])),
            6 if nasty > 0 => {
                digits
                    + self.of(&[
                        "e3", "k5", "m30s", "kbb", "-", ".", ".x", "]", "'", "kib5", "k'", "b", "Kb\\n", "g#",
                    ])
            }
            7 if nasty > 0 => format!("{short}.{digits}{}", self.of(&["k", "s", "e5", "]", "/8", "#", "'"])),
            _ => digits,
        };
        out.push_str(&text);
        if place == Place::Array && nasty == 0 {
            out.push(' '); // or it would take the bracket for a part of it
        }
    }

    /// A text with a few characters lost, doubled, or put in.
    fn damaged(&mut self, mut text: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.number(2) {
            if text.is_empty() {
                break;
            }
            let at = self.number(text.len());
            match self.number(5) {
                0 => drop(text.remove(at)),
                1 => text.truncate(at),
                2 => text.insert(at, text[at]),
                3 => {
                    let byte =
                        [0, b'\r', 0xff, 0xc3, b'{', b'}', b'[', b']', b'\\', b'"', b'\'', b'(', b')', b'/'];
                    text[at] = byte[self.number(byte.len())];
                }
                _ => {
                    let all = [KEYS, NASTY_KEYS, NASTY_SEPARATORS, NASTY_ENDS, NASTY_SCALARS, ENDS];
                    let words = all[self.number(all.len())];
                    let word = self.of(words);
                    text.splice(at..at, word.bytes());
                }
            }
        }
        text
    }

    /// Words in any order.
    fn soup(&mut self) -> Vec<u8> {
        let all = [
            KEYS,
            NASTY_KEYS,
            SEPARATORS,
            NASTY_SEPARATORS,
            ENDS,
            NASTY_ENDS,
            SCALARS,
            NASTY_SCALARS,
            VARIABLES,
            NASTY_VARIABLES,
            &[
                "a=",
                "a {",
                "a [",
                "{",
                "}",
                "]",
                "a: ",
                "\n",
                "include ",
                "include x.conf",
                " ",
                "1",
                "12k",
                "1.5",
                "-1",
                "k",
            ],
        ];
        let mut out = String::new();
        for _ in 0..=self.number(7) {
            let words = all[self.number(all.len())];
            out.push_str(self.of(words));
        }
        out.into_bytes()
    }
}
