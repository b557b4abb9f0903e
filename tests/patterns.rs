//! What the grammar of patterns lets through, Rust and JavaScript read alike.

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
    let agree = NODE.test("rust_and_javascript_agree_on_every_pattern", rust_and_javascript_agree);
    libtest_mimic::run(&Arguments::from_args(), vec![agree]).exit();
}

fn rust_and_javascript_agree() -> Result<(), Failed> {
    let mut runner = TestRunner::deterministic();
    let mut patterns = vec![Email::PATTERN.to_owned(), Url::PATTERN.to_owned()];
    // Half by the grammar, half soup of which the grammar lets through what it does.
    while patterns.len() < PATTERNS {
        let wanted = if patterns.len() % 2 == 0 { by_the_grammar().boxed() } else { soup().boxed() };
        patterns.push(loop {
            let pattern = sample(&wanted, &mut runner)?;
            if pattern::check(&pattern).is_ok() {
                break pattern;
            }
        });
    }
    let mut asked = Vec::new();
    for pattern in patterns {
        let texts =
            (0..TEXTS).map(|_| sample(&text_near(&pattern), &mut runner)).collect::<Result<Vec<_>, _>>()?;
        asked.push((pattern, texts));
    }
    let verdicts = javascript(&asked)?;
    let (mut matched, mut compared) = (0, 0);
    for ((pattern, texts), verdicts) in asked.iter().zip(verdicts) {
        let Some(verdicts) = verdicts else {
            return Err(format!("JavaScript cannot read {pattern:?}").into());
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
    // Neither verdict may be a rarity, or the comparison would say little.
    if compared != PATTERNS * TEXTS || matched < compared / 10 || matched > compared * 9 / 10 {
        return Err(format!("{matched} of {compared} texts match").into());
    }
    Ok(())
}

fn sample<T>(strategy: &impl Strategy<Value = T>, runner: &mut TestRunner) -> Result<T, Failed> {
    Ok(strategy.new_tree(runner).map_err(|error| error.to_string())?.current())
}

fn by_the_grammar() -> impl Strategy<Value = String> {
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

/// Whatever may come to a mind, dense in what has a meaning.
fn soup() -> impl Strategy<Value = String> {
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

/// Texts made of what the pattern is about, and of what the two languages count differently.
fn text_near(pattern: &str) -> impl Strategy<Value = String> + use<> {
    let mut alphabet: Vec<String> =
        pattern.chars().filter(|c| !"()[]{}*+?|^$\\".contains(*c)).map(String::from).collect();
    alphabet.extend(
        ["a", "b", "0", "1", "\n", "\r", "\u{2028}", "ü", "😀", "A", "(", "]", "^", "-"].map(String::from),
    );
    prop::collection::vec(prop::sample::select(alphabet), 0..7).prop_map(|parts| parts.concat())
}

/// What JavaScript says of each text; `None` where it cannot read the pattern.
fn javascript(asked: &[(String, Vec<String>)]) -> Result<Vec<Option<Vec<bool>>>, Failed> {
    const PROGRAM: &str = "
        const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const judge = ([pattern, texts]) => {
            try { const regex = new RegExp(pattern); return texts.map(text => regex.test(text)); }
            catch { return null; }
        };
        process.stdout.write(JSON.stringify(asked.map(judge)));";
    let mut node = Command::new(NODE.command);
    let mut node = node.args(["-e", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = node.stdin.take().ok_or("node has no input")?;
    input.write_all(serde_json::to_string(asked)?.as_bytes())?;
    drop(input);
    Ok(serde_json::from_slice(&node.wait_with_output()?.stdout)?)
}
