//! Both ledgers together, and the digest that commits to them.
//!
//! Decides what a state root covers and how one account or one coupon is shown to be in it.

use crate::{Account, Holder, Ledger, Lot, ProofFault, Side, SumNode, SumProof, Terms, Title};
use alloc::vec::Vec;
use gcfn_model::{Amount, Currency, Digest, Hasher, Serial, SeriesId};
use gcfn_table::Freeze;
use serde::{Deserialize, Serialize};

/// Money and title of one node. They are independent: what belongs together, such as the two
/// sides of a trade, is kept together by whoever changes both.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Books {
    /// Who has which money.
    pub money: Ledger,
    /// Who has which coupons.
    pub title: Title,
}

impl Books {
    /// One digest of all balances and all holdings.
    ///
    /// It depends on the accepted operations and their order only: not on refused ones, on when
    /// it is asked for, or on snapshots in between. Costs a few hashes per account or range of
    /// coupons that changed since it was last asked for.
    pub fn state_root(&mut self) -> Digest {
        self.roots().digest()
    }

    /// What the state root is made of: the totals of every currency, and the title root.
    pub fn roots(&mut self) -> Roots {
        let currencies: Vec<Currency> = self.money.currencies().collect();
        let roots = |currency| {
            let debit = self.money.root(currency, Side::Debit);
            (currency, debit, self.money.root(currency, Side::Credit))
        };
        Roots { money: currencies.into_iter().map(roots).collect(), title: self.title.root() }
    }

    /// The proof of one account's balance on its normal side, `None` when it was never opened.
    pub fn prove_account(&mut self, account: Account, currency: Currency) -> Option<SumProof> {
        self.money.prove(account, currency)
    }

    /// The proof of who holds one coupon, `None` when there is no such coupon.
    pub fn prove_coupon(&mut self, id: SeriesId, serial: Serial) -> Option<CouponProof> {
        let terms = self.title.terms(id)?;
        let redeemed_in_part = self.title.redeemed_in_part(id);
        let (holder, lot, within_series, within_title) = self.title.prove(id, serial)?;
        Some(CouponProof { terms, redeemed_in_part, holder, lot, within_series, within_title })
    }
}

impl Freeze for Books {
    fn shared(&self) -> Books {
        Books { money: self.money.shared(), title: self.title.shared() }
    }
}

/// The roots that a state root covers; small enough to be published whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roots {
    /// Per currency in use, in order: the debit root and the credit root. Their sums are equal.
    pub money: Vec<(Currency, SumNode, SumNode)>,
    /// The root over all series; its sum counts coupons.
    pub title: SumNode,
}

impl Roots {
    /// The state root.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let bytes = postcard::to_allocvec(self).expect("roots are plain data");
        let mut hasher = Hasher::new("gcfn/state/v1");
        hasher.part(&bytes);
        hasher.finish()
    }

    /// Checks that `account` is counted here with the sum of `proof` on its normal side.
    ///
    /// # Errors
    /// [`ProofFault`].
    pub fn verify_account(
        &self,
        account: Account,
        currency: Currency,
        proof: &SumProof,
    ) -> Result<(), ProofFault> {
        let root = self.money.iter().find(|(c, ..)| *c == currency).ok_or(ProofFault::Root)?;
        let (_, debit, credit) = root;
        match account.normal() {
            Side::Debit => proof.verify(debit, &account),
            Side::Credit => proof.verify(credit, &account),
        }
    }

    /// Checks that coupon `serial` of `series` is held as `proof` says.
    ///
    /// # Errors
    /// [`ProofFault`].
    pub fn verify_coupon(
        &self,
        series: SeriesId,
        serial: Serial,
        proof: &CouponProof,
    ) -> Result<(), ProofFault> {
        let range = proof.lot.range;
        let covers = range.first <= serial && serial < range.end;
        if !covers || proof.within_series.sum != u128::from(range.count()) {
            return Err(ProofFault::OtherCoupons);
        }
        let runs = proof.within_series.root(&(proof.holder, proof.lot))?;
        if runs.sum != u128::from(proof.terms.quantity) || runs.sum != proof.within_title.sum {
            return Err(ProofFault::Root);
        }
        let key = (series, proof.terms, proof.redeemed_in_part, runs.hash);
        proof.within_title.verify(&self.title, &key)
    }
}

/// Who holds one coupon, in which condition, and that the state root says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponProof {
    /// The terms of its series.
    pub terms: Terms,
    /// Face of its series redeemed in part.
    pub redeemed_in_part: Amount,
    /// Who holds it.
    pub holder: Holder,
    /// The lot that it is in.
    pub lot: Lot,
    /// The lot within its series.
    pub within_series: SumProof,
    /// The series within the title root.
    pub within_title: SumProof,
}
