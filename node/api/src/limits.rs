//! How often a credential may call.

use crate::auth::{Caller, Scope};
use gcfn_api_wire::problem::{Code, Problem};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// Requests per minute and credential, by class (C-55). The whole minute's worth may come at
/// once; afterwards it flows in evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// A user.
    pub user: NonZeroU32,
    /// An issuer.
    pub issuer: NonZeroU32,
    /// A market maker.
    pub market_maker: NonZeroU32,
    /// Staff, a bank, a supervisor.
    pub staff: NonZeroU32,
    /// An address that has not said who it is.
    pub anonymous: NonZeroU32,
}

impl RateLimits {
    /// The network's rule.
    pub const NETWORK: RateLimits = RateLimits {
        user: per_minute(100),
        issuer: per_minute(1_000),
        market_maker: per_minute(10_000),
        staff: per_minute(1_000),
        anonymous: per_minute(100),
    };
}

const fn per_minute(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).expect("above zero")
}

/// Forget who has been quiet once this many are known.
const KNOWN_MAX: usize = 100_000;

/// The counts of one node, in memory: each replica counts for itself.
pub(crate) struct Limiters {
    user: Limiter<String>,
    issuer: Limiter<String>,
    market_maker: Limiter<String>,
    staff: Limiter<String>,
    anonymous: Limiter<Option<IpAddr>>,
}

impl Limiters {
    pub(crate) fn new(limits: RateLimits) -> Limiters {
        Limiters {
            user: Limiter::new(limits.user),
            issuer: Limiter::new(limits.issuer),
            market_maker: Limiter::new(limits.market_maker),
            staff: Limiter::new(limits.staff),
            anonymous: Limiter::new(limits.anonymous),
        }
    }

    /// Counts `requests` of `caller`.
    pub(crate) fn admit(&self, caller: &Caller, requests: NonZeroU32) -> Result<(), Exceeded> {
        let limiter = match caller.scope {
            Scope::User => &self.user,
            Scope::MarketMaker => &self.market_maker,
            Scope::Issuer => &self.issuer,
            Scope::Operator | Scope::Bank | Scope::Regulator => &self.staff,
        };
        limiter.admit(&caller.credential, requests)
    }

    /// Counts one request from an address that has not said who it is.
    pub(crate) fn admit_anonymous(&self, from: Option<IpAddr>) -> Result<(), Exceeded> {
        self.anonymous.admit(&from, NonZeroU32::MIN)
    }
}

/// Too many requests; how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded(pub(crate) Duration);

impl Exceeded {
    /// Whole seconds to wait, at least one.
    #[must_use]
    pub fn retry_after(self) -> u64 {
        self.0.as_secs().saturating_add(1)
    }
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Problem {
        Problem::from(Code::RateLimited).after(exceeded.retry_after())
    }
}

/// Counts the requests of each key, by the minute.
pub struct Limiter<K: Clone + Eq + std::hash::Hash> {
    counts: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
}

impl<K: Clone + Eq + std::hash::Hash> fmt::Debug for Limiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").finish_non_exhaustive()
    }
}

impl<K: Clone + Eq + std::hash::Hash> Limiter<K> {
    /// Admits `per_minute` of each key.
    #[must_use]
    pub fn new(per_minute: NonZeroU32) -> Limiter<K> {
        let counts = RateLimiter::keyed(Quota::per_minute(per_minute));
        Limiter { counts, clock: DefaultClock::default() }
    }

    /// Counts `requests` of `key`.
    ///
    /// # Errors
    /// [`Exceeded`] when there were too many.
    pub fn admit(&self, key: &K, requests: NonZeroU32) -> Result<(), Exceeded> {
        if KNOWN_MAX < self.counts.len() {
            self.counts.retain_recent();
        }
        match self.counts.check_key_n(key, requests) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => Err(Exceeded(not_until.wait_time_from(self.clock.now()))),
            // More at once than a whole minute allows: as far away as a wait can be.
            Err(_) => Err(Exceeded(Duration::from_secs(60))),
        }
    }
}
