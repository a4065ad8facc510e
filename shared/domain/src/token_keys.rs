//! The keys of a webhook's tokens: the one that signs, the next one, and public halves that are needed a while longer.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Refusal,
    jwk::{KeySet, KeySetEntry, PublishedKey},
    jwt::{TokenLifetime, TokenText},
    key::WebhookId,
    secret::SealedSecret,
};

/// How long a public half stays published after its key was replaced, on top of the tokens' lifetime: deliveries know the
/// change within a minute at most (the template's bound of `ConfigCacheSeconds`), an attempt may be under way for 20
/// seconds, clocks differ, and whoever fetched the key set just before caches it for five minutes.
const RETIREMENT: SignedDuration = SignedDuration::from_mins(10);
/// Most retired keys that are kept. Whoever replaces keys more often has no use for the oldest.
const RETIRED_MAX: usize = 8;

/// A key that signs tokens: sealed, with what everybody may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// The shared secret or the private key (PEM), encrypted.
    pub secret: SealedSecret,
    /// `kid`, if the administrator chose one.
    pub id: Option<TokenText>,
    /// The public half of a private key; a shared secret has none.
    pub public: Option<PublishedKey>,
}

impl TokenKey {
    /// `kid` of the tokens that it signs.
    pub fn kid(&self) -> Option<&TokenText> {
        self.public
            .as_ref()
            .map(|public| &public.id)
            .or(self.id.as_ref())
    }
}

/// A public half whose key does not sign any more, but whose tokens may be on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredKey {
    /// The public half.
    pub key: PublishedKey,
    /// Since when it has been published.
    pub published_at: Timestamp,
    /// When it stops being published.
    pub until: Timestamp,
}

/// All keys of a webhook's tokens. No two different public halves have the same `kid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenKeys {
    current: TokenKey,
    next: Option<TokenKey>,
    retired: Vec<RetiredKey>,
}

impl TokenKeys {
    /// Starts with one key.
    pub fn new(current: TokenKey) -> Self {
        Self {
            current,
            next: None,
            retired: Vec::new(),
        }
    }

    /// Takes keys that were stored.
    ///
    /// # Errors
    /// `key-id-taken`.
    pub fn from_parts(
        current: TokenKey,
        next: Option<TokenKey>,
        retired: Vec<RetiredKey>,
    ) -> Result<Self, Refusal> {
        let keys = Self {
            current,
            next,
            retired,
        };
        let published: Vec<&PublishedKey> = keys.published().collect();
        for (index, key) in published.iter().enumerate() {
            if collides(published[..index].iter().copied(), key) {
                return Err(key_id_taken());
            }
        }
        Ok(keys)
    }

    /// The key that signs.
    pub fn current(&self) -> &TokenKey {
        &self.current
    }

    /// The key that is published before it signs.
    pub fn next(&self) -> Option<&TokenKey> {
        self.next.as_ref()
    }

    /// Public halves that stay published for a while.
    pub fn retired(&self) -> &[RetiredKey] {
        &self.retired
    }

    /// Publishes a key that is going to sign; one that was published before for this is forgotten.
    ///
    /// # Errors
    /// `key-id-taken` where another key of this `kid` is published.
    pub fn with_next(mut self, next: TokenKey, now: Timestamp) -> Result<Self, Refusal> {
        self.next = None;
        self.forget(now);
        if let Some(public) = &next.public
            && (self.current.public.as_ref() == Some(public) || collides(self.published(), public))
        {
            return Err(key_id_taken());
        }
        self.next = Some(next);
        Ok(self)
    }

    /// Takes the next key back.
    #[must_use]
    pub fn without_next(mut self) -> Self {
        self.next = None;
        self
    }

    /// Lets the next key sign from now on; `None` if there is none. `lifetime` is that of the tokens which the other one
    /// signed.
    pub fn activated(mut self, lifetime: TokenLifetime, now: Timestamp) -> Option<Self> {
        let next = self.next.take()?;
        self.retire(lifetime, now);
        self.current = next;
        Some(self)
    }

