//! From codecs to text.
//!
//! In reading order: `scope` (what names mean where), `text` (literals and comments), `layout` (expressions, laid out as
//! elm-format does), `types`, `encode`, `decode`, `rules`, `requests` (what is written of a type), `module` (a file of it).

mod decode;
mod encode;
mod layout;
mod module;
mod requests;
mod rules;
mod scope;
mod text;
mod types;

pub(crate) use module::{Module, modules, pieces, seed};

use layout::Expr;

/// Whether a name stands in an expression, as such or with a field of its.
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
