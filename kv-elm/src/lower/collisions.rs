//! Resolves name collisions.
//!
//! Each claim has a list of candidate names: its first choice, longer names, and then numbered
//! names. If several claims have the same name, each of them takes its next candidate. The
//! exception is a claim that has taken fewer steps than all others with the name: it keeps the
//! name. All claims take their step at the same time, so that the order of the claims does not
//! matter. A claim without a collision never changes its name.

use std::collections::{HashMap, HashSet};

/// A thing that needs a name.
pub(super) struct Claim {
    /// Number of longer names after the first choice; later candidates are numbered. `None` if the
    /// name is fixed by `#[kv(elm = "…")]`.
    pub(super) steps: Option<usize>,
    /// Claims whose names are parts of the name of this one.
    pub(super) parts: Vec<usize>,
    /// Sort key that decides which claim gets which number.
    pub(super) order: String,
}

/// Collisions of fixed names.
#[derive(Default)]
pub(super) struct Collisions {
    /// Claims with the same name: the later and the earlier one.
    pub(super) equal: Vec<(usize, usize)>,
    /// Claims whose fixed name is reserved.
    pub(super) taken: Vec<usize>,
}

/// Candidate names of claims.
pub(super) trait NameSource {
    /// Returns the name of a claim, given the number of steps that each claim has taken.
    fn name(&self, claim: usize, steps: &[usize]) -> String;

    /// Returns whether the name is reserved, so that the claim cannot have it.
    fn is_taken(&self, claim: usize, name: &str) -> bool;

    /// Returns the form of a name in which it is compared with other names.
    fn key(&self, name: &str) -> String {
        name.to_owned()
    }
}

/// Returns the names of all claims, and the collisions that cannot be resolved.
pub(super) fn resolve(claims: &[Claim], names: &impl NameSource) -> (Vec<String>, Collisions) {
    let mut steps = vec![0; claims.len()];
    loop {
        let current: Vec<_> = (0..claims.len()).map(|at| names.name(at, &steps)).collect();
        let moving = moving(claims, names, &current, &steps);
        // A name changes with its parts, so the parts change first.
        let ready = |at: &usize| claims[*at].parts.iter().all(|part| !moving.contains(part));
        let ready: Vec<_> = moving.iter().copied().filter(ready).collect();
        if ready.is_empty() {
            let collisions = collisions(claims, names, &current);
            return (current, collisions);
        }
        let (longer, mut numbered): (Vec<_>, Vec<_>) =
            ready.into_iter().partition(|at| claims[*at].steps.is_some_and(|last| steps[*at] < last));
        for at in &longer {
            steps[*at] += 1;
        }
        if !longer.is_empty() {
            continue;
        }
        numbered.sort_by(|a, b| claims[*a].order.cmp(&claims[*b].order));
        let mut all: HashSet<_> = current.iter().map(|name| names.key(name)).collect();
        for at in numbered {
            loop {
                steps[at] += 1;
                let name = names.name(at, &steps);
                if !names.is_taken(at, &name) && all.insert(names.key(&name)) {
                    break;
                }
            }
        }
    }
}

/// Returns the claims that need another name.
fn moving(claims: &[Claim], names: &impl NameSource, current: &[String], steps: &[usize]) -> HashSet<usize> {
    let mut moving = HashSet::new();
    for mut group in groups(names, current) {
        group.retain(|at| {
            let taken = claims[*at].steps.is_some() && names.is_taken(*at, &current[*at]);
            if taken {
                moving.insert(*at);
            }
            !taken
        });
        let is_given = |at: &&usize| claims[**at].steps.is_none();
        let least = group.iter().map(|at| steps[*at]).min();
        let first: Vec<_> = group.iter().copied().filter(|at| Some(steps[*at]) == least).collect();
        let keeps = match first.as_slice() {
            _ if group.iter().any(|at| is_given(&at)) => None,
            [one] => Some(*one),
            _ => None,
        };
        moving.extend(group.iter().filter(|at| !is_given(at) && Some(**at) != keeps));
    }
    moving
}

fn collisions(claims: &[Claim], names: &impl NameSource, current: &[String]) -> Collisions {
    let mut found = Collisions::default();
    for group in groups(names, current) {
        found.equal.extend(group.iter().skip(1).map(|at| (*at, group[0])));
    }
    found.equal.sort_unstable();
    let is_given = |at: &usize| claims[*at].steps.is_none();
    found.taken = (0..claims.len()).filter(|at| is_given(at) && names.is_taken(*at, &current[*at])).collect();
    found
}

/// Groups the claims by name. Each group is in order, the groups are not.
fn groups(names: &impl NameSource, current: &[String]) -> Vec<Vec<usize>> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, name) in current.iter().enumerate() {
        groups.entry(names.key(name)).or_default().push(at);
    }
    groups.into_values().collect()
}
