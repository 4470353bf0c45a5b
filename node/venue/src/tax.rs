//! Tax that the region makes the node withhold (P-29): on top of what an event costs, into
//! the hub.

use crate::money_event::MoneyEvent;
use crate::settlement::committed;
use crate::trade::Trade;
use crate::transfer::waiting;
use crate::venue::{Step, Venue};
use crate::withdrawal::Withdrawal;
use gcfn_ledger::{Account, Posting, TaxKind};
use gcfn_model::{Amount, BasisPoints, Rounding};
use serde::{Deserialize, Serialize};

/// What is withheld on one kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// As what.
    pub kind: TaxKind,
    /// Of the event's value, rounded half up to the minor unit (D-35).
    pub rate: BasisPoints,
}

impl TaxRate {
    /// Nothing.
    pub const NONE: TaxRate = TaxRate { kind: TaxKind::Withholding, rate: BasisPoints(0) };

    /// The tax on `value`.
    #[must_use]
    pub fn of(self, value: Amount) -> Amount {
        self.rate.of(value, Rounding::HalfUp).unwrap_or(Amount::ZERO)
    }
}

/// What is withheld on which event; nothing unless the region's template says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTerms {
    /// Of the value of a resale, from what its seller is paid.
    pub resale: TaxRate,
    /// Of the amount withdrawn, on top of it.
    pub withdrawal: TaxRate,
}

impl TaxTerms {
    /// The seeds name the option and no rate.
    pub const NONE: TaxTerms = TaxTerms { resale: TaxRate::NONE, withdrawal: TaxRate::NONE };
}

impl Venue {
    /// Brings `amount` of tax, which `from` has been checked to have, to the hub.
    pub(crate) fn withhold(
        &mut self,
        step: &mut Step<'_>,
        rate: TaxRate,
        from: Account,
        amount: Amount,
    ) {
        if amount.is_zero() {
            return;
        }
        let (kind, to) = (rate.kind, Account::Tax(rate.kind));
        self.move_money(step, Posting::TaxWithheld, (from, to), amount);
        step.emit(MoneyEvent::TaxWithheld { kind, from: waiting(from), amount }.into());
    }

    /// The tax on a withdrawal that the bank has paid, set aside when it was asked for.
    pub(crate) fn withhold_on_withdrawal(&mut self, step: &mut Step<'_>, paid: &Withdrawal) {
        let rate = self.terms.money.taxes.withdrawal;
        self.withhold(step, rate, committed(paid.party), paid.tax);
    }

    /// The tax on a resale, out of what its seller has just been paid.
    pub(crate) fn withhold_on_resale(&mut self, step: &mut Step<'_>, trade: &Trade) {
        let rate = self.terms.money.taxes.resale;
        let tax = rate.of(trade.value()).min(trade.proceeds());
        let paid = self.free_account(trade.seller);
        self.withhold(step, rate, paid, tax.min(self.amount(paid)));
    }
}
