//! Compares a type's serde implementation with its schema when a catalog is built.
//!
//! If serde's traits are derived, the schema is derived from the same item. If they are not, or if
//! another crate enables a feature of `serde_json` that changes numbers, the two can differ: the
//! server would refuse what clients send, or clients would read something else than was stored. The
//! probe therefore decodes and encodes samples of all shapes that the schema allows.
//!
//! In reading order: `json` (values as text), `node` (a sample, and its comparison with the written
//! JSON), `candidates` (scalars to try), `make` (samples of a schema). This file decides which
//! samples are tried and what a refusal means.
//!
//! A refusal of a sample is not always a fault: the type's `Deserialize` may have its own rules,
//! such as those of an email address. It is a fault if it is about the *form*: a string instead of
//! a number, a missing member, an unknown variant. After any other refusal, other samples are
//! tried; if none of them is read, the form is considered correct, and `#[kv(example = "…")]` gives
//! the probe a value to continue with.

mod candidates;
mod json;
mod make;
mod node;

use crate::codec::Codec;
use crate::schema::json::{self as schema_json, DecodeError, DecodeOptions};
use crate::schema::ty::TypeSchema;
use json::Json;
use make::{Maker, Sample, Wanted};
use node::{ChoiceSlot, Form, Node, Value};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The maximum number of samples of a type.
const MOST_RUNS: usize = 4_000;

/// The maximum number of bytes of all samples of a type.
const MOST_BYTES: usize = 1 << 20;

/// The maximum number of places in one sample for which alternatives are searched.
const MOST_SEARCHES: usize = 64;

/// The maximum number of samples in the first pass, each of which combines many new choices.
const EAGER_ROUNDS: usize = 64;

/// The maximum number of bytes of JSON or of an error in a message.
const SHOWN: usize = 160;

/// A difference between a type's serde implementation and its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerdeFault {
    ty: String,
    pointer: String,
    problem: String,
    numbers: bool,
}

impl SerdeFault {
    /// Returns the full name of the type with the fault: the exposed type, or a type inside it.
    pub fn ty(&self) -> &str {
        &self.ty
    }

    /// Returns the place of the fault in a value of the exposed type, as a JSON pointer (RFC 6901).
    pub fn pointer(&self) -> &str {
        &self.pointer
    }
}

/// Writes the difference, an example and the fix.
impl fmt::Display for SerdeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "serde and the schema of `{}` disagree: it {}", self.ty, self.problem)?;
        if !self.pointer.is_empty() {
            write!(f, " at {:?}", self.pointer)?;
        }
        f.write_str(
            ": derive `Serialize` and `Deserialize` on the type, or specify the wire form with \
             `#[kv(wire = \"…\")]`, or put `#[kv(opaque)]` on the field to accept any JSON",
        )?;
        if self.numbers {
            f.write_str(
                "; or disable the feature `arbitrary_precision` of serde_json, which a crate of the program enables",
            )?;
        }
        Ok(())
    }
}

/// Returns the first difference between a type's serde implementation and its schema.
pub(crate) fn probe(codec: &Codec) -> Option<SerdeFault> {
    let schema = codec.exposed().schema();
    let maker = Maker::new(schema)?;
    let mut probe = Probe { codec, schema, maker, runs: 0, bytes: 0 };
    match catch_unwind(AssertUnwindSafe(|| probe.all())) {
        Ok(found) => found.err(),
        // A `Default` of the application panicked, which the schema calls for the default of a field.
        Err(_) => Some(fault(schema, "", "panics in the default of a field".to_owned())),
    }
}

struct Probe<'c> {
    codec: &'c Codec,
    schema: &'static TypeSchema,
    maker: Maker,
    runs: usize,
    bytes: usize,
}

/// The result of a sample.
enum Outcome {
    /// It was read, and written unchanged.
    Same,
    /// It was not read.
    Refused { pointer: String, said: String },
    /// The schema refuses it.
    Skipped,
}

type Verdict<T> = Result<T, SerdeFault>;

