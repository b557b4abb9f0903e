//! Finds the Elm packages: real packages on this machine, or stubs.
//!
//! `stubs/*.txt` list the modules of the packages with their names and types. The generated
//! packages have the same interface, so that programs can be type-checked without a network, but
//! not run.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, fs, io};

/// Version of the compiler, which is also the name of a folder in the home.
const ELM: &str = "0.19.1";

/// A folder for the environment variable `ELM_HOME`.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// Returns the home with the stubs, and writes it if the stubs have changed.
    pub(crate) fn stubs() -> io::Result<Self> {
        static MAKING: Mutex<()> = Mutex::new(());
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elm-stubs");
        let packages = read_stubs()?;
        let mut files = Vec::new();
        for package in &packages {
            let folder = format!("{}/{}", package.name, package.version);
            files.push((format!("{folder}/elm.json"), package.outline().into_bytes()));
            for module in &package.modules {
                let path = format!("{folder}/src/{}.elm", module.name.replace('.', "/"));
                files.push((path, module.source(package.name == "elm/core").into_bytes()));
            }
        }
        files.push(("registry.dat".to_owned(), registry(&packages)));
        let root = home.join(ELM).join("packages");
        let is_same =
            |(path, bytes): &(String, Vec<u8>)| fs::read(root.join(path)).is_ok_and(|it| it == *bytes);
        // Compiled artifacts of older stubs must be removed as well.
        if !files.iter().all(is_same) && home.exists() {
            fs::remove_dir_all(&home)?;
        }
        for (path, bytes) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&root))?;
            if !path.exists() {
                fs::write(path, bytes)?;
            }
        }
        Ok(Self(home))
    }

    /// Returns the first home with real packages: `KV_ELM_HOME`, `ELM_HOME`, `~/.elm`.
    pub(crate) fn real() -> Option<Self> {
        let named = ["KV_ELM_HOME", "ELM_HOME"].into_iter().filter_map(env::var_os).map(PathBuf::from);
        let usual = env::var_os("HOME").map(|home| Path::new(&home).join(".elm"));
        named.chain(usual).find(|home| has_packages(home)).map(Self)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

/// Returns whether a home has every package for which there is a stub, in the same version.
fn has_packages(home: &Path) -> bool {
    let is_here = |package: &Package| {
        let folder = home.join(ELM).join("packages").join(&package.name).join(&package.version);
        folder.join("src").is_dir()
    };
    read_stubs().is_ok_and(|packages| packages.iter().all(is_here))
}

struct Package {
    name: String,
    version: String,
    depends: Vec<(String, String)>,
    modules: Vec<Module>,
}

struct Module {
    name: String,
    lines: Vec<String>,
}

fn read_stubs() -> io::Result<Vec<Package>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("elm/stubs");
    let mut packages = Vec::new();
    for entry in fs::read_dir(folder)? {
        packages.push(read_package(&fs::read_to_string(entry?.path())?)?);
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

fn read_package(text: &str) -> io::Result<Package> {
    let mut package =
        Package { name: String::new(), version: String::new(), depends: Vec::new(), modules: Vec::new() };
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest.split_once(' '), package.modules.last_mut()) {
            ("package", Some((name, version)), None) => {
                (package.name, package.version) = (name.to_owned(), version.to_owned());
            }
            ("depends", Some((name, range)), None) => {
                package.depends.push((name.to_owned(), range.to_owned()));
            }
            ("module", None, _) => {
                package.modules.push(Module { name: rest.to_owned(), lines: Vec::new() });
            }
            (_, _, Some(module)) => module.lines.push(line.to_owned()),
            _ => return Err(io::Error::other(format!("stubs: what is this? {line}"))),
        }
    }
    Ok(package)
}

impl Package {
    fn outline(&self) -> String {
        let modules: Vec<_> = self.modules.iter().map(|module| module.name.as_str()).collect();
        let depends: serde_json::Map<_, _> =
            self.depends.iter().map(|(name, range)| (name.clone(), range.as_str().into())).collect();
        serde_json::json!({
            "type": "package", "name": self.name, "summary": "Signatures alone", "license": "MIT",
            "version": self.version, "exposed-modules": modules, "elm-version": "0.19.0 <= v < 0.20.0",
            "dependencies": depends, "test-dependencies": {},
        })
        .to_string()
    }
}

/// The definition of all values. It has any type, and is never evaluated.
const NOTHING: &str = "nothing_ : () -> a\nnothing_ unit =\n    nothing_ unit\n";

impl Module {
    fn source(&self, is_core: bool) -> String {
        let mut exposed = Vec::new();
        let [mut imports, mut infixes, mut types, mut values] = [const { String::new() }; 4];
        for line in &self.lines {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let name = rest.split(' ').next().unwrap_or_default();
            let _ = match word {
                value if rest.starts_with(": ") => {
                    exposed.push(value.to_owned());
                    writeln!(values, "{line}\n{value} =\n    nothing_ ()\n")
                }
                "import" => writeln!(imports, "{line}"),
                "infix" => {
                    exposed.extend(rest.split(' ').find(|part| part.starts_with('(')).map(str::to_owned));
                    writeln!(infixes, "{line}")
                }
                "type" => {
                    exposed.push(name.to_owned());
                    writeln!(types, "type {rest}\n    = {name}_\n")
                }
                "union" => {
                    exposed.push(format!("{name}(..)"));
                    writeln!(types, "type {rest}\n")
                }
                _ => {
                    exposed.push(name.to_owned());
                    writeln!(types, "type alias {rest}\n")
                }
            };
        }
        // Modules of `elm/core` do not import other modules implicitly.
        if is_core && self.name != "Basics" && !imports.contains("import Basics") {
            imports.insert_str(0, "import Basics exposing (..)\n");
        }
        let (name, exposed) = (&self.name, exposed.join(", "));
        format!("module {name} exposing ({exposed})\n\n{imports}\n{infixes}\n{types}\n{values}\n{NOTHING}")
    }
}

/// Returns the package registry in the compiler's binary format: the number of packages, the number
/// of all versions, and for each package its author, its name, its newest version and no older
/// ones.
fn registry(packages: &[Package]) -> Vec<u8> {
    let count = (packages.len() as u64).to_be_bytes();
    let mut bytes = [count, count].concat();
    for package in packages {
        for part in package.name.split('/') {
            bytes.extend(u8::try_from(part.len()));
            bytes.extend(part.bytes());
        }
        bytes.extend(package.version.split('.').filter_map(|part| part.parse::<u8>().ok()));
        bytes.extend(0_u64.to_be_bytes());
    }
    bytes
}
