//! What would happen to a cycle, and whether what has happened follows from its obligations.

use crate::cycle::Cycle;
use crate::house::House;
use crate::netting::{NetPosition, Netting, net};
use crate::waterfall::DefaultPlan;
use crate::{HouseRefusal, Phase, RunPlan};
use alloc::vec::Vec;
use gcfn_model::{BusinessDate, CycleId, Digest, Hasher, Position};

/// A cycle as it would go on from here, by the code that moves it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The cycle.
    pub cycle: CycleId,
    /// Where it stands.
    pub phase: Phase,
    /// How it would be netted.
    pub netting: Netting,
    /// Net positions with what is agreed now.
    pub positions: Vec<NetPosition>,
    /// What a liquidity-saving run would settle now.
    pub run: RunPlan,
    /// What each account has yet to pay in, and what would happen if nobody paid any more.
    pub default: DefaultPlan,
}

/// A cycle's netting done again from the obligations on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The cycle.
    pub cycle: CycleId,
    /// How many obligations are on record.
    pub obligations: u64,
    /// Over the obligations.
    pub input: Digest,
    /// Over the positions on record.
    pub recorded: Digest,
    /// Over the positions that the obligations come to now.
    pub recomputed: Digest,
    /// Whether the two are the same, byte for byte.
    pub identical: bool,
}

impl House {
    /// How the cycle of `date` would go on from here. Changes nothing.
    ///
    /// # Errors
    /// [`HouseRefusal::NoCycle`], [`HouseRefusal::CycleSettled`].
    pub fn preview(&self, date: BusinessDate) -> Result<Preview, HouseRefusal> {
        let run = self.plan_run(date)?;
        let cycle = self.cycles.get(&date).ok_or(HouseRefusal::NoCycle(date))?;
        let phase = cycle.phase;
        let cycle = match phase {
            Phase::Open => self.as_if_closed(cycle),
            _ => cycle.clone(),
        };
        Ok(Preview {
            cycle: cycle.id,
            phase,
            netting: cycle.netting,
            positions: cycle.positions().collect(),
            run,
            default: self.default_in(&cycle, true),
        })
    }

    /// Nets the cycle of `date` again from its obligations and compares the bytes.
    ///
    /// # Errors
    /// [`HouseRefusal::NoCycle`], [`HouseRefusal::NotNetted`].
    pub fn replay(&self, date: BusinessDate) -> Result<Replay, HouseRefusal> {
        let cycle = self.cycles.get(&date).ok_or(HouseRefusal::NoCycle(date))?;
        if cycle.phase < Phase::Netted {
            return Err(HouseRefusal::NotNetted(cycle.id));
        }
        let recorded = bytes_of(cycle.positions());
        let again = net(cycle.obligations());
        let again = again.into_iter().map(|((currency, account), position)| NetPosition {
            currency,
            account,
            position,
        });
        let recomputed = bytes_of(again);
        let digest = |bytes: &[u8]| Hasher::new("gcfn/positions/v1").part(bytes).finish();
        Ok(Replay {
            cycle: cycle.id,
            obligations: cycle.obligations().count() as u64,
            input: input(cycle),
            identical: recorded == recomputed,
            recorded: digest(&recorded),
            recomputed: digest(&recomputed),
        })
    }
}

fn input(cycle: &Cycle) -> Digest {
    let mut hasher = Hasher::new("gcfn/obligations/v1");
    for owed in cycle.obligations() {
        for account in [owed.payer, owed.payee] {
            hasher.part(account.node.as_str().as_bytes()).part(account.pool.code().as_bytes());
        }
        hasher.part(owed.currency.code().as_bytes()).part(&owed.amount.minor().to_be_bytes());
    }
    hasher.finish()
}

/// One line a position: currency, node, pool and amount, each of its own length.
fn bytes_of(positions: impl Iterator<Item = NetPosition>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for NetPosition { currency, account, position } in positions {
        bytes.extend(currency.code().as_bytes());
        bytes.extend(account.node.as_str().as_bytes());
        bytes.push(b'/');
        bytes.extend(account.pool.code().as_bytes());
        bytes.extend(Position::minor(position).to_be_bytes());
    }
    bytes
}
