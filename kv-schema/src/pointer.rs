//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// Escapes a name for a JSON pointer. Source: RFC 6901, section 3.
pub fn escape(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}
