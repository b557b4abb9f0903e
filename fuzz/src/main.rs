//! `cargo run -p kv-fuzz -- TARGET FILE...` tries a property with the bytes of files, such as those that `scripts/fuzz` kept
//! of a failure. Without words it lists the targets, a line each: the name, its share of the time, the most bytes, the
//! property.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use kv_fuzz::{TARGETS, Target};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, files)) = words.split_first() else {
        for target in TARGETS {
            println!("{} {} {} {}", target.name, target.share, target.most_bytes, target.property);
        }
        return ExitCode::SUCCESS;
    };
    let Some(target) = Target::named(name) else {
        eprintln!("there is no target {name}");
        return ExitCode::FAILURE;
    };
    for file in files {
        match std::fs::read(file) {
            Ok(bytes) => target.run(&bytes),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::FAILURE;
            }
        }
        println!("{file}: holds");
    }
    ExitCode::SUCCESS
}
