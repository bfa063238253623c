pub mod driver;
pub mod sim;
pub mod store;
