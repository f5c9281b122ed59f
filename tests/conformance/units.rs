//! Settings, regimes, units and keys.

use std::sync::Arc;

use baocao_app::actor::Role;
use baocao_app::ports::{KeyRow, RegimeRow, StoreError};
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};

use super::database::Database;
use super::rows::{api_key, at, code, regime, version};

pub(crate) async fn a_setting_is_what_was_set_last(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.setting("clock").await.expect("read"), None);
    tx.put_setting("clock", "2022-07-15").await.expect("set");
    tx.put_setting("live_from", "").await.expect("set");
    tx.put_setting("clock", "2022-08-15").await.expect("set again");
    tx.commit().await.expect("committed");
    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.setting("clock").await.expect("read").as_deref(), Some("2022-08-15"));
    assert_eq!(tx.setting("live_from").await.expect("read").as_deref(), Some(""));
}

pub(crate) async fn a_setting_moves_only_from_the_value_it_has(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    assert!(!tx.move_setting("backup_due", "1", "2").await.expect("asked"), "it was never set");
    tx.put_setting("backup_due", "1").await.expect("set");
    assert!(tx.move_setting("backup_due", "1", "2").await.expect("moved"));
    assert!(!tx.move_setting("backup_due", "1", "3").await.expect("asked"), "somebody else was first");
    assert_eq!(tx.setting("backup_due").await.expect("read").as_deref(), Some("2"));
    tx.commit().await.expect("committed");
}

pub(crate) async fn the_regime_applied_last_is_in_force(db: Arc<Database>) {
    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.regime_id().await.expect("read"), None);
    assert_eq!(tx.regime().await.expect("read"), None);
    let older = regime("lang-son-2022");
    let newer = RegimeRow { applied_at: older.applied_at.plus_seconds(60), ..regime("lang-son-2023") };
    let older_id = tx.append_regime(&older).await.expect("applied");
    let newer_id = tx.append_regime(&newer).await.expect("applied");
    assert!(0 < older_id && older_id < newer_id);
    tx.commit().await.expect("committed");

    let mut tx = db.store.read().await.expect("begun");
    assert_eq!(tx.regime_id().await.expect("read"), Some(newer_id));
    assert_eq!(tx.regime().await.expect("read"), Some(RegimeRow { id: newer_id, ..newer }));
    assert_eq!(tx.regime_by_id(older_id).await.expect("read"), Some(RegimeRow { id: older_id, ..older.clone() }));
    assert_eq!(tx.regime_by_id(newer_id + 1).await.expect("read"), None);
    for (seconds, in_force) in [(-1, None), (0, Some(older_id)), (59, Some(older_id)), (60, Some(newer_id))] {
        let at = older.applied_at.plus_seconds(seconds);
        assert_eq!(tx.regime_id_at(at).await.expect("read"), in_force, "{seconds}");
    }
}

pub(crate) async fn units_come_back_by_unit_and_day(db: Arc<Database>) {
    let province = UnitVersion {
        code: code("20"),
        name: "Tỉnh Lạng Sơn".into(),
        tier: Tier::Province,
        group: None,
        parent: None,
        ..version(1, "2000-01-01")
    };
    let of_tier = |id, tier, group| UnitVersion { tier, group: Some(group), ..version(id, "2000-01-01") };
    let department = of_tier(2, Tier::Department, PeerGroup::A);
    let district = of_tier(3, Tier::District, PeerGroup::B);
    let (before, after) = (version(10, "2000-01-01"), UnitVersion { dissolved: true, ..version(10, "2025-07-01") });

    let mut tx = db.store.begin().await.expect("begun");
    assert_eq!(tx.unit_versions().await.expect("read"), []);
    for unit in [&after, &district, &before, &province, &department] {
        tx.append_unit_version(unit).await.expect("added");
    }
    tx.commit().await.expect("committed");
    let mut tx = db.store.read().await.expect("begun");
    let units = tx.unit_versions().await.expect("read");
    assert_eq!(units, [province, department, district, before.clone(), after]);
    drop(tx);

    let mut tx = db.store.begin().await.expect("begun");
    let twice = tx.append_unit_version(&before).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
}

pub(crate) async fn a_key_is_found_by_its_public_part(db: Arc<Database>) {
    let good = api_key("k1");
    let revoked = KeyRow { role: Role::RegionReader, revoked_at: Some(at(5)), ..api_key("k2") };
    let operator = KeyRow { role: Role::Operator, ..api_key("k3") };
    let mut tx = db.store.begin().await.expect("begun");
    for key in [&good, &revoked, &operator] {
        tx.append_key(key).await.expect("added");
    }
    tx.commit().await.expect("committed");
    let mut tx = db.store.read().await.expect("begun");
    for key in [good.clone(), revoked, operator] {
        assert_eq!(tx.key(&key.id).await.expect("read"), Some(key));
    }
    assert_eq!(tx.key("K1").await.expect("read"), None);
    drop(tx);

    let mut tx = db.store.begin().await.expect("begun");
    let twice = tx.append_key(&good).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
}
