use kv_core::KvType;

macro_rules! stored {
    ($name:ident, $rule:ident, $max:expr) => {
        #[derive(KvType)]
        struct $name {
            #[kv($rule(max = $max))]
            name: String,
            #[kv(lenght(max = $max))]
            user: String,
        }
    };
}

stored!(Sound, len, 64);
stored!(Misspelt, lem, 64);
stored!(Negative, len, -1);

fn main() {}
