pub mod cli;
pub mod ingress;
pub mod store;
