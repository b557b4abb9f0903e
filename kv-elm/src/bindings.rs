//! [`ElmBindings`]: the Elm code of one type.

use crate::config::Config;
use crate::unsupported::UnsupportedTypes;
use crate::{lower, print};
use kv_schema::{Access, Exposed, KvType};

/// The Elm code of a type. Every [`KvType`] implements this trait.
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
/// # Ok::<(), kv_elm::UnsupportedTypes>(())
/// ```
pub trait ElmBindings: KvType + sealed::Sealed {
    /// Returns the code that [`ElmClient`](crate::ElmClient) generates for a catalog of only this
    /// type. In a larger catalog, name collisions may change names. The types of the fields are not
    /// included.
    ///
    /// # Errors
    ///
    /// Returns everything in the type that Elm cannot represent.
    fn elm() -> Result<ElmPieces, UnsupportedTypes>;
}

impl<T: KvType> ElmBindings for T {
    fn elm() -> Result<ElmPieces, UnsupportedTypes> {
        let config = Config::default();
        let program = lower::program(&[Exposed::new::<T>(Access::ReadWrite)], &config)?;
        Ok(print::pieces(&program, &config, 0))
    }
}

mod sealed {
    pub trait Sealed {}

    impl<T: kv_schema::KvType> Sealed for T {}
}

/// The Elm definitions of one type, each with its documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElmPieces {
    pub(crate) name: String,
    pub(crate) definition: String,
    pub(crate) encoder: String,
    pub(crate) decoder: String,
    pub(crate) validator: String,
}

impl ElmPieces {
    /// Returns the name of the type in Elm.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the definition of the type.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// Returns the encoder and its helper functions.
    pub fn encoder(&self) -> &str {
        &self.encoder
    }

    /// Returns the decoder and its helper functions.
    pub fn decoder(&self) -> &str {
        &self.decoder
    }

    /// Returns the validator.
    pub fn validator(&self) -> &str {
        &self.validator
    }
}
