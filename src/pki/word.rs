//! Enumerations that are words on the command line and in files.

/// Writes and reads a type by its words: it has `ALL` and `as_str`, and an error that holds the word that is none.
macro_rules! by_word {
    ($type:ty, $unknown:path) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $unknown;

            fn from_str(word: &str) -> Result<Self, $unknown> {
                let found = Self::ALL.into_iter().find(|known| known.as_str() == word);
                found.ok_or_else(|| $unknown(word.to_owned()))
            }
        }
    };
}

pub(crate) use by_word;
