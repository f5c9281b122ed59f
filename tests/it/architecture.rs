//! What must hold of the repository: the edges, the fences, the documents that list things.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use baocao_domain::reason::Reason;
use serde_json::Value;

/// The allowed edges, complete. The picture of them is in `docs/ARCHITECTURE.md`.
const EDGES: &[(&str, &[&str])] = &[
    ("baocao-domain", &[]),
    ("baocao-app", &["baocao-domain"]),
    ("baocao-store", &["baocao-app", "baocao-domain"]),
    ("baocao-mail", &["baocao-app", "baocao-domain"]),
    ("baocao-report", &["baocao-domain"]),
    ("baocao-site", &["baocao-domain"]),
    ("baocao-rpc", &["baocao-app", "baocao-domain"]),
    ("baocao-jobs", &["baocao-app"]),
    (
        "baocao",
        &[
            "baocao-app",
            "baocao-domain",
            "baocao-jobs",
            "baocao-mail",
            "baocao-report",
            "baocao-rpc",
            "baocao-site",
            "baocao-store",
        ],
    ),
];

/// Each heavy crate and its one owner (tests aside).
const OWNERS: &[(&str, &str)] = &[
    ("sqlx", "baocao-store"),
    ("libsqlite3-sys", "baocao-store"),
    ("tonic", "baocao-rpc"),
    ("prost", "baocao-rpc"),
    ("lettre", "baocao-mail"),
    ("printpdf", "baocao-report"),
    ("lopdf", "baocao-report"),
    ("askama", "baocao-site"),
    ("tokio-cron-scheduler", "baocao-jobs"),
    ("axum", "baocao"),
    ("tower-http", "baocao"),
    ("clap", "baocao"),
    ("indicatif", "baocao"),
    ("tracing-subscriber", "baocao"),
];

/// What the domain may use.
const DOMAIN_USES: &[&str] = &["jiff", "serde", "thiserror"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_path_buf()
}

/// The dependencies of each package of the workspace: our own of every kind, others as the program needs them.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let all = package["dependencies"].as_array().expect("dependencies").iter();
            let is_ours =
                |dependency: &&Value| dependency["name"].as_str().is_some_and(|name| name.starts_with("baocao"));
            let counted = all.filter(|dependency| dependency["kind"].is_null() || is_ours(dependency));
            let names = counted.filter_map(|dependency| dependency["name"].as_str().map(str::to_owned)).collect();
            (package["name"].as_str().expect("name").to_owned(), names)
        })
        .collect()
}

/// All Rust sources below a folder.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
        if entry.is_dir() && entry.file_name().is_none_or(|name| name != "target" && name != ".git") {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).expect("source");
            found.push((entry, text));
        }
    }
    found
}

/// The code of a source without comments and the tests at its end.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or(text);
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_edges_between_crates_are_exactly_those_of_the_plan() {
    let dependencies = dependencies();
    for (package, allowed) in EDGES {
        let ours = dependencies[*package].iter().filter(|name| name.starts_with("baocao")).map(String::as_str);
        assert_eq!(ours.collect::<Vec<_>>(), *allowed, "edges of {package}");
    }
    let planned: BTreeSet<&str> = EDGES.iter().map(|(package, _)| *package).chain(["baocao-tests"]).collect();
    assert_eq!(dependencies.keys().map(String::as_str).collect::<BTreeSet<_>>(), planned, "packages of the workspace");
}

#[test]
fn each_heavy_crate_has_one_owner() {
    let dependencies = dependencies();
    for (heavy, owner) in OWNERS {
        let users: Vec<&str> = dependencies
            .iter()
            .filter(|(package, uses)| *package != "baocao-tests" && uses.contains(*heavy))
            .map(|(package, _)| package.as_str())
            .collect();
        assert_eq!(users, [*owner], "users of {heavy}");
    }
}

#[test]
fn the_domain_is_pure() {
    let uses: Vec<String> = dependencies()["baocao-domain"].iter().cloned().collect();
    assert_eq!(uses, DOMAIN_USES);
    let banned =
        ["async ", ".await", "f32", "f64", "std::fs", "std::io", "std::net", "std::env", "SystemTime", "now()"];
    for (path, text) in sources(&root().join("crates/domain/src")) {
        let code = code(&text);
        for word in banned {
            assert!(!code.contains(word), "{} has {word:?}", path.display());
        }
    }
}

#[test]
fn some_names_stand_in_one_file_only() {
    let only = [
        ("printpdf::", vec!["crates/report/src/pdf.rs"]),
        ("tonic::Code", vec!["crates/rpc/src/status.rs"]),
        ("tokio_cron_scheduler::", vec!["jobs/src/ticker.rs"]),
        ("Timestamp::now()", vec!["crates/baocao/src/clock.rs"]),
        ("std::env::var", vec!["crates/baocao/src/log.rs"]),
    ];
    for folder in ["crates", "jobs"] {
        for (path, text) in sources(&root().join(folder)) {
            let shown = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
            if !shown.contains("/src/") {
                continue;
            }
            for (name, places) in &only {
                let is_there = code(&text).contains(name);
                assert!(!is_there || places.contains(&shown.as_str()), "{shown} names {name}");
            }
        }
    }
}

