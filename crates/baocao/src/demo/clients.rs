//! The units' systems: gRPC clients, one key each, that file over real connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use baocao_app::ports::Ids;
use baocao_domain::figures::RawFigures;
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_rpc::client::{Channel, Keyed, Response, Status, connect, refusal, timestamp, with_key};
use baocao_rpc::v1;
use baocao_rpc::v1::period_service_client::PeriodServiceClient;
use baocao_rpc::v1::report_service_client::ReportServiceClient;
use baocao_rpc::v1::submission_service_client::SubmissionServiceClient;
use tokio::task::JoinSet;

use crate::chance::SystemIds;
use crate::screen::Stage;
use crate::setup::OPERATOR;

/// Connections that the units' systems share: each carries one call at a time.
const CONNECTIONS: usize = 16;

/// The form of the play.
pub const FORM: &str = "tthc";

/// A filing: whose, and what.
#[derive(Debug, Clone)]
pub struct Filing {
    /// The unit.
    pub unit: UnitCode,
    /// The month.
    pub period: String,
    /// The figures.
    pub figures: RawFigures,
    /// The revision that it corrects, and why.
    pub corrects: Option<(u32, String)>,
}

/// The units' systems and the officer's.
#[derive(Clone)]
pub struct Clients {
    channels: Vec<Channel>,
    keys: Arc<BTreeMap<String, String>>,
}

impl Clients {
    /// Connects.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect(server: SocketAddr, keys: Vec<(String, String)>) -> anyhow::Result<Self> {
        let mut channels = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            channels.push(connect(server).await.context("the gRPC server does not answer")?);
        }
        Ok(Self { channels, keys: Arc::new(keys.into_iter().collect()) })
    }

    fn keyed(&self, lane: usize, client: &str) -> anyhow::Result<Keyed> {
        let key = self.keys.get(client).with_context(|| format!("no key for {client}"))?;
        Ok(with_key(self.channels[lane].clone(), key)?)
    }

    /// Files all of these, as many at a time as there are connections.
    ///
    /// # Errors
    /// The first filing that was not accepted.
    pub async fn file_all(&self, filings: Vec<Filing>, stage: &Stage) -> anyhow::Result<()> {
        let mut calls = JoinSet::new();
        let mut filings = filings.into_iter();
        for lane in 0..CONNECTIONS {
            if let Some(filing) = filings.next() {
                calls.spawn(self.clone().file_on(lane, filing));
            }
        }
        while let Some(done) = calls.join_next().await {
            let lane = done??;
            stage.step();
            if let Some(filing) = filings.next() {
                calls.spawn(self.clone().file_on(lane, filing));
            }
        }
        Ok(())
    }

    async fn file_on(self, lane: usize, filing: Filing) -> anyhow::Result<usize> {
        let name = format!("{}/{}", filing.unit, filing.period);
        let answer = self.try_file(lane, filing).await?;
        answer.map_err(|status| anyhow::anyhow!(in_words(&status))).with_context(|| format!("{name} was refused"))?;
        Ok(lane)
    }

    /// Files one set; the answer as it came.
    ///
    /// # Errors
    /// When there is no key for the unit.
    pub async fn file(&self, filing: Filing) -> anyhow::Result<Result<v1::SubmitFiguresResponse, Status>> {
        self.try_file(0, filing).await
    }

    async fn try_file(&self, lane: usize, filing: Filing) -> anyhow::Result<Result<v1::SubmitFiguresResponse, Status>> {
        let mut client = SubmissionServiceClient::new(self.keyed(lane, filing.unit.as_str())?);
        let (expected_revision, reason) = filing.corrects.unzip();
        let lines = (!filing.figures.rows.is_empty()).then(|| v1::Lines {
            columns: filing.figures.columns,
            rows: filing.figures.rows.into_iter().map(|(key, values)| v1::Row { key, values }).collect(),
        });
        let request = v1::SubmitFiguresRequest {
            request_id: SystemIds.uuid(),
            unit: filing.unit.to_string(),
            form: FORM.to_owned(),
            period: filing.period,
            nil: filing.figures.nil,
            lines,
            fields: filing.figures.fields.into_iter().map(|(code, value)| v1::Field { code, value }).collect(),
            expected_revision,
            reason: reason.unwrap_or_default(),
            ..v1::SubmitFiguresRequest::default()
        };
        Ok(client.submit_figures(request).await.map(Response::into_inner))
    }

    /// The officer lets a unit file after the lock.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn grant_extension(
        &self,
        unit: &str,
        period: &str,
        reason: &str,
        expires_at: Instant,
    ) -> anyhow::Result<()> {
        let mut client = PeriodServiceClient::new(self.keyed(0, OPERATOR)?);
        let request = v1::GrantExtensionRequest {
            unit: unit.to_owned(),
            form: FORM.to_owned(),
            period: period.to_owned(),
            reason: reason.to_owned(),
            expires_at: Some(timestamp(expires_at)),
        };
        client.grant_extension(request).await.map_err(|status| anyhow::anyhow!(in_words(&status)))?;
        Ok(())
    }

    /// The officer enters number, day and signatory of the province's report.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn issue_report(&self, request: v1::IssueReportRequest) -> anyhow::Result<v1::Document> {
        let mut client = ReportServiceClient::new(self.keyed(0, OPERATOR)?);
        let answer = client.issue_report(request).await.map_err(|status| anyhow::anyhow!(in_words(&status)))?;
        answer.into_inner().document.context("the service answered without a document")
    }
}

/// A refusal as a person reads it.
#[must_use]
pub fn in_words(status: &Status) -> String {
    refusal(status).map_or_else(
        || format!("{:?}: {}", status.code(), status.message()),
        |details| format!("{}: {}", details.reason, details.vi),
    )
}
