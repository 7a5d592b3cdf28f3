//! Prices.

use vouch_domain::audit::NewAudit;
use vouch_domain::id::ProjectId;
use vouch_domain::log::Log;
use vouch_domain::price::Price;

use super::conn::Conn;
use super::statement::sql;
use super::tx::Tx;
use super::{SqlStore, audit};
use crate::{PriceStore, Result, StoreError};

async fn put((project, price, entry): &(ProjectId, Price, NewAudit), tx: &mut Tx) -> Result<()> {
    audit::append(tx, entry).await?;
    sql("INSERT INTO prices (project, provider, model, input_usd_micros_per_mtok, \
         output_usd_micros_per_mtok) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project, provider, model) DO UPDATE SET \
         input_usd_micros_per_mtok = excluded.input_usd_micros_per_mtok, \
         output_usd_micros_per_mtok = excluded.output_usd_micros_per_mtok")
    .bind(*project)
    .bind(&price.provider)
    .bind(&price.model)
    .bind(price.input_usd_micros_per_mtok)
    .bind(price.output_usd_micros_per_mtok)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

async fn delete(
    (project, provider, model, entry): &(ProjectId, String, String, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let gone = sql("DELETE FROM prices WHERE project = $1 AND provider = $2 AND model = $3")
        .bind(*project)
        .bind(provider)
        .bind(model)
        .run(&mut tx.conn)
        .await?;
    if gone == 0 { Err(StoreError::NotFound("price")) } else { Ok(()) }
}

/// What a log's usage costs, where its price is known.
pub(super) async fn cost(conn: &mut Conn, project: ProjectId, log: &Log) -> Result<Option<i64>> {
    let (Some(usage), Some(provider), Some(model)) =
        (&log.usage, &log.served.provider, &log.served.model)
    else {
        return Ok(None);
    };
    let price = sql("SELECT input_usd_micros_per_mtok, output_usd_micros_per_mtok FROM prices \
                     WHERE project = $1 AND provider = $2 AND model = $3")
    .bind(project)
    .bind(provider)
    .bind(model)
    .one::<(i64, i64)>(conn)
    .await?;
    let price = price.map(|(input, output)| Price {
        provider: provider.clone(),
        model: model.clone(),
        input_usd_micros_per_mtok: input,
        output_usd_micros_per_mtok: output,
    });
    Ok(price.map(|price| price.cost_usd_micros(usage)))
}

#[async_trait::async_trait]
impl PriceStore for SqlStore {
    async fn prices(&self, project: ProjectId) -> Result<Vec<Price>> {
        let rows = sql("SELECT provider, model, input_usd_micros_per_mtok, \
                        output_usd_micros_per_mtok FROM prices WHERE project = $1 \
                        ORDER BY provider, model")
        .bind(project)
        .all::<(String, String, i64, i64)>(&mut self.readers.acquire().await?)
        .await?;
        let price = |(provider, model, input, output)| Price {
            provider,
            model,
            input_usd_micros_per_mtok: input,
            output_usd_micros_per_mtok: output,
        };
        Ok(rows.into_iter().map(price).collect())
    }

    async fn put_price(&self, project: ProjectId, price: Price, audit: NewAudit) -> Result<()> {
        self.write((project, price, audit), |arguments, tx| Box::pin(put(arguments, tx))).await
    }

    async fn delete_price(
        &self,
        project: ProjectId,
        provider: &str,
        model: &str,
        audit: NewAudit,
    ) -> Result<()> {
        let arguments = (project, provider.to_owned(), model.to_owned(), audit);
        self.write(arguments, |arguments, tx| Box::pin(delete(arguments, tx))).await
    }
}
