//! Accounts, entries, holds and the title ledger of coupon units.
