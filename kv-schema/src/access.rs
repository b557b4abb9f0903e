//! Which operations the outside has on a type.

use crate::kv_type::KvType;
use crate::template::Piece;
use crate::ttl::MaxTtl;
use crate::ty::{TypeRef, TypeSchema};
use std::any::TypeId;
use std::time::Duration;

/// What a client outside the process may do with a type.
///
/// In process, access does not matter: whoever holds a store handle may do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// Read one entry by its exact key. Nobody can list or watch, so keys can be secrets.
    Get,
    /// [`Get`](Self::Get), and list and watch by prefix.
    Read,
    /// [`Read`](Self::Read), and write and delete.
    ReadWrite,
}

impl Access {
    /// Whether entries may be listed and watched by prefix.
    pub const fn can_list(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    /// Whether entries may be written and deleted.
    pub const fn can_write(self) -> bool {
        matches!(self, Self::ReadWrite)
    }
}

/// A type that the outside may reach, with everything that a reader of metadata needs to know of it.
///
/// ```
/// use kv_schema::{Access, Exposed, KvType};
///
/// fn describe<T: KvType>() -> Exposed {
///     Exposed::new::<T>(Access::Read)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Exposed {
    tag: &'static str,
    prefix: &'static str,
    ttl: Option<Duration>,
    max_ttl: MaxTtl,
    access: Access,
    id: TypeId,
    plural: Option<&'static str>,
    key_template: &'static [Piece<'static>],
    schema: TypeRef,
}

impl Exposed {
    /// Describes `T` with the given access.
    pub const fn new<T: KvType>(access: Access) -> Self {
        Self {
            tag: T::TYPE_TAG,
            prefix: T::KEY_PREFIX,
            ttl: T::DEFAULT_TTL,
            max_ttl: T::MAX_TTL,
            access,
            id: TypeId::of::<T>(),
            plural: T::__PLURAL,
            key_template: T::__KEY_TEMPLATE,
            schema: TypeRef::of::<T>(),
        }
    }

    /// The type's name on the wire.
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// What stands before the key in a full key.
    pub const fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The time to live that a write gets when it names none; `None` when such an entry never expires.
    pub const fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// The longest time to live that a client may give an entry, by the type itself or else by the catalog; `None` when there is
    /// no bound, and a client may write entries that never expire.
    pub const fn max_ttl(&self) -> Option<Duration> {
        match self.max_ttl {
            MaxTtl::Of(max) => Some(max),
            MaxTtl::OfCatalog | MaxTtl::Unbounded => None,
        }
    }

    /// Gives the type this longest time to live, unless it says itself what holds for it.
    #[must_use]
    pub const fn or_max_ttl(self, max: Duration) -> Self {
        match self.max_ttl {
            MaxTtl::OfCatalog => Self { max_ttl: MaxTtl::Of(max), ..self },
            MaxTtl::Unbounded | MaxTtl::Of(_) => self,
        }
    }

    /// What the outside may do with the type.
    pub const fn access(&self) -> Access {
        self.access
    }

    /// What many values are called, where `#[kv(plural = "…")]` says it.
    pub const fn plural(&self) -> Option<&'static str> {
        self.plural
    }

    /// The pieces of the type's key template; empty when any key may hold any value.
    pub const fn key_template(&self) -> &'static [Piece<'static>] {
        self.key_template
    }

    /// Which Rust type it is. Its schema may be that of another, which it wraps.
    pub const fn id(&self) -> TypeId {
        self.id
    }

    /// The type, with its size.
    pub(crate) const fn ty(&self) -> TypeRef {
        self.schema
    }

    /// What the type looks like.
    pub fn schema(&self) -> &'static TypeSchema {
        self.schema.get()
    }
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn each_access_includes_the_one_before() {
        let can = |access: Access| (access.can_list(), access.can_write());
        assert_eq!(can(Access::Get), (false, false));
        assert_eq!(can(Access::Read), (true, false));
        assert_eq!(can(Access::ReadWrite), (true, true));
    }
}
