//! Groups messages into batches that SQS takes.

use queue_message::{BATCH_MAX_MESSAGES, MESSAGE_MAX_BYTES};

use crate::dead_letter::DeadLetter;

/// Groups them in their order.
pub fn batches(letters: Vec<DeadLetter>) -> Vec<Vec<DeadLetter>> {
    let mut batches: Vec<Vec<DeadLetter>> = Vec::new();
    let mut bytes = 0;
    for letter in letters {
        bytes += letter.bytes();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_MAX_MESSAGES && bytes <= MESSAGE_MAX_BYTES => {
                batch.push(letter);
            }
            _ => {
                bytes = letter.bytes();
                batches.push(vec![letter]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::message;

    #[test]
    fn a_batch_holds_what_one_request_may() {
        const HALF: usize = MESSAGE_MAX_BYTES / 2;
        for (sizes, expected) in [
            (vec![], vec![]),
            (vec![1; 21], vec![10, 10, 1]),
            (vec![HALF, HALF, HALF], vec![2, 1]),
            (vec![HALF, HALF + 1, 1], vec![1, 2]),
            (vec![MESSAGE_MAX_BYTES, 1, 1], vec![1, 2]),
        ] {
            let letters = sizes.iter().map(|size| {
                DeadLetter::read(
                    "m".to_owned(),
                    "h".to_owned(),
                    message("m", &"x".repeat(*size), &[]),
                )
            });
            let lengths: Vec<usize> = batches(letters.collect()).iter().map(Vec::len).collect();
            assert_eq!(lengths, expected, "{sizes:?}");
        }
    }

    #[test]
    fn attributes_count_towards_the_size() {
        let letter = |id: &str| {
            let attributes = [("Name", "x")];
            let body = "x".repeat(MESSAGE_MAX_BYTES / 2 - "NameStringx".len());
            DeadLetter::read(
                id.to_owned(),
                "h".to_owned(),
                message(id, &body, &attributes),
            )
        };
        assert_eq!(batches(vec![letter("1"), letter("2")]).len(), 1);
        assert_eq!(letter("1").bytes(), MESSAGE_MAX_BYTES / 2);
    }
}
