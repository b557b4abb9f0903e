//! Prints the [intermediate representation](crate::ir) as Elm code.
//!
//! In reading order: `scope` (names within a module), `text` (literals and comments), `layout`
//! (expressions in the format of elm-format), `types`, `encode`, `decode`, `rules` and `requests`
//! (the code of one type), `module` (a file), `seed` (the module `Kv.Seed`).

mod decode;
mod encode;
mod layout;
mod module;
mod requests;
mod rules;
mod scope;
mod seed;
mod text;
mod types;

pub(crate) use module::{Module, exposing, modules, pieces};
pub(crate) use seed::seed;

use layout::Expr;

/// Returns whether an expression contains a name, by itself or with a field after it.
fn mentions(expr: &Expr, name: &str) -> bool {
    let of = |text: &str| text == name || text.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    match expr {
        Expr::Atom(text) => of(text),
        Expr::Call(function, args) => mentions(function, name) || args.iter().any(|arg| mentions(arg, name)),
        Expr::List(items, _) | Expr::Tuple(items) => items.iter().any(|item| mentions(item, name)),
        Expr::Record(fields, _) => fields.iter().any(|(_, value)| mentions(value, name)),
        Expr::Chain(first, rest, _) => {
            mentions(first, name) || rest.iter().any(|(_, operand)| mentions(operand, name))
        }
        Expr::Lambda(_, body) => mentions(body, name),
        Expr::Case(subject, branches) => {
            mentions(subject, name) || branches.iter().any(|(_, body)| mentions(body, name))
        }
    }
}
