//! Custom headers: distinct names, values that are given or kept, and their size together.

use domain::{
    Refusal,
    config::{TokenHeaderCollision, WebhookConfig},
    headers::{
        CustomHeaderName, CustomHeaderValue, check_total, duplicate_name, header_value,
        sealed_bytes,
    },
};
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use super::SecretDraft;
use crate::{
    invalid::{Invalid, required},
    wire::{
        across::HeaderMembers,
        fields::{Checked, HeaderList, Readable},
    },
};

/// A header before a new secret value is encrypted.
#[derive(Debug)]
pub(crate) struct HeaderDraft {
    pub(crate) name: CustomHeaderName,
    pub(crate) value: HeaderValueDraft,
}

impl HeaderDraft {
    /// Bytes of name and value.
    fn bytes(&self) -> usize {
        self.name.as_written().len()
            + match &self.value {
                HeaderValueDraft::Plain(value) => value.len(),
                HeaderValueDraft::Secret(SecretDraft::Given(secret)) => {
                    secret.expose_secret().len()
                }
                HeaderValueDraft::Secret(SecretDraft::Kept(sealed)) => sealed_bytes(sealed),
            }
    }
}

#[derive(Debug)]
pub(crate) enum HeaderValueDraft {
    Plain(HeaderValue),
    Secret(SecretDraft),
}

/// The headers, after what is wrong with them was added to `faults`.
pub(super) fn header_drafts(
    entries: HeaderList<Readable<HeaderMembers>>,
    token_header: Option<&HeaderName>,
    stored: Option<&WebhookConfig>,
    faults: &mut Invalid,
) -> Vec<HeaderDraft> {
    let mut drafts: Vec<HeaderDraft> = Vec::with_capacity(entries.0.len());
    let mut names: Vec<CustomHeaderName> = Vec::with_capacity(entries.0.len());
    for (index, entry) in entries.0.into_iter().enumerate() {
        let Readable(Some(members)) = entry else {
            continue;
        };
        let name = members.name.0.map(|Checked(name)| name);
        if let Some(name) = &name {
            let refusal = if names.contains(name) {
                Some(duplicate_name())
            } else if token_header == Some(name.name()) {
                Some(TokenHeaderCollision(index).refusal())
            } else {
                None
            };
            if let Some(refusal) = refusal {
                faults.push(format!("/headers/{index}/name"), refusal);
            }
            names.push(name.clone());
        }
        let is_secret = members.secret.0.map(|secret| secret == Some(true));
        let value = match members.value.0 {
            Some(Some(Checked(text))) => given_value(text, is_secret).map(Some),
            Some(None) => kept_value(name.as_ref(), is_secret, stored),
            None => Ok(None),
        };
        let value = value.map_err(|refusal| (format!("/headers/{index}/value"), refusal));
        if let (Some(name), Some(Some(value))) = (name, faults.note(value)) {
            drafts.push(HeaderDraft { name, value });
        }
    }
    let total = check_total(drafts.iter().map(HeaderDraft::bytes));
    faults.note(total.map_err(|refusal| ("/headers".to_owned(), refusal)));
    drafts
}

fn given_value(text: SecretString, is_secret: Option<bool>) -> Result<HeaderValueDraft, Refusal> {
    let value = header_value(text.expose_secret())?;
    Ok(if is_secret == Some(false) {
        HeaderValueDraft::Plain(value)
    } else {
        HeaderValueDraft::Secret(SecretDraft::Given(text))
    })
}

/// The saved value of a secret header; `None` if the entry's other members do not tell whether there is one.
fn kept_value(
    name: Option<&CustomHeaderName>,
    is_secret: Option<bool>,
    stored: Option<&WebhookConfig>,
) -> Result<Option<HeaderValueDraft>, Refusal> {
    let missing = || Err(required("This header needs a value."));
    let (Some(stored), true) = (stored, is_secret != Some(false)) else {
        return missing();
    };
    let Some((name, _)) = name.zip(is_secret) else {
        return Ok(None);
    };
    let headers = stored.headers();
    let saved = headers
        .position(name.name())
        .and_then(|index| headers.iter().nth(index))
        .map(|header| &header.value);
    match saved {
        Some(CustomHeaderValue::Secret(sealed)) => Ok(Some(HeaderValueDraft::Secret(
            SecretDraft::Kept(sealed.clone()),
        ))),
        _ => missing(),
    }
}
