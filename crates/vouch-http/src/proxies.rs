//! Who really sent a request that came through a reverse proxy: `X-Forwarded-For` and `Forwarded`
//! (RFC 7239), believed only as far as proxies that are trusted wrote them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;
use http::header::FORWARDED;
use serde::Deserialize;

/// The networks whose word about where a request came from is believed. None by default.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<Network>);

impl From<Vec<Network>> for TrustedProxies {
    fn from(networks: Vec<Network>) -> Self {
        Self(networks)
    }
}

impl TrustedProxies {
    /// The address of the client, for a request that came from `peer` with these headers.
    ///
    /// Each proxy appends whom it heard the request from, so the hops are walked from the right:
    /// the first that is no trusted proxy is the client, since what stands left of it is only its
    /// own word. Where that cannot be read, the proxy next to it has to stand for the client; and
    /// where the two headers tell different things, one of them was not written by the proxy, so
    /// the peer has to.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return peer;
        }
        let walk = |hops: Vec<Option<IpAddr>>| self.walk(peer, hops);
        match (x_forwarded_for(headers).map(walk), forwarded(headers).map(walk)) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    fn walk(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> IpAddr {
        let mut nearest = peer;
        for hop in hops.into_iter().rev() {
            let Some(address) = hop else { break };
            nearest = address;
            if !self.trust(address) {
                break;
            }
        }
        nearest
    }
}

/// The hops of `X-Forwarded-For`, where it was sent; `None` for one that cannot be read.
fn x_forwarded_for(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let mut lines = headers.get_all("x-forwarded-for").iter().peekable();
    lines.peek()?;
    let hops = lines.flat_map(|line| line.as_bytes().split(|b| *b == b','));
    Some(hops.map(|hop| node(std::str::from_utf8(hop).ok()?.trim())).collect())
}

/// The hops of `Forwarded`, where it was sent; none that can be read where one line is malformed.
fn forwarded(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let mut lines = headers.get_all(FORWARDED).iter().peekable();
    lines.peek()?;
    let hops = lines.map(|line| elements(line.to_str().ok()?));
    Some(hops.collect::<Option<Vec<_>>>().map_or_else(|| vec![None], |lines| lines.concat()))
}

/// The `for` of each element of a line; `None` where the line is no list of elements.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = Vec::new();
    let (mut rest, mut hop) = (line.trim(), None);
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        if name.trim().eq_ignore_ascii_case("for") {
            hop = node(&value);
        }
        let after = after.trim_start();
        if after.is_empty() || after.starts_with(',') {
            hops.push(hop.take());
        }
        match after.split_at_checked(1) {
            None => return Some(hops),
            Some(("," | ";", next)) => rest = next.trim_start(),
            Some(_) => return None,
        }
    }
}

/// A token or a quoted string at the beginning of a text, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', ' ', '\t', '"', '=']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let (mut value, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// The address of a hop: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn node(text: &str) -> Option<IpAddr> {
    let address = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A network (`10.0.0.0/8`, `fd00::/8`) or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It has another shape.
    #[error("`{0}` is neither an address nor a network, such as 10.0.0.7 or 10.0.0.0/8")]
    Shape(String),
    /// The address is within the network, but not its first.
    #[error("`{came}` is an address within a network: write {meant}")]
    Within {
        /// What came.
        came: String,
        /// The network that it is in.
        meant: Network,
    },
    /// Every address there is.
    #[error("`{0}` is everybody, and everybody's word is worth nothing: name the proxy's address")]
    Everybody(String),
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && first(address, self.bits) == self.address
    }
}

