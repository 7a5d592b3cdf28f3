//! Whether comparisons can say anything about all players at once.
//!
//! L. R. Ford, "Solution of a ranking problem from binary comparisons" (1957): however the players
//! are split in two, somebody of either side must have won against somebody of the other.

use super::Comparisons;

/// Players that were compared with each other, directly or through others; largest first.
pub(super) fn connected(comparisons: &Comparisons) -> Vec<Vec<u32>> {
    let mut near = vec![Vec::new(); comparisons.players()];
    for (first, second, _) in comparisons.pairs() {
        near[first].push(second);
        near[second].push(first);
    }
    let mut seen = vec![false; near.len()];
    let mut groups = Vec::new();
    for start in 0..near.len() {
        if !seen[start] {
            groups.push(numbers(&reached(&near, start, &mut seen)));
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

/// Players whom nobody else ever beat or tied with, but who all did so among each other; `None`
/// when that is everybody.
pub(super) fn unbeaten(comparisons: &Comparisons) -> Option<Vec<u32>> {
    let players = comparisons.players();
    // From each player to those who held their own against them.
    let mut beaten_by = vec![Vec::new(); players];
    for (first, second, score) in comparisons.pairs() {
        if score.second + score.ties > 0 {
            beaten_by[first].push(second);
        }
        if score.first + score.ties > 0 {
            beaten_by[second].push(first);
        }
    }
    // Upwards from anybody, until all who were reached can be reached from each other.
    let mut start = 0;
    let mut set = reached(&beaten_by, start, &mut vec![false; players]);
    loop {
        // One from whom the start cannot be reached is above it.
        let mut back = vec![Vec::new(); players];
        for player in &set {
            for other in &beaten_by[*player] {
                back[*other].push(*player);
            }
        }
        let mut reaches = vec![false; players];
        reached(&back, start, &mut reaches);
        let Some(above) = set.iter().copied().find(|player| !reaches[*player]) else { break };
        start = above;
        set = reached(&beaten_by, start, &mut vec![false; players]);
    }
    (set.len() < players).then(|| numbers(&set))
}

/// Marks and lists all that can be reached.
fn reached(next: &[Vec<usize>], start: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut waiting = vec![start];
    let mut found = Vec::new();
    seen[start] = true;
    while let Some(player) = waiting.pop() {
        found.push(player);
        for other in &next[player] {
            if !seen[*other] {
                seen[*other] = true;
                waiting.push(*other);
            }
        }
    }
    found.sort_unstable();
    found
}

fn numbers(players: &[usize]) -> Vec<u32> {
    players.iter().filter_map(|player| u32::try_from(*player).ok()).collect()
}