impl Probe<'_> {
    fn all(&mut self) -> Verdict<()> {
        self.settle(&[])?;
        self.eagerly()?;
        // Tries each remaining choice separately.
        let mut at = 0;
        while let Some(slot) = self.maker.order.get(at).copied() {
            at += 1;
            let Some(known) = self.maker.known.get(&slot) else { continue };
            let (covered, must, trail) = (known.covered, known.must, known.trail.clone());
            for choice in (0..covered).map(|nth| (slot, nth)) {
                if self.is_exhausted() {
                    return Ok(());
                }
                if self.maker.tried.contains(&choice) {
                    continue;
                }
                let mut forced = trail.clone();
                forced.push(choice);
                if must {
                    self.settle(&forced)?;
                } else if let Some((sample, Outcome::Same)) = self.attempt(&forced, false)? {
                    self.note(&sample);
                }
                self.maker.tried.insert(choice);
            }
        }
        Ok(())
    }

    /// Tries samples that combine as many new choices as possible, until one is refused.
    fn eagerly(&mut self) -> Verdict<()> {
        for _ in 0..EAGER_ROUNDS {
            let before = self.maker.tried.len();
            match self.attempt(&[], true)? {
                Some((sample, Outcome::Same)) => self.note(&sample),
                _ => return Ok(()),
            }
            if self.maker.tried.len() == before {
                return Ok(());
            }
        }
        Ok(())
    }

    fn note(&mut self, sample: &Sample) {
        self.maker.tried.extend(sample.choices.iter().copied());
    }

    fn is_exhausted(&self) -> bool {
        self.runs >= MOST_RUNS || self.bytes >= MOST_BYTES
    }

    /// Makes a sample with some choices and tries it. Returns `None` if the sample would be too
    /// large or the limit of samples is reached.
    fn attempt(&mut self, forced: &[(ChoiceSlot, usize)], eager: bool) -> Verdict<Option<(Sample, Outcome)>> {
        if self.is_exhausted() {
            return Ok(None);
        }
        let Some(sample) = self.maker.make(Wanted { forced: forced.to_vec(), eager }) else {
            return Ok(None);
        };
        let outcome = self.run(&sample)?;
        Ok(Some((sample, outcome)))
    }

    /// Tries samples with some choices, and with other scalars after each refusal, until one is read.
    fn settle(&mut self, forced: &[(ChoiceSlot, usize)]) -> Verdict<()> {
        // Each round finds a value for one place, or gives the place up.
        for _ in 0..MOST_SEARCHES {
            let Some((sample, outcome)) = self.attempt(forced, false)? else { return Ok(()) };
            let (pointer, said) = match outcome {
                Outcome::Same => {
                    self.note(&sample);
                    return Ok(());
                }
                Outcome::Skipped => return Ok(()),
                Outcome::Refused { pointer, said } => (pointer, said),
            };
            if self.is_given_up(&sample, &pointer, &said) {
                self.note(&sample);
                return Ok(());
            }
            if !self.search(&sample, &pointer, &said, forced)? {
                let node = sample.root.at(&pointer);
                self.maker.blocked.insert(node.slot);
            }
        }
        Ok(())
    }

    /// Returns whether a refusal concerns a place that was given up, so that all others were read.
    fn is_given_up(&self, sample: &Sample, pointer: &str, said: &str) -> bool {
        let node = sample.root.at(pointer);
        let is_blocked = |part: &Node| self.maker.blocked.contains(&part.slot);
        is_blocked(node) || node.any(is_blocked) && !is_about_form(said, node)
    }

    /// Searches for an alternative that is read at the place of a refusal. Returns whether it found
    /// one.
    fn search(
        &mut self,
        sample: &Sample,
        pointer: &str,
        said: &str,
        forced: &[(ChoiceSlot, usize)],
    ) -> Verdict<bool> {
        let node = sample.root.at(pointer);
        let refusal = |said: &str| {
            let json = shown(&node.json().to_string());
            let problem = format!("does not read {json}, which its schema allows ({said})");
            let fault = fault_at(node, pointer, problem);
            // The refusal of a key is reported at its map.
            Err(node.key().map_or(fault.clone(), |key| SerdeFault { ty: full_name(key.ty), ..fault }))
        };
        let is_own = is_foreign(node);
        if is_about_form(said, node) && !is_own {
            return refusal(said);
        }
        self.note_named(node, said);
        let mut adjustable = node.adjustable();
        adjustable.retain(|(slot, _)| !forced.iter().any(|(forced, _)| forced == slot));
        let mut wrong_types = usize::from(is_wrong_type(said));
        let mut refusals = 1;
        for (slot, alternatives) in adjustable {
            let before = self.maker.usual.get(&slot).copied().unwrap_or_default();
            let alternatives = alternatives + self.maker.named.get(&slot).map_or(0, Vec::len);
            for alternative in (0..alternatives).filter(|nth| *nth != before) {
                self.maker.usual.insert(slot, alternative);
                match self.attempt(forced, false)? {
                    None => break,
                    Some((sample, Outcome::Same)) => {
                        self.note(&sample);
                        return Ok(true);
                    }
                    Some((sample, Outcome::Refused { pointer: other, said })) => {
                        if other == pointer || pointer.starts_with(&format!("{other}/")) {
                            refusals += 1;
                            wrong_types += usize::from(is_wrong_type(&said));
                        } else if !sample.root.at(&other).adjustable().iter().any(|(other, _)| *other == slot)
                        {
                            return Ok(true);
                        }
                    }
                    Some((_, Outcome::Skipped)) => {}
                }
            }
            self.maker.usual.insert(slot, before);
        }
        // The reader of a value without a schema may have any rules.
        let is_any = node.any(|part| part.form == Form::Any);
        let is_other = !is_own && (is_unit_variant(node) || is_no_variant(said))
            || node.key().is_some_and(|key| key.is_number);
        if !is_any && (wrong_types == refusals || is_other) {
            return refusal(said);
        }
        Ok(false)
    }

    /// Records the strings that a refusal names, as in "unknown variant `a`, expected `red` or
    /// `green`".
    fn note_named(&mut self, node: &Node, said: &str) {
        let Some((_, expected)) = said.split_once("expected") else { return };
        let named: Vec<String> = expected.split('`').skip(1).step_by(2).take(8).map(str::to_owned).collect();
        node.walk(&mut |part| {
            if matches!(part.value, Value::Text(_)) && !named.is_empty() {
                self.maker.named.entry(part.slot).or_insert_with(|| named.clone());
            }
        });
    }

    fn run(&mut self, sample: &Sample) -> Verdict<Outcome> {
        let text = sample.root.json().to_string();
        self.runs += 1;
        self.bytes += text.len();
        if let Err(error) = schema_json::check(self.schema, text.as_bytes(), options()) {
            return match sample.example {
                Some((ty, example)) => {
                    let example = shown(example);
                    Err(fault(
                        ty,
                        "",
                        format!("has the example {example}, which its schema does not allow ({error})"),
                    ))
                }
                None => Ok(Outcome::Skipped),
            };
        }
        let written = match self.transcode(&text) {
            Transcoded::Written(written) => written,
            Transcoded::Refused(DecodeError::Value(errors)) => {
                let first = errors.iter().next();
                let pointer = first.map_or_else(String::new, |violation| violation.pointer.clone());
                let said = first.map_or("", |violation| violation.message.as_str());
                let said = said.strip_prefix("cannot be read: ").unwrap_or(said);
                return Ok(Outcome::Refused { pointer, said: shown(said) });
            }
            Transcoded::Refused(error) => {
                return Ok(Outcome::Refused { pointer: String::new(), said: shown(&error.to_string()) });
            }
            Transcoded::Unwritten(error) => {
                let problem =
                    format!("reads {} but cannot write the value ({})", shown(&text), shown(&error));
                return Err(fault(self.schema, "", problem));
            }
            Transcoded::Panicked => {
                return Err(fault(
                    self.schema,
                    "",
                    format!("panics when it reads or writes {}", shown(&text)),
                ));
            }
        };
        self.compare(sample, &text, &written)?;
        Ok(Outcome::Same)
    }

    /// Compares the written JSON with the sample.
    fn compare(&self, sample: &Sample, text: &str, written: &str) -> Verdict<()> {
        let Some(json) = Json::parse(written) else {
            return Err(fault(self.schema, "", format!("writes {}, which is not JSON", shown(written))));
        };
        let mut lenient = false;
        let difference = sample.root.difference(&json, &mut lenient);
        let misfit = schema_json::check(self.schema, written.as_bytes(), options()).err();
        if difference.is_some() || misfit.is_some() {
            let pointer = match (&difference, &misfit) {
                (Some((pointer, _)), _) => pointer.clone(),
                (None, Some(DecodeError::Value(errors))) => {
                    errors.iter().next().map_or_else(String::new, |violation| violation.pointer.clone())
                }
                _ => String::new(),
            };
            let node = sample.root.at(&pointer);
            let read = shown(&node.json().to_string());
            let problem = match (difference, misfit) {
                (Some((_, Some(written))), None) => {
                    format!("reads {read} and writes {}", shown(&written.to_string()))
                }
                (Some((_, Some(written))), Some(_)) => {
                    let written = shown(&written.to_string());
                    format!("reads {read} and writes {written}, which its schema does not allow")
                }
                (Some((_, None)), _) => {
                    format!("reads {read} but leaves it out, so it would be read as another value")
                }
                (None, Some(error)) => {
                    format!("writes JSON that its schema does not allow ({})", shown(&error.to_string()))
                }
                (None, None) => String::new(),
            };
            return Err(fault_at(node, &pointer, problem));
        }
        if lenient && written != text {
            let again = match self.transcode(written) {
                Transcoded::Written(again) => Json::parse(&again),
                _ => None,
            };
            if !again.as_ref().is_some_and(|again| again.is(&json)) {
                let (read, written) = (shown(text), shown(written));
                let again = again.map_or_else(
                    || "does not read".to_owned(),
                    |again| format!("reads as another value, {}", shown(&again.to_string())),
                );
                return Err(fault(
                    self.schema,
                    "",
                    format!("reads {read} and writes {written}, which it {again}"),
                ));
            }
        }
        Ok(())
    }

    /// Reads JSON and writes the value again.
    fn transcode(&self, text: &str) -> Transcoded {
        let done = catch_unwind(AssertUnwindSafe(|| {
            let decoded = match self.codec.decode(text.as_bytes(), options()) {
                Ok(decoded) => decoded,
                Err(error) => return Transcoded::Refused(error),
            };
            let mut written = Vec::new();
            match self.codec.encode(&*decoded.value, &mut written) {
                Ok(()) => Transcoded::Written(String::from_utf8_lossy(&written).into_owned()),
                Err(error) => Transcoded::Unwritten(error.to_string()),
            }
        }));
        done.unwrap_or(Transcoded::Panicked)
    }
}

