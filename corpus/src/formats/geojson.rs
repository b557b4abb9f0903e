//! GeoJSON (RFC 7946): geometries within geometries, positions as lists of floats, foreign members.

use crate::types::wild;
use arbitrary::{Arbitrary, Result, Unstructured};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A GeoJSON text of any kind.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(untagged)]
pub enum GeoJson {
    FeatureCollection(FeatureCollection),
    Feature(Box<Feature>),
    Geometry(Geometry),
}

/// A collection of features.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct FeatureCollection {
    r#type: FeatureCollectionType,
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<BoundingBox>,
    features: Vec<Feature>,
    /// Foreign members (section 6.1).
    #[serde(flatten)]
    #[arbitrary(with = wild::open_json)]
    foreign: BTreeMap<String, Value>,
}

/// The only `type` of a feature collection.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum FeatureCollectionType {
    FeatureCollection,
}

/// An object with a geometry.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Feature {
    r#type: FeatureType,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<FeatureId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<BoundingBox>,
    geometry: Option<Geometry>,
    #[arbitrary(with = |u: &mut Unstructured<'_>| wild::members(u).map(Some))]
    properties: Option<Map<String, Value>>,
    #[serde(flatten)]
    #[arbitrary(with = wild::open_json)]
    foreign: BTreeMap<String, Value>,
}

/// The only `type` of a feature.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum FeatureType {
    Feature,
}

/// An identifier, which is a string or a number.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum FeatureId {
    Number(i64),
    Text(String),
}

/// Corners of a box, with or without altitudes.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum BoundingBox {
    Flat(#[arbitrary(with = floats)] [f64; 4]),
    High(#[arbitrary(with = floats)] [f64; 6]),
}

/// A shape.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
pub enum Geometry {
    Point { coordinates: Position },
    MultiPoint { coordinates: Vec<Position> },
    LineString { coordinates: Vec<Position> },
    MultiLineString { coordinates: Vec<Vec<Position>> },
    Polygon { coordinates: Vec<Vec<Position>> },
    MultiPolygon { coordinates: Vec<Vec<Vec<Position>>> },
    GeometryCollection { geometries: Vec<Geometry> },
}

/// Longitude, latitude and maybe an altitude.
#[derive(Debug, PartialEq, Serialize, Deserialize, KvField)]
pub struct Position(#[kv(len(min = 2, max = 3))] Vec<f64>);

impl<'a> Arbitrary<'a> for Position {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let length = u.int_in_range(1..=3)?;
        (0..length).map(|_| wild::finite(u)).collect::<Result<_>>().map(Self)
    }
}

fn floats<const N: usize>(u: &mut Unstructured<'_>) -> Result<[f64; N]> {
    let mut floats = [0.0; N];
    for float in &mut floats {
        *float = wild::finite(u)?;
    }
    Ok(floats)
}
