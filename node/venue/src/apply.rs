//! Which command goes where.

use crate::command::{Actor, Command, Dispatch, Request, Role, Verb};
use crate::event::Event;
use crate::four_eyes::takes_two;
use crate::outcome::{Done, Outcome};
use crate::redemption::RedemptionTerms;
use crate::refusal::Rejection;
use crate::venue::{Answered, Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_model::{Digest, Hasher, Machine, NodeId, Timestamp};

impl Machine for Venue {
    type Command = Command;
    type Outcome = Outcome;
    type Event = Event;

    fn apply(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Event>) -> Outcome {
        self.now = self.now.max(at);
        let mut step = Step { at: self.now, events };
        self.fire_due(&mut step);
        match command {
            Command::Request(request) => self.answer(&mut step, request),
            Command::Dispatch { from, body } => self.dispatch(&mut step, *from, body),
            Command::Notice(notice) => self.notice(&mut step, notice),
            Command::BankBooked(entry) => self.bank_booked(&mut step, entry),
            Command::BankStatus(report) => self.bank_status(&mut step, *report),
            Command::BankStatement(statement) => self.bank_statement(&mut step, statement),
            Command::BankSent(uetr) => self.bank_sent(&mut step, *uetr),
            Command::OpenDay(day) => self.open_day(&mut step, *day),
            Command::OpenCycle(schedule) => self.open_cycle(&mut step, *schedule),
            Command::Tick => {
                self.house_tick(&mut step);
                Ok(Done::Accepted)
            }
        }
    }
}

impl Venue {
    /// Answers a request once: the same id with the same content gets the first answer again,
    /// refusals included; with other content it is refused.
    fn answer(&mut self, step: &mut Step<'_>, request: &Request) -> Outcome {
        let content = content_of(request);
        if let Some(answered) = self.answers.get(&request.id) {
            return match answered.content == content {
                true => answered.outcome.clone(),
                false => Err(Rejection::IdempotencyConflict),
            };
        }
        let outcome = self.request(step, request.actor, &request.verb);
        self.answers.insert(request.id, Answered { content, outcome: outcome.clone() });
        if let Some(until) = step.at.checked_add(self.terms.outcome_kept) {
            self.agenda.insert((until, Due::ForgetAnswer(request.id)));
        }
        outcome
    }

    fn request(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        if !permits(actor.role, verb) {
            return Err(Rejection::NotPermitted);
        }
        match takes_two(verb) {
            true => self.second(step, actor, verb),
            false => self.carry_out(step, actor, verb),
        }
    }

    /// Does what `actor` may ask for.
    pub(crate) fn carry_out(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        let me = actor.party;
        match *verb {
            Verb::Register { party, kind, kyc } => self.register(step, party, kind, kyc),
            Verb::ApplyAsIssuer => self.apply_as_issuer(step, me),
            Verb::ApproveIssuer { issuer, tier, quota } => {
                self.approve_issuer(step, issuer, tier, quota)
            }
            Verb::AuthoriseMerchant { merchant } => self.authorise_merchant(step, me, merchant),
            Verb::Freeze { party, reason } => self.freeze(step, party, reason),
            Verb::Unfreeze { party, reason } => self.unfreeze(step, party, reason),
            Verb::DraftBatch { batch, terms } => self.draft_batch(step, me, batch, terms),
            Verb::SubmitBatch { batch } => self.submit_batch(step, actor, batch),
            Verb::ApproveBatch { batch } => self.approve_batch(step, me, batch),
            Verb::FundBatch { batch } => self.fund_batch(step, actor, batch),
            Verb::MintBatch { batch } => self.mint_batch(step, batch),
            Verb::ListBatch { batch } => self.list_batch(step, actor, batch),
            Verb::PlaceOrder(terms) => self.place_order(step, me, terms),
            Verb::CancelOrder { order } => self.cancel_order(step, actor, order),
            Verb::BuyAbroad(goods) => self.buy_abroad(step, me, goods),
            Verb::Gift { to, series, quantity } => self.gift(step, me, to, (series, quantity)),
            Verb::LockRedemption { redemption, merchant, series, serial, amount } => {
                let terms = RedemptionTerms { redemption, merchant, series, serial, amount };
                self.lock_redemption(step, me, terms)
            }
            Verb::ConfirmRedemption { redemption } => {
                self.confirm_redemption(step, actor, redemption)
            }
            Verb::CancelRedemption { redemption } => {
                self.cancel_redemption(step, actor, redemption)
            }
            Verb::Refund { trade } => self.refund(step, actor, trade),
            Verb::Withdraw { withdrawal, amount } => self.withdraw(step, me, withdrawal, amount),
            Verb::ApproveProposal { proposal } => self.approve_proposal(step, actor, proposal),
            Verb::DismissProposal { proposal } => self.dismiss_proposal(step, actor, proposal),
            Verb::Money(ref act) => self.at_money_desk(step, actor, act),
        }
    }

    /// What another node sent. The envelope's signature and order are checked before it comes
    /// here; whether the sender may say such a thing is checked here.
    fn dispatch(&mut self, step: &mut Step<'_>, from: NodeId, body: &Dispatch) -> Outcome {
        match body {
            Dispatch::Affirm(bundle) => {
                if bundle.nodes() != [from] {
                    return Err(Rejection::NotYours);
                }
                self.affirmed(step, from, bundle)
            }
            Dispatch::Clearing(notice) => {
                if !self.is_house(from) || notice.house() != self.terms.house {
                    return Err(Rejection::NotPermitted);
                }
                self.clearing_notice(step, notice)
            }
            Dispatch::Deal(deal) => self.deal(step, from, deal),
            Dispatch::DealDone { order, fills, .. } => self.deal_done(step, from, *order, fills),
            Dispatch::Propose { bundle, uses, trades } => {
                self.proposed(step, from, bundle, uses, trades)
            }
        }
    }
}

/// Which role may send what. One table, so that it can be read at a glance.
fn permits(role: Role, verb: &Verb) -> bool {
    match verb {
        Verb::Register { .. }
        | Verb::ApproveIssuer { .. }
        | Verb::Freeze { .. }
        | Verb::Unfreeze { .. }
        | Verb::ApproveBatch { .. }
        | Verb::MintBatch { .. }
        | Verb::ApproveProposal { .. }
        | Verb::DismissProposal { .. } => role == Role::Operator,
        Verb::ApplyAsIssuer | Verb::AuthoriseMerchant { .. } | Verb::DraftBatch { .. } => {
            role == Role::Issuer
        }
        Verb::SubmitBatch { .. } | Verb::FundBatch { .. } | Verb::ListBatch { .. } => {
            matches!(role, Role::Issuer | Role::Operator)
        }
        Verb::PlaceOrder(_)
        | Verb::BuyAbroad(_)
        | Verb::Gift { .. }
        | Verb::LockRedemption { .. }
        | Verb::Withdraw { .. } => role == Role::User,
        Verb::CancelOrder { .. } | Verb::Refund { .. } => {
            matches!(role, Role::User | Role::Operator)
        }
        Verb::ConfirmRedemption { .. } | Verb::CancelRedemption { .. } => {
            matches!(role, Role::User | Role::Issuer | Role::Operator)
        }
        Verb::Money(act) => act.permits(role),
    }
}

fn content_of(request: &Request) -> Digest {
    let content = postcard::to_allocvec(&(request.actor, &request.verb));
    let content = content.expect("a command is plain data and always encodes");
    Hasher::new("gcfn/request/v1").part(&content).finish()
}
