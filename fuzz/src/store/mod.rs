//! The store against the model (`tests/model`): the input bytes are operations.
//!
//! The random sequences in `kv-core/tests/store` cover more verbs. The inputs of the fuzzer grow
//! towards branches that no input has reached, with keys of all forms and enough of them for trees
//! of several levels.

mod op;

use kv_model::{Numbers, TYPES, UNLIMITED, World};
pub(crate) use op::Input;

pub(crate) fn run(input: &Input) {
    let limits = if input.is_limited { Numbers { entries: 12, ..UNLIMITED } } else { UNLIMITED };
    let mut world = World::new(limits, false);
    for step in &input.steps {
        let (tenant, ty) = (usize::from(step.second_tenant), usize::from(step.kind) % TYPES);
        for op in step.op.model_ops() {
            world.apply(tenant, ty, &op);
        }
    }
    world.check();
}
