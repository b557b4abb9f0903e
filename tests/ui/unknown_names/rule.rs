use kv_core::{KvField, KvType};

#[derive(KvType)]
struct Misspelt {
    #[kv(lenght(max = 5))]
    a: String,
    #[kv(nonempty)]
    b: Vec<u8>,
    #[kv(rnage(min = 1))]
    c: i32,
    #[kv(patern = "a")]
    d: String,
    #[kv(oneOf("a", "b"))]
    e: String,
    #[kv(emial)]
    f: String,
    #[kv(eech(non_empty))]
    g: Vec<String>,
    #[kv(js_save)]
    h: u64,
    #[kv(Custom = "is_short")]
    i: bool,
    #[kv(opaqe)]
    j: f64,
    #[kv(colour)]
    k: Colour,
}

#[derive(KvField)]
struct Colour(u8);

fn main() {}
