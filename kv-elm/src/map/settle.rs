//! Finds names of which no two are equal.
//!
//! Each claim has a list of names: its first choice, longer ones, and at last numbered ones. Where several claims have one
//! name, each of them takes its next, unless one has it by fewer steps than all others: that one keeps it. All claims
//! move at once, so the order of the claims does not matter, and a claim whose name nobody else has never moves.

use std::collections::{HashMap, HashSet};

/// Something that needs a name.
pub(super) struct Claim {
    /// The number of longer names after the first choice; beyond it, names have numbers. `None` for a name that was given
    /// and does not change.
    pub(super) steps: Option<usize>,
    /// The claims whose names are parts of this one's.
    pub(super) parts: Vec<usize>,
    /// The order in which numbers are given.
    pub(super) order: String,
}

/// Given names that cannot stay as they are.
#[derive(Default)]
pub(super) struct Conflicts {
    /// Claims of one given name: the later and the earlier one.
    pub(super) equal: Vec<(usize, usize)>,
    /// Claims whose given name is taken otherwise.
    pub(super) taken: Vec<usize>,
}

/// Names by claim and step.
pub(super) trait Names {
    /// The name of a claim when each claim has made so many steps.
    fn name(&self, claim: usize, steps: &[usize]) -> String;

    /// Whether something else than a claim has the name.
    fn is_taken(&self, claim: usize, name: &str) -> bool;

    /// What two equal names have in common.
    fn key(&self, name: &str) -> String {
        name.to_owned()
    }
}

/// Returns the names of all claims.
pub(super) fn settle(claims: &[Claim], names: &impl Names) -> (Vec<String>, Conflicts) {
    let mut steps = vec![0; claims.len()];
    loop {
        let current: Vec<_> = (0..claims.len()).map(|at| names.name(at, &steps)).collect();
        let moving = moving(claims, names, &current, &steps);
        // A name changes with its parts: these come first.
        let ready = |at: &usize| claims[*at].parts.iter().all(|part| !moving.contains(part));
        let ready: Vec<_> = moving.iter().copied().filter(ready).collect();
        if ready.is_empty() {
            let conflicts = conflicts(claims, names, &current);
            return (current, conflicts);
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

/// The claims that need another name.
fn moving(claims: &[Claim], names: &impl Names, current: &[String], steps: &[usize]) -> HashSet<usize> {
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

fn conflicts(claims: &[Claim], names: &impl Names, current: &[String]) -> Conflicts {
    let mut found = Conflicts::default();
    for group in groups(names, current) {
        found.equal.extend(group.iter().skip(1).map(|at| (*at, group[0])));
    }
    found.equal.sort_unstable();
    let is_given = |at: &usize| claims[*at].steps.is_none();
    found.taken = (0..claims.len()).filter(|at| is_given(at) && names.is_taken(*at, &current[*at])).collect();
    found
}

/// The claims of each name, in order.
fn groups(names: &impl Names, current: &[String]) -> Vec<Vec<usize>> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, name) in current.iter().enumerate() {
        groups.entry(names.key(name)).or_default().push(at);
    }
    groups.into_values().collect()
}
