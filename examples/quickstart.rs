//! The store in five minutes: `cargo run --example quickstart`.
//!
//! Four types of an application (`examples/models/storage`), two tenants, and the things one does with such a
//! store: share cursors between clients, cache sessions, keep an application's settings.

#![expect(clippy::print_stdout, reason = "it shows what it does")]

use kv_core::{Error, KvStore, ManualClock, ScanOptions, SetOptions, TenantStore};
use models::storage::ui_storage::{CursorPosition, ViewportState};
use models::storage::user_storage::{SessionCache, UserPreferences};
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // An application writes `KvStore::new()`. The clock that is set by hand lets us see entries expire without
    // waiting for them.
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).build();
    let acme = kv.tenant("acme.example")?;
    let other = kv.tenant("Other.Example:8080")?;

    client_coordination(&acme, &other)?;
    session_management(&acme)?;
    application_state(&acme)?;
    expiry(&clock, &acme);
    rejected_values(&acme);
    for_the_outside()?;
    Ok(())
}

/// Live cursors: every client writes its own, and reads those of all others on the same item.
fn client_coordination(acme: &TenantStore, other: &TenantStore) -> Result<(), Error> {
    title("Client coordination: live cursors");

    let cursors = acme.typed::<CursorPosition>();
    for (user_id, item_id, x, y) in [("7", "invoice", 3, 4), ("12", "invoice", 40, 2), ("3", "logo", 9, 9)] {
        let cursor = CursorPosition { x, y, item_id: item_id.to_owned(), user_id: user_id.to_owned() };
        let version = cursors.set(format!("user:{user_id}"), cursor)?;
        println!("  set     user:{user_id:<3} at ({x}, {y}) on {item_id}, version {version}");
    }

    println!("  scan    \"user:\" gives, in key order:");
    for (key, cursor) in cursors.scan("user:") {
        println!("            {key:<8} ({}, {}) on {}", cursor.x, cursor.y, cursor.item_id);
    }
    let on_invoice: Vec<_> =
        cursors.scan("user:").filter(|(_, cursor)| cursor.item_id == "invoice").collect();
    println!("  filter  {} of them are on the invoice", on_invoice.len());

    let moved = cursors.modify("user:7", |cursor| CursorPosition { x: cursor.x + 1, ..cursor.clone() })?;
    if let Some(cursor) = moved {
        println!("  modify  user:7 one to the right, atomically: ({}, {})", cursor.x, cursor.y);
    }

    let strangers = other.typed::<CursorPosition>().count("");
    println!("  tenant  {} sees {strangers} of acme's cursors", other.id());
    Ok(())
}

/// A session cache: compute once, read often, write only over what was read.
fn session_management(acme: &TenantStore) -> Result<(), Error> {
    title("Session management: cached permissions");

    let sessions = acme.typed::<SessionCache>();
    let session = SessionCache {
        user_id: "7".to_owned(),
        permissions: vec!["read".to_owned(), "comment".to_owned()],
        last_activity: 1_735_689_600_000,
    };
    sessions.set("session:7", session)?;
    if let Some(entry) = sessions.get_entry("session:7") {
        let left = entry.expires_in.unwrap_or_default();
        println!(
            "  set     session:7 may {:?}; it lives for {left:?} unless renewed",
            entry.value.permissions
        );

        // Two requests read the session; each wants to add a permission. The second one finds out.
        let with = |permission: &str| {
            let mut session = SessionCache::clone(&entry.value);
            session.permissions.push(permission.to_owned());
            session
        };
        let over_what_was_read = SetOptions::new().if_version(entry.version).keep_ttl();
        sessions.set_with("session:7", with("edit"), over_what_was_read)?;
        println!("  set     session:7 with \"edit\", if it is still version {}", entry.version);
        if let Err(conflict) = sessions.set_with("session:7", with("delete"), over_what_was_read) {
            println!("  refused {conflict}");
        }
    }
    Ok(())
}

/// Settings: one entry for the application, one for each user, none of which expire.
fn application_state(acme: &TenantStore) -> Result<(), Error> {
    title("Application state: settings");

    let preferences =
        UserPreferences { theme: "dark".to_owned(), notifications: true, language: "en-GB".to_owned() };
    acme.set::<UserPreferences>("app_config", preferences)?;
    acme.update::<UserPreferences>("app_config", |current| {
        let current = current?;
        Some(UserPreferences { notifications: !current.notifications, ..current.clone() })
    })?;
    println!("  update  app_config is now {:?}", acme.get::<UserPreferences>("app_config"));

    for page in 1..=5 {
        let state = ViewportState { scroll_y: 120.5, selected_item: None, sidebar_collapsed: page % 2 == 0 };
        acme.set::<ViewportState>(format!("user:7:page:{page}"), state)?;
    }
    let latest = ScanOptions::new().descending().limit(2);
    let pages = acme.typed::<ViewportState>().scan_with("user:7:", latest);
    println!("  scan    the last two pages: {:?}", pages.map(|(key, _)| key.to_string()).collect::<Vec<_>>());
    Ok(())
}

/// Times to live, as the types say: cursors 30 s, sessions 1 h, preferences for ever.
fn expiry(clock: &ManualClock, acme: &TenantStore) {
    title("Expiry: time goes by");

    let show = |after: &str| {
        let cursors = acme.typed::<CursorPosition>().count("");
        let sessions = acme.typed::<SessionCache>().count("");
        let preferences = acme.typed::<UserPreferences>().count("");
        println!("  {after:<9}: {cursors} cursors, {sessions} session(s), {preferences} preference(s)");
    };
    show("at first");
    clock.advance(Duration::from_secs(30));
    show("after 30 s");
    clock.advance(Duration::from_hours(1));
    show("after 1 h");
}

/// A value that breaks its rules is not stored, and the report says everything that is wrong with it.
fn rejected_values(acme: &TenantStore) {
    title("Validation: a rejected value");

    let broken = SessionCache {
        user_id: String::new(),
        permissions: vec!["read".to_owned(), String::new()],
        last_activity: 0,
    };
    match acme.set::<SessionCache>("session:8", broken) {
        Err(Error::Validation(report)) => {
            for violation in &report {
                println!("  {:<16} {:<10} {}", violation.pointer, violation.rule, violation.message);
            }
        }
        other => println!("  {other:?}"),
    }
    let scrolled = ViewportState { scroll_y: f64::NAN, selected_item: None, sidebar_collapsed: false };
    if let Err(error) = acme.set::<ViewportState>("user:8", scrolled) {
        println!("  {error}");
    }
    println!("  session:8 is {:?}", acme.get::<SessionCache>("session:8"));
}

/// What clients outside the process may reach is listed in one place.
fn for_the_outside() -> Result<(), kv_core::CatalogError> {
    title("Catalog: what the outside may reach");

    let catalog = models::storage::catalog()?;
    for exposed in catalog.exposed() {
        println!("  {:<16} {:<9?} keys under {:?}", exposed.tag(), exposed.access(), exposed.prefix());
    }
    Ok(())
}

fn title(title: &str) {
    println!("\n{title}");
}
