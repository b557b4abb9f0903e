use kv_core::KvType;

#[derive(KvType)]
#[kv(validate = "is_ordered")]
struct Span(u8, u8);

struct Unordered;

fn is_ordered(span: &Span) -> Result<(), Unordered> {
    if span.0 <= span.1 { Ok(()) } else { Err(Unordered) }
}

fn main() {}
