//! Rotary position embedding, in the order of Hugging Face: number `i` of a head is rotated with
//! number `i + head_dim / 2`.
//!
//! Su et al., `RoFormer`, 2021: <https://arxiv.org/abs/2104.09864>.

/// The angle by which one position turns each pair.
#[derive(Debug)]
pub(crate) struct Rope {
    angles: Vec<f32>,
}

/// Cosines and sines of one position, one for each pair.
#[derive(Debug)]
pub(crate) struct Rotation {
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Rope {
    /// For heads of `head_dim` numbers.
    pub(crate) fn new(theta: f32, head_dim: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a head is far shorter than 2^24")]
        let angle = |pair: usize| 1.0 / theta.powf((2 * pair) as f32 / head_dim as f32);
        Self { angles: (0..head_dim / 2).map(angle).collect() }
    }

    /// The rotation at `position`.
    pub(crate) fn at(&self, position: usize) -> Rotation {
        #[expect(clippy::cast_precision_loss, reason = "a context is far shorter than 2^24")]
        let position = position as f32;
        let (sines, cosines) = self.angles.iter().map(|angle| (position * angle).sin_cos()).unzip();
        Rotation { cosines, sines }
    }
}

impl Rotation {
    /// Rotates every head in `heads`, `[head][head_dim]`.
    pub(crate) fn turn(&self, heads: &mut [f32]) {
        let half = self.cosines.len();
        for head in heads.chunks_exact_mut(2 * half) {
            let (left, right) = head.split_at_mut(half);
            let pairs = left.iter_mut().zip(right);
            for ((left, right), (cosine, sine)) in pairs.zip(self.cosines.iter().zip(&self.sines)) {
                (*left, *right) = (*left * cosine - *right * sine, *right * cosine + *left * sine);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_keeps_lengths_and_depends_on_distance_alone() {
        let rope = Rope::new(10_000.0, 16);
        let dot = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let turned = |position, value: &[f32]| {
            let mut value = value.to_vec();
            rope.at(position).turn(&mut value);
            value
        };
        let a: Vec<f32> = (0..16_u8).map(|i| f32::from(i) / 7.0 - 1.0).collect();
        let b: Vec<f32> = (0..16_u8).map(|i| 1.0 - f32::from(i * i) / 90.0).collect();
        assert!((dot(&turned(900, &a), &turned(900, &a)) - dot(&a, &a)).abs() < 1e-3);
        let near = dot(&turned(7, &a), &turned(3, &b));
        let far = dot(&turned(504, &a), &turned(500, &b));
        assert!((near - far).abs() < 1e-3, "{near} {far}");
    }

    #[test]
    fn the_first_pair_turns_by_one_radian_a_position() {
        let mut head = vec![0.0; 16];
        head[0] = 1.0;
        Rope::new(10_000.0, 16).at(2).turn(&mut head);
        assert!((head[0] - 2.0_f32.cos()).abs() < 1e-6);
        assert!((head[8] - 2.0_f32.sin()).abs() < 1e-6);
    }
}
