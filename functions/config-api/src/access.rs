//! What a verified token lets its caller do: the organisation and the role that its claims name. No HTTP.

use std::collections::HashMap;

use domain::key::OrgId;
use serde::Serialize;
use utoipa::ToSchema;

/// What a caller may do. Who may manage may also view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Read everything of the organisation.
    View,
    /// Read and change everything of the organisation.
    Manage,
}

/// Which claims of a token name organisation and role, and by which words.
#[derive(Debug, Clone)]
pub struct AccessRules {
    organisation_claim: String,
    role_claim: String,
    view: Vec<String>,
    manage: Vec<String>,
}

impl AccessRules {
    /// `view` and `manage` are the words of the role claim that give each role, comma-separated: names of groups, roles
    /// or scopes.
    pub fn new(organisation_claim: &str, role_claim: &str, view: &str, manage: &str) -> Self {
        let words = |list: &str| words(list).map(str::to_owned).collect();
        Self {
            organisation_claim: organisation_claim.to_owned(),
            role_claim: role_claim.to_owned(),
            view: words(view),
            manage: words(manage),
        }
    }

    /// The organisation of a token. `None` without the claim, and for a list: the caller belongs to one organisation.
    pub fn organisation(&self, claims: &HashMap<String, String>) -> Option<OrgId> {
        let claim = claims.get(&self.organisation_claim)?;
        OrgId::parse(claim)
            .ok()
            .filter(|org| !org.as_str().starts_with('['))
    }

    /// The highest role that a token gives. Any other word of the claim gives none, so the default is no access.
    pub fn role(&self, claims: &HashMap<String, String>) -> Option<Role> {
        let claim = claims.get(&self.role_claim)?;
        let gives = |role: &[String]| words(claim).any(|word| role.iter().any(|name| name == word));
        if gives(&self.manage) {
            Some(Role::Manage)
        } else if gives(&self.view) {
            Some(Role::View)
        } else {
            None
        }
    }
}

/// The words of a list, however it is written: a scope's `a b`, API Gateway's `[a b]` for an array, JSON's `["a","b"]`.
fn words(list: &str) -> impl Iterator<Item = &str> {
    list.trim()
        .trim_start_matches('[')
        .trim_end_matches(']')
        .split(|sign: char| sign == ',' || sign.is_whitespace())
        .map(|word| word.trim_matches('"'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(name: &str, value: &str) -> HashMap<String, String> {
        HashMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn the_highest_role_of_the_claim_counts_however_the_list_is_written() {
        let rules = AccessRules::new("org", "groups", "look, hooks.read", "hooks-admin");
        for (claim, role) in [
            ("look", Some(Role::View)),
            ("hooks.read", Some(Role::View)),
            ("hooks-admin", Some(Role::Manage)),
            ("openid hooks.read email", Some(Role::View)),
            ("[staff look]", Some(Role::View)),
            ("[look hooks-admin]", Some(Role::Manage)),
            ("[hooks-admin look]", Some(Role::Manage)),
            (r#"["staff","hooks-admin"]"#, Some(Role::Manage)),
            ("look,hooks-admin", Some(Role::Manage)),
            ("", None),
            ("[]", None),
            ("staff", None),
            ("hooks-administrator", None),
            ("Look", None),
            ("look.hooks-admin", None),
        ] {
            assert_eq!(rules.role(&claims("groups", claim)), role, "{claim:?}");
        }
        assert_eq!(rules.role(&claims("scope", "hooks-admin")), None);
    }

    #[test]
    fn words_that_are_not_configured_give_nothing() {
        let rules = AccessRules::new("org", "groups", "", "");
        for claim in ["", "[]", " ", ",", "\"\""] {
            assert_eq!(rules.role(&claims("groups", claim)), None, "{claim:?}");
        }
    }

    #[test]
    fn a_caller_has_one_organisation() {
        let rules = AccessRules::new("org", "groups", "look", "hooks-admin");
        let org = |claim| rules.organisation(&claims("org", claim));
        assert_eq!(org("a@Org").unwrap().as_str(), "a@Org");
        for claim in ["", "[a@Org]", "[a@Org b@Org]", "a#b"] {
            assert_eq!(org(claim), None, "{claim:?}");
        }
        assert_eq!(rules.organisation(&HashMap::new()), None);
    }
}
