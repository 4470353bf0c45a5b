//! Money in and out, and where it stands with houses and banks.

use crate::handlers::page_of;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::bank::BankQueue;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::{
    CycleList, CycleReport, DepositInstructions, InstructionList, InstructionReport,
    WithdrawalList, WithdrawalPage, WithdrawalReport, WithdrawalRequest, WithdrawalTaken,
};
use gcfn_api_wire::term::Text;
use gcfn_clearing::House;
use gcfn_model::{Pool, WithdrawalId};
use gcfn_venue::{MoneyAct, Role, Verb};

pub(crate) async fn withdraw(
    call: Write,
    Body(request): Body<WithdrawalRequest>,
) -> Result<WithdrawalTaken, Problem> {
    let amount = call.api.amount("amount", request.amount)?;
    let withdrawal = WithdrawalId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::Withdraw { withdrawal, amount }).await?;
    Ok(WithdrawalTaken { withdrawal: Text(withdrawal), as_of: call.as_of() })
}

/// The caller's own; overseers see all.
pub(crate) async fn withdrawals(
    call: Read,
    Query(page): Query<WithdrawalPage>,
) -> Result<WithdrawalList, Problem> {
    let party = (!call.caller.oversees()).then_some(call.caller.party);
    let after = page.after.map(|Text(withdrawal)| withdrawal);
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let known = venue.withdrawals_after(party, after);
        let seen = known.map(|(id, of)| (*id, WithdrawalReport::new(*id, of, currency)));
        let (withdrawals, next) = page_of(seen, page.limit);
        WithdrawalList { withdrawals, next: next.map(Text), as_of }
    }))
}

pub(crate) async fn approve_withdrawal(
    call: Write<WithdrawalId>,
    (): (),
) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::ApproveWithdrawal { withdrawal: call.id }.into()).await
}

pub(crate) async fn cancel_withdrawal(
    call: Write<WithdrawalId>,
    (): (),
) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::CancelWithdrawal { withdrawal: call.id }.into()).await
}

pub(crate) async fn deposits(call: Read, (): ()) -> Result<DepositInstructions, Problem> {
    let pool = match call.caller.scope.role() {
        Role::Issuer => Pool::IssuerEscrow,
        _ => Pool::UserCustody,
    };
    let account = call.api.settings().deposit_accounts.get(&pool).cloned();
    Ok(DepositInstructions {
        reference: Text(call.caller.party),
        currency: Text(call.api.terms().currency),
        account: account.ok_or(Code::NotFound)?,
    })
}

pub(crate) async fn cycles(call: Read, (): ()) -> Result<CycleList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let cycles = venue.house().into_iter().flat_map(House::cycles);
        let cycles = cycles.map(|cycle| CycleReport::new(cycle, venue.now())).collect();
        CycleList { cycles, as_of }
    }))
}

/// What banks have not finished of the venue's and of the house that the node runs.
pub(crate) async fn instructions(call: Read, (): ()) -> Result<InstructionList, Problem> {
    let (now, queues) = (call.api.node().now(), call.api.bank_queues());
    if let Some(gateway) = call.api.venue() {
        return Ok(gateway.read(|venue, as_of| {
            let open = venue.desk().payments().filter(|payment| payment.state.is_open());
            let own = open.map(|payment| InstructionReport::new(payment, now));
            let house = venue.house().into_iter();
            let house = house.flat_map(|house| InstructionReport::of_house(house, now));
            oldest_first(own.chain(house), queues, as_of)
        }));
    }
    let seen = call.api.federation().read(|council, as_of| {
        oldest_first(InstructionReport::of_house(council.house(), now), queues, as_of)
    });
    seen.ok_or_else(|| Code::NotFound.into())
}

fn oldest_first(
    instructions: impl Iterator<Item = InstructionReport>,
    queues: Vec<BankQueue>,
    as_of: u64,
) -> InstructionList {
    let mut instructions: Vec<InstructionReport> = instructions.collect();
    instructions.sort_by_key(|instruction| instruction.since);
    InstructionList { instructions, queues, as_of }
}
