//! What a node asks its bank beside payments: how one stands (pacs.028), that one be given up
//! (camt.056), what is on an account (camt.060), and that what came in goes back (pacs.004).

use crate::bank::{Bank, Booked};
use crate::fault::{Fault, Occasion};
use crate::order::{Verdict, key};
use crate::outgoing;
use gcfn_banking::{ReasonCode, RecallOutcome, Side};
use gcfn_iso20022::{
    AccountStatement, CancellationRequest, CancelledPayment, Detail, Document, OriginalMessage,
    PaymentReturn, ReportingPeriod, ReportingRequest, StatusRequest,
};
use gcfn_model::{Amount, NodeId, Uetr};

fn code(text: &str) -> ReasonCode {
    text.parse().expect("a code of the list")
}

impl Bank {
    /// How each payment stands, one answer for each. A bank knows a payment by its UETR, and of
    /// whom it had it: of others it has no record.
    pub(crate) fn answer_questions(
        &mut self,
        sender: NodeId,
        asked: &StatusRequest,
    ) -> Option<Fault> {
        let mut last = None;
        for payment in &asked.payments {
            let fault = self.occasion(Occasion::Question, payment.original.uetr);
            let known = payment.original.uetr.and_then(|uetr| self.orders.get(&uetr)).cloned();
            match known.filter(|(order, _)| order.sender == sender) {
                Some((order, verdict)) => self.answer(sender, &[(order, verdict)], fault.as_ref()),
                None => {
                    let head = self.letterhead(sender);
                    let document = outgoing::no_record(head.group(), &payment.original);
                    self.post(head, document, fault.as_ref());
                }
            }
            last = fault;
        }
        last
    }

    /// Gives up what is not booked yet, and gets back what left for outside or for a customer.
    pub(crate) fn answer_requests(
        &mut self,
        sender: NodeId,
        asked: &CancellationRequest,
    ) -> Option<Fault> {
        let mut last = None;
        let payments = asked.underlying.iter().flat_map(|message| &message.payments);
        for payment in payments {
            let fault = self.occasion(Occasion::Request, payment.original.uetr);
            let (outcome, reason) = self.decide(sender, payment);
            let head = self.letterhead(sender);
            let document = outgoing::resolution(&head, asked, payment, (outcome, reason));
            self.post(head, document, fault.as_ref());
            if outcome == RecallOutcome::Granted
                && let Some(uetr) = payment.original.uetr
                && self.is_settled(uetr)
            {
                // It was found possible when it was decided.
                let given = self.give_back(uetr, code("FOCR"), fault.as_ref());
                debug_assert!(given, "decided to give back what cannot be");
            }
            last = fault;
        }
        last
    }

    /// Whether a payment is given up; what waits is given up by this.
    fn decide(
        &mut self,
        sender: NodeId,
        asked: &CancelledPayment,
    ) -> (RecallOutcome, Option<ReasonCode>) {
        let refused = |reason| (RecallOutcome::Refused, Some(reason));
        let Some(uetr) = asked.original.uetr else { return refused(ReasonCode::NO_RECORD) };
        let Some((order, verdict)) = self.orders.get_mut(&uetr) else {
            return refused(ReasonCode::NO_RECORD);
        };
        if order.sender != sender {
            return refused(ReasonCode::NO_RECORD);
        }
        if *verdict == Verdict::PENDING {
            *verdict = Verdict::rejected(code("CUST"));
            return (RecallOutcome::Granted, None);
        }
        let verdict = *verdict;
        if verdict == Verdict::SETTLED && !self.returned.contains(&uetr) {
            return match self.may_give_back(uetr) {
                true => (RecallOutcome::Granted, None),
                // Another node has the money, or the payee has spent it.
                false => refused(code("CUST")),
            };
        }
        // Refused, cancelled or given back before.
        if self.returned.contains(&uetr) || verdict == Verdict::rejected(code("CUST")) {
            return (RecallOutcome::Granted, None);
        }
        refused(code("ARDT"))
    }

    fn is_settled(&self, uetr: Uetr) -> bool {
        let known = self.orders.get(&uetr).map(|(_, verdict)| *verdict);
        known == Some(Verdict::SETTLED) && !self.returned.contains(&uetr)
    }

    /// Where the money of a settled order is: on an account here, or outside.
    fn may_give_back(&self, uetr: Uetr) -> bool {
        let Some((order, _)) = self.orders.get(&uetr) else { return false };
        match self.creditor_here(order) {
            None => true,
            Some(account) => self
                .accounts
                .get(&account)
                .is_some_and(|held| held.node.is_none() && order.money.amount <= held.balance),
        }
    }

    /// Books a settled payment back, once, and tells its sender: pacs.004 and camt.054.
    pub(crate) fn give_back(
        &mut self,
        uetr: Uetr,
        reason: ReasonCode,
        fault: Option<&Fault>,
    ) -> bool {
        if !self.is_settled(uetr) {
            return false;
        }
        let Some((order, _)) = self.orders.get(&uetr).cloned() else { return false };
        let Some(payer) = order.detail.debtor_account.as_ref().map(key) else { return false };
        let payee = self.creditor_here(&order);
        let moved = (order.money.amount, order.detail.clone());
        let Some(booked) = self.move_back(payee.as_deref(), &payer, moved) else { return false };
        self.returned.insert(uetr);
        let head = self.letterhead(order.sender);
        let document = outgoing::returned(head.group(), &order, reason);
        self.post(head, document, fault);
        self.notify(booked, fault);
        true
    }

