//! How well a party is identified, what class it is of, and how it leaves (C-14, USR-08).

use crate::dispute::Dispute;
use crate::indexed::By;
use crate::maker::MakerStatus;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyClass, PartyKind};
use crate::refusal::Rejection;
use crate::rules::Rule;
use crate::venue::{Step, Venue};
use gcfn_ledger::{Account, IssuerBucket, UserBucket};
use gcfn_model::{PartyId, Pool};

/// The identity level that market making asks for (C-14).
const KYC_TO_MAKE_MARKETS: u8 = 3;
/// The highest identity level.
pub(crate) const KYC_MAX: u8 = 3;

impl Venue {
    /// Sets an identity level. A lower one stops what it does not allow from now on; what is
    /// open stays open.
    pub(crate) fn set_kyc(&mut self, step: &mut Step<'_>, party: PartyId, kyc: u8) -> Outcome {
        let known = self.party(party)?;
        if known.kind == PartyKind::Member || KYC_MAX < kyc {
            return Err(Rejection::PartyKind);
        }
        if known.class == PartyClass::MarketMaker && kyc < KYC_TO_MAKE_MARKETS {
            return Err(Rejection::KycTooLow);
        }
        if let Some(known) = self.parties.get_mut(&party) {
            known.kyc = kyc;
        }
        step.emit(MoneyEvent::KycSet { party, kyc }.into());
        self.reward_real_name(step, party);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_class(&self, party: PartyId, class: PartyClass) -> Result<(), Rejection> {
        let known = self.free_party(party)?;
        if !matches!(known.kind, PartyKind::User | PartyKind::Merchant) {
            return Err(Rejection::PartyKind);
        }
        match class == PartyClass::MarketMaker && known.kyc < KYC_TO_MAKE_MARKETS {
            true => Err(Rejection::KycTooLow),
            false => Ok(()),
        }
    }

    pub(crate) fn classify(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        class: PartyClass,
    ) -> Outcome {
        self.check_class(party, class)?;
        self.set_class(step, party, class);
        Ok(Done::Accepted)
    }

    pub(crate) fn set_class(&mut self, step: &mut Step<'_>, party: PartyId, class: PartyClass) {
        let Some(known) = self.parties.get_mut(&party) else { return };
        if core::mem::replace(&mut known.class, class) != class {
            step.emit(MoneyEvent::Classified { party, class }.into());
        }
    }

    /// Closes a party that has no money, no coupons and nothing under way. Its pseudonym is
    /// never used again, and money that still names it waits in suspense.
    pub(crate) fn close_party(&mut self, step: &mut Step<'_>, party: PartyId) -> Outcome {
        if self.free_party(party)?.kind == PartyKind::Member {
            return Err(Rejection::PartyKind);
        }
        if self.has_money(party) || self.has_coupons(party) || self.has_business(party) {
            return Err(Rejection::PartyNotEmpty);
        }
        self.leave_alliances(step, party);
        self.parties.remove(&party);
        self.issuers.remove(&party);
        self.limits.remove(&party);
        self.invited.remove(&party);
        self.makers.remove(&party);
        self.points.accounts.remove(&party);
        for rule in Rule::ALL {
            self.flags.remove(&(party, rule));
        }
        for issuer in self.issuers.values_mut() {
            issuer.merchants.remove(&party);
        }
        self.closed.insert(party);
        step.emit(MoneyEvent::PartyClosed { party }.into());
        Ok(Done::Accepted)
    }

    fn has_money(&self, party: PartyId) -> bool {
        let of_user = UserBucket::ALL.iter().map(|bucket| Account::User(party, *bucket));
        let of_issuer = IssuerBucket::ALL.iter().map(|bucket| Account::Issuer(party, *bucket));
        let owed = Pool::ALL.iter().map(|pool| Account::Receivable(*pool, party));
        let mut accounts = of_user.chain(of_issuer).chain(owed).chain([Account::Merchant(party)]);
        accounts.any(|account| !self.amount(account).is_zero())
            || Pool::ALL.into_iter().any(|pool| self.receivables.contains_key(&(party, pool)))
            || self.merchants_due.contains_key(&party)
    }

    fn has_coupons(&self, party: PartyId) -> bool {
        self.books.title.series_of(party).next().is_some()
    }

    /// Whether something of the party is under way that is neither money nor coupons of its own:
    /// what it has asked for, money that it waits for, market making, pledges to it, disputes, or
    /// batches that it has issued. What it pays for, in trades and deals, is money that is set aside.
    fn has_business(&self, party: PartyId) -> bool {
        let by = By::Party(party);
        let disputed = |of: &Dispute| {
            let trade = self.trades.get(&of.trade);
            of.by == party || trade.is_some_and(|of| [of.buyer, of.seller].contains(&party))
        };
        !self.orders.of(party, None).is_empty()
            || self.redemptions.any(by, |_| true)
            || self.withdrawals.any(by, |_| true)
            || self.makers.get(&party).is_some_and(|of| of.status != MakerStatus::Terminated)
            || self.pledges.any(by, |_| true)
            || self.parties.awaited(&party) != 0
            || self.disputes.open().any(disputed)
            || self.has_open_batches(party)
    }
}
