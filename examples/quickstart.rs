//! A tour of the store: `cargo run --example quickstart`.
//!
//! It uses four types of an application (`examples/models/storage`) and two tenants. It shares
//! cursors between clients, caches sessions, and stores settings.

#![expect(clippy::print_stdout, reason = "the example prints its results")]

use kv_core::{Error, KvStore, ManualClock, ScanOptions, SetOptions, TenantStore};
use models::storage::ui_storage::{CursorPosition, ViewportState};
use models::storage::user_storage::{SessionCache, UserPreferences};
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // An application calls `KvStore::new()`. With a manual clock, entries expire without waiting.
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).build();
    let acme = kv.tenant("acme.example")?;
    let other = kv.tenant("Other.Example:8080")?;

    client_coordination(&acme, &other)?;
    session_management(&acme)?;
    application_state(&acme)?;
    expiry(&clock, &acme);
    rejected_values(&acme);
    catalog()?;
    Ok(())
}

/// Live cursors: every client writes its own cursor and reads the cursors of other clients on the
/// same item.
fn client_coordination(acme: &TenantStore, other: &TenantStore) -> Result<(), Error> {
    title("Client coordination: live cursors");

    let cursors = acme.typed::<CursorPosition>();
    for (user_id, item_id, x, y) in [("7", "invoice", 3, 4), ("12", "invoice", 40, 2), ("3", "logo", 9, 9)] {
        let cursor = CursorPosition { x, y, item_id: item_id.to_owned(), user_id: user_id.to_owned() };
        let version = cursors.set(format!("user:{user_id}"), cursor)?;
        println!("  set     user:{user_id:<3} at ({x}, {y}) on {item_id}, version {version}");
    }

    println!("  scan    \"user:\", in key order:");
    for (key, cursor) in cursors.scan("user:") {
        println!("            {key:<8} ({}, {}) on {}", cursor.x, cursor.y, cursor.item_id);
    }
    let on_invoice: Vec<_> =
        cursors.scan("user:").filter(|(_, cursor)| cursor.item_id == "invoice").collect();
    println!("  filter  {} cursors are on the invoice", on_invoice.len());

    let moved = cursors.modify("user:7", |cursor| CursorPosition { x: cursor.x + 1, ..cursor.clone() })?;
    if let Some(cursor) = moved {
        println!("  modify  user:7 is now at ({}, {}), changed atomically", cursor.x, cursor.y);
    }

    let visible = other.typed::<CursorPosition>().count("");
    println!("  tenant  {} sees {visible} of acme's cursors", other.id());
    Ok(())
}

/// A session cache: write once, read often, and overwrite only the version that was read.
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
            "  set     session:7 has the permissions {:?} and expires in {left:?}",
            entry.value.permissions
        );

        // Two requests have read the session, and each adds a permission. The second write is a
        // conflict.
        let with = |permission: &str| {
            let mut session = SessionCache::clone(&entry.value);
            session.permissions.push(permission.to_owned());
            session
        };
        let unchanged = SetOptions::new().if_version(entry.version).keep_ttl();
        sessions.set_with("session:7", with("edit"), unchanged)?;
        println!("  set     session:7 with \"edit\", if its version is still {}", entry.version);
        if let Err(conflict) = sessions.set_with("session:7", with("delete"), unchanged) {
            println!("  conflict: {conflict}");
        }
    }
    Ok(())
}

/// Settings of the application, and the state of each user's pages.
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

/// Expiry by the TTL of each type: cursors after 30 s, sessions after 1 h, preferences never.
fn expiry(clock: &ManualClock, acme: &TenantStore) {
    title("Expiry: advancing the clock");

    let show = |time: &str| {
        let cursors = acme.typed::<CursorPosition>().count("");
        let sessions = acme.typed::<SessionCache>().count("");
        let preferences = acme.typed::<UserPreferences>().count("");
        println!("  {time:<10}: {cursors} cursors, {sessions} session(s), {preferences} preference(s)");
    };
    show("at start");
    clock.advance(Duration::from_secs(30));
    show("after 30 s");
    clock.advance(Duration::from_hours(1));
    show("after 1 h");
}

/// A value that breaks its rules is not stored. The report has every violation.
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

/// The catalog lists the types that clients outside the process may access.
fn catalog() -> Result<(), kv_core::CatalogError> {
    title("Catalog: access from outside the process");

    let catalog = models::storage::catalog()?;
    for exposed in catalog.exposed() {
        let access = format!("{:?}", exposed.access());
        println!("  {:<16} {access:<9} keys under {:?}", exposed.tag(), exposed.prefix());
    }
    Ok(())
}

fn title(title: &str) {
    println!("\n{title}");
}
