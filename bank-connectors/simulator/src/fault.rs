//! How a bank can misbehave: on demand, or by a script.
//!
//! A script is lines of `<when>: <what>`; see [`FaultScript`].

use core::str::FromStr;
use gcfn_banking::ReasonCode;
use gcfn_model::{BusinessDate, Uetr};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One misbehaviour. All but [`Fault::Reject`] and [`Fault::Return`] touch what the bank says,
/// never what it books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Says everything twice.
    AnswerTwice,
    /// Holds its messages back until they are released.
    Late,
    /// Notifies one minor unit too much; states one too much at the end of a day.
    WrongAmount,
    /// Sends half of each message.
    BrokenXml,
    /// Says nothing before the statement of the day.
    Silent,
    /// Holds its messages back for so many days.
    LateBy(u16),
    /// Notifies the amount in another currency.
    WrongCurrency,
    /// Refuses to pay, with this reason.
    Reject(Reason),
    /// Pays, and books it back so many days later, with this reason.
    Return(Reason, u16),
    /// Says the last thing first.
    OutOfOrder,
}

/// A reason code, as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(pub ReasonCode);

impl TryFrom<String> for Reason {
    type Error = gcfn_banking::ReasonFault;
    fn try_from(text: String) -> Result<Reason, gcfn_banking::ReasonFault> {
        text.parse().map(Reason)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0.to_string()
    }
}

/// What a fault applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultTarget {
    /// The next so many payments or deposits.
    Next(u32),
    /// One payment, once.
    Payment(Uetr),
}

/// What a bank can misbehave at, each counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// A payment that it is asked for; a repeat counts again.
    Payment,
    /// Money that comes in from outside.
    Deposit,
    /// A question how a payment stands (pacs.028).
    Question,
    /// A request to give one up (camt.056).
    Request,
    /// The statement of an account.
    Statement,
}

impl Occasion {
    const WORDS: [(&str, Occasion); 5] = [
        ("payment", Occasion::Payment),
        ("deposit", Occasion::Deposit),
        ("question", Occasion::Question),
        ("request", Occasion::Request),
        ("statement", Occasion::Statement),
    ];
}

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    occasion: Occasion,
    when: When,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum When {
    /// From this one to that one.
    Between(u64, u64),
    /// Every so many.
    Every(u64),
}

/// A script of faults, one to a line; empty lines and what follows a `#` are for people.
///
/// ```text
/// payment 3: late
/// payment 4 to 6: reject AM04
/// every 7 payments: twice
/// deposit 1: wrong currency
/// payment 8: return AC04 after 2 days
/// question 1: silent
/// statement 2: wrong amount
/// ```
///
/// When: `<occasion> <n>`, `<occasion> <n> to <m>`, `every <n> <occasion>s`. Occasions are
/// `payment`, `deposit`, `question`, `request` and `statement`.
///
/// What: `late`, `late by <n> days`, `twice`, `wrong amount`, `wrong currency`,
/// `reject <reason>`, `return <reason> after <n> days`, `malformed`, `silent`, `out of order`.
///
/// The first line that applies counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultScript(Vec<Rule>);

/// A line of a script that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScriptFault {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it and what is allowed.
    pub what: &'static str,
}

const WHEN: &str = "when is `<occasion> <n>`, `<occasion> <n> to <m>` or `every <n> <occasion>s`; occasions are \
     payment, deposit, question, request and statement";
const WHAT: &str = "what is `late`, `late by <n> days`, `twice`, `wrong amount`, `wrong currency`, \
     `reject <reason>`, `return <reason> after <n> days`, `malformed`, `silent` or `out of order`";

impl FromStr for FaultScript {
    type Err = ScriptFault;

    fn from_str(text: &str) -> Result<FaultScript, ScriptFault> {
        let mut rules = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let said = line.split('#').next().unwrap_or_default().trim();
            if said.is_empty() {
                continue;
            }
            let fault = |what| ScriptFault { line: index + 1, what };
            let (when, what) = said.split_once(':').ok_or(fault("a line is `<when>: <what>`"))?;
            let (occasion, when) = read_when(when).ok_or(fault(WHEN))?;
            rules.push(Rule { occasion, when, fault: read_what(what).ok_or(fault(WHAT))? });
        }
        Ok(FaultScript(rules))
    }
}

