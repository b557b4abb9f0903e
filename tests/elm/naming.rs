//! Compiles catalogs with name collisions, and with names that are too long for the cache of Elm.

use crate::client::{Files, emit};
use crate::home::Home;
use crate::project::Project;
use crate::{COMPILER, FORMATTER};
use arbitrary::Unstructured;
use kv_corpus::clashing::Plan;
use kv_elm::ElmClient;
use kv_tests::needs;
use libtest_mimic::{Failed, Trial};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Number of random catalogs of each form.
const CATALOGS: usize = 12;

pub(crate) fn trials() -> Vec<Trial> {
    let elm = COMPILER.need();
    vec![
        needs::test("colliding_names_type_check", &[elm], || {
            project("clashing", &clashing()?)?.must_compile()
        }),
        needs::test("colliding_names_are_formatted", &[FORMATTER.need()], || {
            project("clashing-format", &clashing()?)?.must_be_formatted()
        }),
        needs::test("long_names_survive_the_cache_of_the_compiler", &[elm], long),
    ]
}

fn project(name: &str, files: &Files) -> Result<Project, Failed> {
    Ok(Project::new(name, Home::stubs()?, files.iter().map(|(path, text)| (path.as_str(), text.as_str())))?)
}

/// Returns clients of random catalogs, with one module and with several.
fn clashing() -> Result<Files, Failed> {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut files = Files::new();
    let (mut made, mut tries) = (0, 0);
    while made < 2 * CATALOGS {
        tries += 1;
        let mut bytes = [0; 1500];
        random.fill_bytes(&mut bytes);
        let plan = Plan::arbitrary(&mut Unstructured::new(&bytes))?;
        let client = ElmClient::new(plan.expose()).module(format!("Plan{made}")).seed();
        let client = if made % 2 == 0 { client } else { client.module_per_type().camel_case() };
        match emit(&client) {
            Ok(more) => {
                files.extend(more);
                made += 1;
            }
            // Only names from `#[kv(elm = "…")]` may collide.
            Err(error) if error.message().is_some_and(|it| it.contains("elm = ")) => {}
            Err(error) => return Err(error),
        }
    }
    println!("{made} of {tries} catalogs, {} modules", files.len() - 1);
    Ok(files)
}

/// Changes a module that imports another, so that the compiler reads the other from its cache.
fn long() -> Result<(), Failed> {
    for len in [199, 200, 201, 254, 255, 256, 257, 300, 1000] {
        for split in [false, true] {
            let exposed = Plan::with_names_of(len).expose();
            let client = ElmClient::new(exposed).seed();
            let client = if split { client.module_per_type() } else { client };
            let project = project(&format!("long-{len}-{split}"), &emit(&client)?)?;
            for text in ["0", "1"] {
                let modules = project.modules()?.into_iter().filter_map(|path| {
                    let name = path.strip_prefix(project.src()).ok()?.with_extension("");
                    Some(name.to_string_lossy().replace('/', "."))
                });
                let imports: String = modules
                    .filter(|name| name != "User")
                    .flat_map(|name| ["import ".to_owned(), name, "\n".to_owned()])
                    .collect();
                let user = format!("module User exposing (it)\n\n{imports}\n\nit : Int\nit =\n    {text}\n");
                project.write("User.elm", &user)?;
                project.must_compile().map_err(|error| {
                    format!("names of {len} bytes: {}", error.message().unwrap_or_default())
                })?;
            }
        }
    }
    Ok(())
}
