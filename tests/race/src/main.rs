//! Several threads that write to the same memory, with or without a lock.
//!
//! `race unguarded` is a data race. `race guarded` does the same under a lock, and also uses a
//! channel, an `Arc` and joined threads. It is free of races, but ThreadSanitizer reports one if the
//! standard library is not instrumented.

use std::cell::UnsafeCell;
use std::sync::{Arc, Mutex, mpsc};

struct Shared(UnsafeCell<u64>);

// SAFETY: `guarded` accesses the value only while it holds the lock. `unguarded` is unsound on
// purpose.
unsafe impl Sync for Shared {}

fn main() {
    let guarded = match std::env::args().nth(1).as_deref() {
        Some("guarded") => true,
        Some("unguarded") => false,
        _ => panic!("the argument is `guarded` or `unguarded`"),
    };
    let shared = Arc::new((Shared(UnsafeCell::new(0)), Mutex::new(())));
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            std::thread::spawn(move || {
                for n in 0..1000 {
                    let _guard = guarded.then(|| shared.1.lock().unwrap());
                    // SAFETY: see `Shared`.
                    unsafe { *shared.0.0.get() += 1 };
                    if n % 100 == 0 {
                        sender.send(Box::new(n)).unwrap();
                    }
                }
            })
        })
        .collect();
    drop(sender);
    let sum: u64 = receiver.iter().map(|n| *n).sum();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    // SAFETY: the other threads have ended.
    println!("{sum}, {}", unsafe { *shared.0.0.get() });
}
