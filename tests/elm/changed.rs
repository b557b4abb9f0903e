//! Changes Rust types and generates the client again: the compiler must find every place in a
//! program that has to change.

use crate::COMPILER;
use crate::client::models_but;
use crate::compile::program;
use crate::home::Home;
use kv_core::schema::{Access, Exposed};
use kv_tests::needs;
use libtest_mimic::{Failed, Trial};

macro_rules! types {
    ($($change:ident: struct $name:ident { $($field:ident: $ty:ty),* $(,)? })*) => {
        $(mod $change {
            #[derive(serde::Serialize, serde::Deserialize, kv_core::KvType)]
            pub(super) struct $name {
                $($field: $ty),*
            }
        })*
    };
}

types! {
    same: struct CursorPosition { x: i32, y: i32, item_id: String, user_id: String }
    renamed_field: struct CursorPosition { x: i32, y: i32, item: String, user_id: String }
    retyped_field: struct CursorPosition { x: i32, y: i32, item_id: u32, user_id: String }
    number_with_fraction: struct CursorPosition { x: f64, y: f64, item_id: String, user_id: String }
    optional_field: struct CursorPosition { x: i32, y: i32, item_id: Option<String>, user_id: String }
    removed_field: struct CursorPosition { x: i32, y: i32, item_id: String }
    new_field: struct CursorPosition { x: i32, y: i32, z: i32, item_id: String, user_id: String }
    other_tag: struct PointerPosition { x: i32, y: i32, item_id: String, user_id: String }
    list_of_others: struct SessionCache { user_id: String, permissions: Vec<u8>, last_activity: i64 }
    no_list: struct SessionCache { user_id: String, permissions: String, last_activity: i64 }
    longer_name: struct UserPreferences { theme: String, notifications_on: bool, language: String }
}

pub(crate) fn trials() -> Vec<Trial> {
    let write = Access::ReadWrite;
    let changes: [(&str, &str, Option<Exposed>); 13] = [
        ("renamed_field", "CursorPosition", Some(Exposed::new::<renamed_field::CursorPosition>(write))),
        ("retyped_field", "CursorPosition", Some(Exposed::new::<retyped_field::CursorPosition>(write))),
        (
            "number_with_fraction",
            "CursorPosition",
            Some(Exposed::new::<number_with_fraction::CursorPosition>(write)),
        ),
        ("optional_field", "CursorPosition", Some(Exposed::new::<optional_field::CursorPosition>(write))),
        ("removed_field", "CursorPosition", Some(Exposed::new::<removed_field::CursorPosition>(write))),
        ("new_field", "CursorPosition", Some(Exposed::new::<new_field::CursorPosition>(write))),
        ("other_tag", "CursorPosition", Some(Exposed::new::<other_tag::PointerPosition>(write))),
        ("no_type", "CursorPosition", None),
        ("read_only", "CursorPosition", Some(Exposed::new::<same::CursorPosition>(Access::Read))),
        ("by_key_only", "CursorPosition", Some(Exposed::new::<same::CursorPosition>(Access::Get))),
        ("list_of_others", "SessionCache", Some(Exposed::new::<list_of_others::SessionCache>(write))),
        ("no_list", "SessionCache", Some(Exposed::new::<no_list::SessionCache>(write))),
        ("longer_name", "UserPreferences", Some(Exposed::new::<longer_name::UserPreferences>(write))),
    ];
    let elm = [COMPILER.need()];
    let mut trials = vec![needs::test("changed::type_with_another_path_needs_no_change", &elm, || {
        let same = Exposed::new::<same::CursorPosition>(Access::ReadWrite);
        program("changed-same", Home::stubs()?, &models_but("CursorPosition", Some(same))?)?.must_compile()
    })];
    trials.extend(changes.map(|(change, tag, other)| {
        needs::test(&format!("changed::{change}_is_found"), &elm, move || found(change, tag, other))
    }));
    trials
}

/// Checks that the client compiles and that the programs do not.
fn found(change: &str, tag: &str, other: Option<Exposed>) -> Result<(), Failed> {
    let client = models_but(tag, other)?;
    let verdict = program(&format!("changed-{change}"), Home::stubs()?, &client)?.check()?;
    if let Some((name, problems)) = verdict.iter().find(|(name, _)| name.starts_with("Kv")) {
        return Err(format!("{name}: {problems}").into());
    }
    for name in ["Main", "Usage"] {
        if verdict.contains_key(name) {
            return Ok(());
        }
    }
    Err("neither the app nor the usage has to change".into())
}
