//! Elm expressions in the format of elm-format.
//!
//! elm-format leaves only the choice between one line and several lines to the author. An
//! expression is printed in one line if it fits, otherwise it is broken at the outermost level.
//!
//! Indentation reaches to the next multiple of four columns. Which column that is depends on the
//! text around the expression, such as `( `, so a [`Line`] computes its column last.

/// Maximum width of an expression in one line. elm-format has no such limit.
const WIDTH: usize = 100;

/// An Elm expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// An expression that never needs parentheses, such as a name or a literal.
    Atom(String),
    /// `f a b`.
    Call(Box<Expr>, Vec<Expr>),
    /// `[ a, b ]`.
    List(Vec<Expr>, Lines),
    /// `( a, b )`.
    Tuple(Vec<Expr>),
    /// `{ a = x, b = y }`.
    Record(Vec<(String, Expr)>, Lines),
    /// `a |> b |> c`: the first operand, then operators with their operands.
    Chain(Box<Expr>, Vec<(&'static str, Expr)>, Lines),
    /// `\a b -> c`.
    Lambda(String, Box<Expr>),
    /// `case a of`, then patterns with their expressions.
    Case(Box<Expr>, Vec<(String, Expr)>),
}

/// Whether an expression is broken even if it fits in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    AsItFits,
    Several,
}

pub(super) fn atom(text: impl Into<String>) -> Expr {
    Expr::Atom(text.into())
}

/// Returns a call of a named function, or only the name if there are no arguments.
pub(super) fn call(function: impl Into<String>, args: impl IntoIterator<Item = Expr>) -> Expr {
    let args: Vec<_> = args.into_iter().collect();
    let function = atom(function);
    if args.is_empty() { function } else { Expr::Call(Box::new(function), args) }
}

pub(super) fn list(items: Vec<Expr>) -> Expr {
    Expr::List(items, Lines::AsItFits)
}

pub(super) fn pair(first: Expr, second: Expr) -> Expr {
    Expr::Tuple(vec![first, second])
}

pub(super) fn lambda(args: impl Into<String>, body: Expr) -> Expr {
    Expr::Lambda(args.into(), Box::new(body))
}

/// Returns `first |> step |> step`, with one step per line.
pub(super) fn pipe(first: Expr, steps: Vec<Expr>) -> Expr {
    if steps.is_empty() {
        return first;
    }
    Expr::Chain(Box::new(first), steps.into_iter().map(|step| ("|>", step)).collect(), Lines::Several)
}

impl Expr {
    /// Prints the expression, indented by a multiple of four columns.
    pub(super) fn write(&self, indent: usize) -> String {
        let mut text = String::new();
        for (nth, line) in self.block(WIDTH.saturating_sub(indent)).into_iter().enumerate() {
            if nth > 0 {
                text.push('\n');
            }
            text.push_str(&line.write(indent));
        }
        text
    }

