//! The clearing house that a node runs: positions, what would happen, the queue, caps, deposits.

use crate::money::PoolName;
use crate::settlement::{CyclePhase, NetPosition};
use crate::term::{CurrencyCode, Cycle, Date, Hash, Money, Node, Party, SignedMoney, Text, Time};
use crate::word::words;
use gcfn_clearing::{House, HouseRefusal, Phase, Wait};
use gcfn_model::{BusinessDate, Currency, SettlementAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Against what an account may set off what it owes.
    NettingTerms = gcfn_clearing::Netting {
        /// Against what anybody owes it.
        Multilateral,
        /// Against what the same account owes it.
        Bilateral,
        /// Against nothing.
        Gross,
    }
}

words! {
    /// What a deposit at the house stands for, in the order in which a default draws on it.
    DepositLayer = gcfn_clearing::Layer {
        /// For the account's own calls when it does not pay in.
        Collateral,
        /// Money at hand, with which liquidity-saving runs settle.
        Deposit,
        /// Its part of the guarantee fund.
        FundShare,
    }
}

/// Which cycle.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CycleOf {
    /// Its value date.
    pub value_date: Date,
}

/// Where everybody stands in a cycle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClearingPositions {
    /// The cycle.
    pub cycle: Cycle,
    /// Where it stands.
    pub phase: CyclePhase,
    /// How it is netted, or would be if it closed now.
    pub netting: NettingTerms,
    /// Net positions with what is agreed: positive is owed to the account.
    pub positions: Vec<NetPosition>,
    /// Who was called for how much.
    pub calls: Vec<ClearingCall>,
    /// What liquidity-saving runs have come to in it, by currency.
    pub savings: Vec<LiquiditySaving>,
    /// The bundles that somebody has affirmed and not everybody who must.
    pub unaffirmed: Vec<UnaffirmedBundle>,
    /// What it waits for; nothing once it is final.
    pub waits_for: Vec<ClearingWait>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A bundle that not everybody stands by who must.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UnaffirmedBundle {
    /// The bundle.
    pub bundle: Hash,
    /// Who stands by it.
    pub by: Vec<Node>,
    /// Who has yet to.
    pub missing: Vec<Node>,
    /// Who has affirmed something else under its name: both sides must look.
    pub disputed_by: Vec<Node>,
    /// What is owed in it, as it was affirmed first.
    pub owed: Vec<OwedInBundle>,
}

/// Something that must happen before a cycle is final.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ClearingWait {
    /// Its time: the cut-off, or the calls for money.
    Time {
        /// When.
        at: Time,
    },
    /// An account must pay in, or the deadline pass.
    PayIn {
        /// Who: node and pool.
        account: String,
        /// How much is missing.
        amount: Money,
    },
    /// A member has so much at the house that no more can be booked for it.
    Room,
    /// The bank must pay an account.
    PayOut {
        /// Whom: node and pool.
        account: String,
        /// How much.
        amount: Money,
        /// Whether the bank has refused it or sent it back.
        refused: bool,
    },
    /// A statement of the bank must tie.
    Statement {
        /// In which currency.
        currency: CurrencyCode,
        /// Of this day or a later one.
        covering: Date,
    },
}

impl From<Wait> for ClearingWait {
    fn from(wait: Wait) -> ClearingWait {
        match wait {
            Wait::Time(at) => ClearingWait::Time { at: Text(at) },
            Wait::PayIn { account, currency, amount } => ClearingWait::PayIn {
                account: account.to_string(),
                amount: Money::new(amount, currency),
            },
            Wait::Room => ClearingWait::Room,
            Wait::PayOut { account, currency, amount, refused } => ClearingWait::PayOut {
                account: account.to_string(),
                amount: Money::new(amount, currency),
                refused,
            },
            Wait::Statement { currency, covering } => {
                ClearingWait::Statement { currency: Text(currency), covering: Text(covering) }
            }
        }
    }
}

