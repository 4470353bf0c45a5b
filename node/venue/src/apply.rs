//! Which command goes where.

use crate::answers::Known;
use crate::command::{Actor, Command, Request, Verb};
use crate::dispatch::Dispatch;
use crate::event::Event;
use crate::four_eyes::takes_two;
use crate::gift::Present;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::roles::permits;
use crate::units::Units;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_model::{Machine, NodeId, PartyId, Timestamp};
use gcfn_table::{Freeze, Frozen};

/// The verbs of issuers and of those who watch over them, as a pattern: so the match that it is part
/// of names every verb, and a new one that has no place does not compile.
macro_rules! issuing {
    () => {
        Verb::ApplyAsIssuer
            | Verb::ApproveIssuer { .. }
            | Verb::RejectIssuer { .. }
            | Verb::GrantQuota { .. }
            | Verb::SuspendIssuer { .. }
            | Verb::ReinstateIssuer { .. }
            | Verb::TerminateIssuer { .. }
            | Verb::RecordComplaint { .. }
            | Verb::AuthoriseMerchant { .. }
            | Verb::WithdrawDeposit { .. }
            | Verb::PayOutProceeds { .. }
            | Verb::DeclareDefault { .. }
            | Verb::CloseDefault { .. }
            | Verb::CompensateHolders { .. }
            | Verb::PublishTemplate(_)
            | Verb::RetireTemplate { .. }
            | Verb::DraftBatch { .. }
            | Verb::AmendBatch { .. }
            | Verb::SubmitBatch { .. }
            | Verb::ScreenBatch { .. }
            | Verb::ApproveBatch { .. }
            | Verb::RejectBatch { .. }
            | Verb::WithdrawBatch { .. }
            | Verb::FundBatch { .. }
            | Verb::TopUpReserve { .. }
            | Verb::MintBatch { .. }
            | Verb::ListBatch { .. }
            | Verb::DelistBatch { .. }
            | Verb::SuspendBatch { .. }
            | Verb::ResumeBatch { .. }
            | Verb::RecallBatch { .. }
            | Verb::Alliance(_)
    };
}

impl Machine for Venue {
    type Command = Command;
    type Outcome = Outcome;
    type Event = Event;
    type Frozen = Frozen<Venue>;

    fn freeze(&self) -> Frozen<Venue> {
        Freeze::freeze(self)
    }

    fn apply(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Event>) -> Outcome {
        let mut step = Step { at: self.now.max(at), events };
        self.fire_due(&mut step);
        self.now = step.at;
        match command {
            Command::Request(request) => self.answer(&mut step, request),
            Command::Dispatch { from, body } => self.dispatch(&mut step, *from, body),
            Command::Notice(notice) => self.notice(&mut step, notice),
            Command::BankBooked(entry) => self.bank_booked(&mut step, entry),
            Command::BankStatus(report) => self.bank_status(&mut step, *report),
            Command::BankStatement(statement) => self.bank_statement(&mut step, statement),
            Command::BankSigned(uetr) => self.bank_signed(&mut step, *uetr),
            Command::BankSent(uetr) => self.bank_sent(&mut step, *uetr),
            Command::OpenDay(day) => self.open_day(&mut step, *day),
            Command::OpenCycle(schedule) => self.open_cycle(&mut step, *schedule),
            Command::BankPart(part) => self.bank_part(&mut step, part),
            Command::BankReport(report) => self.bank_report(&mut step, report),
            Command::BankWord(word) => self.bank_word(&mut step, word),
            Command::BankAlarm(seen) => self.bank_alarm(&mut step, *seen),
            Command::Tick => {
                self.house_tick(&mut step);
                self.ask_banks(&mut step);
                Ok(Done::Accepted)
            }
        }
    }
}

