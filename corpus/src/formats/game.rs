//! The state of a game: entities with components of every form, vectors as lists, trees of
//! behaviour, maps by enums and numbers.

use crate::types::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

/// A saved game.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct SaveGame {
    version: (u16, u16, u16),
    tick: u32,
    /// Text, because JavaScript numbers do not have 64 bits.
    #[kv(pattern = "^[0-9a-f]{16}$")]
    seed: String,
    elapsed: Duration,
    difficulty: Difficulty,
    entities: BTreeMap<u32, Entity>,
    chunks: Vec<Chunk>,
    quests: HashMap<String, QuestState>,
    flags: BTreeSet<String>,
    log: VecDeque<GameEvent>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Arbitrary, Serialize, Deserialize, KvField,
)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    Peaceful,
    Normal,
    HardCore,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Entity {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<EntityId>,
    components: Vec<Component>,
}

/// An index and its generation.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct EntityId(u32, u32);

/// Externally tagged, with variants of every form.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum Component {
    Player,
    Health(#[kv(range(min = 0))] i32),
    Transform(Transform),
    Velocity(
        #[arbitrary(with = wild::finite32)] f32,
        #[arbitrary(with = wild::finite32)] f32,
        #[arbitrary(with = wild::finite32)] f32,
    ),
    Collider(Collider),
    Inventory(Inventory),
    Ai {
        behavior: Behavior,
        target: Option<EntityId>,
        cooldown: Duration,
    },
    Script {},
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Transform {
    translation: Vec3,
    rotation: Quat,
    #[serde(default = "Vec3::one", skip_serializing_if = "Vec3::is_one")]
    scale: Vec3,
}

/// Three numbers, as a list.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Vec3(#[arbitrary(with = wild::floats32)] [f32; 3]);

impl Vec3 {
    const fn one() -> Self {
        Self([1.0; 3])
    }

    fn is_one(&self) -> bool {
        *self == Self::one()
    }
}

/// A rotation.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Quat(#[arbitrary(with = wild::floats32)] [f32; 4]);

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "shape", rename_all = "lowercase")]
pub enum Collider {
    Sphere {
        #[arbitrary(with = wild::finite32)]
        radius: f32,
    },
    Cuboid {
        half_extents: Vec3,
    },
    Compound {
        parts: Vec<(Vec3, Collider)>,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Inventory {
    slots: [Option<ItemStack>; 4],
    equipped: BTreeMap<EquipmentSlot, ItemStack>,
    #[serde(default)]
    gold: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub enum EquipmentSlot {
    MainHand,
    OffHand,
    Head,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct ItemStack {
    item: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[kv(range(min = 1, max = 64))]
    count: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    enchantments: Vec<(String, u8)>,
}

const fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_one(count: &u8) -> bool {
    *count == 1
}

/// A tree of behaviour.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum Behavior {
    Sequence(Vec<Behavior>),
    Selector(Vec<Behavior>),
    Invert(Box<Behavior>),
    Repeat { times: Option<u32>, child: Box<Behavior> },
    Wait(Duration),
    Action(String),
    Flee,
}

/// Tiles in runs of a length and a kind.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Chunk {
    at: (i32, i32),
    runs: Vec<(u16, u8)>,
    lights: BTreeMap<i8, Vec<char>>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "state", content = "detail")]
pub enum QuestState {
    Locked,
    Active { stage: u8, counters: BTreeMap<String, u32> },
    Done(Outcome),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum Outcome {
    Won,
    Lost(String),
}

/// An event that observers of a match see.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "t", content = "d")]
pub enum GameEvent {
    Spawned(EntityId),
    Moved(EntityId, Vec3),
    Said { who: EntityId, text: String },
    Result(Result<u32, String>),
    Ended,
}

/// The commands of a player for one turn.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Turn {
    player: EntityId,
    tick: u32,
    commands: Vec<Command>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "cmd", rename_all = "kebab-case")]
pub enum Command {
    MoveTo { path: Vec<(i32, i32)> },
    UseItem(UseItem),
    Chat { text: String, channel: Option<char> },
    EndTurn,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct UseItem {
    slot: EquipmentSlot,
    on: Option<EntityId>,
}
