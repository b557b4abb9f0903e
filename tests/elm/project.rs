//! Elm programs in folders, and the results of the compiler and the formatter.

use crate::home::Home;
use libtest_mimic::Failed;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

/// The Elm compiler.
pub(crate) const ELM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/node_modules/.bin/elm");
/// The Elm formatter.
pub(crate) const FORMATTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/node_modules/.bin/elm-format");

/// Serializes compilers: they write compiled packages to their home, and two at a time would race.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A folder with an Elm program.
#[derive(Debug)]
pub(crate) struct Project {
    folder: PathBuf,
    home: Home,
}

/// The errors of each module in the words of the compiler; empty if there are no errors.
pub(crate) type Verdict = BTreeMap<String, String>;

impl Project {
    /// Creates a folder with these modules, by path.
    pub(crate) fn new<'a>(
        name: &str,
        home: Home,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elm").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("elm.json"), include_str!("elm.json"))?;
        let project = Self { folder, home };
        for (path, text) in files {
            project.write(path, text)?;
        }
        Ok(project)
    }

    /// Writes a module.
    pub(crate) fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let path = self.folder.join("src").join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    }

    /// Returns all modules of the program.
    pub(crate) fn modules(&self) -> io::Result<Vec<PathBuf>> {
        fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    walk(&path, into)?;
                } else if path.extension().is_some_and(|it| it == "elm") {
                    into.push(path);
                }
            }
            Ok(())
        }
        let mut modules = Vec::new();
        walk(&self.folder.join("src"), &mut modules)?;
        modules.sort();
        Ok(modules)
    }

    /// Returns the folder of the modules.
    pub(crate) fn src(&self) -> PathBuf {
        self.folder.join("src")
    }

    /// Type-checks all modules.
    pub(crate) fn check(&self) -> Result<Verdict, Failed> {
        let output = self.elm(&["--report=json", "--output=/dev/null"], &self.modules()?)?;
        if output.status.success() {
            return Ok(Verdict::new());
        }
        let report = String::from_utf8_lossy(&output.stderr);
        let start = report.find('{').ok_or_else(|| format!("unexpected output of elm: {report}"))?;
        let report: Value = serde_json::from_str(&report[start..])?;
        let errors =
            report["errors"].as_array().ok_or_else(|| format!("unexpected output of elm: {report}"))?;
        Ok(errors
            .iter()
            .map(|error| {
                let problems = error["problems"].as_array().into_iter().flatten().map(sentence);
                let name = error["name"].as_str().unwrap_or_default().to_owned();
                (name, problems.collect::<Vec<_>>().join("\n\n"))
            })
            .collect())
    }

    /// Type-checks all modules and returns an error if one is wrong.
    pub(crate) fn must_compile(&self) -> Result<(), Failed> {
        let verdict = self.check()?;
        if verdict.is_empty() {
            return Ok(());
        }
        let all: Vec<_> = verdict.iter().map(|(name, problems)| format!("{name}\n{problems}")).collect();
        Err(all.join("\n\n").into())
    }

    /// Builds the documentation of all modules, as for a package. It must cover everything that
    /// they expose.
    pub(crate) fn must_be_documented(&self) -> Result<(), Failed> {
        let modules: Vec<_> = self.modules()?;
        let src = self.folder.join("src");
        let mut names = Vec::new();
        for path in &modules {
            // Packages must not have ports.
            let text = fs::read_to_string(path)?;
            let text = text.strip_prefix("port ").unwrap_or(&text);
            let text = text.replace(
                "\nport kvOut : Encode.Value -> Cmd msg\n",
                "\nkvOut : Encode.Value -> Cmd msg\nkvOut _ =\n    Cmd.none\n",
            );
            let text = text.replace(
                "\nport kvIn : (Decode.Value -> msg) -> Sub msg\n",
                "\nkvIn : (Decode.Value -> msg) -> Sub msg\nkvIn _ =\n    Sub.none\n",
            );
            fs::write(path, text)?;
            let name = path.strip_prefix(&src)?.with_extension("");
            names.push(name.to_string_lossy().replace('/', "."));
        }
        let application: Value = serde_json::from_str(include_str!("elm.json"))?;
        let used = ["elm/core", "elm/http", "elm/json", "elm/regex", "elm/time", "elm/url"];
        let range = |name: &str| {
            let version = application["dependencies"]["direct"][name].as_str().unwrap_or_default();
            json!(format!("{version} <= v < 100.0.0"))
        };
        let dependencies: serde_json::Map<_, _> =
            used.iter().map(|name| ((*name).to_owned(), range(name))).collect();
        let outline = json!({
            "type": "package", "name": "kv/client", "summary": "A client", "license": "MIT", "version": "1.0.0",
            "exposed-modules": names, "elm-version": "0.19.0 <= v < 0.20.0",
            "dependencies": dependencies, "test-dependencies": {},
        });
        fs::write(self.folder.join("elm.json"), outline.to_string())?;
        let answer = self.elm(&["--docs=docs.json"], &[])?;
        success(answer).map(drop)
    }

    /// Compiles a program to JavaScript and returns the file.
    pub(crate) fn make(&self, main: &str, optimize: bool) -> Result<PathBuf, Failed> {
        let script = self.folder.join(if optimize { "optimized.js" } else { "program.js" });
        let output = format!("--output={}", script.display());
        let flags: &[&str] = if optimize { &["--optimize", &output] } else { &[&output] };
        let answer = self.elm(flags, &[self.folder.join("src").join(main)])?;
        success(answer).map(|_| script)
    }

    /// Returns the client's JavaScript under a name that Node reads as a module.
    pub(crate) fn script(&self) -> io::Result<PathBuf> {
        let script = self.folder.join("kv-watch.mjs");
        fs::copy(self.folder.join("src/kv-watch.js"), &script)?;
        Ok(script)
    }

    fn elm(&self, flags: &[&str], modules: &[PathBuf]) -> io::Result<Output> {
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Command::new(ELM)
            .arg("make")
            .args(modules)
            .args(flags)
            .current_dir(&self.folder)
            .env("ELM_HOME", self.home.path())
            .stdin(Stdio::null())
            .output()
    }

    /// Returns an error unless all modules are formatted.
    pub(crate) fn must_be_formatted(&self) -> Result<(), Failed> {
        let mut command = Command::new(FORMATTER);
        let answer =
            command.args(["--validate", "--elm-version=0.19"]).arg(self.folder.join("src")).output()?;
        if answer.status.success() {
            Ok(())
        } else {
            Err(format!(
                "{}{}",
                String::from_utf8_lossy(&answer.stdout),
                String::from_utf8_lossy(&answer.stderr)
            )
            .into())
        }
    }
}

/// Returns the output of a successful program, or its error output as an error.
pub(crate) fn success(answer: Output) -> Result<Vec<u8>, Failed> {
    if answer.status.success() {
        Ok(answer.stdout)
    } else {
        Err(String::from_utf8_lossy(&answer.stderr).into_owned().into())
    }
}

/// Returns a problem as text. The compiler reports a title and a message in pieces.
fn sentence(problem: &Value) -> String {
    let pieces = problem["message"].as_array().into_iter().flatten();
    let text: String =
        pieces.filter_map(|piece| piece.as_str().or_else(|| piece["string"].as_str())).collect();
    format!("{}: {text}", problem["title"].as_str().unwrap_or_default())
}