impl Venue {
    /// Answers a request once: the same id with the same content gets the first answer again,
    /// refusals included; with other content it is refused.
    fn answer(&mut self, step: &mut Step<'_>, request: &Request) -> Outcome {
        let content = self.answers.content_of(request);
        match self.answers.find(request.id, content, step.at) {
            Some(Known::Answered(outcome)) => return outcome,
            Some(Known::Conflict) => return Err(Rejection::IdempotencyConflict),
            None => {}
        }
        let outcome = self.request(step, request.actor, &request.verb);
        let until = step.at.checked_add(self.terms.outcome_kept);
        self.answers.keep(request.id, content, outcome.clone(), until);
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

    /// What holders do with coupons that they keep themselves.
    fn use_coupons(&mut self, step: &mut Step<'_>, me: PartyId, verb: &Verb) -> Outcome {
        match *verb {
            Verb::Gift { to, series, quantity } => {
                self.gift(step, me, &Present { to, series, units: Units::Any(quantity) })
            }
            Verb::GiveMany(ref presents) => self.give_many(step, me, presents),
            Verb::LockRedemption(terms) => self.lock_redemption(step, me, terms),
            _ => Err(Rejection::NotPermitted),
        }
    }

    /// Does what `actor` may ask for. Names every verb; what a table below does not know is not its.
    pub(crate) fn carry_out(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        let me = actor.party;
        match *verb {
            Verb::Register { party, kind, kyc } => self.register(step, party, kind, kyc),
            Verb::Freeze { party, reason } => self.freeze(step, party, reason),
            Verb::Unfreeze { party, reason } => self.unfreeze(step, party, reason),
            Verb::Money(ref act) => self.at_money_desk(step, actor, act),
            Verb::Clearing(ref act) => self.at_clearing_house(step, actor, act),
            Verb::Bank(act) => self.act_at_bank(step, act),
            Verb::PlaceOrder(_)
            | Verb::AmendOrder(_)
            | Verb::CancelOrder { .. }
            | Verb::CancelOrders { .. }
            | Verb::CancelBook { .. }
            | Verb::BatchOrders(_)
            | Verb::OfferTranche(_)
            | Verb::BuyBack(_)
            | Verb::HaltSeries { .. }
            | Verb::ResumeSeries { .. } => self.trade_in_book(step, actor, verb),
            Verb::MakeOffer(_)
            | Verb::TakeOffer { .. }
            | Verb::DeclineOffer { .. }
            | Verb::WithdrawOffer { .. }
            | Verb::OpenAuction(_)
            | Verb::Bid { .. }
            | Verb::CancelAuction { .. } => self.trade_outside(step, actor, verb),
            Verb::ApplyAsMaker
            | Verb::ApproveMaker { .. }
            | Verb::AppointMaker { .. }
            | Verb::SuspendMaker { .. }
            | Verb::ResumeMaker { .. }
            | Verb::LeaveMaking
            | Verb::TerminateMaker { .. }
            | Verb::PenaliseMaker { .. }
            | Verb::SetDuty { .. }
            | Verb::LiftDuty { .. } => self.make_markets(step, me, verb),
            Verb::BuyAbroad(goods) => self.buy_abroad(step, me, goods),
            Verb::Gift { .. } | Verb::GiveMany(_) | Verb::LockRedemption(_) => {
                self.keeps_own(actor)?;
                self.use_coupons(step, me, verb)
            }
            Verb::ConfirmRedemption { redemption, detail } => {
                self.confirm_redemption(step, actor, redemption, detail)
            }
            Verb::CancelRedemption { redemption } => {
                self.cancel_redemption(step, actor, redemption)
            }
            Verb::Refund { trade } => self.refund(step, actor, trade),
            Verb::Withdraw { withdrawal, amount } => self.withdraw(step, me, withdrawal, amount),
            Verb::ApproveProposal { proposal } => self.approve_proposal(step, actor, proposal),
            Verb::DismissProposal { proposal } => self.dismiss_proposal(step, actor, proposal),
            issuing!() => self.carry_out_issuing(step, actor, verb),
        }
    }

    /// The verbs of issuers and of those who watch over them.
    fn carry_out_issuing(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        let me = actor.party;
        match *verb {
            Verb::ApplyAsIssuer => self.apply_as_issuer(step, me),
            Verb::ApproveIssuer { issuer, tier, quota } => {
                self.approve_issuer(step, me, issuer, (tier, quota))
            }
            Verb::AuthoriseMerchant { merchant } => self.authorise_merchant(step, me, merchant),
            Verb::DraftBatch { batch, terms } => self.draft_batch(step, me, batch, terms),
            Verb::SubmitBatch { batch } => self.submit_batch(step, actor, batch),
            Verb::ApproveBatch { batch } => self.approve_batch(step, me, batch),
            Verb::FundBatch { batch } => self.fund_batch(step, actor, batch),
            Verb::MintBatch { batch } => self.mint_batch(step, batch),
            Verb::ListBatch { batch } => self.list_batch(step, actor, batch),
            Verb::PublishTemplate(version) => self.publish_template(step, actor, version),
            Verb::RetireTemplate { template, version } => {
                self.retire_template(step, actor, template, version)
            }
            Verb::AmendBatch { batch, terms } => self.amend_batch(step, me, batch, terms),
            Verb::ScreenBatch { batch, clear } => self.screen_batch(step, batch, clear),
            Verb::RejectBatch { batch, reason } => self.reject_batch(step, me, batch, reason),
            Verb::WithdrawBatch { batch } => self.withdraw_batch(step, actor, batch),
            Verb::SuspendBatch { batch, reason } => self.suspend_batch(step, batch, reason),
            Verb::ResumeBatch { batch } => self.resume_batch(step, batch),
            Verb::DelistBatch { batch } => self.delist_batch(step, actor, batch),
            Verb::RecallBatch { batch } => self.recall_batch(step, actor, batch),
            Verb::Alliance(act) => self.ally(step, me, act),
            Verb::TopUpReserve { batch, amount } => self.top_up_reserve(step, actor, batch, amount),
            Verb::RejectIssuer { issuer, reason } => self.reject_issuer(step, issuer, reason),
            Verb::GrantQuota { issuer, quota } => self.grant_quota(step, issuer, quota),
            Verb::SuspendIssuer { issuer } => self.suspend_issuer(step, issuer),
            Verb::ReinstateIssuer { issuer } => self.reinstate_issuer(step, issuer),
            Verb::TerminateIssuer { issuer } => self.terminate_issuer(step, issuer),
            Verb::RecordComplaint { issuer } => self.record_complaint(step, issuer),
            Verb::WithdrawDeposit { amount } => self.withdraw_deposit(step, me, amount),
            Verb::PayOutProceeds { withdrawal, amount } => {
                self.pay_out_proceeds(step, me, withdrawal, amount)
            }
            Verb::DeclareDefault { issuer, severity } => {
                self.declare_default(step, issuer, severity)
            }
            Verb::CloseDefault { issuer } => self.close_default(step, issuer),
            Verb::CompensateHolders { batch } => self.compensate(step, batch),
            _ => Err(Rejection::NotPermitted),
        }
    }

    /// Orders, and the phases of the book that they are for.
    fn trade_in_book(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        let me = actor.party;
        match *verb {
            Verb::PlaceOrder(terms) => self.place_order(step, me, terms),
            Verb::CancelOrder { order } => self.cancel_order(step, actor, order),
            Verb::CancelOrders { party, series } => self.cancel_orders(step, actor, party, series),
            Verb::AmendOrder(amendment) => self.amend_order(step, me, amendment),
            Verb::HaltSeries { series } => self.halt_series(step, series),
            Verb::ResumeSeries { series } => self.resume_series(step, series),
            Verb::CancelBook { series } => self.cancel_book(step, series),
            Verb::BatchOrders(ref acts) => self.batch_orders(step, actor, acts),
            Verb::OfferTranche(tranche) => self.offer_tranche(step, me, tranche),
            Verb::BuyBack(wanted) => self.buy_back(step, me, wanted),
            _ => Err(Rejection::NotPermitted),
        }
    }

    /// Offers and auctions: whatever trades without the book.
    fn trade_outside(&mut self, step: &mut Step<'_>, actor: Actor, verb: &Verb) -> Outcome {
        let me = actor.party;
        match verb {
            Verb::MakeOffer(terms) => self.make_offer(step, me, terms),
            Verb::TakeOffer { offer, units } => self.take_offer(step, me, *offer, units),
            Verb::DeclineOffer { offer } => self.decline_offer(step, me, *offer),
            Verb::WithdrawOffer { offer } => self.withdraw_offer(step, actor, *offer),
            Verb::OpenAuction(terms) => self.open_auction(step, me, terms),
            Verb::Bid { auction, price } => self.bid(step, me, *auction, *price),
            Verb::CancelAuction { auction } => self.cancel_auction(step, actor, *auction),
            _ => Err(Rejection::NotPermitted),
        }
    }

    /// Everything about market makers.
    fn make_markets(&mut self, step: &mut Step<'_>, me: PartyId, verb: &Verb) -> Outcome {
        match *verb {
            Verb::ApplyAsMaker => self.apply_as_maker(step, me),
            Verb::ApproveMaker { maker } => self.approve_maker(step, maker),
            Verb::AppointMaker { maker } => self.appoint_maker(step, maker),
            Verb::SuspendMaker { maker } => self.suspend_maker(step, maker),
            Verb::ResumeMaker { maker } => self.resume_maker(step, maker),
            Verb::LeaveMaking => self.leave_making(step, me),
            Verb::TerminateMaker { maker } => self.terminate_maker(step, maker),
            Verb::PenaliseMaker { maker, amount } => self.penalise_maker(step, maker, amount),
            Verb::SetDuty { maker, series, duty } => self.set_duty(step, (maker, series), duty),
            Verb::LiftDuty { maker, series } => self.lift_duty(step, (maker, series)),
            _ => Err(Rejection::NotPermitted),
        }
    }

    /// What another node sent. The envelope's signature and order are checked before it comes
    /// here; whether the sender may say such a thing is checked here.
    fn dispatch(&mut self, step: &mut Step<'_>, from: NodeId, body: &Dispatch) -> Outcome {
        match body {
            Dispatch::Affirm(bundle) => {
                if !bundle.nodes().contains(&from) {
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
            Dispatch::Disagreed { bundle, differs } => {
                self.disagreed(step, from, *bundle, *differs)
            }
        }
    }
}