    /// Takes back what a node has had, for whoever paid it: an order, or money from outside.
    pub(crate) fn take_returns(
        &mut self,
        sender: NodeId,
        document: &Document,
        sent: &PaymentReturn,
    ) -> Option<Fault> {
        let mut last = None;
        for returned in &sent.returns {
            let fault = self.occasion(Occasion::Payment, returned.original.uetr);
            let verdict =
                self.take_return(sender, returned.original.uetr, returned.returned.amount);
            let head = self.letterhead(sender);
            let (id, definition) = (sent.group.id.clone(), document.definition());
            let definition = definition.parse().expect("a definition is a short ASCII name");
            let source = OriginalMessage { id, definition };
            let (booked, verdict) = match verdict {
                Ok(booked) => (booked, Verdict::SETTLED),
                Err(reason) => (Vec::new(), Verdict::rejected(reason)),
            };
            let document = outgoing::about(head.group(), source, &returned.original, verdict);
            self.post(head, document, fault.as_ref());
            self.notify(booked, fault.as_ref());
            last = fault;
        }
        last
    }

    fn take_return(
        &mut self,
        sender: NodeId,
        uetr: Option<Uetr>,
        amount: Amount,
    ) -> Result<Vec<Booked>, ReasonCode> {
        let uetr = uetr.ok_or(ReasonCode::NO_RECORD)?;
        if self.returned.contains(&uetr) {
            return Err(ReasonCode::DUPLICATE);
        }
        let (holder, payer, whole, detail) =
            match (self.deposits.get(&uetr), self.orders.get(&uetr)) {
                (Some((account, amount, detail)), _) => {
                    (account.clone(), None, *amount, detail.clone())
                }
                (None, Some((order, Verdict::SETTLED))) => {
                    let holder = self.creditor_here(order).ok_or(ReasonCode::NO_RECORD)?;
                    let payer = order.detail.debtor_account.as_ref().map(key);
                    (holder, payer, order.money.amount, order.detail.clone())
                }
                _ => return Err(ReasonCode::NO_RECORD),
            };
        let own = self.accounts.get(&holder).and_then(|account| account.node) == Some(sender);
        if !own {
            return Err(code("AG01"));
        }
        if amount != whole {
            return Err(code("AM09"));
        }
        let booked = match payer {
            Some(payer) => self.move_back(Some(&holder), &payer, (amount, detail)),
            None => self.move_out(&holder, (amount, detail)),
        };
        let booked = booked.ok_or(ReasonCode::INSUFFICIENT_FUNDS)?;
        self.returned.insert(uetr);
        Ok(booked)
    }

    /// Sends what a node asks of its own accounts: the day so far, or the statements of the days
    /// that it names, the last one where it names none.
    pub(crate) fn answer_reports(
        &mut self,
        sender: NodeId,
        asked: &ReportingRequest,
    ) -> Option<Fault> {
        for request in &asked.requests {
            let wanted = request.account.as_ref().map(key);
            let own = |number: &&String| {
                let account = self.accounts.get(*number);
                let asked = wanted.as_ref().is_none_or(|wanted| wanted == *number);
                asked && account.is_some_and(|account| account.node == Some(sender))
            };
            let numbers: Vec<String> = self.accounts.keys().filter(own).cloned().collect();
            let family = request.definition.as_str().get(..8).unwrap_or_default();
            for number in numbers {
                match family {
                    "camt.052" => self.report_day(sender, &number),
                    "camt.053" => self.state_again(sender, &number, request.period),
                    // Every entry was notified when it was booked, or is in what is sent above.
                    _ => {}
                }
            }
        }
        None
    }

    fn report_day(&mut self, sender: NodeId, number: &str) {
        let Some(account) = self.accounts.get(number).cloned() else { return };
        let head = self.letterhead(sender);
        let document = outgoing::day_so_far(head.group(), &account, self.currency, self.date);
        self.post(head, document, None);
    }

    fn state_again(&mut self, sender: NodeId, number: &str, period: Option<ReportingPeriod>) {
        let Some(account) = self.accounts.get(number) else { return };
        let days = account.stated.iter();
        let wanted: Vec<AccountStatement> = match period {
            None => days.last().map(|(_, last)| last.clone()).into_iter().collect(),
            Some(ReportingPeriod { from, to, .. }) => days
                .filter(|(date, _)| from <= **date && to.is_none_or(|to| **date <= to))
                .map(|(_, statement)| statement.clone())
                .collect(),
        };
        for statement in wanted {
            let head = self.letterhead(sender);
            let document = outgoing::stated(head.group(), statement);
            self.post(head, document, None);
        }
    }

    /// Books `amount` from an account here, or from outside, to `payer`; `None` where it is not
    /// there.
    fn move_back(
        &mut self,
        from: Option<&str>,
        payer: &str,
        (amount, detail): (Amount, Detail),
    ) -> Option<Vec<Booked>> {
        let more = self.accounts.get(payer)?.balance.checked_add(amount)?;
        let mut booked = Vec::new();
        match from {
            Some(from) => {
                let left = self.accounts.get(from)?.balance.checked_sub(amount)?;
                booked.push(self.book(from, Side::Debit, left, (amount, detail.clone())));
            }
            None => self.outside = self.outside.minus(amount),
        }
        booked.push(self.book(payer, Side::Credit, more, (amount, detail)));
        Some(booked)
    }

    fn move_out(&mut self, from: &str, (amount, detail): (Amount, Detail)) -> Option<Vec<Booked>> {
        let left = self.accounts.get(from)?.balance.checked_sub(amount)?;
        self.outside = self.outside.plus(amount);
        Some(vec![self.book(from, Side::Debit, left, (amount, detail))])
    }
}
