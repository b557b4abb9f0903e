//! `cargo run -p kv-fuzz -- TARGET FILE...` checks a property for the bytes of files, such as those
//! that `scripts/fuzz` stored after a failure. Without arguments it lists the targets, one in a
//! line: name, share of the time, maximum length, property.

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
        eprintln!("unknown target `{name}`");
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
