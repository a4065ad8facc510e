//! URLs as administrators and attackers write them, each with what becomes of it when it is saved.

mod addresses;
mod admitted;
mod names;
mod parts;
mod syntax;

use std::collections::HashMap;

use domain::{
    Refusal,
    endpoint::{EndpointPolicy, EndpointUrl},
};

use admitted::ADMITTED;

/// What is refused, with the code.
fn refused() -> impl Iterator<Item = (&'static str, &'static str)> {
    syntax::SYNTAX
        .into_iter()
        .chain(addresses::ADDRESSES)
        .chain(names::NAMES)
        .chain(parts::PARTS)
}

fn saved(url: &str) -> Result<String, Refusal> {
    let url = EndpointUrl::parse(url)?;
    EndpointPolicy::default().admit(&url)?;
    Ok(url.to_string())
}

#[test]
fn a_url_that_is_admitted_is_saved_in_its_normal_form() {
    let wrong: Vec<_> = ADMITTED
        .into_iter()
        .flat_map(|(url, expected)| [(url, expected), (expected, expected)])
        .map(|(url, expected)| (url, saved(url), expected))
        .filter(|(_, saved, expected)| saved.as_deref() != Ok(expected))
        .collect();
    assert_eq!(wrong, []);
}

#[test]
fn a_url_that_is_refused_has_the_code_that_explains_it() {
    let wrong: Vec<_> = refused()
        .map(|(url, expected)| (url, saved(url).map_err(|refusal| refusal.code), expected))
        .filter(|(_, saved, expected)| *saved != Err(*expected))
        .collect();
    assert_eq!(wrong, []);
}

#[test]
fn a_refusal_says_what_to_do_and_nothing_of_the_url_which_may_hold_a_secret() {
    let mut messages = HashMap::new();
    for (url, _) in refused() {
        let Refusal { code, message } = saved(url).unwrap_err();
        assert!(message.ends_with('.') && message.contains("must"), "{code}");
        let earlier = messages.entry(code).or_insert_with(|| message.clone());
        assert_eq!(*earlier, message, "{code}");
    }
}

#[test]
fn lengths_are_bounded_as_given_and_as_saved() {
    let label = "a".repeat(63);
    let longest = format!(
        "https://{label}.{label}.{label}.{}.example/",
        "a".repeat(53)
    );
    assert_eq!(longest.len(), "https:///".len() + 253);
    let path = |count| format!("https://example.com/{}", "a".repeat(count));
    for (url, code) in [
        (format!("https://{label}.example.com/"), None),
        (
            format!("https://a{label}.example.com/"),
            Some("url-host-name"),
        ),
        (longest.replace(".example/", ".com/"), None),
        (
            longest.replace(".example/", ".invalid1/"),
            Some("url-host-name"),
        ),
        (path(1_980), None),
        (path(1_981), Some("url-too-long")),
        (path(1_000).replace('a', "å"), Some("url-too-long")),
        (path(300).replace('a', "å"), None),
        (path(400).replace('a', "å"), Some("url-too-long")),
    ] {
        assert_eq!(saved(&url).err().map(|refusal| refusal.code), code, "{url}");
    }
}
