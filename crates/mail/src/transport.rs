//! The ways a message can take, chosen by the configuration.

use async_trait::async_trait;
use baocao_app::ports::{Accepted, BeforeBody, Envelope, Mailer, SendFailure, StoreError};

use crate::folder::Folder;
use crate::settings::{MailSettings, SettingsError};
use crate::smtp::Smtp;

/// Whoever takes the messages.
#[derive(Debug)]
pub enum Transport {
    /// Nobody: accepts and forgets.
    Blackhole,
    /// A folder.
    Folder(Folder),
    /// A relay.
    Smtp(Box<Smtp>),
}

impl Transport {
    /// Prepares what the settings say. The relay is not called before the first message.
    ///
    /// # Errors
    /// What of the settings cannot be used.
    pub fn open(settings: MailSettings) -> Result<Self, SettingsError> {
        match settings {
            MailSettings::Blackhole => Ok(Self::Blackhole),
            MailSettings::Folder { dir } => Folder::open(dir).map(Self::Folder),
            MailSettings::Smtp(settings) => Smtp::new(*settings).map(|smtp| Self::Smtp(Box::new(smtp))),
        }
    }

    /// Says goodbye to the relay, if one is connected.
    pub async fn close(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close().await;
        }
    }
}

#[async_trait]
impl Mailer for Transport {
    async fn send(
        &self,
        envelope: &Envelope,
        message: &[u8],
        before_body: &dyn BeforeBody,
    ) -> Result<Accepted, SendFailure> {
        match self {
            Self::Blackhole => {
                before_body.note().await.map_err(|error| not_noted(&error))?;
                Ok(Accepted { reply: "250 2.0.0 Ok: forgotten".to_owned() })
            }
            Self::Folder(folder) => folder.send(envelope, message, before_body).await,
            Self::Smtp(smtp) => smtp.send(envelope, message, before_body).await,
        }
    }
}

/// The mark before the body did not become durable: the message stops, nothing of it went out.
pub(crate) fn not_noted(error: &StoreError) -> SendFailure {
    SendFailure::Temporary(format!("the beginning of the body could not be noted: {error}"))
}
