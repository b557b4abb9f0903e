//! Writes the Elm client of the examples' types: `cargo run --example elm_export -- frontend/src`.

#![expect(clippy::print_stdout, reason = "prints the files that it writes")]

use kv_elm::ElmClient;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir =
        std::env::args().nth(1).ok_or("the folder of Elm sources is missing: elm_export frontend/src")?;
    let catalog = models::storage::catalog()?;
    // `DIR` instead of the folder: the output must not depend on where it is written.
    let command = "cargo run --example elm_export -- DIR";
    let written = ElmClient::new(&catalog).command(command).write_to(dir)?;
    println!("{written}");
    Ok(())
}
