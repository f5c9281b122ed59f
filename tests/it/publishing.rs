//! What readers of an instance's site see, whatever became of its folder.

use std::path::PathBuf;
use std::sync::Arc;

use baocao_app::Settings;
use baocao_app::ports::Files;
use baocao_domain::edition::EditionId;
use baocao_tests::tree;

use crate::database::Database;
use crate::proof::past::Past;
use crate::proof::small::Small;
use crate::town::{Instance, Town};

/// Two instances; July is closed by the first, and its instant has come.
async fn july(database: &Database) -> (Town, EditionId) {
    let town = Town::with(&database.store, 2, Settings::default()).await;
    town.go_to_lock("2022-M07");
    assert_eq!(town.close().await, ["2022-M07/1"]);
    let edition = town.runs().await[0].edition;
    town.clock.move_to(town.loaded.regime.calendar.schedule(edition.period).publishes);
    (town, edition)
}

/// What the root of an instance's site says of its editions.
fn list_of(instance: &Instance) -> String {
    std::fs::read_to_string(instance.files.site().join("editions.json")).expect("a list")
}

/// The root of a site links to nothing that is not there, whatever other instances show.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_lists_what_it_shows_itself() {
    let database = Database::sqlite().await;
    let (town, edition) = july(&database).await;
    let late = &town.instances[1];
    let in_the_way = late.files.site().join("2022-M07");
    std::fs::create_dir_all(late.files.site())
        .and_then(|()| std::fs::write(&in_the_way, "no folder"))
        .expect("written");
    assert_eq!(town.app().publish_due().await.expect("published").len(), 1);
    late.app.publish_due().await.expect("tried");
    assert!(!late.files.is_shown(edition) && !list_of(late).contains("\"2022-M07/1\""), "a link into nothing");

    std::fs::remove_file(&in_the_way).expect("out of the way");
    late.app.publish_due().await.expect("shown");
    assert!(late.files.is_shown(edition) && list_of(late).contains("\"2022-M07/1\""), "what is shown is listed");
}

/// Where the newest edition cannot be shown, no other is called the newest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edition_is_not_the_newest_because_a_newer_one_is_not_here() {
    let database = Database::sqlite().await;
    let (town, _) = july(&database).await;
    for instance in &town.instances {
        instance.app.publish_due().await.expect("published");
    }
    assert!(list_of(&town.instances[1]).contains("\"is_latest\":true"), "{}", list_of(&town.instances[1]));
    let operator = town.operator().await;
    let command = baocao_app::reopening::Reopen {
        form: "tthc".into(),
        period: "2022-M07".into(),
        reason: "nhầm biểu mẫu".into(),
        until: Some(town.app().now().plus_seconds(3_600)),
    };
    let asked = town.app().reopen(&operator, &command).await.expect("asked");
    town.app().approve_reopening(&town.actor(crate::town::SECOND).await, asked.id).await.expect("approved");
    town.pass(3_600);
    assert_eq!(town.close().await, ["2022-M07/2"]);
    let in_the_way = town.instances[1].files.site().join("2022-M07/2");
    std::fs::write(&in_the_way, "no folder").expect("written");
    for instance in &town.instances {
        instance.app.publish_due().await.expect("tried");
    }
    assert_eq!(list_of(&town.instances[0]).matches("\"is_latest\":true").count(), 1);
    let behind = list_of(&town.instances[1]);
    assert!(behind.contains("\"2022-M07/1\"") && !behind.contains("\"2022-M07/2\""), "{behind}");
    assert!(!behind.contains("\"is_latest\":true"), "{behind}");
}

