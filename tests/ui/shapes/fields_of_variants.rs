use kv_core::KvType;

#[derive(KvType)]
enum Event {
    Joined {
        #[kv(lenght(max = 5))]
        user: String,
    },
    Moved(#[kv(range(min = 9, max = 1))] i32, #[kv(len(max = 5))] i32),
}

fn main() {}
