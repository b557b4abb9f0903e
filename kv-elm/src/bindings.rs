//! [`ElmBindings`]: what of one type stands in Elm.

use crate::config::Config;
use crate::refusal::Refusals;
use crate::{map, print};
use kv_schema::{Access, Exposed, KvType};

/// The Elm pieces of a stored type. Every [`KvType`] has them.
///
/// ```
/// use kv_core::KvType;
/// use kv_elm::ElmBindings;
///
/// #[derive(KvType)]
/// struct CursorPosition {
///     x: i32,
///     y: i32,
/// }
///
/// let elm = CursorPosition::elm()?;
/// assert!(elm.definition().ends_with("type alias CursorPosition =\n    { x : Int\n    , y : Int\n    }"));
/// assert!(elm.decoder().starts_with("{-| -}\ncursorPositionDecoder : Decoder CursorPosition"));
/// # Ok::<(), kv_elm::Refusals>(())
/// ```
pub trait ElmBindings: KvType + sealed::Sealed {
    /// Returns the pieces as they are in the module that [`ElmClient`](crate::ElmClient) writes for this type only: with more
    /// types, names that clash with theirs are others. The types that this one is made of are not included.
    ///
    /// # Errors
    ///
    /// Everything in the type that Elm cannot hold.
    fn elm() -> Result<ElmPieces, Refusals>;
}

impl<T: KvType> ElmBindings for T {
    fn elm() -> Result<ElmPieces, Refusals> {
        let config = Config::default();
        let program = map::program(&[Exposed::new::<T>(Access::ReadWrite)], &config)?;
        Ok(print::pieces(&program, &config, 0))
    }
}

mod sealed {
    pub trait Sealed {}

    impl<T: kv_schema::KvType> Sealed for T {}
}

/// What of one type stands in Elm: each a definition with its documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElmPieces {
    pub(crate) name: String,
    pub(crate) definition: String,
    pub(crate) encoder: String,
    pub(crate) decoder: String,
    pub(crate) validator: String,
}

impl ElmPieces {
    /// The type's name in Elm.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// The encoder, with the functions that go with it.
    pub fn encoder(&self) -> &str {
        &self.encoder
    }

    /// The decoder, with the functions that go with it.
    pub fn decoder(&self) -> &str {
        &self.decoder
    }

    /// The validator.
    pub fn validator(&self) -> &str {
        &self.validator
    }
}
