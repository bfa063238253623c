pub fn x() {}
pub mod effects;
