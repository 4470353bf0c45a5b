//! A payment of the node at its bank, beside its booking: the bank's answers, its silence, and
//! what is asked back (P-17).
//!
//! Nothing of it moves money to or from a bank. What is held for a payment is released when the
//! bank has refused it or given it up, and on no other word.

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::settlement::Purpose;
use crate::venue::{Step, Venue};
use gcfn_banking::{
    BankWord, BreakResolution, DeskAct, DeskEvent, Instruction, StatusChange, StatusReport,
};
use gcfn_clearing::House;
use gcfn_model::{Pool, Uetr};

impl Venue {
    /// The bank answered an instruction. Only a refusal changes anything: what was held for the
    /// payment is released.
    pub(crate) fn bank_status(&mut self, step: &mut Step<'_>, report: StatusReport) -> Outcome {
        if self.is_of_house(report.uetr) {
            return self.house_status(step, report);
        }
        let change = self.desk.status(step.at, report);
        match change.map_err(Rejection::from)? {
            StatusChange::Rejected { instruction, .. } => {
                step.emit(Event::InstructionRejected { instruction: instruction.id });
                self.not_paid(step, &instruction);
            }
            StatusChange::Answered(event) => self.desk_event(step, event),
            StatusChange::Accepted(_) => {}
            StatusChange::Unchanged => return Ok(Done::Repeated),
        }
        Ok(Done::Accepted)
    }

    /// A payment's message is signed and archived; it is handed to the bank next.
    pub(crate) fn bank_signed(&mut self, step: &mut Step<'_>, uetr: Uetr) -> Outcome {
        let is_of_house = self.is_of_house(uetr);
        let signed = match self.house.as_mut().filter(|_| is_of_house) {
            Some(house) => house.signed(step.at, uetr),
            None => self.desk.signed(step.at, uetr),
        };
        signed.map(|()| Done::Accepted).map_err(Rejection::from)
    }

    /// A payment has been handed to the bank; its age counts from here.
    pub(crate) fn bank_sent(&mut self, step: &mut Step<'_>, uetr: Uetr) -> Outcome {
        let is_of_house = self.is_of_house(uetr);
        let sent = match self.house.as_mut().filter(|_| is_of_house) {
            Some(house) => house.sent(step.at, uetr),
            None => self.desk.sent(step.at, uetr),
        };
        sent.map(|()| Done::Accepted).map_err(Rejection::from)
    }

    /// The bank said something else about a payment, or the channel does not know what became
    /// of it.
    pub(crate) fn bank_word(&mut self, step: &mut Step<'_>, word: &BankWord) -> Outcome {
        let at = step.at;
        if self.is_of_house(word.uetr()) {
            let news = self.in_house(step, |house, _, events| house.heard(at, word, events))?;
            let news = news.map_err(Rejection::from)?;
            return Ok(if news { Done::Accepted } else { Done::Repeated });
        }
        let Some(event) = self.desk.heard(at, word).map_err(Rejection::from)? else {
            return Ok(Done::Repeated);
        };
        self.desk_event(step, event);
        Ok(Done::Accepted)
    }

    /// Staff ask about a payment or a break, of the node or of its house.
    pub(crate) fn act_at_bank(&mut self, step: &mut Step<'_>, act: DeskAct) -> Outcome {
        let at = step.at;
        if let DeskAct::AskForStatements { pool, .. } = act {
            return self.ask_for_statements(step, pool, act);
        }
        if self.house_concerned_by(act).is_some() {
            let done = self.in_house(step, |house, ledger, events| {
                house.act_at_bank(at, act, ledger, events)
            })?;
            return done.map(|()| Done::Accepted).map_err(Rejection::from);
        }
        self.keep_pay_ins(act)?;
        if let DeskAct::Resolve(wish) = act {
            return self.resolve_break(step, &wish);
        }
        for event in self.desk.carry_out(at, act).map_err(Rejection::from)? {
            self.desk_event(step, event);
        }
        Ok(Done::Accepted)
    }

    /// Refuses at the first person what the second would only be refused as well.
    pub(crate) fn foresee_at_bank(&self, act: DeskAct) -> Result<(), Rejection> {
        match self.house_concerned_by(act) {
            Some(house) => house.desk().check_act(act).map_err(Rejection::from),
            None => {
                self.desk.check_act(act)?;
                self.keep_pay_ins(act)
            }
        }
    }

    /// What the house has been paid is in what it has settled: a member that could take it back
    /// would leave the house without the money that it owes others.
    fn keep_pay_ins(&self, act: DeskAct) -> Result<(), Rejection> {
        let DeskAct::Recall { payment, .. } = act else { return Ok(()) };
        match self.desk.payment(payment).map(|known| known.instruction.purpose) {
            Some(Purpose::PayIn { .. }) => Err(Rejection::CalledFor),
            _ => Ok(()),
        }
    }

    fn house_concerned_by(&self, act: DeskAct) -> Option<&House> {
        self.house.as_ref().filter(|house| match act {
            DeskAct::Ask { payment } | DeskAct::Recall { payment, .. } => self.is_of_house(payment),
            DeskAct::Assign { id, .. } | DeskAct::Resolve(BreakResolution { id, .. }) => {
                house.desk().find_break(id).is_some()
            }
            // Of whichever accounts: the desks know theirs.
            DeskAct::AskForStatements { .. } => false,
        })
    }

    /// Asks about every payment of the node that the bank has been silent about for too long, and
    /// for statements that have not come.
    pub(crate) fn ask_banks(&mut self, step: &mut Step<'_>) {
        for event in self.desk.ask_due(step.at) {
            self.desk_event(step, event);
        }
    }

    fn desk_event(&mut self, step: &mut Step<'_>, event: DeskEvent<Purpose>) {
        step.emit(Event::Bank(event));
        if let DeskEvent::Cancelled(payment) = &event {
            self.not_paid(step, payment);
        }
    }

    /// Whether the house has instructed the payment. What a member pays in the house only expects:
    /// where the member is this node, the bank speaks of it to the node.
    fn is_of_house(&self, uetr: Uetr) -> bool {
        let known = self.house.as_ref().and_then(|house| house.desk().payment(uetr));
        known.is_some_and(|payment| payment.instruction.debtor.pool == Pool::ClearingHouse)
    }

    /// The bank has not paid and will not: what was held for the payment is free again.
    fn not_paid(&mut self, step: &mut Step<'_>, payment: &Instruction<Purpose>) {
        match payment.purpose {
            Purpose::Withdrawal(withdrawal) => self.withdrawal_failed(step, withdrawal),
            Purpose::MerchantPayOut(merchant) => self.owe_merchant(merchant, payment.amount),
            Purpose::IssuerPayOut(payout) => self.issuer_payout_failed(step, payout),
            // What a house is owed it calls for again; what it owes it pays again.
            Purpose::PayIn { .. } | Purpose::PayOut { .. } => {}
        }
    }
}
