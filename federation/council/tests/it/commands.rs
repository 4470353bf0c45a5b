//! The verbs of the scripts.

use crate::cells::report;
use crate::world::{World, amount, at, name, network, profile, signer};
use gcfn_banking::{
    BankEntry, BankReference, Instruction, PaymentState, Side, Statement, StatusReport,
    TransactionStatus,
};
use gcfn_clearing::{Bundle, Cycle, HousePayment, Obligation, PayIn, Schedule};
use gcfn_council::{
    Command, Decision, Done, Event, JoinRequest, Listing, Outcome, Pair, Quote, Request, Role, Verb,
};
use gcfn_model::{
    Amount, BusinessDate, CommandId, Currency, Digest, Hasher, Millis, NodeId, Pool, Position,
    QuoteId, Rate, Rounding, SeriesId, SettlementAccount, Uetr,
};
use gcfn_venue::{LockUse, LockedRate};
use std::collections::BTreeMap;

/// A world, and what its scripts have given names to.
pub(crate) struct Desk {
    pub(crate) world: World,
    joins: BTreeMap<String, JoinRequest>,
    pub(crate) locks: BTreeMap<String, LockedRate>,
    /// What the bank of the house has booked since its last statement, and its balance then.
    bank: BTreeMap<Currency, (Position, Vec<BankEntry>)>,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let (joins, locks, bank) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Desk { world: World::new(), joins, locks, bank }
    }

    /// Runs one line.
    pub(crate) fn run(&mut self, line: &str) -> (Outcome, Vec<Event>) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["at", second] => {
                self.world.now = at(name(second));
                (Ok(Done::Accepted), Vec::new())
            }
            ["tick"] => self.world.apply(&Command::Tick),
            ["close"] => self.world.apply(&Command::CloseEpoch),
            ["again"] => {
                let last = self.world.last.clone().expect("there was a signed command");
                self.world.apply(&Command::Signed(Box::new(last)))
            }
            [author, rest @ ..] => self.signed(author, rest),
            [] => unreachable!("empty lines are left out"),
        }
    }

    /// Runs one line that must be done.
    pub(crate) fn must(&mut self, line: &str) -> Vec<Event> {
        let (outcome, events) = self.run(line);
        outcome.expect("the line is right");
        events
    }

    /// A signed command. `#n` sets its id, `forged` signs it with another key, `expired` and
    /// `lasting` set its end.
    fn signed(&mut self, author: &str, words: &[&str]) -> (Outcome, Vec<Event>) {
        let how = |word: &&str| word.starts_with('#') || HOW.contains(word);
        let what: Vec<&str> = words.iter().copied().filter(|word| !how(word)).collect();
        let verb = self.verb(author, &what);
        let mut request = self.world.request(author, verb);
        for word in words.iter().filter(|word| how(word)) {
            match *word {
                "expired" => request.expires_at = self.world.now,
                "lasting" => request.expires_at = at(2 * 86_400),
                "forged" => return self.forged(request),
                id => request.id = CommandId::derive(&[id.as_bytes()]),
            }
        }
        let locks = (what.first() == Some(&"lock")).then(|| what[1].to_owned());
        let (outcome, events) = self.world.send(request);
        if let (Some(lock), Ok(Done::Locked(rate))) = (locks, &outcome) {
            self.locks.insert(lock, *rate);
        }
        (outcome, events)
    }

    fn forged(&mut self, request: Request) -> (Outcome, Vec<Event>) {
        let command = request.sign(network(), &signer("mallory"));
        self.world.apply(&Command::Signed(Box::new(command)))
    }

    fn verb(&mut self, author: &str, words: &[&str]) -> Verb {
        match words {
            ["apply", rest @ ..] => self.join(rest),
            ["approve", rest @ ..] => Verb::Approve(self.decision(rest)),
            ["certify", node] => {
                let certificate = node.as_bytes().to_vec();
                Verb::RecordCertificate { node: name(node), serial: [1; 16], certificate }
            }
            ["list", series, minted] => Verb::ListSeries(Listing {
                series: SeriesId::derive(&[series.as_bytes()]),
                face: amount(100),
                minted: name(minted),
                currency: Currency::Hkd,
                expires_at: at(1_000_000),
            }),
            ["publish", reports @ ..] => {
                Verb::PublishRegion(reports.iter().map(|r| self.report(r)).collect())
            }
            ["propose", rest @ ..] => self.proposal(rest),
            ["cosign", number, by @ ..] => {
                let number = name(number);
                let by = by.first().unwrap_or(&author);
                Verb::Cosign { number, signature: self.world.cosignature(by, number) }
            }
            ["quote", pair, bid, ask, size, seconds] => self.quote(pair, [bid, ask, size, seconds]),
            ["lock", _, pays, needs, size] => {
                let size = amount(name(size));
                Verb::RequestLock { pays: name(pays), needs: name(needs), size }
            }
            ["date", date] => Verb::OpenDate(name(date)),
            ["cycle", date, cut_off, from, by] => Verb::OpenCycle(Schedule {
                value_date: name(date),
                cut_off: at(name(cut_off)),
                pay_in_from: at(name(from)),
                pay_in_by: at(name(by)),
            }),
            ["affirm", bundle, "par", buyer, home, date, twist @ ..] => {
                at_par(bundle, (buyer, home), name(date), twist)
            }
            ["affirm", bundle, home, uses, twist @ ..] => {
                self.affirmation(bundle, home, uses, twist)
            }
            ["paid-in", node, currency, "only", amount] => {
                Verb::BankBooked(self.pay_in_wrongly(node, name(currency), amount))
            }
            ["paid-in", node, currency] => Verb::BankBooked(self.pay_in(node, name(currency))),
            ["paid-out", node, currency] => Verb::BankBooked(self.pay_out(node, name(currency))),
            ["paid-refused", node, currency] => {
                Verb::BankBooked(self.pay_refused(node, name(currency)))
            }
            ["taken-back", node, currency] => {
                Verb::BankBooked(self.taken_back(node, name(currency)))
            }
            ["returned", node, currency] => Verb::BankBooked(self.returned(node, name(currency))),
            ["refused", node, currency] => {
                let uetr = self.paid_to(node, name(currency), PaymentState::is_open).uetr();
                let (status, reason) = (TransactionStatus::Rejected, None);
                Verb::BankStatus(StatusReport { uetr, status, reason })
            }
            ["statement", currency] => Verb::BankStatement(self.statement(name(currency), None)),
            ["statement", currency, "of", date] => {
                Verb::BankStatement(self.statement(name(currency), Some(name(date))))
            }
            other => panic!("{other:?} is not a verb of the scripts"),
        }
    }

    fn join(&mut self, words: &[&str]) -> Verb {
        let [node, region, role, rest @ ..] = words else { panic!("apply NODE REGION ROLE") };
        let role = match *role {
            "root" => Role::Root,
            "regional" => Role::Regional,
            "local" => Role::Local,
            _ => Role::Regulator,
        };
        let currency = rest.first().filter(|c| c.len() == 3).map(|c| name(c));
        let mut profile = profile(node, region, role, currency);
        profile.dealer = rest.contains(&"dealer");
        let key = rest.iter().find_map(|word| word.strip_prefix("key=")).unwrap_or(node);
        profile.key = signer(key).public_key();
        let network = if rest.contains(&"elsewhere") { name("gcfn-else") } else { network() };
        let (filing, deposit) = ("F-1".to_owned(), "D-1".to_owned());
        let certificate_request = (*node).to_owned();
        let request = JoinRequest { network, profile, filing, deposit, certificate_request };
        self.joins.entry((*node).to_owned()).or_insert_with(|| request.clone());
        let key = if rest.contains(&"unsigned") { "mallory" } else { key };
        Verb::Apply(Box::new(request.sign(&signer(key))))
    }

    fn decision(&mut self, words: &[&str]) -> Decision {
        let node: NodeId = name(words[1]);
        match words {
            ["admit", node_name, rest @ ..] => {
                let seen = self.joins.get(*node_name).map(JoinRequest::digest);
                let request = seen.filter(|_| rest.is_empty()).unwrap_or(Digest::ZERO);
                Decision::Admit { node, request }
            }
            ["suspend", _] => Decision::Suspend { node },
            ["resume", _] => Decision::Resume { node },
            ["remove", _] => Decision::Remove { node },
            ["rotate", _, key] => {
                self.world.keys.insert(node, (*key).to_owned());
                Decision::RotateKey { node, key: signer(key).public_key() }
            }
            ["cap", _, currency, cap] => {
                let (currency, debit_cap) = (name(currency), amount(name(cap)));
                Decision::CapDebit { node, currency, debit_cap }
            }
            other => panic!("{other:?} is not a decision of the scripts"),
        }
    }

    /// `cell=size`, with `!` for a forked history and `?` for no proof.
    fn report(&self, word: &str) -> gcfn_council::Report {
        let (cell, size) = word.trim_end_matches(['!', '?']).split_once('=').expect("cell=size");
        let known = self.world.council.reported_head(name(cell)).map_or(0, |head| head.size);
        let mut report = report(cell, (known, name(size)), u8::from(word.ends_with('!')));
        if word.ends_with('?') {
            report.consistency.clear();
        }
        report
    }

    fn proposal(&self, words: &[&str]) -> Verb {
        let turn = self.world.council.turn();
        match words {
            ["wrong"] => Verb::ProposeRound { number: turn.number, root: Digest::ZERO },
            [number] => Verb::ProposeRound { number: name(number), root: turn.root },
            _ => Verb::ProposeRound { number: turn.number, root: turn.root },
        }
    }

    fn quote(&mut self, pair: &str, rest: [&str; 4]) -> Verb {
        let (base, counter) = pair.split_once('/').expect("BASE/COUNTER");
        let [bid, ask, size, seconds] = rest.map(name::<u64>);
        let rate = |hundredths| Rate::new(hundredths, 100).expect("not zero");
        Verb::Quote(Quote {
            id: QuoteId::derive(&[self.world.fresh_id().as_bytes()]),
            pair: Pair { base: name(base), counter: name(counter) },
            bid: rate(bid),
            ask: rate(ask),
            size: amount(size),
            valid_until: self.world.now.checked_add(Millis(seconds * 1000)).expect("in range"),
        })
    }

    /// The bundle of purchases at `home`, each `lock:value`; the home node's fee is 2 of all.
    fn affirmation(&self, bundle: &str, home: &str, uses: &str, twist: &[&str]) -> Verb {
        let mut lead = None;
        let mut used = Vec::new();
        for word in uses.split(',') {
            let (lock, needs) = word.split_once(':').expect("LOCK:VALUE");
            let needs = amount(name(needs));
            let (lock, pays) = match self.locks.get(lock) {
                Some(rate) => {
                    lead.get_or_insert(*rate);
                    (rate.lock, rate.rate.base(needs, Rounding::Up).expect("small"))
                }
                None => (gcfn_model::LockId::derive(&[lock.as_bytes()]), needs),
            };
            used.push(LockUse { lock, pays, needs });
        }
        let lead = lead.expect("one lock is known");
        let account = |node, pool| SettlementAccount { node, pool };
        let (home, dealer) = (name(home), account(lead.dealer, Pool::Dealer));
        let sum = |of: fn(&LockUse) -> Amount| Amount::sum(used.iter().map(of)).expect("small");
        let (pays, needs) = (sum(|used| used.pays), sum(|used| used.needs));
        let owed = |payer, payee, currency, amount| Obligation { payer, payee, currency, amount };
        let mut obligations = vec![
            owed(account(lead.holder, Pool::UserCustody), dealer, lead.pays, pays),
            owed(dealer, account(home, Pool::IssuerEscrow), lead.needs, amount(needs.minor() - 2)),
            owed(dealer, account(home, Pool::SettlementHub), lead.needs, amount(2)),
        ];
        let (mut value_date, mut trades) = (lead.value_date, 1);
        for twist in twist {
            match *twist {
                "short" => obligations[0].amount = amount(pays.minor() - 1),
                "cheap" => {
                    obligations[0].amount = amount(pays.minor() - 1);
                    used[0].pays = amount(used[0].pays.minor() - 1);
                }
                "direct" => obligations[0].payee = account(home, Pool::IssuerEscrow),
                "late" => value_date = value_date.plus_days(1),
                "more" => trades = 2,
                "split" => obligations[2].payee = account(name("hk"), Pool::SettlementHub),
                other => panic!("{other} is not a twist of the scripts"),
            }
        }
        let reference = Hasher::new("test").part(bundle.as_bytes()).finish();
        let trades_root = Digest::ZERO;
        let bundle = Bundle { reference, value_date, obligations, trades, trades_root };
        Verb::Affirm { bundle, uses: used }
    }

    /// The bank books one unit with the reference of a call.
    fn pay_in_wrongly(&mut self, node: &str, currency: Currency, minor: &str) -> BankEntry {
        let call = self.call(node, currency);
        let uetr = Uetr::derive(&[call.instruction.as_bytes()]);
        let mut entry = self.book(currency, amount(name(minor)), Side::Credit, uetr);
        // Another entry of the bank than the one that will be right.
        entry.bank_reference = BankReference::of("wrong");
        let booked = self.bank.get_mut(&currency).and_then(|(_, entries)| entries.last_mut());
        *booked.expect("it was booked") = entry;
        entry
    }

    /// The bank books the pay-in that `node` was called for.
    fn pay_in(&mut self, node: &str, currency: Currency) -> BankEntry {
        let call = self.call(node, currency);
        let uetr = Uetr::derive(&[call.instruction.as_bytes()]);
        self.book(currency, call.amount, Side::Credit, uetr)
    }

    /// The call of `node` that is not met.
    fn call(&self, node: &str, currency: Currency) -> PayIn {
        let cycles = self.world.council.house().cycles();
        let calls = cycles.flat_map(Cycle::pay_ins).filter(|(_, paid)| !paid);
        let claims = self.world.council.house().claims().map(|claim| claim.again.call);
        let mut calls = calls.map(|(call, _)| *call).chain(claims);
        let call = calls.find(|call| call.account.node == name(node) && call.currency == currency);
        call.expect("the node was called")
    }

    /// The bank takes back what `node` has paid in.
    fn taken_back(&mut self, node: &str, currency: Currency) -> BankEntry {
        let paid = self.world.council.house().desk().payments().find(|payment| {
            let Instruction { debtor, currency: paid_in, .. } = payment.instruction;
            payment.credited
                && payment.taken_back.is_zero()
                && (debtor.node, paid_in) == (name(node), currency)
        });
        let payment = paid.expect("the node has paid in").instruction;
        self.book(currency, payment.amount, Side::Debit, payment.uetr())
    }

    /// The bank books what the house pays to `node`.
    fn pay_out(&mut self, node: &str, currency: Currency) -> BankEntry {
        let payment = self.paid_to(node, currency, PaymentState::is_open);
        self.book(currency, payment.amount, Side::Debit, payment.uetr())
    }

    /// The bank books what it had refused to pay.
    fn pay_refused(&mut self, node: &str, currency: Currency) -> BankEntry {
        let refused = |state| matches!(state, PaymentState::Rejected(_));
        let payment = self.paid_to(node, currency, refused);
        self.book(currency, payment.amount, Side::Debit, payment.uetr())
    }

    /// The bank books again what the house has paid to `node`: it came back.
    fn returned(&mut self, node: &str, currency: Currency) -> BankEntry {
        let payment = self.paid_to(node, currency, |state| state == PaymentState::Settled);
        self.book(currency, payment.amount, Side::Credit, payment.uetr())
    }

    /// A payment of the house to `node` that stands as asked for.
    fn paid_to(
        &self,
        node: &str,
        currency: Currency,
        stands: impl Fn(PaymentState) -> bool,
    ) -> Instruction<HousePayment> {
        let house = self.world.council.house();
        let paid = house.desk().payments().find(|payment| {
            let Instruction { purpose, debtor, currency: paid_in, .. } = payment.instruction;
            let to_node = purpose.account.node == name(node) && debtor == house.account();
            to_node && paid_in == currency && stands(payment.state)
        });
        paid.expect("the house has such a payment to the node").instruction
    }

    fn book(&mut self, currency: Currency, amount: Amount, side: Side, uetr: Uetr) -> BankEntry {
        let entry = BankEntry {
            account: self.world.council.house().account(),
            currency,
            amount,
            side,
            uetr: Some(uetr),
            bank_reference: BankReference::of(&format!("{uetr} {side:?}")),
            reference: None,
            booked_on: self.world.today(),
        };
        self.bank.entry(currency).or_default().1.push(entry);
        entry
    }

    /// The bank's statement of a day, today's when none is given, with what it has booked until
    /// then and not stated yet.
    fn statement(&mut self, currency: Currency, day: Option<BusinessDate>) -> Statement {
        let date = day.unwrap_or(self.world.today());
        let (opening, entries) = self.bank.remove(&currency).unwrap_or_default();
        let (entries, later) = entries.into_iter().partition(|entry| entry.booked_on <= date);
        let entries: Vec<BankEntry> = entries;
        let moved = entries.iter().map(BankEntry::change);
        let closing = std::iter::once(opening).chain(moved).sum();
        self.bank.insert(currency, (closing, later));
        let account = self.world.council.house().account();
        Statement { account, currency, date, sequence: None, after: 0, opening, closing, entries }
    }
}

