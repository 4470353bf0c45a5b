//! Money in and out, and where it stands with houses and banks.

use crate::route::{Body, Read, Write};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::{
    CycleList, CycleReport, DepositInstructions, InstructionList, InstructionReport,
    WithdrawalRequest, WithdrawalTaken,
};
use gcfn_api_wire::term::Text;
use gcfn_clearing::House;
use gcfn_model::{Pool, WithdrawalId};
use gcfn_venue::{Role, Verb};

pub(crate) async fn withdraw(
    call: Write,
    Body(request): Body<WithdrawalRequest>,
) -> Result<WithdrawalTaken, Problem> {
    let amount = call.api.amount("amount", request.amount)?;
    let withdrawal = WithdrawalId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::Withdraw { withdrawal, amount }).await?;
    Ok(WithdrawalTaken { withdrawal: Text(withdrawal), as_of: call.as_of() })
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
        CycleList { cycles: cycles.map(CycleReport::from).collect(), as_of }
    }))
}

pub(crate) async fn instructions(call: Read, (): ()) -> Result<InstructionList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let open = venue.desk().payments().filter(|payment| payment.state.is_open());
        let now = venue.now();
        let mut instructions: Vec<InstructionReport> =
            open.map(|payment| InstructionReport::new(payment, now)).collect();
        instructions.sort_by_key(|instruction| instruction.since);
        InstructionList { instructions, as_of }
    }))
}