impl From<gcfn_clearing::Unaffirmed<'_>> for UnaffirmedBundle {
    fn from(awaited: gcfn_clearing::Unaffirmed<'_>) -> UnaffirmedBundle {
        let nodes = |of: &[gcfn_model::NodeId]| of.iter().copied().map(Text).collect();
        UnaffirmedBundle {
            bundle: Text(awaited.bundle.reference),
            by: awaited.by.iter().copied().map(Text).collect(),
            missing: nodes(&awaited.missing),
            disputed_by: nodes(&awaited.disputed_by),
            owed: awaited.bundle.obligations.iter().map(Into::into).collect(),
        }
    }
}

/// A call for money.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClearingCall {
    /// Who must pay in: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// How much.
    pub amount: Money,
    /// Whether the bank has booked it.
    pub paid: bool,
}

/// What liquidity-saving came to in one currency.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LiquiditySaving {
    /// What was to be settled.
    pub offered: SignedMoney,
    /// What settled of it.
    pub settled: SignedMoney,
    /// What accounts gave of their own for it.
    pub used: SignedMoney,
    /// Value settled ÷ liquidity used, to a hundredth; nothing where nothing was used.
    #[schema(example = "3.25")]
    pub ratio: Option<String>,
}

impl From<&gcfn_clearing::Saving> for LiquiditySaving {
    fn from(saving: &gcfn_clearing::Saving) -> LiquiditySaving {
        let money = |position| SignedMoney::new(position, saving.currency);
        let hundredths =
            saving.settled.minor().saturating_mul(100).checked_div(saving.used.minor());
        let ratio = |hundredths: i128| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        LiquiditySaving {
            offered: money(saving.offered),
            settled: money(saving.settled),
            used: money(saving.used),
            ratio: hundredths.map(ratio),
        }
    }
}

/// How a cycle would go on from here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClearingPreview {
    /// The cycle.
    pub cycle: Cycle,
    /// Where it stands.
    pub phase: CyclePhase,
    /// How it would be netted.
    pub netting: NettingTerms,
    /// Net positions with what is agreed now.
    pub positions: Vec<NetPosition>,
    /// The bundles that a liquidity-saving run would settle now.
    pub run: Vec<Hash>,
    /// What the run would come to, by currency.
    pub savings: Vec<LiquiditySaving>,
    /// Who has how much yet to pay in.
    pub missing: Vec<ClearingCall>,
    /// What would be drawn for them if nobody paid any more.
    pub covers: Vec<CoverDrawn>,
    /// The bundles that would leave the cycle then.
    pub leaving: Vec<Hash>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Money drawn for an account that does not pay in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CoverDrawn {
    /// For whom: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// Whose money it is: node and pool.
    #[schema(example = "cn-bjs/UC")]
    pub from: String,
    /// Which of it.
    pub layer: DepositLayer,
    /// How much.
    pub amount: Money,
}

/// A cycle's netting done again from the obligations on record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClearingReplay {
    /// The cycle.
    pub cycle: Cycle,
    /// How many obligations are on record.
    pub obligations: u64,
    /// The digest of the obligations.
    pub input: Hash,
    /// The digest of the positions on record.
    pub recorded: Hash,
    /// The digest of the positions that the obligations come to now.
    pub recomputed: Hash,
    /// Whether the two are the same, byte for byte.
    pub identical: bool,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What waits for a cap.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClearingQueue {
    /// The bundles, in the order in which they are tried.
    pub queue: Vec<QueuedBundle>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A bundle that waits for a cap.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueuedBundle {
    /// The bundle.
    pub bundle: Hash,
    /// When it is to settle.
    pub value_date: Date,
    /// How urgent it is: 0 goes first, 9 last.
    #[schema(example = 5)]
    pub priority: u8,
    /// Whether it waits whatever the caps allow.
    pub held: bool,
    /// What is owed in it.
    pub owed: Vec<OwedInBundle>,
}

/// What one account owes another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OwedInBundle {
    /// Who owes: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub payer: String,
    /// Who is owed: node and pool.
    #[schema(example = "cn-sha/SH")]
    pub payee: String,
    /// How much.
    pub amount: Money,
}