const HOW: [&str; 3] = ["forged", "expired", "lasting"];

/// A purchase of 1000 CNY between two nodes that both keep CNY; the home's fee is 2 of it.
fn at_par(bundle: &str, between: (&str, &str), value_date: BusinessDate, twist: &[&str]) -> Verb {
    let account = |node: &str, pool| SettlementAccount { node: name(node), pool };
    let (buyer, home) = between;
    let (payer, currency) = (account(buyer, Pool::UserCustody), Currency::Cny);
    let owed = |pool, minor| Obligation {
        payer,
        payee: account(home, pool),
        currency,
        amount: amount(minor),
    };
    let mut obligations = vec![owed(Pool::IssuerEscrow, 998), owed(Pool::SettlementHub, 2)];
    for twist in twist {
        match *twist {
            "split" => obligations[1].payee.node = name("hk-kln"),
            "both-ways" => obligations[1].payer = account(home, Pool::UserCustody),
            "mixed" => obligations[1].currency = Currency::Hkd,
            "to-dealer" => obligations[0].payee.pool = Pool::Dealer,
            "by-hub" => obligations[0].payer.pool = Pool::SettlementHub,
            "in-hkd" => obligations.iter_mut().for_each(|owed| owed.currency = Currency::Hkd),
            "to-itself" => obligations.iter_mut().for_each(|o| o.payee.node = o.payer.node),
            other => panic!("{other} is not a twist of a purchase at par"),
        }
    }
    let reference = Hasher::new("test").part(bundle.as_bytes()).finish();
    let (trades, trades_root) = (1, Digest::ZERO);
    let bundle = Bundle { reference, value_date, obligations, trades, trades_root };
    Verb::Affirm { bundle, uses: Vec::new() }
}
