//! Storing deployments, providers and prices.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::deployment::{Deployment, DeploymentUpdate, DeploymentVersion};
use vouch_domain::id::ProjectId;
use vouch_domain::price::Price;
use vouch_domain::provider::Provider;

use crate::Result;

/// Deployments and their versions.
#[async_trait::async_trait]
pub trait DeploymentStore: Send + Sync {
    /// All deployments, archived ones last, by key.
    async fn deployments(&self, project: ProjectId) -> Result<Vec<Deployment>>;

    /// One deployment by its key.
    async fn deployment(&self, project: ProjectId, key: &str) -> Result<Option<Deployment>>;

    /// Makes a deployment with its first version, active.
    ///
    /// # Errors
    /// `Conflict` when the key is taken.
    async fn create_deployment(
        &self,
        project: ProjectId,
        deployment: Deployment,
        first: DeploymentVersion,
        audit: NewAudit,
    ) -> Result<()>;

    /// Changes a deployment; returns it as it is now.
    ///
    /// # Errors
    /// `NotFound` when the deployment or the active version does not exist.
    async fn update_deployment(
        &self,
        project: ProjectId,
        key: &str,
        update: DeploymentUpdate,
        audit: NewAudit,
    ) -> Result<Deployment>;

    /// The versions of a deployment, newest first.
    async fn versions(&self, project: ProjectId, key: &str) -> Result<Vec<DeploymentVersion>>;

    /// One version.
    async fn version(
        &self,
        project: ProjectId,
        key: &str,
        number: u32,
    ) -> Result<Option<DeploymentVersion>>;

    /// Adds a version; the store gives it the next number, whatever `version.number` says.
    async fn add_version(
        &self,
        project: ProjectId,
        key: &str,
        version: DeploymentVersion,
        audit: NewAudit,
    ) -> Result<u32>;

    /// Replaces a version that has not served a call.
    ///
    /// # Errors
    /// `Conflict` when it has: a used version is immutable.
    async fn replace_version(
        &self,
        project: ProjectId,
        key: &str,
        version: DeploymentVersion,
        audit: NewAudit,
    ) -> Result<()>;

    /// Marks a version as used; only the first call writes. Durable when it returns, so that no
    /// later edit can change what served a call.
    async fn mark_used(&self, project: ProjectId, key: &str, number: u32, at: Time) -> Result<()>;
}

/// Providers.
#[async_trait::async_trait]
pub trait ProviderStore: Send + Sync {
    /// All providers, by name.
    async fn providers(&self, project: ProjectId) -> Result<Vec<Provider>>;

    /// Makes or changes the provider of that name.
    async fn put_provider(
        &self,
        project: ProjectId,
        provider: Provider,
        audit: NewAudit,
    ) -> Result<()>;

    /// Removes a provider.
    ///
    /// # Errors
    /// `NotFound`.
    async fn delete_provider(&self, project: ProjectId, name: &str, audit: NewAudit) -> Result<()>;
}

/// Prices.
#[async_trait::async_trait]
pub trait PriceStore: Send + Sync {
    /// All prices, by provider and model.
    async fn prices(&self, project: ProjectId) -> Result<Vec<Price>>;

    /// Makes or changes the price of that provider's model.
    async fn put_price(&self, project: ProjectId, price: Price, audit: NewAudit) -> Result<()>;

    /// Removes a price.
    ///
    /// # Errors
    /// `NotFound`.
    async fn delete_price(
        &self,
        project: ProjectId,
        provider: &str,
        model: &str,
        audit: NewAudit,
    ) -> Result<()>;
}