/// Every instance shows the bytes that were staged, or nothing: a version that makes other pages needs them copied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_are_not_those_that_were_staged_are_not_shown() {
    let database = Arc::new(Database::sqlite().await);
    let (mut town, edition) = july(&database).await;
    assert_eq!(town.app().publish_due().await.expect("published").len(), 1);
    let other = town.instances.pop().expect("two");
    let mut past = Past::of(&database).await;
    let noted = "update audit set content_hash = reverse_of where action = 'stage-files'";
    let turned = "substr(content_hash, 33) || substr(content_hash, 1, 32)";
    past.run(&noted.replace("reverse_of", turned)).await.expect("as if another version had made them");
    other.app.publish_due().await.expect("tried");
    assert!(!other.files.is_shown(edition) && !list_of(&other).contains("2022-M07"), "other bytes than were staged");
    assert!(!other.data().join("staging/2022-M07").exists(), "what is wrong is not left for others to show");

    past.run(&noted.replace("reverse_of", turned)).await.expect("as it was");
    other.app.publish_due().await.expect("tried no more");
    assert!(!other.files.is_shown(edition), "a version that makes others is asked once");
    let other = other.again(&database.store, &town.clock);
    other.app.publish_due().await.expect("shown by the right version");
    assert_eq!(tree(&other.files.site()), tree(&town.instances[0].files.site()), "the same bytes everywhere");
}

/// What was copied in halfway bears the right list, and is not shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_copied_edition_is_made_again() {
    let database = Database::sqlite().await;
    let (town, edition) = july(&database).await;
    assert_eq!(town.app().publish_due().await.expect("published").len(), 1);
    let other = &town.instances[1];
    let half = other.data().join("staging/2022-M07/1");
    std::fs::create_dir_all(&half).expect("a folder");
    let list = town.instances[0].files.site().join("2022-M07/1/CHECKSUMS");
    std::fs::copy(list, half.join("CHECKSUMS")).expect("copied");
    other.app.publish_due().await.expect("tried");
    assert!(!other.files.is_shown(edition) && !list_of(other).contains("2022-M07"), "half an edition");
    other.app.publish_due().await.expect("shown");
    assert_eq!(tree(&other.files.site()), tree(&town.instances[0].files.site()));
}

/// A folder that was kept while the database went back may show what has no past any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_never_staged_is_withdrawn_after_a_start() {
    let database = Database::sqlite().await;
    let (mut town, _) = july(&database).await;
    assert_eq!(town.app().publish_due().await.expect("published").len(), 1);
    let first = town.instances.remove(0);
    let right = tree(&first.files.site());
    std::fs::write(first.files.site().join("2022-M07/1/index.html"), "số liệu khác").expect("another past");
    let never = first.files.site().join("2022-M08/1");
    std::fs::create_dir_all(&never)
        .and_then(|()| std::fs::write(never.join("index.html"), "số liệu"))
        .expect("another past");

    let first = first.again(&database.store, &town.clock);
    first.app.publish_due().await.expect("shown anew");
    assert_eq!(tree(&first.files.site()), right);
    let withdrawn: Vec<PathBuf> = tree(&first.data().join("withdrawn")).into_keys().collect();
    for path in ["2022-M07/1/1/index.html", "2022-M08/1/1/index.html"] {
        assert!(withdrawn.contains(&PathBuf::from(path)), "nothing is lost: {path} of {withdrawn:?}");
    }
    first.app.publish_due().await.expect("nothing to do");
    assert_eq!(tree(&first.data().join("withdrawn")).len(), withdrawn.len(), "once");
}

/// One report that cannot be had keeps nothing else from being listed, and comes back with its bytes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_is_not_at_hand_is_not_linked_to() {
    let database = Arc::new(Database::sqlite().await);
    let small = Small::on(Arc::clone(&database.store)).await;
    small.play().await;
    let report =
        std::fs::read_dir(small.site().join("reports")).expect("reports").next().expect("one").expect("an entry");
    let name = report.file_name().into_string().expect("a name");
    std::fs::remove_file(report.path()).expect("removed");
    let mut past = Past::of(&database).await;
    let noted = "update document set sha256 = substr(sha256, 33) || substr(sha256, 1, 32) where kind = 'report' \
                 and period = '2022-Q3'";
    past.run(noted).await.expect("as if another version had made it");
    let read = |path: &str| std::fs::read_to_string(small.site().join(path)).expect("a file");
    let heads = read("audit/heads.csv");
    small.sleep().await;
    assert!(read("audit/heads.csv").len() > heads.len(), "the heads go on");
    assert!(read("editions.json").contains("2022-Q3/1") && !read("index.html").contains(&name), "a link into nothing");

    past.run(noted).await.expect("as it was");
    small.sleep().await;
    assert!(read("index.html").contains(&name) && small.site().join("reports").join(&name).exists());
}
