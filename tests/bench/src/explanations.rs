//! What bounds the targets that are missed, and what was tried: kept as `EXPLANATIONS.md`, one section for each target.

/// The explanation of a target; `None` where there is none.
pub fn explanation<'t>(text: &'t str, id: &str) -> Option<&'t str> {
    let sections = text.split("\n## ").skip(1);
    let mut named = sections.filter_map(|section| section.split_once('\n'));
    let (_, found) = named.find(|(name, _)| name.trim() == id)?;
    Some(found.trim()).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::Results, targets::judge};

    #[test]
    fn an_explanation_is_the_section_with_the_name_of_the_target() {
        let text = "# All\n\n## one\n\nA.\nB.\n\n## two\n\n## three\nC.";
        let of = |id| explanation(text, id);
        assert_eq!(of("one"), Some("A.\nB."));
        assert_eq!(
            (of("two"), of("three"), of("four")),
            (None, Some("C."), None)
        );
    }

    #[test]
    fn every_explanation_belongs_to_a_target() {
        let targets = judge(&Results::default());
        for section in include_str!("../EXPLANATIONS.md").split("\n## ").skip(1) {
            let name = section.lines().next().unwrap_or_default();
            assert!(targets.iter().any(|target| target.id == name), "{name}");
        }
    }
}
