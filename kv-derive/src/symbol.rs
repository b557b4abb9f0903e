//! The words of the attribute, and the nearest one to a word that is none.

/// Which trait is derived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    KvType,
    KvField,
}

/// The attribute's name.
pub(crate) const KV: &str = "kv";

pub(crate) const TAG: &str = "tag";
pub(crate) const PREFIX: &str = "prefix";
pub(crate) const TTL: &str = "ttl";
pub(crate) const KEY: &str = "key";
pub(crate) const VALIDATE: &str = "validate";
pub(crate) const PLURAL: &str = "plural";
pub(crate) const CRATE: &str = "crate";

/// What may stand on a type.
pub(crate) const ON_TYPE: &[&str] = &[TAG, PREFIX, TTL, KEY, VALIDATE, PLURAL, CRATE];

pub(crate) const LEN: &str = "len";
pub(crate) const NON_EMPTY: &str = "non_empty";
pub(crate) const RANGE: &str = "range";
pub(crate) const PATTERN: &str = "pattern";
pub(crate) const ONE_OF: &str = "one_of";
pub(crate) const EMAIL: &str = "email";
pub(crate) const URL: &str = "url";
pub(crate) const JS_SAFE: &str = "js_safe";
pub(crate) const ANY_INT: &str = "any_int";
pub(crate) const ANY_FLOAT: &str = "any_float";
pub(crate) const EACH: &str = "each";
pub(crate) const CUSTOM: &str = "custom";

/// The rules, which may stand on a field.
pub(crate) const RULES: &[&str] =
    &[LEN, NON_EMPTY, RANGE, PATTERN, ONE_OF, EMAIL, URL, JS_SAFE, ANY_INT, ANY_FLOAT, EACH, CUSTOM];

pub(crate) const OPAQUE: &str = "opaque";
pub(crate) const SKIP: &str = "skip";

/// What may stand on a field beside rules.
pub(crate) const ON_FIELD: &[&str] = &[OPAQUE, SKIP];

pub(crate) const MIN: &str = "min";
pub(crate) const MAX: &str = "max";

/// Says that a word is not known, which one was probably meant, and which ones there are.
pub(crate) fn unknown(what: &str, word: &str, known: &[&str], known_as: &str) -> String {
    let list = list(known);
    match nearest(word, known) {
        Some(meant) => format!("unknown {what} `{word}`: did you mean `{meant}`? {known_as}: {list}"),
        None => format!("unknown {what} `{word}`. {known_as}: {list}"),
    }
}

/// Words as a sentence lists them.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The known word that a slip of the fingers or of the memory makes of this one, if any.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let extends = |k: &&&str| word.len() >= 3 && (word.contains(**k) || k.contains(&word));
    let close = || {
        let (distance, nearest) = known.iter().map(|k| (distance(&word, k), k)).min_by_key(|(d, _)| *d)?;
        (distance <= 1 + word.len() / 4 && distance < word.len()).then_some(nearest)
    };
    known.iter().find(extends).or_else(close).copied()
}

/// How many letters to insert, remove, replace or swap with their neighbour make `b` of `a` (optimal string
/// alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        for (word, meant) in [
            ("lenght", Some(LEN)),
            ("length", Some(LEN)),
            ("nonempty", Some(NON_EMPTY)),
            ("rnage", Some(RANGE)),
            ("oneof", Some(ONE_OF)),
            ("Custom", Some(CUSTOM)),
            ("max_len", Some(LEN)),
            ("foreach", Some(EACH)),
            ("between", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, RULES), meant, "{word}");
        }
        assert_eq!(nearest("ttls", ON_TYPE), Some(TTL));
        assert_eq!(nearest("prefx", ON_TYPE), Some(PREFIX));
        assert_eq!(nearest("name", ON_TYPE), None);
    }
}
