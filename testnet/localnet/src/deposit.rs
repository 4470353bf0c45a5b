//! Money that somebody pays in by hand, at the simulated bank of a network that runs.

use crate::contract::account;
use crate::layout::Layout;
use crate::network::{Localnet, Wait};
use anyhow::{Context, Result};
use gcfn_api_wire::money::{EntryKind, EntryList};
use gcfn_api_wire::party::{Kind, PartyReport};
use gcfn_model::{Amount, BusinessDate, NodeId, PartyId, Pool};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a bank has booked, and its node has credited.
#[derive(Clone, Debug, Serialize)]
pub struct PaidIn {
    /// To whom.
    pub party: PartyId,
    /// On which account of the node at its bank.
    pub account: String,
    /// How much, as decimal text.
    pub amount: String,
}

/// The day that a bank is in, and whether it books.
#[derive(Deserialize)]
struct BankDay {
    date: BusinessDate,
    open: bool,
}

/// Has the bank of `node` book what `party` pays in, with the reference that the node has told
/// the party, and waits until the node has heard of it. A bank whose day is over begins the next.
///
/// # Errors
/// When the node does not know the party, the amount is none of its currency, or the node has not
/// heard of it in time.
pub async fn pay_in(
    net: &mut Localnet,
    node: NodeId,
    (party, amount): (PartyId, &str),
) -> Result<PaidIn> {
    let currency = Layout::rules(net.layout.node(node)?)?.currency;
    Amount::parse(amount, currency).with_context(|| format!("read {amount} as {currency}"))?;
    let operator = net.operator(node)?;
    let known: PartyReport = operator.get(&format!("/api/v1/admin/users/{party}")).await?;
    let pool = match known.kind {
        Kind::Issuer => Pool::IssuerEscrow,
        Kind::User | Kind::Merchant | Kind::Member => Pool::UserCustody,
    };
    let account = account(node, pool, currency);
    let credited = async || {
        let list: EntryList = operator.get("/api/v1/admin/postings").await?;
        let of_party = list.entries.iter().filter(|entry| {
            let to = entry.to.0.to_string();
            entry.kind == EntryKind::Deposit && to.split('.').any(|word| word == party.to_string())
        });
        Ok::<_, anyhow::Error>(of_party.map(|entry| entry.number).max())
    };
    let before = credited().await?;
    let bank = net.bank(currency)?;
    let day: BankDay = bank.get("/control/date").await?;
    if !day.open {
        // A demo has ended it; a bank books on a day.
        bank.tell("/control/date", &json!({ "date": day.date.plus_days(1) })).await?;
    }
    let body = json!({ "account": account, "amount": amount, "reference": party });
    bank.tell("/control/deposit", &body).await?;
    let there = async || Ok((before < credited().await?).then_some(()));
    net.until(Wait::new(node, "the bank's word of the deposit"), there).await?;
    Ok(PaidIn { party, account, amount: amount.to_owned() })
}