impl From<&gcfn_clearing::Obligation> for OwedInBundle {
    fn from(owed: &gcfn_clearing::Obligation) -> OwedInBundle {
        OwedInBundle {
            payer: owed.payer.to_string(),
            payee: owed.payee.to_string(),
            amount: Money::new(owed.amount, owed.currency),
        }
    }
}

/// How urgent a bundle in the queue is from now on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPriority {
    /// 0 goes first, 9 last; it stands last among those that are as urgent.
    #[schema(example = 1)]
    pub priority: u8,
}

/// A liquidity-saving run to be made now.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The value date of the cycle that it goes over.
    pub value_date: Date,
}

/// How cycles that close from now on are netted.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNetting {
    /// Against what accounts set off.
    pub netting: NettingTerms,
}

/// How much an account may owe at the house.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCap {
    /// The account's node.
    pub node: Node,
    /// Which of its accounts.
    pub pool: PoolName,
    /// In which currency.
    pub currency: CurrencyCode,
    /// The most it may owe; anything when left out.
    pub limit: Option<Money>,
}

/// What accounts may owe at the house.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CapList {
    /// The caps; an account without one may owe anything.
    pub caps: Vec<CapReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What an account may owe, and what counts against it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CapReport {
    /// The account: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// The most it may owe.
    pub limit: Money,
    /// What counts against it.
    pub exposure: SignedMoney,
    /// What it is owed, less what it owes, in what is agreed and has not settled.
    pub unsettled: SignedMoney,
    /// What it owes in what its node has affirmed and another has not.
    pub reserved: SignedMoney,
    /// What it owes for pay-ins that its bank has taken back.
    pub claimed: SignedMoney,
}

/// An account that may keep money at the house.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeposit {
    /// The account's node.
    pub node: Node,
    /// Which of its accounts.
    pub pool: PoolName,
    /// As what it keeps it.
    pub layer: DepositLayer,
}

/// A deposit, or a part of it, that is to go back to the account whose it is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepositBack {
    /// The account's node.
    pub node: Node,
    /// Which of its accounts.
    pub pool: PoolName,
    /// As what it keeps it.
    pub layer: DepositLayer,
    /// How much.
    pub amount: Money,
}

/// What members keep at the house.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClearingDeposits {
    /// The deposits that may be paid into.
    pub deposits: Vec<DepositReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What an account keeps at the house in one layer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DepositReport {
    /// The account: node and pool.
    #[schema(example = "cn-sha/UC")]
    pub account: String,
    /// As what.
    pub layer: DepositLayer,
    /// What the payer writes as structured reference.
    pub reference: Party,
    /// What is there, by currency.
    pub amounts: Vec<Money>,
}

fn positions(of: impl IntoIterator<Item = gcfn_clearing::NetPosition>) -> Vec<NetPosition> {
    let position = |net: gcfn_clearing::NetPosition| NetPosition {
        account: net.account.to_string(),
        position: SignedMoney::new(net.position, net.currency),
    };
    of.into_iter().map(position).collect()
}

fn call(
    (currency, account): (Currency, SettlementAccount),
    amount: gcfn_model::Amount,
    paid: bool,
) -> ClearingCall {
    ClearingCall { account: account.to_string(), amount: Money::new(amount, currency), paid }
}

impl ClearingPositions {
    /// Where everybody stands in the cycle of `date`.
    ///
    /// # Errors
    /// [`HouseRefusal::NoCycle`].
    pub fn new(
        house: &House,
        date: BusinessDate,
        as_of: u64,
    ) -> Result<ClearingPositions, HouseRefusal> {
        let cycle = house.cycle(date).ok_or(HouseRefusal::NoCycle(date))?;
        let (netting, of_cycle) = match cycle.phase {
            Phase::Open => {
                let preview = house.preview(date)?;
                (preview.netting, positions(preview.positions))
            }
            _ => (cycle.netting(), positions(cycle.positions())),
        };
        let calls = cycle
            .pay_ins()
            .map(|(pay_in, paid)| call((pay_in.currency, pay_in.account), pay_in.amount, *paid));
        Ok(ClearingPositions {
            cycle: Text(cycle.id),
            phase: cycle.phase.into(),
            netting: netting.into(),
            positions: of_cycle,
            calls: calls.collect(),
            savings: cycle.savings().iter().map(Into::into).collect(),
            unaffirmed: cycle.unaffirmed().map(Into::into).collect(),
            waits_for: cycle.waits_for().into_iter().map(Into::into).collect(),
            as_of,
        })
    }
}

