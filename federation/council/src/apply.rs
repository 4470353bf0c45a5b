//! Which command goes where.

use crate::command::{Command, Request, SignedCommand, Verb};
use crate::council::{Council, Step};
use crate::directory::Member;
use crate::event::Event;
use crate::locks::lock_id;
use crate::outcome::{Done, Outcome};
use crate::profile::Role;
use crate::refusal::Refusal;
use crate::staff::HouseAct;
use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_clearing::member_party;
use gcfn_model::{Machine, Timestamp};

impl Machine for Council {
    type Command = Command;
    type Outcome = Outcome;
    type Event = Event;
    /// A copy: members, cycles and the answers of a few minutes are small.
    type Frozen = Council;

    fn freeze(&self) -> Council {
        self.clone()
    }

    fn has_diverged(&self) -> bool {
        self.diverged
    }

    fn apply(&mut self, at: Timestamp, command: &Command, events: &mut Vec<Event>) -> Outcome {
        self.now = self.now.max(at);
        self.answers.forget(self.now);
        self.ballots.forget(self.now, self.params.approval_lifetime);
        let mut made = Vec::new();
        if self.epochs.next_seq() == 1 {
            made.push(Event::Founded { charter: self.charter });
        }
        let mut step = Step { at: self.now, events: &mut made };
        let outcome = match command {
            Command::Signed(command) => {
                // A cut-off that has passed has passed, whether a tick came in between or not.
                self.tick_house(&mut step);
                self.answer(&mut step, command)
            }
            Command::CloseEpoch => self.close_epoch(&mut step),
            Command::Compare(head) => {
                self.diverged = self.epochs.contradict(head);
                Ok(Done::Accepted)
            }
            Command::Tick => {
                self.tick_house(&mut step);
                Ok(Done::Accepted)
            }
        };
        for event in made {
            let bytes = postcard::to_allocvec(&event).expect("an event is plain data");
            self.epochs.record(&bytes);
            events.push(event);
        }
        outcome
    }
}

impl Council {
    /// Answers a signed command once. Nothing is remembered of what its author did not sign.
    fn answer(&mut self, step: &mut Step<'_>, command: &SignedCommand) -> Outcome {
        let request = &command.request;
        let member = self.directory.member(request.author).ok_or(Refusal::UnknownAuthor)?;
        let signed = command.verify(self.network(), &member.profile.key);
        let content = signed.map_err(|_| Refusal::WrongSignature)?;
        if request.expires_at <= step.at {
            return Err(Refusal::Expired);
        }
        let latest = step.at.checked_add(self.params.command_lifetime_max);
        if latest.is_some_and(|latest| latest < request.expires_at) {
            return Err(Refusal::ExpiresTooLate);
        }
        match self.answers.find(request, content) {
            // Who asks again is not told of a rate that is no longer good.
            Some(Ok(Done::Locked(rate))) if rate.expires_at <= step.at => {
                return Err(Refusal::LockExpired(rate.lock));
            }
            Some(outcome) => return outcome,
            None => {}
        }
        let permitted = permit(member, &request.verb);
        let outcome = permitted.and_then(|()| self.record(step, command));
        if let (Verb::Affirm { bundle, .. }, Err(reason)) = (&request.verb, &outcome)
            && *reason != Refusal::NotPermitted
        {
            self.affirmation_refused(step, request.author, bundle.reference, *reason);
        }
        self.answers.remember(request, content, outcome.clone());
        outcome
    }

    /// Does what is asked. The command itself is recorded before what it led to, if it led to
    /// anything.
    fn record(&mut self, step: &mut Step<'_>, command: &SignedCommand) -> Outcome {
        let mut led_to = Vec::new();
        let mut inner = Step { at: step.at, events: &mut led_to };
        let outcome = self.obey(&mut inner, command);
        if matches!(
            outcome,
            Ok(Done::Accepted | Done::Waits(_) | Done::Locked(_) | Done::Proposed(_))
        ) {
            step.emit(Event::Accepted(Box::new(command.clone())));
        }
        step.events.append(&mut led_to);
        outcome
    }

