//! Writes the Elm client of the examples' types: `cargo run --example elm_export -- frontend/src`.

#![expect(clippy::print_stdout, reason = "it says what it has written")]

use kv_elm::ElmClient;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args().nth(1).ok_or("name the folder of Elm sources: elm_export frontend/src")?;
    let catalog = models::storage::catalog()?;
    // Not the folder's name: what is written depends on no place.
    let command = "cargo run --example elm_export -- DIR";
    let written = ElmClient::new(&catalog).command(command).write_to(dir)?;
    println!("{written}");
    Ok(())
}