impl ClearingPreview {
    /// How the cycle of `date` would go on from here.
    ///
    /// # Errors
    /// As for [`House::preview`].
    pub fn new(
        house: &House,
        date: BusinessDate,
        as_of: u64,
    ) -> Result<ClearingPreview, HouseRefusal> {
        let preview = house.preview(date)?;
        let missing = preview.default.missing.iter();
        let cover = |cover: &gcfn_clearing::Cover| CoverDrawn {
            account: cover.account.to_string(),
            from: cover.from.to_string(),
            layer: cover.layer.into(),
            amount: Money::new(cover.amount, cover.currency),
        };
        Ok(ClearingPreview {
            cycle: Text(preview.cycle),
            phase: preview.phase.into(),
            netting: preview.netting.into(),
            run: preview.run.bundles.iter().copied().map(Text).collect(),
            savings: preview.run.savings.iter().map(Into::into).collect(),
            missing: missing.map(|(of, amount)| call(*of, *amount, false)).collect(),
            covers: preview.default.covers.iter().map(cover).collect(),
            leaving: preview.default.leaving.iter().copied().map(Text).collect(),
            positions: positions(preview.positions),
            as_of,
        })
    }
}

impl ClearingReplay {
    /// The netting of the cycle of `date`, done again.
    ///
    /// # Errors
    /// As for [`House::replay`].
    pub fn new(
        house: &House,
        date: BusinessDate,
        as_of: u64,
    ) -> Result<ClearingReplay, HouseRefusal> {
        let replay = house.replay(date)?;
        Ok(ClearingReplay {
            cycle: Text(replay.cycle),
            obligations: replay.obligations,
            input: Text(replay.input),
            recorded: Text(replay.recorded),
            recomputed: Text(replay.recomputed),
            identical: replay.identical,
            as_of,
        })
    }
}

impl ClearingQueue {
    /// What waits at `house`.
    #[must_use]
    pub fn new(house: &House, as_of: u64) -> ClearingQueue {
        let queued = house.queue().map(|queued| {
            let cycle = house.cycle(queued.value_date);
            let bundle = cycle.and_then(|cycle| cycle.bundle(&queued.bundle));
            QueuedBundle {
                bundle: Text(queued.bundle),
                value_date: Text(queued.value_date),
                priority: queued.priority.get(),
                held: queued.held,
                owed: bundle.into_iter().flat_map(|b| &b.obligations).map(Into::into).collect(),
            }
        });
        ClearingQueue { queue: queued.collect(), as_of }
    }
}

impl CapList {
    /// The caps of `house`.
    #[must_use]
    pub fn new(house: &House, as_of: u64) -> CapList {
        let caps = house.caps().map(|(currency, account, cap)| CapReport {
            account: account.to_string(),
            limit: Money::new(cap.limit, currency),
            exposure: SignedMoney::new(cap.exposure(), currency),
            unsettled: SignedMoney::new(cap.unsettled, currency),
            reserved: SignedMoney::new(cap.reserved, currency),
            claimed: SignedMoney::new(cap.claimed, currency),
        });
        CapList { caps: caps.collect(), as_of }
    }
}

impl ClearingDeposits {
    /// The deposits at `house`.
    #[must_use]
    pub fn new(house: &House, as_of: u64) -> ClearingDeposits {
        let deposits = house.deposit_references().map(|(reference, account, layer)| {
            let these = house.deposits().filter(|d| (d.account, d.layer) == (account, layer));
            DepositReport {
                account: account.to_string(),
                layer: layer.into(),
                reference: Text(reference),
                amounts: these.map(|d| Money::new(d.amount, d.currency)).collect(),
            }
        });
        ClearingDeposits { deposits: deposits.collect(), as_of }
    }
}
