pub mod ingress;
