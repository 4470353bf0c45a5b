//! A bank to be graded: the simulator with what a run needs on its books.

use super::Terms;
use crate::bank::{ControlRefusal, Deposit};
use crate::config::{AccountConfig, BankConfig, NodeConfig};
use crate::fault::FaultScript;
use crate::file::{FileFault, SharedBank};
use gcfn_anchor::keys::{PublicKey, Signer};
use gcfn_model::{Pool, SettlementAccount};
use std::path::Path;
use std::sync::Arc;

/// So many times the amount of a payment are on the node's user custody.
const TIMES: u64 = 100;

/// Why there is no bank to practise with.
#[derive(Debug, thiserror::Error)]
pub enum PracticeFault {
    /// Its file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// What it was told.
    #[error(transparent)]
    Refused(#[from] ControlRefusal),
}

/// Opens the bank of `terms` in `home`: the node's accounts and the customer's, money on the first
/// of them, the statement of a day before, and today's day open. It signs with `signer`, checks
/// the node by `node`, and misbehaves by `script`.
///
/// # Errors
/// [`PracticeFault`].
pub async fn practise(
    home: &Path,
    terms: &Terms,
    (signer, node): (Option<&Arc<Signer>>, Option<PublicKey>),
    script: FaultScript,
) -> Result<SharedBank, PracticeFault> {
    let book = terms.book();
    let number = |pool| {
        let account = SettlementAccount { node: terms.node, pool };
        book.number(account, terms.currency)
    };
    let own = Pool::ALL.into_iter().map(|pool| AccountConfig {
        number: number(pool),
        node: Some(terms.node),
        name: format!("{} {pool}", terms.node).parse().expect("two short words"),
    });
    let payee = AccountConfig { number: terms.payee.clone(), node: None, name: terms.name.clone() };
    let nodes = vec![NodeConfig { node: terms.node, api: None, folder: None, key: node }];
    let config = BankConfig {
        network: terms.network,
        bic: terms.bank.clone(),
        currency: terms.currency,
        date: terms.date.plus_days(-1),
        accounts: own.chain([payee]).collect(),
        nodes,
    };
    let bank = SharedBank::open(home, &config, signer)?;
    let whole = terms.amount.minor().saturating_mul(TIMES);
    let amount = gcfn_model::Amount::from_minor(whole).unwrap_or(terms.amount);
    let deposit = Deposit {
        account: number(Pool::UserCustody),
        amount: amount.decimal(terms.currency),
        reference: None,
        name: None,
        iban: None,
    };
    let opened = bank.change(|bank| {
        if bank.date() < terms.date {
            if bank.is_open() {
                bank.deposit(&deposit)?;
            }
            bank.begin_day(terms.date)?;
        }
        bank.follow(script);
        Ok::<(), ControlRefusal>(())
    });
    opened.await??;
    Ok(bank)
}
