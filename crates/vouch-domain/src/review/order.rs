//! In which order a reviewer sees the responses of a task.

use sha2::{Digest, Sha256};

use crate::id::{TaskId, UserId};

/// The responses of a task by their stored numbers, in the order in which this person sees them.
/// Another person sees another order, the same person always the same; as it is recorded with
/// the review, a bias towards a place can be reported.
pub fn shown_order(task: TaskId, user: UserId, responses: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..responses).collect();
    // Fisher and Yates, each step drawn from a hash of its own.
    for i in (1..responses).rev() {
        let digest = Sha256::digest(format!("order\n{task}\n{user}\n{i}"));
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        let drawn = u64::from_be_bytes(first) % (i as u64 + 1);
        order.swap(i, usize::try_from(drawn).unwrap_or(0));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_response_is_shown_once_and_always_in_the_same_place(
            a: [u8; 10], b: [u8; 10], k in 0usize..26
        ) {
            let at = Time::from_micros(1);
            let (task, user) = (TaskId::new(at, a), UserId::new(at, b));
            let order = shown_order(task, user, k);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..k).collect::<Vec<_>>());
            prop_assert_eq!(shown_order(task, user, k), order);
        }
    }

    #[test]
    fn half_of_all_people_see_a_pair_swapped() {
        let at = Time::from_micros(1);
        let task = TaskId::new(at, [1; 10]);
        let swapped = (0..=255u8)
            .flat_map(|n| (0..4u8).map(move |m| UserId::new(at, [n, m, 0, 0, 0, 0, 0, 0, 0, 0])))
            .filter(|user| shown_order(task, *user, 2) == [1, 0])
            .count();
        assert!((450..575).contains(&swapped), "{swapped}");
    }
}
