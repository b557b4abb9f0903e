use kv_core::KvType;

#[derive(KvType)]
#[kv(validate = "is_ordered")]
struct Span(u8, u8);

fn is_ordered(span: &Span) -> bool {
    span.0 <= span.1
}

fn main() {}
