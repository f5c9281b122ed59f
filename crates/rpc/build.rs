//! Makes messages, clients and servers of `proto/`, and the descriptor set that reflection answers from.
//!
//! The files are read by a compiler written in Rust: no `protoc` on the machine.

use std::error::Error;
use std::path::PathBuf;

use prost::Message;

const PROTO: &str = "../../proto";

/// Roots of the API; what they import comes with them. The error details are no import of anything and are named, so
/// that reflection knows them and clients such as grpcurl print them as text.
const ROOTS: [&str; 9] = [
    "baocao/v1/admin_service.proto",
    "baocao/v1/submission_service.proto",
    "baocao/v1/period_service.proto",
    "baocao/v1/figure_service.proto",
    "baocao/v1/report_service.proto",
    "baocao/v1/target_service.proto",
    "baocao/v1/unit_service.proto",
    "google/rpc/error_details.proto",
    "google/rpc/status.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PROTO}");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let descriptors = protox::compile(ROOTS, [PROTO])?;
    std::fs::write(out.join("baocao.binpb"), descriptors.encode_to_vec())?;
    let mut messages = tonic_prost_build::Config::new();
    // Comments of the common types are written for another documentation tool.
    messages.disable_comments([".google"]).enable_type_names().type_name_domain([".google"], "type.googleapis.com");
    tonic_prost_build::configure().compile_fds_with_config(descriptors, messages)?;
    Ok(())
}