fn fault_at(node: &Node, pointer: &str, problem: String) -> SerdeFault {
    let numbers = precise_numbers() && node.any(|part| matches!(part.value, Value::Number(_)));
    SerdeFault { numbers, ..fault(node.ty, pointer, problem) }
}

enum Transcoded {
    Written(String),
    Refused(DecodeError),
    Unwritten(String),
    Panicked,
}

fn fault(ty: &TypeSchema, pointer: &str, problem: String) -> SerdeFault {
    SerdeFault { ty: full_name(ty), pointer: pointer.to_owned(), problem, numbers: false }
}

fn full_name(ty: &TypeSchema) -> String {
    if ty.module.is_empty() { ty.to_string() } else { format!("{}::{ty}", ty.module) }
}

/// Accepts all integers, and the depth that `serde_json` accepts.
const fn options() -> DecodeOptions {
    DecodeOptions::new().any_int().max_depth(DecodeOptions::DEEPEST)
}

/// Returns whether a crate enables `arbitrary_precision`, with which a number stores its digits.
const fn precise_numbers() -> bool {
    size_of::<serde_json::Number>() > 2 * size_of::<f64>()
}

/// Returns whether an error says that another kind of JSON is expected. Source:
/// `serde::de::Error::invalid_type`.
fn is_wrong_type(said: &str) -> bool {
    said.starts_with("invalid type: ")
}

