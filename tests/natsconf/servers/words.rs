//! What texts are made of: the usual, and what is known to be nasty.

#[rustfmt::skip]
pub(super) const KEYS: &[&str] = &[
    "a", "b", "c", "X", "Y", "tls", "cert_file", "\"q\"", "'q k'", "a.b", "a-b", "k1", "é", "12", "Include",
    "INCLUDE", "''", "\"a\nb\"", "k#", "k//", "p\u{a0}q", "include:", "on", "a\\x",
];
#[rustfmt::skip]
pub(super) const NASTY_KEYS: &[&str] = &[
    "}", "]", ",k", ";k", "k{", "{k", "[k", "(", "$X", "=", ":", "\"", "'", "/", "/k", "\u{130}nclude",
    "include", "\0", "a\0", "\u{feff}a", "k\u{2028}", "\"k\"x", "'k'=", "k'", "",
];
#[rustfmt::skip]
pub(super) const SEPARATORS: &[&str] = &[
    " ", ":", "=", " = ", ": ", "\t=\t", " :", "  ",
];
#[rustfmt::skip]
pub(super) const NASTY_SEPARATORS: &[&str] = &[
    "\n", "\r\n", "=\n", ":\n ", "\n=", "::", "==", "\u{a0}", "\u{b}=", "=\u{c}", "", " # c\n", "\u{2028}:",
    "\0", "=\r",
];
#[rustfmt::skip]
pub(super) const ENDS: &[&str] = &[
    "\n", "\n", ";", ",", "\r\n", " # c\n", " // c\n", " ;", "\t,", "\n\n", "#c\n", "\r",
];
#[rustfmt::skip]
pub(super) const NASTY_ENDS: &[&str] = &[
    " ", "", "/", " / ", "\0", "}", "]", ",,", ";;", "\n,", "\u{a0}", "\u{85}", "'", "//", "/\n", ")",
    "#\0", "}\n", "{",
];
#[rustfmt::skip]
pub(super) const SCALARS: &[&str] = &[
    "foo", "nats://u:p@h:4222", "CN=alice", "true", "FALSE", "yes", "No", "on", "off", "null", "'x y'",
    "\"x y\"", "\"a\\tb\\n\\\"\\\\\\x41\\r\"", "'C:\\x'", "\"\"", "''", "(\nfoo\n)", "(\n)\n)", "b#c",
    "b//c", "::1", "_INBOX.>", "<&>", "\"\\xff\\xc3\\xa9\"", "\u{2028}x", "é😀", "$2a$11$abc", "+5", "foo'",
    "tr\\x75e", "a=b", "*", "@", "a(b)", "\"multi\nline\"", "\"\\x00\\x08\\x0c\\x1f\\x7f\"", "x\u{a0}y",
    "$$", "a\"b\"", "!", "on'", "1/2", "\u{fffd}", "\"\u{2029}\"", "2024-01-02T03:04:05Z",
];
#[rustfmt::skip]
pub(super) const NASTY_SCALARS: &[&str] = &[
    "it's", "C:\\certs", "\\$x", "\"\\u0041\"", "\"\\q\"", "\"\\xZZ\"", "\"\\x4", "\"\\x\n\"", "a\\x4",
    "\\x41'", "\"open", "'open", "\"", "'", "(foo)", "(\nfoo\n) ", "(\r\nfoo\r\n)\r\n", "(", "()", "(\n)",
    "(\n)\0", ".5", "-", "-x", "-.5", "#c", "//c", "}", "]", ",", ";", ")", "=", ":x", "\0", "x\0y", "a\\",
    "\"a\\", "\"\\n", "\"ab\\t\\x41", "a\\\n", "\"\\\n\"", "'a' 'b'", "\"a\"b", "\"a\"#c", "\\", "\"\\é\"",
    "\"\\xé\"", "\"\\x4é\"", "$", "${X}", "$2b$11$abc", "$X'", "\\x24X", "٣", "1٣", "-٣", "1.٣", "९k",
    "1kbb", "5Mbib", "x,y", "x;y", "2024-01-02", "2024-13-40T99:99:99Z", "2023-02-29T00:00:00Z",
    "٣٣-01-02T03:04:05Z", "2024-0٣-02T03:04:05Z", "1-2", "10-20", "123-", "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "99999999999999999999k", "18446744073709551616٣",
    "0.0000001", "100000000000000000000000.5", "-0.0", "1.e", "127.0.0.1/8", "10.0.0.1abc",
    "127.0.0.1:4222", "1.2.3-x", "0x1F", "1_0", "007", "1e3", "1e3]", "5m30s", "-1k5", "1K\u{669}",
];
#[rustfmt::skip]
pub(super) const VARIABLES: &[&str] = &[
    "$a", "$b", "$X", "$Y", "$x", "$q", "$tls", "$E1", "$E2", "$E3", "$E5", "$E6", "$E7", "$E9", "$E13",
    "$E14",
];
#[rustfmt::skip]
pub(super) const NASTY_VARIABLES: &[&str] = &[
    "$E4", "$E8", "$E10", "$E11", "$E12", "$E15", "$NONE", "$é", "$e1", "$k#", "$12", "$E1x", "$a.b",
    "$a=b",
];
#[rustfmt::skip]
pub(super) const INCLUDES: &[&str] = &[
    "x.conf", "sub/y.conf", "'x.conf'", "\"./x.conf\"", "/x.conf", "sub//../x.conf", "empty.conf",
    "'empty.conf'", "block.conf",
];
#[rustfmt::skip]
pub(super) const NASTY_INCLUDES: &[&str] = &[
    "bad.conf", "worse.conf", "key.conf", "none.conf", "x.conf,", "'x.conf", "\"x.conf", "$X", "1.conf",
    "[", "{", "(", "-", "\\x", "\nx.conf", "", "''", "sub", "x.conf'", "../none", "x.conf/none", "x.conf}",
    "\u{a0}x.conf", "'a\nb'", "\"/none/../x.conf\"", "٣", "x.conf\0", "\0",
];
