//! [`ClientSchema`]: the `Kv-Schema` header.

use crate::exposed_types::{ExposedType, ExposedTypes};
use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderName};
use kv_core::schema::token::SchemaToken;

const KV_SCHEMA: HeaderName = HeaderName::from_static("kv-schema");

/// The schema tokens that a client was generated with, by tag.
#[derive(Debug, Default)]
pub(crate) struct ClientSchema {
    tokens: Vec<(&'static str, SchemaToken)>,
}

impl ClientSchema {
    /// Reads the header. Ignores the tokens of types that are not exposed.
    pub(crate) fn from_headers(headers: &HeaderMap, types: &ExposedTypes) -> Result<Self, Problem> {
        let mut tokens: Vec<(&str, SchemaToken)> = Vec::new();
        for value in headers.get_all(KV_SCHEMA) {
            let pairs = value.to_str().map_err(|_| malformed())?.split(',').map(str::trim);
            for pair in pairs.filter(|pair| !pair.is_empty()) {
                let (tag, token) = pair.split_once('=').ok_or_else(malformed)?;
                let token = token.parse().map_err(|_| malformed())?;
                let Ok(ty) = types.get(tag) else { continue };
                if tokens.iter().any(|(known, _)| *known == tag) {
                    return Err(Problem::invalid_query(format!("Kv-Schema names `{tag}` more than once")));
                }
                tokens.push((ty.tag(), token));
            }
        }
        Ok(Self { tokens })
    }

    /// Checks that the client can read the entries of a type.
    pub(crate) fn check_read(&self, ty: &ExposedType) -> Result<(), Problem> {
        self.check(ty, SchemaToken::allows_read)
    }

    /// Checks that the client writes values as the type's schema describes them.
    pub(crate) fn check_write(&self, ty: &ExposedType) -> Result<(), Problem> {
        self.check(ty, SchemaToken::allows_write)
    }

    fn check(
        &self,
        ty: &ExposedType,
        allows: impl Fn(&SchemaToken, &SchemaToken) -> bool,
    ) -> Result<(), Problem> {
        match self.tokens.iter().find(|(tag, _)| *tag == ty.tag()) {
            Some((_, client)) if !allows(&ty.token, client) => {
                Err(Problem::schema_mismatch(ty.tag(), ty.token.to_string()))
            }
            _ => Ok(()),
        }
    }
}

fn malformed() -> Problem {
    Problem::invalid_query("Kv-Schema must be a list of `tag=token`, as in the generated client")
}