fn read_when(text: &str) -> Option<(Occasion, When)> {
    let named = |word: &str| {
        let word = word.strip_suffix('s').unwrap_or(word);
        Occasion::WORDS.iter().find(|(name, _)| *name == word).map(|(_, occasion)| *occasion)
    };
    let number = |word: &str| word.parse::<u64>().ok().filter(|number| *number != 0);
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [occasion, one] => {
            let one = number(one)?;
            Some((named(occasion)?, When::Between(one, one)))
        }
        [occasion, first, "to", last] => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some((named(occasion)?, When::Between(first, last)))
        }
        ["every", every, occasion] => Some((named(occasion)?, When::Every(number(every)?))),
        _ => None,
    }
}

fn read_what(text: &str) -> Option<Fault> {
    let reason = |word: &str| word.parse().ok().map(Reason);
    Some(match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["late"] => Fault::Late,
        ["late", "by", days, "day" | "days"] => Fault::LateBy(days.parse().ok()?),
        ["twice"] => Fault::AnswerTwice,
        ["wrong", "amount"] => Fault::WrongAmount,
        ["wrong", "currency"] => Fault::WrongCurrency,
        ["reject", code] => Fault::Reject(reason(code)?),
        ["return", code, "after", days, "day" | "days"] => {
            Fault::Return(reason(code)?, days.parse().ok()?)
        }
        ["malformed"] => Fault::BrokenXml,
        ["silent"] => Fault::Silent,
        ["out", "of", "order"] => Fault::OutOfOrder,
        _ => return None,
    })
}

impl When {
    fn holds(self, number: u64) -> bool {
        match self {
            When::Between(first, last) => (first..=last).contains(&number),
            When::Every(every) => number.is_multiple_of(every),
        }
    }
}

/// The misbehaviour that is switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Faults {
    next: Option<(Fault, u32)>,
    payments: BTreeMap<Uetr, Fault>,
    #[serde(default)]
    script: FaultScript,
    /// How many there were of each, since the script was set.
    #[serde(default)]
    seen: BTreeMap<Occasion, u64>,
}

impl Faults {
    /// Switches `fault` on; the last one for the same target counts.
    pub(crate) fn set(&mut self, fault: Fault, target: FaultTarget) {
        match target {
            FaultTarget::Next(count) => self.next = Some((fault, count)),
            FaultTarget::Payment(uetr) => {
                self.payments.insert(uetr, fault);
            }
        }
    }

    /// Follows `script` from now on, counting from 1.
    pub(crate) fn follow(&mut self, script: FaultScript) {
        (self.script, self.seen) = (script, BTreeMap::new());
    }

    /// The fault that applies now; it is used up by this. What was asked for by hand goes before
    /// the script.
    pub(crate) fn take(&mut self, occasion: Occasion, uetr: Option<Uetr>) -> Option<Fault> {
        let seen = self.seen.entry(occasion).or_insert(0);
        *seen += 1;
        let number = *seen;
        if let Some(fault) = uetr.and_then(|uetr| self.payments.remove(&uetr)) {
            return Some(fault);
        }
        let by_hand = matches!(occasion, Occasion::Payment | Occasion::Deposit);
        if let Some((fault, count)) = self.next.take_if(|_| by_hand) {
            if let Some(left) = count.checked_sub(1).filter(|&left| 0 < left) {
                self.next = Some((fault.clone(), left));
            }
            if 0 < count {
                return Some(fault);
            }
        }
        let applies = |rule: &&Rule| rule.occasion == occasion && rule.when.holds(number);
        self.script.0.iter().find(applies).map(|rule| rule.fault.clone())
    }
}

/// Until when a message is held back by `fault`, if it is.
pub(crate) fn held(fault: Option<&Fault>, today: BusinessDate) -> Option<Hold> {
    match fault {
        Some(Fault::Late) => Some(Hold::Released),
        Some(Fault::LateBy(days)) => Some(Hold::Until(today.plus_days(i32::from(*days)))),
        _ => None,
    }
}

/// What a message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// To be released by hand.
    Released,
    /// The beginning of this day, or to be released by hand.
    Until(BusinessDate),
}
