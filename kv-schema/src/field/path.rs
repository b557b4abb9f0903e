//! File paths. serde writes them as strings if they are UTF-8, and fails otherwise.

use super::KvField;
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::TypeSchema;
use std::path::{Path, PathBuf};

/// `$bytes` is the size of the path's allocation.
macro_rules! paths {
    ($($ty:ty: |$this:ident| $bytes:expr);* $(;)?) => {$(
        impl KvField for $ty {
            fn schema() -> &'static TypeSchema {
                String::schema()
            }

            fn check(&self, v: &mut Validator<'_>) {
                if self.to_str().is_none() {
                    v.report(TYPE, &[], "must be valid UTF-8");
                }
            }

            fn heap_size(&self) -> usize {
                let $this = self;
                $bytes
            }
        }
    )*};
}

paths! {
    PathBuf: |path| path.capacity();
    Box<Path>: |path| path.as_os_str().len();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn path_that_is_not_utf8_breaks_the_rule_type() {
        let broken = PathBuf::from(OsStr::from_bytes(b"a/\xff"));
        let report = ValidationErrors::collect(|v| broken.check(v)).unwrap_err();
        assert_eq!(report.violations()[0].rule, "type");
        assert_eq!(report.to_string(), "the value must be valid UTF-8");
        assert!(ValidationErrors::collect(|v| PathBuf::from("a/ü").check(v)).is_ok());
    }
}
