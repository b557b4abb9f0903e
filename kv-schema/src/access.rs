//! The operations that clients outside the process may use on a type.

use crate::kv_type::KvType;
use crate::template::Piece;
use crate::ttl::MaxTtl;
use crate::ty::{TypeRef, TypeSchema};
use std::any::TypeId;
use std::time::Duration;

/// The operations that a client outside the process may use on a type.
///
/// Access does not limit code in the process, which can use every operation of a store handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// Read one entry by its exact key. Clients cannot list or watch, so keys can be secrets.
    Get,
    /// In addition to [`Get`](Self::Get), list and watch by prefix.
    Read,
    /// In addition to [`Read`](Self::Read), write and delete.
    ReadWrite,
}

impl Access {
    /// Returns whether clients may list and watch entries by prefix.
    pub const fn can_list(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    /// Returns whether clients may write and delete entries.
    pub const fn can_write(self) -> bool {
        matches!(self, Self::ReadWrite)
    }
}

/// The metadata of an exposed type, which clients can access.
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

    /// Returns the type's tag.
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// Returns the type prefix, which precedes the key in a full key.
    pub const fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// Returns the time to live of a write without one; `None` if such an entry never expires.
    pub const fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// Returns the longest time to live that a client may give to an entry, as set by the type or
    /// otherwise by the catalog; `None` if it is unlimited, so that clients may write entries that
    /// never expire.
    pub const fn max_ttl(&self) -> Option<Duration> {
        match self.max_ttl {
            MaxTtl::Of(max) => Some(max),
            MaxTtl::OfCatalog | MaxTtl::Unbounded => None,
        }
    }

    /// Sets the longest time to live, unless the type sets its own or is unlimited.
    #[must_use]
    pub const fn or_max_ttl(self, max: Duration) -> Self {
        match self.max_ttl {
            MaxTtl::OfCatalog => Self { max_ttl: MaxTtl::Of(max), ..self },
            MaxTtl::Unbounded | MaxTtl::Of(_) => self,
        }
    }

    /// Returns the access of clients.
    pub const fn access(&self) -> Access {
        self.access
    }

    /// Returns the plural name of the type, if `#[kv(plural = "…")]` gives one.
    pub const fn plural(&self) -> Option<&'static str> {
        self.plural
    }

    /// Returns the pieces of the type's key template; empty if a value can have any key.
    pub const fn key_template(&self) -> &'static [Piece<'static>] {
        self.key_template
    }

    /// Returns the id of the Rust type. It differs from the id in the schema if the type has the
    /// schema of a type that it wraps, like `Box`.
    pub const fn id(&self) -> TypeId {
        self.id
    }

    /// Returns the schema with the size of the type.
    pub(crate) const fn ty(&self) -> TypeRef {
        self.schema
    }

    /// Returns the schema of the type.
    pub fn schema(&self) -> &'static TypeSchema {
        self.schema.get()
    }
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn each_access_includes_the_previous_one() {
        let can = |access: Access| (access.can_list(), access.can_write());
        assert_eq!(can(Access::Get), (false, false));
        assert_eq!(can(Access::Read), (true, false));
        assert_eq!(can(Access::ReadWrite), (true, true));
    }
}
