//! Tests the generated code with the compiler and the formatter.

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
        needs::test("generated_modules_are_formatted", &[FORMATTER.need()], || {
            for (name, files) in client::all()? {
                program(&format!("{name}-format"), Home::stubs()?, &files)?.must_be_formatted()?;
            }
            Ok(())
        }),
        needs::test("generated_modules_document_what_they_expose", &[elm], || {
            for (name, files) in client::all()? {
                Project::new(&format!("{name}-docs"), Home::stubs()?, refs(&files))?.must_be_documented()?;
            }
            Ok(())
        }),
        needs::test("elm_code_of_the_tests_is_formatted", &[FORMATTER.need()], || {
            program("own-format", Home::stubs()?, &Files::new())?.must_be_formatted()
        }),
    ];
    for home in ["stubs", "packages"] {
        let needs = if home == "stubs" { vec![elm] } else { vec![elm, packages()] };
        trials.extend([
            needs::test(&format!("generated_modules_type_check_with_{home}"), &needs, move || {
                for (name, files) in client::all()? {
                    let project = Project::new(&format!("{name}-{home}"), find(home)?, refs(&files))?;
                    project.must_compile()?;
                }
                Ok(())
            }),
            needs::test(&format!("programs_type_check_with_{home}"), &needs, move || {
                program(&format!("programs-{home}"), find(home)?, &client::models()?)?.must_compile()
            }),
            needs::test(&format!("mutants_do_not_type_check_with_{home}"), &needs, move || no_mutant(home)),
            needs::test(&format!("forbidden_requests_do_not_type_check_with_{home}"), &needs, move || {
                each_verb_of_each_access(home)
            }),
        ]);
    }
    trials.push(needs::test("app_compiles_with_optimization", &[elm, packages()], || {
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

/// Creates a project of a client, the app and the usage.
pub(crate) fn program(name: &str, home: Home, client: &Files) -> Result<Project, Failed> {
    Ok(Project::new(name, home, refs(client).chain([APP, USAGE, SCRIPTED, WIRE, REQUESTS, PAGE]))?)
}

/// Compiles all mutants in one run: each is a module next to the original.
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

/// A module that uses a function of the client.
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

/// Returns every function: its name, code that uses it, and whether an access allows it. The first
/// ones are functions of the types of [`client::wire`], the others are those for all types.
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

/// Checks that a use compiles if and only if the access allows it.
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
        // The functions for one type are missing; those for all types do not accept the type.
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
        return Err(format!("{name} is not a mutant:\n{problems}").into());
    }
    let survivors =
        mutants.iter().enumerate().filter(|(at, _)| !verdict.contains_key(&format!("Mutant{at}")));
    let survivors: Vec<_> = survivors.map(|(_, mutant)| mutant.change.as_str()).collect();
    if survivors.is_empty() {
        Ok(())
    } else {
        Err(format!("the compiler accepts:\n{}", survivors.join("\n")).into())
    }
}

struct Mutant {
    change: String,
    text: String,
}

/// Returns copies of a module with one word changed each: a field, a type, a constructor or a
/// function gets another name, or a type is replaced by another.
fn mutants(name: &str, text: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut is_code = false;
    let mut start = 0;
    let mut in_comment = false;
    for line in text.split_inclusive('\n') {
        in_comment |= line.starts_with("{-");
        // Code starts after the imports.
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

/// Returns the words of a line outside strings, with their positions.
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

/// Returns replacements of a word that change the meaning.
fn others(line: &str, at: usize, word: &str) -> Vec<String> {
    const KEYWORDS: [&str; 9] = ["type", "alias", "let", "in", "case", "of", "if", "then", "else"];
    // An unused declaration or parameter may have any name.
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
