//! What the compiler and the formatter say.

use crate::client::{self, Files};
use crate::home::Home;
use crate::project::{Project, Verdict};
use crate::{COMPILER, FORMATTER, packages};
use kv_tests::needs;
use libtest_mimic::{Failed, Trial};

const APP: (&str, &str) = ("Main.elm", include_str!("app/Main.elm"));
const USAGE: (&str, &str) = ("Usage.elm", include_str!("usage/Usage.elm"));
const SCRIPTED: (&str, &str) = ("Scripted.elm", include_str!("live/Scripted.elm"));
const WIRE: (&str, &str) = ("Wire.elm", include_str!("wire/Wire.elm"));
const REQUESTS: (&str, &str) = ("Requests.elm", include_str!("requests/Requests.elm"));

pub(crate) fn trials() -> Vec<Trial> {
    let elm = COMPILER.need();
    let mut trials = vec![
        needs::test("every_emitted_module_is_formatted_as_elm_format_would", &[FORMATTER.need()], || {
            for (name, files) in client::all()? {
                program(&format!("{name}-format"), Home::stubs()?, &files)?.must_be_formatted()?;
            }
            Ok(())
        }),
        needs::test("our_own_elm_is_formatted", &[FORMATTER.need()], || {
            program("own-format", Home::stubs()?, &Files::new())?.must_be_formatted()
        }),
    ];
    for home in ["stubs", "packages"] {
        let needs = if home == "stubs" { vec![elm] } else { vec![elm, packages()] };
        trials.extend([
            needs::test(&format!("every_emitted_module_type_checks_with_the_{home}"), &needs, move || {
                for (name, files) in client::all()? {
                    let project = Project::new(&format!("{name}-{home}"), find(home)?, refs(&files))?;
                    project.must_compile()?;
                }
                Ok(())
            }),
            needs::test(&format!("the_programs_type_check_with_the_{home}"), &needs, move || {
                program(&format!("programs-{home}"), find(home)?, &client::models()?)?.must_compile()
            }),
            needs::test(&format!("no_mutant_type_checks_with_the_{home}"), &needs, move || no_mutant(home)),
        ]);
    }
    trials.push(needs::test("the_app_becomes_javascript_optimized", &[elm, packages()], || {
        let project = program("optimized", find("packages")?, &client::models()?)?;
        for optimize in [false, true] {
            project.make("Main.elm", optimize)?;
        }
        Ok(())
    }));
    trials
}

fn find(home: &str) -> Result<Home, Failed> {
    if home == "stubs" { Ok(Home::stubs()?) } else { Ok(Home::real().ok_or("no packages")?) }
}

fn refs(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
}

/// A client, the app and the usage.
pub(crate) fn program(name: &str, home: Home, client: &Files) -> Result<Project, Failed> {
    Ok(Project::new(name, home, refs(client).chain([APP, USAGE, SCRIPTED, WIRE, REQUESTS]))?)
}

/// Every mutant is a module beside the original, so that one run of the compiler judges them all.
fn no_mutant(home: &str) -> Result<(), Failed> {
    let files = client::models()?;
    let mut judged = 0;
    for (path, text) in refs(&files).filter(|(path, _)| *path == "Kv.elm").chain([APP, USAGE]) {
        let name = path.trim_end_matches(".elm");
        let project = program(&format!("mutants-{name}-{home}"), find(home)?, &files)?;
        let mutants = mutants(name, text);
        for (at, mutant) in mutants.iter().enumerate() {
            project.write(&format!("Mutant{at}.elm"), &mutant.text)?;
        }
        let verdict = project.check()?;
        judge(&verdict, &mutants)?;
        judged += mutants.len();
    }
    println!("{judged} mutants");
    if judged < 100 { Err(format!("no more than {judged} mutants").into()) } else { Ok(()) }
}

fn judge(verdict: &Verdict, mutants: &[Mutant]) -> Result<(), Failed> {
    if let Some((name, problems)) = verdict.iter().find(|(name, _)| !name.starts_with("Mutant")) {
        return Err(format!("{name} is no mutant:\n{problems}").into());
    }
    let lived = mutants.iter().enumerate().filter(|(at, _)| !verdict.contains_key(&format!("Mutant{at}")));
    let lived: Vec<_> = lived.map(|(_, mutant)| mutant.change.as_str()).collect();
    if lived.is_empty() { Ok(()) } else { Err(format!("the compiler takes:\n{}", lived.join("\n")).into()) }
}

struct Mutant {
    change: String,
    text: String,
}

/// Copies of a module, each with one word changed: a field, a type, a constructor or a function by another name, or a
/// type in the place of another.
fn mutants(name: &str, text: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut is_code = false;
    let mut start = 0;
    let mut in_comment = false;
    for line in text.split_inclusive('\n') {
        in_comment |= line.starts_with("{-");
        // What follows the imports, without comments.
        is_code |= line.starts_with("type ") || line.starts_with("main ");
        if is_code && !in_comment && !line.starts_with("--") {
            for (at, word) in words(line) {
                for other in others(line, at, word) {
                    let at = start + at;
                    let text = format!("{}{other}{}", &text[..at], &text[at + word.len()..]);
                    let at = mutants.len();
                    let header = format!("module {name} exposing");
                    let text = text.replacen(&header, &format!("module Mutant{at} exposing"), 1);
                    mutants.push(Mutant { change: format!("{word} -> {other} in {}", line.trim()), text });
                }
            }
        }
        in_comment &= !line.trim_end().ends_with("-}");
        start += line.len();
    }
    mutants
}

/// The words of a line and where they are, without those in strings.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = 0;
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 0 {
            let mut end = 0;
            for word in part.split(|c| !is_word(c)) {
                if !word.is_empty() {
                    words.push((rest + end, word));
                }
                end += word.len() + 1;
            }
        }
        rest += part.len() + 1;
    }
    words
}

/// What to put in the place of a word: nothing of the same meaning.
fn others(line: &str, at: usize, word: &str) -> Vec<String> {
    const KEYWORDS: [&str; 9] = ["type", "alias", "let", "in", "case", "of", "if", "then", "else"];
    // A declaration's name can be another, as long as nobody uses it; a parameter's is nobody's business.
    let is_kind = word.starts_with(|c: char| c.is_ascii_uppercase());
    let follows_dot = line[..at].ends_with('.');
    let is_field =
        line[at + word.len()..].starts_with(" :") && !line.starts_with(|c: char| c.is_alphabetic());
    match word {
        _ if KEYWORDS.contains(&word) || word == "_" => Vec::new(),
        "Int" | "Float" => vec!["String".into()],
        "String" | "Bool" => vec!["Int".into()],
        "Maybe" => vec!["List".into()],
        "List" => vec!["Maybe".into()],
        _ if line[at + word.len()..].starts_with('.') => Vec::new(),
        _ if is_kind || follows_dot || is_field => vec![format!("{word}_")],
        _ => Vec::new(),
    }
}
