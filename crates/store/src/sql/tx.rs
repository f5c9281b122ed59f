//! The port, in one piece: each method is a function of the file of its subject.

use async_trait::async_trait;
use baocao_app::ports::{
    AnsweredRow, AuditHead, AuditRow, Cells, CloseRequestRow, CloseRunRow, CloseStep, DeliveryRow, DeliveryState,
    DocumentRow, EditionRow, ExtensionRow, JobRow, KeyRow, Lease, PeriodRow, RegimeRow, ReopeningRow, RevisionHead,
    RowLock, Signature, StoreError, Table, Tx,
};
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::instant::Instant;
use baocao_domain::issue::IssueRecord;
use baocao_domain::period::PeriodKey;
use baocao_domain::submission::{Revision, SubmissionKey};
use baocao_domain::unit::UnitVersion;

use super::session::SqlTx;
use super::{
    audit, cells, closes, deliveries, documents, editions, extensions, jobs, keys, leases, periods, regimes,
    reopenings, settings, submissions, units, whole,
};

#[async_trait]
impl Tx for SqlTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Self::commit(*self).await
    }

    async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        settings::setting(self, key).await
    }

    async fn put_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        settings::put(self, key, value).await
    }

    async fn move_setting(&mut self, key: &str, from: &str, to: &str) -> Result<bool, StoreError> {
        settings::move_from(self, key, from, to).await
    }

    async fn regime_id(&mut self) -> Result<Option<i64>, StoreError> {
        regimes::id_in_force(self).await
    }

    async fn regime(&mut self) -> Result<Option<RegimeRow>, StoreError> {
        regimes::in_force(self).await
    }

    async fn regime_by_id(&mut self, id: i64) -> Result<Option<RegimeRow>, StoreError> {
        regimes::by_id(self, id).await
    }

    async fn regime_id_at(&mut self, at: Instant) -> Result<Option<i64>, StoreError> {
        regimes::id_at(self, at).await
    }

    async fn append_regime(&mut self, regime: &RegimeRow) -> Result<i64, StoreError> {
        regimes::append(self, regime).await
    }

    async fn unit_versions(&mut self) -> Result<Vec<UnitVersion>, StoreError> {
        units::all(self).await
    }

    async fn append_unit_version(&mut self, version: &UnitVersion) -> Result<(), StoreError> {
        units::append(self, version).await
    }

    async fn plan_period(&mut self, period: &PeriodRow) -> Result<bool, StoreError> {
        periods::plan(self, period).await
    }

    async fn move_period(&mut self, period: &PeriodRow) -> Result<bool, StoreError> {
        periods::move_to(self, period).await
    }

    async fn withdraw_period(&mut self, form: &FormCode, period: PeriodKey) -> Result<bool, StoreError> {
        periods::withdraw(self, form, period).await
    }

    async fn period(
        &mut self,
        form: &FormCode,
        period: PeriodKey,
        lock: RowLock,
    ) -> Result<Option<PeriodRow>, StoreError> {
        periods::period(self, form, period, lock).await
    }

    async fn periods(&mut self, form: &FormCode) -> Result<Vec<PeriodRow>, StoreError> {
        periods::all(self, form).await
    }

    async fn seal_period(&mut self, form: &FormCode, edition: EditionId) -> Result<(), StoreError> {
        periods::seal(self, form, edition).await
    }

    async fn claim_request(&mut self, client: &str, request_id: &str) -> Result<(), StoreError> {
        submissions::claim(self, client, request_id).await
    }

    async fn answered(&mut self, client: &str, request_id: &str) -> Result<Option<AnsweredRow>, StoreError> {
        submissions::answered(self, client, request_id).await
    }

    async fn remember_answer(&mut self, answer: &AnsweredRow) -> Result<(), StoreError> {
        submissions::remember(self, answer).await
    }

    async fn revision(&mut self, key: &SubmissionKey, number: Option<u32>) -> Result<Option<Revision>, StoreError> {
        submissions::revision(self, key, number).await
    }

    async fn append_revision(&mut self, revision: &Revision) -> Result<i64, StoreError> {
        submissions::append_revision(self, revision).await
    }

    async fn revision_heads(&mut self, form: &FormCode, period: PeriodKey) -> Result<Vec<RevisionHead>, StoreError> {
        submissions::heads(self, form, period).await
    }

    async fn revision_ids(&mut self, form: &FormCode, period: PeriodKey) -> Result<Vec<i64>, StoreError> {
        submissions::ids(self, form, period).await
    }

    async fn revisions(&mut self, ids: &[i64]) -> Result<Vec<Revision>, StoreError> {
        submissions::by_ids(self, ids).await
    }

    async fn submission_counts(&mut self, form: &FormCode) -> Result<(i64, i64), StoreError> {
        submissions::counts(self, form).await
    }

    async fn append_extension(&mut self, extension: &ExtensionRow) -> Result<i64, StoreError> {
        extensions::append(self, extension).await
    }

    async fn extension(&mut self, key: &SubmissionKey, now: Instant) -> Result<Option<ExtensionRow>, StoreError> {
        extensions::valid(self, key, now).await
    }

    async fn lapsed_extensions(&mut self, form: &FormCode, now: Instant) -> Result<Vec<ExtensionRow>, StoreError> {
        extensions::lapsed(self, form, now).await
    }

    async fn append_reopening(&mut self, reopening: &ReopeningRow) -> Result<i64, StoreError> {
        reopenings::append(self, reopening).await
    }

    async fn open_reopenings(&mut self, form: &FormCode) -> Result<Vec<ReopeningRow>, StoreError> {
        reopenings::open(self, form).await
    }

    async fn reopening(&mut self, id: i64) -> Result<Option<ReopeningRow>, StoreError> {
        reopenings::by_id(self, id).await
    }

    async fn approve_reopening(&mut self, id: i64, approved: &Signature) -> Result<bool, StoreError> {
        reopenings::approve(self, id, approved).await
    }

    async fn take_reopenings(
        &mut self,
        form: &FormCode,
        period: PeriodKey,
        run: i64,
    ) -> Result<Vec<ReopeningRow>, StoreError> {
        reopenings::take(self, form, period, run).await
    }

    async fn take_lease(&mut self, name: &str, holder: &str, lasts_s: u32) -> Result<Option<Lease>, StoreError> {
        leases::take(self, name, holder, lasts_s).await
    }

    async fn renew_lease(&mut self, lease: &Lease, lasts_s: u32) -> Result<bool, StoreError> {
        leases::renew(self, lease, lasts_s).await
    }

    async fn hold_lease(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        leases::hold(self, lease).await
    }

    async fn release_lease(&mut self, lease: &Lease) -> Result<(), StoreError> {
        leases::release(self, lease).await
    }

    async fn leases(&mut self) -> Result<Vec<Cells>, StoreError> {
        leases::all(self).await
    }

    async fn note_job(&mut self, job: &JobRow) -> Result<(), StoreError> {
        jobs::note(self, job).await
    }

    async fn jobs(&mut self) -> Result<Vec<JobRow>, StoreError> {
        jobs::all(self).await
    }

    async fn append_close_request(&mut self, request: &CloseRequestRow) -> Result<i64, StoreError> {
        closes::append_request(self, request).await
    }

    async fn open_close_requests(&mut self, form: &FormCode) -> Result<Vec<CloseRequestRow>, StoreError> {
        closes::open_requests(self, form).await
    }

    async fn take_close_requests(
        &mut self,
        form: &FormCode,
        period: PeriodKey,
        run: i64,
    ) -> Result<Vec<CloseRequestRow>, StoreError> {
        closes::take_requests(self, form, period, run).await
    }

    async fn append_close_run(&mut self, run: &CloseRunRow) -> Result<i64, StoreError> {
        closes::append_run(self, run).await
    }

    async fn close_run(&mut self, form: &FormCode, edition: EditionId) -> Result<Option<CloseRunRow>, StoreError> {
        closes::run(self, form, edition).await
    }

    async fn close_runs(&mut self, form: &FormCode) -> Result<Vec<CloseRunRow>, StoreError> {
        closes::runs(self, form).await
    }

    async fn advance_close_run(&mut self, run: &CloseRunRow, to: CloseStep, fence: i64) -> Result<bool, StoreError> {
        closes::advance(self, run, to, fence).await
    }

    async fn note_close_try(&mut self, run: &CloseRunRow) -> Result<bool, StoreError> {
        closes::note_try(self, run).await
    }

    async fn append_edition(&mut self, edition: &EditionRow) -> Result<(), StoreError> {
        editions::append(self, edition).await
    }

    async fn edition(&mut self, form: &FormCode, id: EditionId) -> Result<Option<EditionRow>, StoreError> {
        editions::by_id(self, form, id).await
    }

    async fn editions(&mut self, form: &FormCode) -> Result<Vec<EditionRow>, StoreError> {
        editions::all(self, form).await
    }

    async fn release_edition(&mut self, form: &FormCode, id: EditionId, at: Instant) -> Result<bool, StoreError> {
        editions::release(self, form, id, at).await
    }

    async fn append_document(&mut self, document: &DocumentRow) -> Result<bool, StoreError> {
        documents::append(self, document).await
    }

    async fn documents(&mut self, form: &FormCode, edition: EditionId) -> Result<Vec<DocumentRow>, StoreError> {
        documents::all(self, form, edition).await
    }

    async fn append_issue(
        &mut self,
        form: &FormCode,
        edition: EditionId,
        record: &IssueRecord,
        at: Instant,
    ) -> Result<(), StoreError> {
        documents::append_issue(self, form, edition, record, at).await
    }

    async fn issue(&mut self, form: &FormCode, edition: EditionId) -> Result<Option<IssueRecord>, StoreError> {
        documents::issue(self, form, edition).await
    }

    async fn enqueue(&mut self, delivery: &DeliveryRow) -> Result<bool, StoreError> {
        deliveries::enqueue(self, delivery).await
    }

    async fn due_deliveries(&mut self, now: Instant, batch_max: u32) -> Result<Vec<DeliveryRow>, StoreError> {
        deliveries::due(self, now, batch_max).await
    }

    async fn interrupted_deliveries(&mut self) -> Result<Vec<DeliveryRow>, StoreError> {
        deliveries::interrupted(self).await
    }

    async fn unsent_deliveries(&mut self, batch_max: u32) -> Result<Vec<DeliveryRow>, StoreError> {
        deliveries::unsent(self, batch_max).await
    }

    async fn deliveries(&mut self, form: &FormCode, edition: EditionId) -> Result<Vec<DeliveryRow>, StoreError> {
        deliveries::all(self, form, edition).await
    }

    async fn move_delivery(&mut self, from: DeliveryState, to: &DeliveryRow) -> Result<bool, StoreError> {
        deliveries::move_on(self, from, to).await
    }

    async fn key(&mut self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        keys::key(self, id).await
    }

    async fn append_key(&mut self, key: &KeyRow) -> Result<(), StoreError> {
        keys::append(self, key).await
    }

    async fn audit_head(&mut self) -> Result<AuditHead, StoreError> {
        audit::head(self).await
    }

    async fn append_audit(&mut self, entry: &AuditRow) -> Result<(), StoreError> {
        audit::append(self, entry).await
    }

    async fn audit_entries(&mut self, from_seq: i64, batch_max: u32) -> Result<Vec<AuditRow>, StoreError> {
        audit::entries(self, from_seq, batch_max).await
    }

    async fn audit_before(&mut self, instant: Instant) -> Result<Option<AuditRow>, StoreError> {
        audit::before(self, instant).await
    }

    async fn staging(&mut self, object: &str) -> Result<Option<AuditRow>, StoreError> {
        audit::staging(self, object).await
    }

    async fn cells(&mut self, table: Table, from: &[String], batch_max: u32) -> Result<Vec<Cells>, StoreError> {
        cells::cells(self, table, from, batch_max).await
    }

    async fn schema_version(&mut self) -> Result<i64, StoreError> {
        whole::version(self).await
    }

    async fn table_counts(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        whole::counts(self).await
    }

    async fn object_hashes(&mut self, after: &str, batch_max: u32) -> Result<Vec<String>, StoreError> {
        whole::objects(self, after, batch_max).await
    }
}