#[test]
fn transactions_begin_in_the_store_only_through_its_seam() {
    for (path, text) in sources(&root().join("crates/store/src")) {
        assert!(!code(&text).contains(".begin()"), "{} begins a deferred transaction", path.display());
    }
}

#[test]
fn nothing_is_committed_past_the_audit_and_nothing_turns_it_off() {
    for folder in ["crates/app/src", "crates/baocao/src", "crates/rpc/src", "jobs/src"] {
        for (path, text) in sources(&root().join(folder)) {
            let commits = code(&text).replace(char::is_whitespace, "").contains(".commit()");
            let may = path.ends_with("crates/app/src/audit.rs");
            assert!(!commits || may, "{} commits past audit::commit", path.display());
        }
    }
    // What may be committed without an entry stands in one place, and every use of it says which it is.
    let unnoted: Vec<String> = sources(&root().join("crates"))
        .iter()
        .flat_map(|(_, text)| code(text).split("commit_unnoted(").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .filter(|rest| !rest.starts_with("tx: Box"))
        .map(|rest| rest.split([')', '\n']).next().unwrap_or_default().to_owned())
        .collect();
    assert!(unnoted.iter().all(|call| call.starts_with("tx, Unnoted::")), "{unnoted:?}");
    // No key of the configuration and no feature of a crate speaks of it.
    let mut texts =
        vec![fs::read_to_string(root().join("crates/baocao/src/config/mod.rs")).expect("the configuration")];
    texts.extend(sources(&root().join("crates/baocao/src/config")).into_iter().map(|(_, text)| text));
    for entry in fs::read_dir(root().join("crates")).expect("crates") {
        let manifest = fs::read_to_string(entry.expect("a crate").path().join("Cargo.toml")).expect("a manifest");
        assert!(!manifest.contains("[features]"), "a feature could leave something out");
    }
    for text in texts {
        for word in ["audit", "unnoted", "verify"] {
            assert!(!code(&text).to_lowercase().contains(word), "the configuration speaks of {word}");
        }
    }
}

#[test]
fn every_source_says_what_it_is() {
    // Put together, so that this file does not have what it looks for.
    let allows = ["#[", "allow("].concat();
    for folder in ["crates", "jobs", "tests"] {
        for (path, text) in sources(&root().join(folder)) {
            let says = text.starts_with("//!") || text.starts_with("#![doc = include_str!");
            assert!(says, "{} has no module doc", path.display());
            let generated = path.ends_with("crates/rpc/src/lib.rs");
            assert!(generated || !code(&text).contains(&allows), "{} allows: expect, with a reason", path.display());
        }
    }
}

#[test]
fn every_reason_is_documented_with_both_texts() {
    let errors = fs::read_to_string(root().join("docs/errors.md")).expect("docs/errors.md");
    for reason in Reason::ALL {
        let row = errors.lines().find(|line| line.starts_with(&format!("| `{}` |", reason.code())));
        let row = row.unwrap_or_else(|| panic!("{reason} is not in docs/errors.md"));
        assert!(row.contains(reason.vi()) && row.contains(reason.en()), "texts of {reason}");
    }
    let rows = errors.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, Reason::ALL.len(), "docs/errors.md lists reasons that are not there");
}

#[test]
fn the_top_level_is_that_of_the_plan() {
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output().expect("git runs");
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    let top: BTreeSet<&str> = listing.lines().filter_map(|path| path.split('/').next()).collect();
    let planned = [
        ".ci",
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "clippy.toml",
        "crates",
        "deploy",
        "docs",
        "jobs",
        "proto",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "tests",
    ];
    let extra: Vec<&&str> = top.iter().filter(|name| !planned.contains(name)).collect();
    assert!(extra.is_empty(), "not in the plan: {extra:?}");
}

#[test]
fn every_mutant_fits_the_source() {
    let list = fs::read_to_string(root().join("tests/faults/mutants.toml")).expect("the list of mutants");
    let list: toml::Table = list.parse().expect("TOML");
    let mutants = list["mutant"].as_array().expect("mutants");
    assert!(mutants.len() >= 20, "{}", mutants.len());
    let mut names = BTreeSet::new();
    for mutant in mutants {
        let text = |key: &str| mutant[key].as_str().unwrap_or_else(|| panic!("{key} of {mutant:?}"));
        let name = text("name");
        assert!(names.insert(name), "{name} is there twice");
        assert!(!text("what").is_empty() && !text("tests").is_empty(), "{name} says what it is and who catches it");
        for change in mutant["changes"].as_array().expect("changes") {
            let said = |key: &str| change[key].as_str().unwrap_or_else(|| panic!("{key} of a change of {name}"));
            let source = fs::read_to_string(root().join(said("file"))).expect(name);
            assert_eq!(source.matches(said("from")).count(), 1, "{name} in {}", said("file"));
            assert_ne!(said("from"), said("to"), "{name}");
        }
    }
}
