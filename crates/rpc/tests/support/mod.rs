//! An application whose database does not answer: all that the outermost layers need.

use std::sync::Arc;

use async_trait::async_trait;
use baocao_app::ports::{
    Accepted, BeforeBody, Clock, Envelope, Failure, Files, Ids, Mailer, PageFile, Renderers, SendFailure, Store,
    StoreError, Tx,
};
use baocao_app::{App, Ports, Settings};
use baocao_domain::edition::EditionId;
use baocao_domain::instant::Instant;

/// Answers nothing to anybody.
struct Nobody;

fn down() -> StoreError {
    StoreError::Unavailable { doing: "asking", source: "nobody is there".into() }
}

#[async_trait]
impl Store for Nobody {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Err(down())
    }

    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        Err(down())
    }

    async fn time(&self) -> Result<Instant, StoreError> {
        Err(down())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Err(down())
    }
}

impl Clock for Nobody {
    fn now(&self) -> Instant {
        Instant::from_micros(0)
    }
}

impl Ids for Nobody {
    fn uuid(&self) -> String {
        String::new()
    }

    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

#[async_trait]
impl Mailer for Nobody {
    async fn send(&self, _: &Envelope, _: &[u8], _: &dyn BeforeBody) -> Result<Accepted, SendFailure> {
        Err(SendFailure::Temporary("nobody is there".into()))
    }
}

impl Files for Nobody {
    fn put_object(&self, _: &[u8]) -> Result<String, Failure> {
        Err(down().into())
    }

    fn object(&self, _: &str) -> Result<Vec<u8>, Failure> {
        Err(down().into())
    }

    fn has_object(&self, _: &str) -> bool {
        false
    }

    fn stage_edition(&self, _: EditionId, _: &[PageFile]) -> Result<(), Failure> {
        Err(down().into())
    }

    fn staged_file(&self, _: EditionId, _: &str) -> Result<Option<Vec<u8>>, Failure> {
        Err(down().into())
    }

    fn is_shown(&self, _: EditionId) -> bool {
        false
    }

    fn release_edition(&self, _: EditionId) -> Result<(), Failure> {
        Err(down().into())
    }

    fn withdraw_edition(&self, _: EditionId) -> Result<(), Failure> {
        Err(down().into())
    }

    fn write_root(&self, _: &[PageFile]) -> Result<(), Failure> {
        Err(down().into())
    }

    fn site_file(&self, _: &str) -> Result<Option<Vec<u8>>, Failure> {
        Err(down().into())
    }

    fn shown(&self) -> Result<Vec<String>, Failure> {
        Err(down().into())
    }

    fn edition_files(&self, _: EditionId) -> Result<Vec<String>, Failure> {
        Err(down().into())
    }

    fn root_files(&self) -> Result<Vec<String>, Failure> {
        Err(down().into())
    }
}

/// The application.
pub(crate) fn app() -> Arc<App> {
    let renderers = Renderers {
        report: |_, _| Err(down().into()),
        scorecard: |_, _| Err(down().into()),
        check_report: |_, _| Err(down().into()),
        check_scorecard: |_, _, _| Err(down().into()),
        edition_pages: |_, _, _, _| Err(down().into()),
        root_pages: |_, _| Err(down().into()),
        compose: |_| Err(down().into()),
    };
    let ports = Ports {
        store: Arc::new(Nobody),
        clock: Arc::new(Nobody),
        ids: Arc::new(Nobody),
        files: Arc::new(Nobody),
        mailer: Arc::new(Nobody),
        renderers,
        watcher: Arc::new(baocao_app::faults::Nobody),
        instance: "test".into(),
        backups: None,
    };
    App::new(ports, Settings::default())
}
