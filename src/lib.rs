pub mod driver;
pub mod store;
