//! Rust and JavaScript agree on every pattern that the pattern grammar accepts.

use kv_core::schema::pattern;
use kv_core::schema::rule::{Email, Matcher, Url};
use kv_tests::needs::NODE;
use libtest_mimic::{Arguments, Failed};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::io::Write;
use std::process::{Command, Stdio};

const PATTERNS: usize = 4000;
const TEXTS: usize = 24;

fn main() {
    let test = NODE.test("rust_and_javascript_agree_on_every_pattern", rust_and_javascript_agree);
    libtest_mimic::run(&Arguments::from_args(), vec![test]).exit();
}

fn rust_and_javascript_agree() -> Result<(), Failed> {
    let mut runner = TestRunner::deterministic();
    let mut patterns = vec![Email::PATTERN.to_owned(), Url::PATTERN.to_owned()];
    // Half of the patterns follow the grammar; the other half are random tokens that the grammar
    // accepts.
    while patterns.len() < PATTERNS {
        let strategy = if patterns.len() % 2 == 0 { from_grammar().boxed() } else { random_tokens().boxed() };
        patterns.push(loop {
            let pattern = sample(&strategy, &mut runner)?;
            if pattern::check(&pattern).is_ok() {
                break pattern;
            }
        });
    }
    let mut cases = Vec::new();
    for pattern in patterns {
        let texts =
            (0..TEXTS).map(|_| sample(&text_near(&pattern), &mut runner)).collect::<Result<Vec<_>, _>>()?;
        cases.push((pattern, texts));
    }
    let verdicts = javascript(&cases)?;
    let (mut matched, mut compared) = (0, 0);
    for ((pattern, texts), verdicts) in cases.iter().zip(verdicts) {
        let Some(verdicts) = verdicts else {
            return Err(format!("JavaScript cannot parse {pattern:?}").into());
        };
        let compiled = Matcher::new(Box::leak(pattern.clone().into_boxed_str()));
        for (text, verdict) in texts.iter().zip(verdicts) {
            if compiled.is_match(text) != verdict {
                return Err(format!("{pattern:?} on {text:?}: JavaScript says {verdict}").into());
            }
            matched += usize::from(verdict);
            compared += 1;
        }
    }
    // Both verdicts must be frequent, or the comparison would prove little.
    if compared != PATTERNS * TEXTS || matched < compared / 10 || matched > compared * 9 / 10 {
        return Err(format!("{matched} of {compared} texts match").into());
    }
    Ok(())
}

fn sample<T>(strategy: &impl Strategy<Value = T>, runner: &mut TestRunner) -> Result<T, Failed> {
    Ok(strategy.new_tree(runner).map_err(|error| error.to_string())?.current())
}

fn from_grammar() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => "[ab01]",
        1 => "[ -~&&[^()\\[\\]{}*+?.|^$\\\\]]",
        1 => "\\\\[.*+?(){}\\[\\]|^$\\\\/\\-tnrfv]",
    ];
    let class =
        prop::collection::vec(prop_oneof!["[ab01]", "[a-c]-[d-z]", "[0-4]-[5-9]", "\\\\[\\]\\-^\\\\]"], 1..4)
            .prop_map(|items| format!("[{}]", items.concat()));
    let count = prop_oneof![4 => Just(String::new()), 3 => "[*+?]", 2 => "\\{[0-3]\\}", 1 => "\\{[0-2],\\}\\??", 1 => "\\{[0-2],[3-5]\\}"];
    let atom = prop_oneof![4 => character, 1 => class];
    let leaf = (atom, count.clone()).prop_map(|(atom, count)| format!("{atom}{count}"));
    let nested = leaf.prop_recursive(3, 12, 4, move |inner| {
        let branch = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        let branches = prop::collection::vec(branch, 1..3).prop_map(|parts| parts.join("|"));
        (prop::bool::ANY, branches, count.clone())
            .prop_map(|(bare, inner, count)| format!("({}{inner}){count}", if bare { "?:" } else { "" }))
    });
    let parts = prop::collection::vec(nested, 0..4).prop_map(|parts| parts.concat());
    (prop::bool::ANY, parts, prop::bool::ANY).prop_map(|(start, parts, end)| {
        format!("{}{parts}{}", if start { "^" } else { "" }, if end { "$" } else { "" })
    })
}

/// Random sequences of tokens, most of which have a meaning in patterns.
fn random_tokens() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        3 => "[ab01 _/#-]",
        3 => prop::sample::select(vec![
            "\\", "[", "]", "(", ")", "(?:", "(?", "{", "}", "{2}", "{1,}", "{0,2}", "*", "+", "?", "|", "^", "$", ".", "-",
            "&", "&&", "~", "[^", "[]", "[a-", "\\d", "\\b", "\\/", "\\-", "\\]", "a-c]", "0-9]", ":", "!", "=", "<", ",",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(token, 1..9).prop_map(|tokens| tokens.concat())
}

/// Texts from the literal characters of the pattern, and from characters that the two languages
/// treat differently.
fn text_near(pattern: &str) -> impl Strategy<Value = String> + use<> {
    let mut alphabet: Vec<String> =
        pattern.chars().filter(|c| !"()[]{}*+?|^$\\".contains(*c)).map(String::from).collect();
    alphabet.extend(
        ["a", "b", "0", "1", "\n", "\r", "\u{2028}", "ü", "😀", "A", "(", "]", "^", "-"].map(String::from),
    );
    prop::collection::vec(prop::sample::select(alphabet), 0..7).prop_map(|parts| parts.concat())
}

/// Returns JavaScript's verdict on each text, or `None` for a pattern that JavaScript cannot parse.
fn javascript(cases: &[(String, Vec<String>)]) -> Result<Vec<Option<Vec<bool>>>, Failed> {
    const PROGRAM: &str = "
        const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const judge = ([pattern, texts]) => {
            try { const regex = new RegExp(pattern); return texts.map(text => regex.test(text)); }
            catch { return null; }
        };
        process.stdout.write(JSON.stringify(cases.map(judge)));";
    let mut node = Command::new(NODE.command);
    let mut node = node.args(["-e", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = node.stdin.take().ok_or("node has no input")?;
    input.write_all(serde_json::to_string(cases)?.as_bytes())?;
    drop(input);
    Ok(serde_json::from_slice(&node.wait_with_output()?.stdout)?)
}
