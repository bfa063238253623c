pub mod demo;
pub mod ingress;
