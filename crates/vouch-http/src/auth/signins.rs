//! Slowing down who guesses passwords: of one person, and of many persons from one place.

use std::net::IpAddr;

use vouch_domain::Time;

use super::Throttle;
use crate::problem::Problem;
use crate::secret::sha256_hex;

/// Wrong passwords for one name from one place, and how long they count.
const PER_NAME: u32 = 10;
/// Wrong passwords from one place for whatever names. Generous: a whole office, or everybody
/// behind a proxy, may have one address.
const PER_PLACE: u32 = 100;
const WINDOW_S: i64 = 15 * 60;

/// The sign-ins that failed of late.
pub(crate) struct Signins {
    names: Throttle,
    places: Throttle,
}

/// A password that is about to be checked. It counts as wrong until [`Signins::right`] is told,
/// also when its caller goes away.
pub(crate) struct Guess {
    name: String,
    place: Option<String>,
}

impl Default for Signins {
    fn default() -> Self {
        let throttle = |most| Throttle::new(most, WINDOW_S);
        Self { names: throttle(PER_NAME), places: throttle(PER_PLACE) }
    }
}

impl Signins {
    /// Counts a guess at the password of `name`.
    ///
    /// # Errors
    /// `TooManyRequests`.
    pub(crate) fn guess(
        &self,
        peer: Option<IpAddr>,
        name: &str,
        now: Time,
    ) -> Result<Guess, Problem> {
        let place = peer.map(place);
        if let Some(place) = &place {
            self.places.attempt(place, now)?;
        }
        // Names in memory are hashed, so that their length is bounded and no e-mail lies around.
        let name = sha256_hex(format!("{place:?} {name}").as_bytes());
        let guess = Guess { name, place };
        match self.names.attempt(&guess.name, now) {
            Ok(()) => Ok(guess),
            // Nothing is guessed at a closed door.
            Err(closed) => {
                self.take_back(&guess);
                Err(closed)
            }
        }
    }

    /// The guess was right.
    pub(crate) fn right(&self, guess: &Guess) {
        self.names.forget(&guess.name);
        self.take_back(guess);
    }

    fn take_back(&self, guess: &Guess) {
        if let Some(place) = &guess.place {
            self.places.take_back(place);
        }
    }
}

/// The address, or for IPv6 the network of 64 bits that one customer has.
fn place(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(0);

    fn peer(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn a_name_is_closed_to_one_place_alone_and_opened_by_a_right_guess() {
        let signins = Signins::default();
        let guess = |from: &str| signins.guess(peer(from), "ann", NOW);
        for _ in 1..PER_NAME {
            guess("192.0.2.1").unwrap();
        }
        signins.right(&guess("192.0.2.1").unwrap());
        for _ in 0..PER_NAME {
            guess("192.0.2.1").unwrap();
        }
        for _ in 0..PER_PLACE {
            assert!(guess("192.0.2.1").is_err());
        }
        assert!(guess("192.0.2.2").is_ok());
        // A closed door is not held against its place.
        assert!(signins.guess(peer("192.0.2.1"), "bob", NOW).is_ok());
    }

    #[test]
    fn one_place_cannot_try_one_password_on_everybody() {
        let signins = Signins::default();
        let guess = |from: &str, n: u32| signins.guess(peer(from), &format!("p{n}"), NOW);
        // Those that are right do not count.
        for n in 0..PER_PLACE {
            signins.right(&guess("2001:db8::1", n).unwrap());
        }
        for n in 0..PER_PLACE {
            guess(&format!("2001:db8::{n}"), n).unwrap();
        }
        assert!(guess("2001:db8::1:1", PER_PLACE).is_err());
        assert!(guess("2001:db8:0:1::1", PER_PLACE).is_ok());
    }
}
