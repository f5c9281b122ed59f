//! Everything in the proto files of `baocao.v1` is explained: it is what an integrator reads first.

use std::collections::BTreeSet;

use baocao_rpc::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet};

fn files() -> Vec<FileDescriptorProto> {
    FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors").file
}

/// Paths of what has a comment in front.
fn commented(file: &FileDescriptorProto) -> BTreeSet<Vec<i32>> {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    locations.filter(|l| l.leading_comments().trim().len() > 3).map(|l| l.path.clone()).collect()
}

/// Names and paths of everything in a file that needs a comment. The numbers are those of `descriptor.proto`.
fn elements(file: &FileDescriptorProto) -> Vec<(String, Vec<i32>)> {
    let mut elements = Vec::new();
    for (path, message) in numbered(&[4], &file.message_type) {
        add_message(&mut elements, &path, message);
    }
    for (path, numbers) in numbered(&[5], &file.enum_type) {
        add_enum(&mut elements, &path, numbers);
    }
    for (path, service) in numbered(&[6], &file.service) {
        for (method_path, method) in numbered(&[&path[..], &[2]].concat(), &service.method) {
            elements.push((format!("{}.{}", service.name(), method.name()), method_path));
        }
        elements.push((service.name().to_owned(), path));
    }
    elements
}

fn add_message(elements: &mut Vec<(String, Vec<i32>)>, path: &[i32], message: &DescriptorProto) {
    elements.push((message.name().to_owned(), path.to_vec()));
    for (field_path, field) in numbered(&[path, &[2]].concat(), &message.field) {
        elements.push((format!("{}.{}", message.name(), field.name()), field_path));
    }
    for (nested_path, nested) in numbered(&[path, &[3]].concat(), &message.nested_type) {
        add_message(elements, &nested_path, nested);
    }
}

fn add_enum(elements: &mut Vec<(String, Vec<i32>)>, path: &[i32], numbers: &EnumDescriptorProto) {
    elements.push((numbers.name().to_owned(), path.to_vec()));
    for (value_path, value) in numbered(&[path, &[2]].concat(), &numbers.value) {
        elements.push((value.name().to_owned(), value_path));
    }
}

fn numbered<'a, T>(path: &[i32], items: &'a [T]) -> Vec<(Vec<i32>, &'a T)> {
    (0..).zip(items).map(|(i, item)| ([path, &[i]].concat(), item)).collect()
}

#[test]
fn everything_of_the_api_has_a_comment() {
    let ours: Vec<_> = files().into_iter().filter(|file| file.package() == "baocao.v1").collect();
    let stored = std::fs::read_dir("../../proto/baocao/v1").expect("a folder").count();
    assert_eq!(ours.len(), stored, "a file that no root leads to is served by nobody");
    let mut silent = Vec::new();
    for file in &ours {
        let commented = commented(file);
        let elements = elements(file);
        assert!(elements.len() > 5, "{} has no elements", file.name());
        silent.extend(elements.into_iter().filter(|(_, path)| !commented.contains(path)).map(|(name, _)| name));
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn enums_begin_with_an_unspecified_zero_and_bear_their_name() {
    for file in files().iter().filter(|file| file.package() == "baocao.v1") {
        for numbers in &file.enum_type {
            let zero = &numbers.value[0];
            assert!(zero.number() == 0 && zero.name().ends_with("_UNSPECIFIED"), "{}", numbers.name());
            let prefix = zero.name().trim_end_matches("UNSPECIFIED");
            assert!(numbers.value.iter().all(|value| value.name().starts_with(prefix)), "{}", numbers.name());
        }
    }
}

#[test]
fn every_method_has_a_request_and_an_answer_of_its_own() {
    for file in files().iter().filter(|file| file.package() == "baocao.v1") {
        for method in file.service.iter().flat_map(|service| &service.method) {
            assert_eq!(method.input_type(), format!(".baocao.v1.{}Request", method.name()));
            assert_eq!(method.output_type(), format!(".baocao.v1.{}Response", method.name()));
        }
    }
}

#[test]
fn reflection_can_explain_error_details() {
    let files = files();
    let details = files.iter().find(|file| file.name() == "google/rpc/error_details.proto").expect("the file");
    for name in ["ErrorInfo", "BadRequest", "LocalizedMessage", "RetryInfo"] {
        assert!(details.message_type.iter().any(|message| message.name() == name), "{name}");
    }
}