    /// Lets another key sign from now on. The next key stays if `keeps_next`.
    ///
    /// # Errors
    /// `key-id-taken` where another key of this `kid` is published.
    pub fn replaced(
        mut self,
        key: TokenKey,
        keeps_next: bool,
        lifetime: TokenLifetime,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        self.make_way(key.public.as_ref(), keeps_next, lifetime, now);
        Self::from_parts(key, self.next, self.retired)
    }

    /// Judges the `kid` of a key pair that is to sign from now on as [`Self::replaced`] does, before it is encrypted.
    /// `public` is its public half; one that is going to be made has none yet.
    ///
    /// # Errors
    /// `key-id-taken` where another key of this `kid` is published.
    pub fn admit_id(
        &self,
        id: &TokenText,
        public: Option<&PublishedKey>,
        keeps_next: bool,
        lifetime: TokenLifetime,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut others = self.clone();
        others.make_way(public, keeps_next, lifetime, now);
        let next = others.next.as_ref().and_then(|next| next.public.as_ref());
        let mut published = next
            .into_iter()
            .chain(others.retired.iter().map(|retired| &retired.key));
        if published.any(|other| other.id == *id && Some(other) != public) {
            return Err(key_id_taken());
        }
        Ok(())
    }

    /// The webhook's key set; `None` where nothing can be published.
    pub fn key_set(&self, webhook: WebhookId, version: u64) -> Option<KeySet> {
        let lasting = |key: &TokenKey| {
            let key = key.public.clone()?;
            Some(KeySetEntry { key, until: None })
        };
        let retired = self.retired.iter().map(|retired| KeySetEntry {
            key: retired.key.clone(),
            until: Some(retired.until),
        });
        let keys: Vec<KeySetEntry> = lasting(&self.current)
            .into_iter()
            .chain(self.next.as_ref().and_then(lasting))
            .chain(retired)
            .collect();
        (!keys.is_empty()).then_some(KeySet {
            webhook,
            version,
            keys,
        })
    }

    fn published(&self) -> impl Iterator<Item = &PublishedKey> {
        let next = self.next.as_ref().and_then(|next| next.public.as_ref());
        let retired = self.retired.iter().map(|retired| &retired.key);
        self.current.public.iter().chain(next).chain(retired)
    }

    /// Leaves the other keys as they are when one with this public half signs instead of the current one.
    fn make_way(
        &mut self,
        public: Option<&PublishedKey>,
        keeps_next: bool,
        lifetime: TokenLifetime,
        now: Timestamp,
    ) {
        if self.current.public.as_ref() != public {
            self.retire(lifetime, now);
        }
        if !keeps_next {
            self.next = None;
        }
        self.forget(now);
        // A key that signs again is not retired any more.
        self.retired.retain(|retired| Some(&retired.key) != public);
    }

    /// Keeps the public half of the key that has signed so far.
    fn retire(&mut self, lifetime: TokenLifetime, now: Timestamp) {
        self.forget(now);
        let Some(key) = self.current.public.clone() else {
            return;
        };
        let lifetime = SignedDuration::from_secs(lifetime.as_seconds().into());
        let until = now.saturating_add(lifetime.saturating_add(RETIREMENT));
        self.retired.retain(|retired| retired.key != key);
        self.retired.insert(
            0,
            RetiredKey {
                key,
                published_at: self.current.secret.set_at,
                until: until.unwrap_or(Timestamp::MAX),
            },
        );
        self.retired.truncate(RETIRED_MAX);
    }

    /// Drops retired keys whose time is over.
    fn forget(&mut self, now: Timestamp) {
        self.retired.retain(|retired| now < retired.until);
    }
}

/// Whether a different key of the same `kid` is among the published ones.
fn collides<'a>(mut published: impl Iterator<Item = &'a PublishedKey>, key: &PublishedKey) -> bool {
    published.any(|other| other.id == key.id && other != key)
}