    /// Returns the expression in one line, or `None` if it must be broken.
    fn flat(&self) -> Option<String> {
        let all = |items: &[Self]| items.iter().map(Self::flat).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Atom(text) => text.clone(),
            Self::Call(function, args) => {
                let mut text = function.flat_argument()?;
                for arg in args {
                    text.push(' ');
                    text.push_str(&arg.flat_argument()?);
                }
                text
            }
            Self::List(_, Lines::Several)
            | Self::Record(_, Lines::Several)
            | Self::Chain(_, _, Lines::Several) => {
                return None;
            }
            Self::List(items, Lines::AsItFits) if items.is_empty() => "[]".to_owned(),
            Self::List(items, Lines::AsItFits) => format!("[ {} ]", all(items)?.join(", ")),
            Self::Tuple(items) => format!("( {} )", all(items)?.join(", ")),
            Self::Record(fields, Lines::AsItFits) if fields.is_empty() => "{}".to_owned(),
            Self::Record(fields, Lines::AsItFits) => {
                let fields: Option<Vec<_>> =
                    fields.iter().map(|(name, value)| Some(format!("{name} = {}", value.flat()?))).collect();
                format!("{{ {} }}", fields?.join(", "))
            }
            Self::Chain(first, rest, Lines::AsItFits) => {
                let mut text = first.flat_operand()?;
                for (operator, operand) in rest {
                    text.push_str(&format!(" {operator} {}", operand.flat_operand()?));
                }
                text
            }
            Self::Lambda(args, body) => format!("\\{args} -> {}", body.flat()?),
            Self::Case(..) => return None,
        })
    }

    fn flat_argument(&self) -> Option<String> {
        let text = self.flat()?;
        Some(if self.is_closed() { text } else { format!("({text})") })
    }

    fn flat_operand(&self) -> Option<String> {
        let text = self.flat()?;
        Some(if self.is_operand() { text } else { format!("({text})") })
    }

    /// Returns whether the expression needs no parentheses as an argument.
    fn is_closed(&self) -> bool {
        match self {
            Self::Atom(_) | Self::List(..) | Self::Tuple(_) | Self::Record(..) => true,
            Self::Call(..) | Self::Chain(..) | Self::Lambda(..) | Self::Case(..) => false,
        }
    }

    fn is_operand(&self) -> bool {
        self.is_closed() || matches!(self, Self::Call(..))
    }

    /// Returns the lines of the expression: one if it fits into the width.
    fn block(&self, width: usize) -> Vec<Line> {
        if let Some(text) = self.flat().filter(|text| text.chars().count() <= width) {
            return vec![Line::new(text)];
        }
        let inner = width.saturating_sub(4);
        match self {
            Self::Atom(text) => vec![Line::new(text.clone())],
            Self::Call(function, args) => {
                let mut lines = function.argument(width);
                let mut args = args.as_slice();
                // elm-format keeps the first of several arguments in the line of the function.
                if let ([first, _, ..], [line]) = (args, lines.as_mut_slice())
                    && let Some(text) = first.flat_argument()
                    && line.text.chars().count() + 1 + text.chars().count() <= width
                {
                    line.text.push(' ');
                    line.text.push_str(&text);
                    args = &args[1..];
                }
                lines.extend(args.iter().flat_map(|arg| indented(arg.argument(inner))));
                lines
            }
            Self::List(items, _) => {
                enclosed("[ ", "]", items.iter().map(|item| item.block(width.saturating_sub(2))))
            }
            Self::Tuple(items) => {
                enclosed("( ", ")", items.iter().map(|item| item.block(width.saturating_sub(2))))
            }
            Self::Record(fields, _) => enclosed(
                "{ ",
                "}",
                fields.iter().map(|(name, value)| match value.flat() {
                    Some(text) => vec![Line::new(format!("{name} = {text}"))],
                    None => {
                        let mut lines = vec![Line::new(format!("{name} ="))];
                        lines.extend(indented(value.block(inner)));
                        lines
                    }
                }),
            ),
            Self::Chain(first, rest, _) => {
                let mut lines = first.operand(width);
                for (operator, operand) in rest {
                    let prefix = format!("{operator} ");
                    lines.extend(indented(prefixed(
                        &prefix,
                        operand.operand(inner.saturating_sub(prefix.len())),
                    )));
                }
                lines
            }
            Self::Lambda(args, body) => {
                let mut lines = vec![Line::new(format!("\\{args} ->"))];
                lines.extend(indented(body.block(inner)));
                lines
            }
            Self::Case(subject, branches) => {
                let subject = subject.flat().unwrap_or_default();
                let mut lines = vec![Line::new(format!("case {subject} of"))];
                for (nth, (pattern, body)) in branches.iter().enumerate() {
                    if nth > 0 {
                        lines.push(Line::new(String::new()));
                    }
                    lines.extend(indented(vec![Line::new(format!("{pattern} ->"))]));
                    lines.extend(indented(indented(body.block(inner.saturating_sub(4)))));
                }
                lines
            }
        }
    }

    fn argument(&self, width: usize) -> Vec<Line> {
        if self.is_closed() { self.block(width) } else { parenthesised(self, width) }
    }

    fn operand(&self, width: usize) -> Vec<Line> {
        if self.is_operand() { self.block(width) } else { parenthesised(self, width) }
    }
}

fn parenthesised(expr: &Expr, width: usize) -> Vec<Line> {
    let mut lines = prefixed("(", expr.block(width.saturating_sub(2)));
    match lines.as_mut_slice() {
        [line] => line.text.push(')'),
        _ => lines.push(Line::new(")")),
    }
    lines
}

fn enclosed(open: &str, close: &str, items: impl Iterator<Item = Vec<Line>>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (nth, item) in items.enumerate() {
        lines.extend(prefixed(if nth == 0 { open } else { ", " }, item));
    }
    if lines.is_empty() {
        return vec![Line::new(format!("{}{close}", open.trim_end()))];
    }
    lines.push(Line::new(close));
    lines
}

/// A line of an expression.
struct Line {
    /// Indentation before the text, innermost first.
    before: Vec<Before>,
    text: String,
}

/// Space before the text of a line.
enum Before {
    /// Up to the next multiple of four columns, at least one column.
    Stop,
    Spaces(usize),
}

impl Line {
    fn new(text: impl Into<String>) -> Self {
        Self { before: Vec::new(), text: text.into() }
    }

    fn write(&self, indent: usize) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        let column = self.before.iter().rev().fold(indent, |column, before| match before {
            Before::Stop => column / 4 * 4 + 4,
            Before::Spaces(n) => column + n,
        });
        format!("{:column$}{}", "", self.text)
    }
}

fn indented(mut lines: Vec<Line>) -> Vec<Line> {
    for line in &mut lines {
        line.before.push(Before::Stop);
    }
    lines
}

fn prefixed(prefix: &str, mut lines: Vec<Line>) -> Vec<Line> {
    for (nth, line) in lines.iter_mut().enumerate() {
        if nth == 0 && line.before.is_empty() {
            line.text.insert_str(0, prefix);
        } else {
            line.before.push(Before::Spaces(prefix.len()));
        }
    }
    lines
}