    fn obey(&mut self, step: &mut Step<'_>, command: &SignedCommand) -> Outcome {
        let Request { author, id, ref verb, .. } = command.request;
        match verb {
            Verb::Apply(join) => self.apply_for(join),
            Verb::Approve(decision) => self.approve(step, command, *decision),
            Verb::RecordCertificate { node, serial, certificate } => {
                self.record_certificate(*node, *serial, certificate)
            }
            Verb::Accuse { node, proof } => self.accuse(step, *node, proof),
            Verb::ListSeries(listing) => self.list_series(step, author, *listing),
            Verb::PublishRegion(reports) => self.publish_region(step, author, reports),
            Verb::ProposeRound { number, root } => self.propose_round(step, author, *number, *root),
            Verb::Cosign { number, signature } => self.cosign(step, author, *number, *signature),
            Verb::Quote(quote) => self.quote(step, author, *quote),
            Verb::RequestLock { pays, needs, size } => {
                self.request_lock(step, lock_id(author, id), author, (*pays, *needs, *size))
            }
            Verb::OpenDate(date) => self.open_date(*date),
            Verb::OpenCycle(schedule) => self.open_cycle(step, *schedule),
            Verb::Affirm { bundle, uses } => self.affirm(step, author, bundle, uses),
            Verb::BankBooked(entry) => self.bank_booked(step, entry),
            Verb::BankStatus(report) => self.bank_status(step, *report),
            Verb::BankStatement(statement) => self.bank_statement(step, statement),
            Verb::BankPart(part) => self.bank_part(step, part),
            Verb::BankReport(report) => self.bank_report(step, report),
            Verb::BankSigned(uetr) => self.bank_signed(step, *uetr),
            Verb::BankSent(uetr) => self.bank_sent(step, *uetr),
            Verb::BankWord(word) => self.bank_word(step, word),
            Verb::Bank(act) => self.hear_root(step, member_party(author), &HouseAct::Bank(*act)),
            Verb::Clearing(act) => {
                self.hear_root(step, member_party(author), &HouseAct::Clearing(act.clone()))
            }
            Verb::Staff { by, wish } => self.hear_staff(step, command, (*by, wish)),
            Verb::ChangeCalendar(change) => self.change_calendar(step, command, change),
        }
    }

    /// Closes the epoch of what happened before this command, and does nothing besides: the state
    /// root is that after the epoch's last event. The last closing, which is the
    /// first event of the open epoch, is not by itself something that happened.
    fn close_epoch(&mut self, step: &mut Step<'_>) -> Outcome {
        let last_seq = self.epochs.next_seq().saturating_sub(1);
        let closings = u64::from(self.closed_seq != 0);
        if last_seq <= self.closed_seq.saturating_add(closings) {
            return Ok(Done::Repeated);
        }
        let root = self.state_root();
        let header = self.epochs.close(step.at, root).expect("there are events in the epoch");
        self.closed_seq = last_seq;
        step.emit(Event::EpochClosed(header.clone()));
        Ok(Done::Closed(header))
    }
}

/// Who may send what. One table, so that it can be read at a glance.
fn permit(member: &Member, verb: &Verb) -> Result<(), Refusal> {
    if !member.is_active() {
        return Err(Refusal::NotActive);
    }
    let role = member.profile.role;
    let permitted = match verb {
        Verb::Apply(_) | Verb::Accuse { .. } => role != Role::Regulator,
        Verb::Approve(_)
        | Verb::ProposeRound { .. }
        | Verb::Cosign { .. }
        | Verb::ChangeCalendar(_) => role.validates(),
        Verb::RecordCertificate { .. }
        | Verb::OpenDate(_)
        | Verb::OpenCycle(_)
        | Verb::BankBooked(_)
        | Verb::BankStatus(_)
        | Verb::BankStatement(_)
        | Verb::BankReport(_)
        | Verb::BankPart(_)
        | Verb::BankSigned(_)
        | Verb::BankSent(_)
        | Verb::BankWord(_)
        | Verb::Bank(_)
        | Verb::Clearing(_)
        | Verb::Staff { .. } => role == Role::Root,
        Verb::PublishRegion(_) => role == Role::Regional,
        Verb::ListSeries(_) | Verb::RequestLock { .. } | Verb::Affirm { .. } => role.trades(),
        Verb::Quote(_) if role.trades() && !member.profile.dealer => {
            return Err(Refusal::NotADealer);
        }
        Verb::Quote(_) => role.trades(),
    };
    if permitted { Ok(()) } else { Err(Refusal::NotPermitted) }
}