/// The first address of the network of so many bits that an address is in.
fn first(address: IpAddr, bits: u8) -> IpAddr {
    let bits = u32::from(bits);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let text = text.trim();
        let shape = || NetworkError::Shape(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| shape())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| shape())?;
        if bits > most {
            return Err(shape());
        }
        if bits == 0 {
            return Err(NetworkError::Everybody(text.to_owned()));
        }
        let network = Self { address: first(address, bits), bits };
        if network.address == address {
            Ok(network)
        } else {
            Err(NetworkError::Within { came: text.to_owned(), meant: network })
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;
    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client as seen behind proxies in 10.0.0.0/8 and `fd00::/8`.
    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
        let trusted = TrustedProxies::from(networks.to_vec());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        trusted.client(peer.parse().unwrap(), &map).to_string()
    }

    const X: &str = "x-forwarded-for";
    const F: &str = "forwarded";

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("10.0.0.1", &[(X, "192.0.2.1")]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &[(F, "for=192.0.2.1;proto=https")]), "192.0.2.1");
        assert_eq!(client("::ffff:10.0.0.1", &[(X, "::ffff:192.0.2.1")]), "192.0.2.1");
        for header in [X, F] {
            let line = if header == X { "192.0.2.1" } else { "for=192.0.2.1" };
            assert_eq!(client("203.0.113.9", &[(header, line)]), "203.0.113.9");
            let nobody = TrustedProxies::default();
            let mut headers = HeaderMap::new();
            headers.insert(header, line.parse().unwrap());
            let peer = "10.0.0.1".parse().unwrap();
            assert_eq!(nobody.client(peer, &headers), peer);
        }
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn hops_are_walked_from_the_right() {
        for (line, expected) in [
            // What the client claims stands left of what the proxy saw.
            ("127.0.0.1, 192.0.2.1", "192.0.2.1"),
            ("10.9.9.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("198.51.100.7, 192.0.2.1,10.0.0.3 , fd00::1", "192.0.2.1"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("192.0.2.1, unknown, 10.0.0.2", "10.0.0.2"),
            ("192.0.2.1, ", "10.0.0.1"),
            ("nonsense", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[(X, line)]), expected, "{line}");
        }
        let two = [(X, "198.51.100.7"), (X, "192.0.2.1")];
        assert_eq!(client("10.0.0.1", &two), "192.0.2.1");
    }

    #[test]
    fn forwarded_is_read_as_the_rfc_writes_it() {
        for (line, expected) in [
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("for=198.51.100.7, for=192.0.2.43, for=\"10.0.0.2:80\"", "192.0.2.43"),
            ("proto=https; for=192.0.2.1", "192.0.2.1"),
            ("for=192.0.2.1, for=unknown", "10.0.0.1"),
            ("for=192.0.2.1, for=\"_hidden\", for=10.0.0.2", "10.0.0.2"),
            ("for=192.0.2.1, proto=https", "10.0.0.1"),
            // What a client begins and a proxy ends.
            ("for=\"192.0.2.1, for=198.51.100.7", "10.0.0.1"),
            ("for=\"x, for=198.51.100.7;by=\"y\"", "10.0.0.1"),
            ("for=\"a\\\", for=198.51.100.7", "10.0.0.1"),
            ("nonsense", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[(F, line)]), expected, "{line}");
        }
    }

    #[test]
    fn a_header_that_the_proxy_does_not_write_is_no_way_around_it() {
        let both = |x, f| client("10.0.0.1", &[(X, x), (F, f)]);
        assert_eq!(both("192.0.2.1", "for=192.0.2.1"), "192.0.2.1");
        assert_eq!(both("192.0.2.1", "for=198.51.100.7"), "10.0.0.1");
        assert_eq!(both("198.51.100.7", "for=192.0.2.1"), "10.0.0.1");
    }

    #[test]
    fn networks_are_written_plainly() {
        let network = |text: &str| text.parse::<Network>().map(|network| network.to_string());
        for (came, kept) in
            [("10.0.0.0/8", "10.0.0.0/8"), ("::1", "::1/128"), (" 192.0.2.7 ", "192.0.2.7/32")]
        {
            assert_eq!(network(came).as_deref(), Ok(kept));
        }
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8"] {
            assert_eq!(network(wrong), Err(NetworkError::Shape(wrong.to_owned())));
        }
        assert!(matches!(network("0.0.0.0/0"), Err(NetworkError::Everybody(_))));
        let within = network("10.1.2.3/8").unwrap_err().to_string();
        assert!(within.ends_with("write 10.0.0.0/8"), "{within}");
    }
}