/// Returns whether an error says that no variant of an untagged enum fits. Source: serde's derive.
fn is_no_variant(said: &str) -> bool {
    said.starts_with("data did not match any variant ")
}

/// Returns whether an error is about the form of a struct or an enum. Source: the provided methods of
/// `serde::de::Error`, and serde's derive. Scalars and lists have alternatives of other kinds.
fn is_about_form(said: &str, node: &Node) -> bool {
    const FORMS: &[&str] = &[
        "invalid type: ",
        "invalid length ",
        "unknown variant ",
        "unknown field ",
        "missing field ",
        "duplicate field ",
        "no variant of enum ",
    ];
    let is_shape = matches!(node.value, Value::Object(..) | Value::Unit(_)) || is_fixed_list(node);
    is_shape && FORMS.iter().any(|form| said.starts_with(form))
}

fn is_fixed_list(node: &Node) -> bool {
    matches!(node.value, Value::List(_)) && node.alternatives == 0
}

/// Returns whether a part has a `Deserialize` with its own rules.
fn is_foreign(node: &Node) -> bool {
    node.any(|part| matches!(part.form, Form::Any | Form::Own))
}

fn is_unit_variant(node: &Node) -> bool {
    matches!(node.value, Value::Unit(_))
}

/// Returns the beginning of a text.
fn shown(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(SHOWN)])
}
