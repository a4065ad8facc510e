//! How DynamoDB keeps what the traits of this crate name. It is called here and in the modules below only, where every
//! condition expression stands.

mod campaigns;
mod health;
mod history_reader;
mod history_writer;
mod key_sets;
mod look_up;
mod webhooks;

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::query::builders::QueryFluentBuilder,
    types::AttributeValue,
};
use domain::key::OrgId;

use crate::{StoreError, UnreadableItem, item::Attributes};

/// Names of the template's tables. Both have the partition key `pk` and the sort key `sk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Webhooks, their key sets and campaign switches: what administrators want. Only the configuration API writes it.
    pub configurations: String,
    /// The health of endpoints: what delivery finds out. Only delivery writes it.
    pub findings: String,
}

/// The tables of the template.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    client: Client,
    tables: Tables,
}

impl DynamoStore {
    /// Uses the tables of these names; retries and time limits are the client's.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    /// An item of an organisation.
    async fn item(
        &self,
        table: &str,
        org: &OrgId,
        sort_key: String,
    ) -> Result<Option<Attributes>, StoreError> {
        self.read_item(table, primary_key(org, sort_key)).await
    }

    /// The item of this key, as of the last write that was acknowledged.
    async fn read_item(
        &self,
        table: &str,
        key: Attributes,
    ) -> Result<Option<Attributes>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.item)
    }

    /// Asks for the items of an organisation whose sort keys begin with `prefix`, as of the last writes that were
    /// acknowledged.
    fn begins_with(&self, table: &str, org: &OrgId, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :org AND begins_with(sk, :prefix)")
            .expression_attribute_values(":org", text(org.as_str()))
            .expression_attribute_values(":prefix", text(prefix))
            .consistent_read(true)
    }

    /// Asks for the items of a partition of the findings whose sort keys are within `from..=to`.
    fn between(&self, partition: String, from: String, to: String) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.findings)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
    }

    /// Up to `limit` configured items of an organisation whose sort keys begin with `prefix`, after the one of the sort
    /// key `after`, and whether others follow.
    async fn part<T>(
        &self,
        org: &OrgId,
        prefix: &str,
        after: Option<String>,
        limit: u16,
        from_item: fn(Attributes) -> Result<T, UnreadableItem>,
    ) -> Result<(Vec<T>, bool), StoreError> {
        let answer = self
            .begins_with(&self.tables.configurations, org, prefix)
            .set_exclusive_start_key(after.map(|sort_key| primary_key(org, sort_key)))
            .limit(limit.into())
            .send()
            .await
            .map_err(unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let items = answer.items.unwrap_or_default().into_iter();
        Ok((items.map(from_item).collect::<Result<_, _>>()?, more))
    }
}

/// Everything that a query finds.
async fn all(query: QueryFluentBuilder) -> Result<Vec<Attributes>, StoreError> {
    let items = query.into_paginator().items().send();
    items.collect::<Result<_, _>>().await.map_err(unavailable)
}

fn primary_key(org: &OrgId, sort_key: String) -> Attributes {
    HashMap::from([
        ("pk".to_owned(), text(org.as_str())),
        ("sk".to_owned(), text(sort_key)),
    ])
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A request that was built without a part that it needs, which never happens.
fn incomplete(error: BuildError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

fn unavailable<E>(error: SdkError<E>) -> StoreError
where
    E: std::error::Error + Send + Sync + 'static,
{
    StoreError::Unavailable(Box::new(error))
}

/// A failed condition means what the caller says it means; anything else is unavailability.
fn conditional<E>(error: SdkError<E>, meaning: StoreError) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
    {
        Some("ConditionalCheckFailedException") => meaning,
        _ => unavailable(error),
    }
}
