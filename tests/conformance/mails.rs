//! Mails that wait, are being sent, or are done.

use std::sync::Arc;

use baocao_app::ports::{DeliveryRow, DeliveryState, Purpose};

use super::database::Database;
use super::rows::{at, code, delivery, edition_id, form, freeze};

fn ids(rows: &[DeliveryRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

pub(crate) async fn a_recipient_gets_one_mail_per_cause(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M08/1", "2022-M08/2"]).await;
    let first = delivery("d-1", "2022-M08/1", "sct@langson.example");
    let others = [
        DeliveryRow { purpose: Purpose::Correction, ..delivery("d-2", "2022-M08/1", "sct@langson.example") },
        delivery("d-3", "2022-M08/2", "sct@langson.example"),
        delivery("d-4", "2022-M08/1", "stc@langson.example"),
    ];
    let mut tx = db.store.begin().await.expect("begun");
    assert!(tx.enqueue(&first).await.expect("asked"));
    assert!(!tx.enqueue(&DeliveryRow { id: "d-9".into(), ..first.clone() }).await.expect("asked"), "the same cause");
    for other in &others {
        assert!(tx.enqueue(other).await.expect("asked"), "{}", other.id);
    }
    tx.commit().await.expect("committed");
    let mut tx = db.store.read().await.expect("begun");
    let found = tx.deliveries(&form(), edition_id("2022-M08/1")).await.expect("read");
    assert_eq!(ids(&found), ["d-2", "d-1", "d-4"]);
    assert_eq!(found[1], first);
}

pub(crate) async fn mails_are_due_oldest_first(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M08/1"]).await;
    let mail = |id: &str, state, next_at| DeliveryRow {
        state,
        next_at: at(next_at),
        ..delivery(id, "2022-M08/1", &format!("{id}@langson.example"))
    };
    let mut tx = db.store.begin().await.expect("begun");
    for row in [
        mail("later", DeliveryState::Queued, 101),
        mail("second", DeliveryState::Unknown, 60),
        mail("first", DeliveryState::Queued, 50),
        mail("third", DeliveryState::Queued, 100),
        mail("at-it-b", DeliveryState::Sending, 20),
        mail("at-it-a", DeliveryState::Sending, 10),
        mail("done", DeliveryState::Sent, 1),
        mail("refused", DeliveryState::Failed, 1),
        mail("stopped", DeliveryState::Held, 1),
    ] {
        assert!(tx.enqueue(&row).await.expect("asked"));
    }
    assert_eq!(ids(&tx.due_deliveries(at(100), 10).await.expect("read")), ["first", "second", "third"]);
    assert_eq!(ids(&tx.due_deliveries(at(100), 2).await.expect("read")), ["first", "second"], "at most so many");
    assert_eq!(tx.due_deliveries(at(49), 10).await.expect("read"), []);
    assert_eq!(ids(&tx.interrupted_deliveries().await.expect("read")), ["at-it-a", "at-it-b"]);
    let unsent = ["at-it-a", "at-it-b", "first", "later", "second", "third"];
    assert_eq!(ids(&tx.unsent_deliveries(10).await.expect("read")), unsent, "whenever they are due");
    assert_eq!(ids(&tx.unsent_deliveries(2).await.expect("read")), unsent[..2], "at most so many");
}

pub(crate) async fn a_mail_moves_only_from_the_state_it_is_in(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M08/1"]).await;
    let queued = delivery("d-1", "2022-M08/1", "sct@langson.example");
    let sending = DeliveryRow { state: DeliveryState::Sending, attempts: 1, next_at: at(35), ..queued.clone() };
    let begun = DeliveryRow { data_begun: true, ..sending.clone() };
    let sent = DeliveryRow {
        state: DeliveryState::Sent,
        last_reply: "250 2.0.0 Ok: queued as 4W9zXk".into(),
        ..begun.clone()
    };
    let mut tx = db.store.begin().await.expect("begun");
    assert!(tx.enqueue(&queued).await.expect("asked"));
    assert!(tx.move_delivery(DeliveryState::Queued, &sending).await.expect("moved"));
    assert!(!tx.move_delivery(DeliveryState::Queued, &sending).await.expect("asked"), "somebody is at it");
    assert!(tx.move_delivery(DeliveryState::Sending, &begun).await.expect("noted"));
    assert_eq!(tx.interrupted_deliveries().await.expect("read"), [begun]);
    assert!(tx.move_delivery(DeliveryState::Sending, &sent).await.expect("moved"));
    assert_eq!(tx.deliveries(&form(), edition_id("2022-M08/1")).await.expect("read"), std::slice::from_ref(&sent));
    let nobody = DeliveryRow { id: "d-2".into(), ..sent };
    assert!(!tx.move_delivery(DeliveryState::Sent, &nobody).await.expect("asked"), "there is no such mail");
}

pub(crate) async fn the_mails_of_an_edition_are_listed_by_unit_and_recipient(db: Arc<Database>) {
    freeze(db.store.as_ref(), &["2022-M08/1", "2022-M08/2"]).await;
    let mail = |id: &str, unit, recipient| DeliveryRow { unit: code(unit), ..delivery(id, "2022-M08/1", recipient) };
    let mut tx = db.store.begin().await.expect("begun");
    for row in [
        mail("d-1", "20.STTTT", "a@langson.example"),
        mail("d-2", "178", "b@langson.example"),
        mail("d-3", "178", "B@langson.example"),
        mail("d-4", "05971", "z@langson.example"),
        delivery("d-5", "2022-M08/2", "a@langson.example"),
    ] {
        assert!(tx.enqueue(&row).await.expect("asked"));
    }
    let found = tx.deliveries(&form(), edition_id("2022-M08/1")).await.expect("read");
    assert_eq!(ids(&found), ["d-4", "d-3", "d-2", "d-1"], "texts sort by their bytes on both databases");
}
