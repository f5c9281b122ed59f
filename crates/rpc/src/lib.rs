#![doc = include_str!("../README.md")]

mod accept;
mod auth;
pub mod client;
mod convert;
mod health;
mod limits;
mod server;
mod service;
mod status;

mod baocao {
    /// Messages, clients and servers of `baocao.v1`, made from `proto/`.
    #[expect(clippy::allow_attributes, reason = "generated with attributes of its own")]
    pub mod v1 {
        tonic::include_proto!("baocao.v1");
    }
}

pub use baocao::v1;

/// The common types, made from the vendored files in `proto/google`.
pub mod google {
    /// Details of refusals; [`crate::client::refusal`] reads them.
    #[expect(missing_docs, reason = "generated; described in proto/google/rpc")]
    pub mod rpc {
        tonic::include_proto!("google.rpc");
    }
    /// The day: `google.type.Date`.
    #[expect(missing_docs, reason = "generated; described in proto/google/type")]
    pub mod r#type {
        tonic::include_proto!("google.r#type");
    }
}

/// The descriptors of everything that is served, with comments: what reflection answers from.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/baocao.binpb"));

pub use server::{ServeError, TlsIdentity, serve};