fn key_id_taken() -> Refusal {
    Refusal::new(
        "key-id-taken",
        "A published key of this webhook has this id already; leave the id out, or give the new key another one.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{jwk::PublicKey, jwt::Algorithm};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key(id: &str, x: &str) -> TokenKey {
        TokenKey {
            secret: SealedSecret {
                ciphertext: x.into(),
                set_at: at(0),
            },
            id: None,
            public: Some(PublishedKey {
                id: TokenText::parse(id).unwrap(),
                algorithm: Algorithm::EdDSA,
                key: PublicKey::OctetKeyPair {
                    crv: "Ed25519".to_owned(),
                    x: x.to_owned(),
                },
            }),
        }
    }

    fn published(keys: &TokenKeys, second: i64) -> Vec<String> {
        let set = keys.key_set(WebhookId::new(uuid::Uuid::nil()), 1).unwrap();
        let keys = set.at(at(second));
        keys.into_iter().map(|key| key.id.to_string()).collect()
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_until_its_last_token_has_expired() {
        let lifetime = TokenLifetime::from_seconds(300).unwrap();
        let keys = TokenKeys::new(key("a", "1"));
        let keys = keys.with_next(key("b", "2"), at(100)).unwrap();
        assert_eq!(keys.current().kid().unwrap().as_str(), "a");
        assert_eq!(published(&keys, 100), ["a", "b"]);
        let keys = keys.activated(lifetime, at(1_000)).unwrap();
        assert_eq!(keys.current().kid().unwrap().as_str(), "b");
        assert_eq!(published(&keys, 1_000 + 300 + 599), ["b", "a"]);
        assert_eq!(published(&keys, 1_000 + 300 + 600), ["b"]);
        assert_eq!(keys.activated(lifetime, at(2_000)), None);
    }

    #[test]
    fn two_different_keys_never_have_the_same_id() {
        let lifetime = TokenLifetime::default();
        let keys = TokenKeys::new(key("a", "1"));
        let taken = |result: Result<TokenKeys, Refusal>| result.unwrap_err().code;
        assert_eq!(
            taken(keys.clone().with_next(key("a", "2"), at(0))),
            "key-id-taken"
        );
        let replaced =
            |keys: &TokenKeys, key, second| keys.clone().replaced(key, true, lifetime, at(second));
        assert_eq!(taken(replaced(&keys, key("a", "2"), 0)), "key-id-taken");
        let other = replaced(&keys, key("b", "2"), 0).unwrap();
        assert_eq!(taken(replaced(&other, key("a", "3"), 1)), "key-id-taken");
        // The very same key may come back, and then signs as if it had never been retired.
        let back = replaced(&other, key("a", "1"), 1).unwrap();
        assert_eq!(published(&back, 1), ["a", "b"]);
        // An id is free again once its key is not published any more.
        assert!(replaced(&other, key("a", "3"), 10_000).is_ok());
    }

    #[test]
    fn an_id_is_judged_as_its_key_will_be() {
        let lifetime = TokenLifetime::default();
        let keys = TokenKeys::new(key("a", "1"));
        let keys = keys.replaced(key("b", "2"), true, lifetime, at(0)).unwrap();
        let keys = keys.with_next(key("c", "3"), at(0)).unwrap();
        for (id, x) in ["a", "b", "c", "d"]
            .into_iter()
            .flat_map(|id| ["1", "2", "3", "4"].map(|x| (id, x)))
        {
            for (keeps_next, second) in [(true, 1), (false, 1), (true, 10_000)] {
                let now = at(second);
                let new = key(id, x);
                let public = new.public.clone();
                let id = &public.as_ref().unwrap().id;
                let judged = keys.admit_id(id, public.as_ref(), keeps_next, lifetime, now);
                let replaced = keys.clone().replaced(new, keeps_next, lifetime, now);
                assert_eq!(judged, replaced.map(drop), "{id} {x} {second}");
            }
        }
        let made = |id| keys.admit_id(&TokenText::parse(id).unwrap(), None, true, lifetime, at(1));
        assert_eq!(made("b").unwrap_err().code, "key-id-taken");
        assert_eq!(made("d"), Ok(()));
    }

    #[test]
    fn retired_keys_are_bounded() {
        let mut keys = TokenKeys::new(key("0", "0"));
        for n in 1..50 {
            let n = n.to_string();
            keys = keys
                .replaced(key(&n, &n), false, TokenLifetime::default(), at(1))
                .unwrap();
        }
        assert_eq!(keys.retired().len(), RETIRED_MAX);
        assert_eq!(published(&keys, 1)[..2], ["49", "48"]);
    }
}
