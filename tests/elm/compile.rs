//! What the compiler and the formatter say.

use crate::browser::PAGE;
use crate::client::{self, Files};
use crate::home::Home;
use crate::project::{Project, Verdict};
use crate::{COMPILER, FORMATTER, packages};
use kv_core::schema::Access;
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
        needs::test("every_emitted_module_has_documentation_of_what_it_exposes", &[elm], || {
            for (name, files) in client::all()? {
                Project::new(&format!("{name}-docs"), Home::stubs()?, refs(&files))?.must_be_documented()?;
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
            needs::test(
                &format!("what_an_access_does_not_allow_does_not_type_check_with_the_{home}"),
                &needs,
                move || each_verb_of_each_access(home),
            ),
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
    Ok(Project::new(name, home, refs(client).chain([APP, USAGE, SCRIPTED, WIRE, REQUESTS, PAGE]))?)
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

/// A module that uses a verb.
const VERB: &str = "module MODULE exposing (it)

import Kv
import Kv.Live
import Kv.Request as Request
import Kv.Type as Type exposing (Type)
import Kv.Watch


it key value =
    CODE


toList : Type (Type.CanList access) a -> String -> b -> ()
toList _ _ _ =
    ()


toWrite : Type (Type.CanWrite access) a -> String -> a -> ()
toWrite _ _ _ =
    ()


toGet : Type Type.GetOnly a -> String -> b -> ()
toGet _ _ _ =
    ()
";

/// Every verb: its name, code that uses it, and whether an access allows it. The first ones are functions of
/// [`client::wire`]'s types, the others those for all types.
fn verbs(tag: &str, access: Access) -> Vec<(&'static str, String, bool)> {
    let descriptor = format!("{}{}", tag[..1].to_lowercase(), &tag[1..]);
    let many = if tag.ends_with('s') { tag.to_owned() } else { format!("{tag}s") };
    let (list, write) = (access.can_list(), access.can_write());
    [
        ("named get", "Request.map (\\_ -> ()) (Kv.getTAG key)", true),
        ("named list", "Request.map (\\_ -> ()) (Kv.listMANY key)", list),
        ("named live", "Kv.Live.start (Kv.liveMANY key)", list),
        ("named set", "Kv.setTAG key value", write),
        ("named delete", "Kv.deleteTAG key", write),
        ("get", "Request.get Kv.TYPE key", true),
        ("getEntry", "Request.getEntry Kv.TYPE key", true),
        ("list", "Request.list Kv.TYPE key", list),
        ("all", "Request.all (Request.list Kv.TYPE key)", list),
        ("watch", "Kv.Watch.start (Kv.Watch.watch Kv.TYPE key)", list),
        ("live", "Kv.Live.live Kv.TYPE key", list),
        ("set", "Request.set Kv.TYPE key value", write),
        ("put", "Request.put Kv.TYPE (Ok key) value", write),
        ("delete", "Request.delete Kv.TYPE key", write),
        ("as a type to list", "toList Kv.TYPE key value", list),
        ("as a type to write", "toWrite Kv.TYPE key value", write),
        ("as a type to get", "toGet Kv.TYPE key value", access == Access::Get),
    ]
    .into_iter()
    .map(|(name, code, allowed)| {
        let code = code.replace("TAG", tag).replace("MANY", &many).replace("TYPE", &descriptor);
        (name, code, allowed)
    })
    .collect()
}

/// What the server would allow compiles, and nothing else.
fn each_verb_of_each_access(home: &str) -> Result<(), Failed> {
    let files = client::wire()?;
    let project = Project::new(&format!("access-{home}"), find(home)?, refs(&files))?;
    let types = [
        ("CursorPosition", Access::ReadWrite),
        ("ViewportState", Access::Read),
        ("SessionCache", Access::Get),
    ];
    let mut all = Vec::new();
    for (tag, access) in types {
        for (verb, code, allowed) in verbs(tag, access) {
            let module = format!("Verb{}", all.len());
            let text = VERB.replace("MODULE", &module).replace("CODE", &code);
            project.write(&format!("{module}.elm"), &text)?;
            all.push((module, access, verb, allowed));
        }
    }
    let verdict = project.check()?;
    let mut wrong = Vec::new();
    for (module, access, verb, allowed) in &all {
        let problem = verdict.get(module);
        // The functions by name are not there, others are not for the type.
        let refused = if verb.starts_with("named") { "NAMING ERROR" } else { "TYPE MISMATCH" };
        match problem {
            None if !allowed => wrong.push(format!("{access:?}: {verb} compiles")),
            Some(problem) if *allowed || !problem.contains(refused) => {
                wrong.push(format!("{access:?}: {verb}: {problem}"));
            }
            _ => {}
        }
    }
    if verdict.keys().any(|name| !name.starts_with("Verb")) {
        wrong.push(format!("{:?}", verdict.keys()));
    }
    println!("{} uses, {} of which do not compile", all.len(), verdict.len());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
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
