//! What becomes of fees: shares paid out, rebates, penalties, stakes.

use crate::route::{Body, Read, Write};
use gcfn_api_wire::fees::{
    FeeHeld, PenaltyNotice, RebateGrant, ReviewReward, ShareHeld, SharePayout, ShareReport,
    StakeCut, StakeReport, StakeReturn,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::{Account, FeeKind, ShareKind};
use gcfn_model::NodeId;
use gcfn_venue::{MoneyAct, Penalty, Slashing};

pub(crate) async fn shares(call: Read, (): ()) -> Result<ShareReport, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let (currency, table) = (venue.terms().currency, venue.terms().money.shares);
        let held = |account| Money::new(venue.books().money.amount(account, currency), currency);
        let shares = ShareKind::ALL.iter().map(|share| ShareHeld {
            share: (*share).into(),
            amount: held(Account::Share(*share)),
        });
        let collected = FeeKind::ALL
            .iter()
            .map(|fee| FeeHeld { fee: fee.word().to_owned(), amount: held(Account::Fee(*fee)) });
        ShareReport {
            region_bp: table.region.0,
            partner_bp: table.partner.0,
            shares: shares.collect(),
            collected: collected.collect(),
            as_of,
        }
    }))
}

pub(crate) async fn pay_share(
    call: Write,
    Body(sent): Body<SharePayout>,
) -> Result<Accepted, Problem> {
    let (share, Text(to)) = (sent.share.into(), sent.to);
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(MoneyAct::PayShare { share, to, amount }.into()).await
}

pub(crate) async fn grant_rebate(
    call: Write,
    Body(sent): Body<RebateGrant>,
) -> Result<Accepted, Problem> {
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(MoneyAct::GrantRebate { party: sent.party.0, amount }.into()).await
}

pub(crate) async fn reward_review(
    call: Write,
    Body(sent): Body<ReviewReward>,
) -> Result<Accepted, Problem> {
    let ReviewReward { party: Text(party), review: Text(review) } = sent;
    call.accepted(MoneyAct::RewardReview { party, review }.into()).await
}

pub(crate) async fn impose_penalty(
    call: Write,
    Body(sent): Body<PenaltyNotice>,
) -> Result<Accepted, Problem> {
    let penalty = Penalty {
        party: sent.party.0,
        amount: call.api.amount("amount", sent.amount)?,
        reason: sent.reason.into(),
        evidence: sent.evidence.0,
    };
    call.accepted(MoneyAct::ImposePenalty(penalty).into()).await
}

pub(crate) async fn stake(call: Read<NodeId>, (): ()) -> Result<StakeReport, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let stake = venue.books().money.amount(Account::Stake(call.id), currency);
        StakeReport { stake: Money::new(stake, currency), as_of }
    }))
}

pub(crate) async fn return_stake(
    call: Write<NodeId>,
    Body(sent): Body<StakeReturn>,
) -> Result<Accepted, Problem> {
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(MoneyAct::ReturnStake { node: call.id, amount }.into()).await
}

pub(crate) async fn slash(
    call: Write<NodeId>,
    Body(sent): Body<StakeCut>,
) -> Result<Accepted, Problem> {
    let slashing = Slashing {
        node: call.id,
        amount: call.api.amount("amount", sent.amount)?,
        evidence: sent.evidence.0,
    };
    call.accepted(MoneyAct::Slash(slashing).into()).await
}
