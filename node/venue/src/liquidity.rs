//! Whether issuers could pay if holders came to redeem at once (ESC-19, CSC-17).

use crate::venue::Venue;
use gcfn_ledger::Account;
use gcfn_model::{Amount, BasisPoints, PartyId, Rounding};

/// What an issuer would have to pay, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerLiquidity {
    /// Face value that holders may redeem.
    pub outstanding: Amount,
    /// What of it is asked for under the stress, batch by batch.
    pub called: Amount,
    /// What the reserves of its batches have.
    pub reserves: Amount,
    /// What the issuer has beside them, and can be drawn on: free proceeds, deposit, risk reserve
    /// and what a default has frozen.
    pub own_means: Amount,
    /// What is called beyond the reserve of each batch and all of that.
    pub shortfall: Amount,
}

impl Venue {
    /// How an issuer stands when `stress` of what each of its batches owes is redeemed at once.
    /// A reserve pays for its own batch alone, the issuer's own money for all. Looks at all its
    /// batches.
    #[must_use]
    pub fn liquidity_of(&self, issuer: PartyId, stress: BasisPoints) -> IssuerLiquidity {
        let mut of = IssuerLiquidity {
            outstanding: Amount::ZERO,
            called: Amount::ZERO,
            reserves: Amount::ZERO,
            own_means: self.own_means(issuer),
            shortfall: Amount::ZERO,
        };
        let mut uncovered = Amount::ZERO;
        let plus = |sum: &mut Amount, part| *sum = sum.checked_add(part).unwrap_or(Amount::MAX);
        for (id, _) in self.batches_by(issuer) {
            let outstanding = self.amount(Account::Obligation(issuer, *id));
            let reserve = self.amount(Account::Reserve(issuer, *id));
            let called = stress.of(outstanding, Rounding::Up).unwrap_or(Amount::MAX);
            plus(&mut of.outstanding, outstanding);
            plus(&mut of.reserves, reserve);
            plus(&mut of.called, called);
            plus(&mut uncovered, called.saturating_sub(reserve));
        }
        of.shortfall = uncovered.saturating_sub(of.own_means);
        of
    }
}
