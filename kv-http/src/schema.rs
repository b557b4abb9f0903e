//! `Kv-Schema`: which forms of types a client was made for.

use crate::problem::Problem;
use crate::served::Served;
use axum::http::{HeaderMap, HeaderName};
use kv_core::schema::token::SchemaToken;

const KV_SCHEMA: HeaderName = HeaderName::from_static("kv-schema");

/// The forms that a client knows, by tag.
#[derive(Debug, Default)]
pub(crate) struct ClientSchema {
    tokens: Vec<(String, SchemaToken)>,
}

impl ClientSchema {
    /// Reads the headers of a request.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut tokens: Vec<(String, SchemaToken)> = Vec::new();
        for value in headers.get_all(KV_SCHEMA) {
            let pairs = value.to_str().map_err(|_| malformed())?.split(',').map(str::trim);
            for pair in pairs.filter(|pair| !pair.is_empty()) {
                let (tag, token) = pair.split_once('=').ok_or_else(malformed)?;
                let token = token.parse().map_err(|_| malformed())?;
                if tokens.iter().any(|(known, _)| known == tag) {
                    return Err(Problem::invalid_query(format!("Kv-Schema has `{tag}` twice")));
                }
                tokens.push((tag.to_owned(), token));
            }
        }
        Ok(Self { tokens })
    }

    /// Refuses to let a client read what it would not understand.
    pub(crate) fn check_read(&self, ty: &Served) -> Result<(), Problem> {
        self.check(ty, SchemaToken::allows_read)
    }

    /// Refuses to let a client write what is not what it means.
    pub(crate) fn check_write(&self, ty: &Served) -> Result<(), Problem> {
        self.check(ty, SchemaToken::allows_write)
    }

    fn check(&self, ty: &Served, allows: impl Fn(&SchemaToken, &SchemaToken) -> bool) -> Result<(), Problem> {
        match self.tokens.iter().find(|(tag, _)| tag == ty.tag()) {
            Some((_, client)) if !allows(&ty.token, client) => {
                Err(Problem::schema_mismatch(ty.tag(), ty.token.to_string()))
            }
            _ => Ok(()),
        }
    }
}

fn malformed() -> Problem {
    Problem::invalid_query("Kv-Schema is a list of tag=token: send what the client was generated with")
}
