//! Internet addresses, which serde writes as strings.

use super::{KvField, identity, std_schema};
use crate::check::Validator;
use crate::ty::{Format, Shape, TypeSchema};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

macro_rules! addresses {
    ($($ty:ident: $format:literal),* $(,)?) => {$(
        impl KvField for $ty {
            fn schema() -> &'static TypeSchema {
                const FORMAT: Format = Format {
                    name: $format,
                    accepts: |text| text.parse::<$ty>().is_ok(),
                    identity: |text| text.parse::<$ty>().ok().as_ref().map(identity),
                };
                std_schema!(stringify!($ty), [], Shape::Formatted(FORMAT))
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                0
            }
        }
    )*};
}

addresses! {
    IpAddr: "ip",
    Ipv4Addr: "ipv4",
    Ipv6Addr: "ipv6",
    SocketAddr: "socket-address",
    SocketAddrV4: "socket-address-v4",
    SocketAddrV6: "socket-address-v6",
}
