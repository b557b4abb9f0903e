use kv_core::KvType;

#[derive(KvType)]
struct Forms {
    #[kv(len)]
    a: String,
    #[kv(len())]
    b: String,
    #[kv(len(min = "one"))]
    c: String,
    #[kv(len(minimum = 1, max = -1))]
    d: String,
    #[kv(len(max = 1, max = 2))]
    e: String,
    #[kv(non_empty = true)]
    f: String,
    #[kv(one_of("a", 'b', "a"))]
    g: String,
    #[kv(custom = some::path)]
    h: String,
    #[kv(custom = "not a path")]
    i: String,
    #[kv(each())]
    j: Vec<String>,
    #[kv(each(range(min = 1)))]
    k: Vec<String>,
    #[kv(len max = 5)]
    l: String,
    #[kv("len")]
    m: String,
    #[kv(max_len(5))]
    n: Vec<u8>,
    #[kv(len(max = 5) non_empty)]
    o: String,
}

fn main() {}
