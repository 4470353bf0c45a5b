//! Issuers: from an application to coupons that trade.

use super::door::{Desk, money_of};
use crate::failure::Ended;
use crate::federation::text_of;
use clap::{Args, Subcommand};
use gcfn_model::{BatchId, PartyId, Timestamp};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum Issue {
    /// Apply to issue; the operator decides
    Apply,
    /// Let a merchant redeem the caller's coupons
    Merchant {
        /// The merchant
        merchant: PartyId,
    },
    /// Draft a batch
    Draft(Draft),
    /// Submit a drafted batch for review
    Submit {
        /// The batch
        batch: BatchId,
    },
    /// Set the reserve aside from the deposit, once the batch is approved
    Fund {
        /// The batch
        batch: BatchId,
    },
    /// Offer the coupons at the issue price, once the operator has registered them
    List {
        /// The batch
        batch: BatchId,
    },
    /// Show where a batch stands
    Show {
        /// The batch
        batch: BatchId,
    },
}

#[derive(Debug, Args)]
pub(super) struct Draft {
    /// Face value of one coupon
    #[arg(long)]
    face: String,
    /// How many coupons
    #[arg(long)]
    quantity: u64,
    /// What the first buyer pays for one
    #[arg(long)]
    price: String,
    /// From this instant on nothing is redeemed or traded, such as 2027-12-31T16:00:00Z
    #[arg(long, value_name = "INSTANT")]
    expires: Timestamp,
    /// From this instant on the reserve of what expired is shared out
    #[arg(long, value_name = "INSTANT")]
    breakage: Timestamp,
    /// A coupon may be redeemed in parts
    #[arg(long)]
    divisible: bool,
    /// Coupons may not be given or sold on
    #[arg(long)]
    bound: bool,
}

impl Issue {
    pub(super) fn run(&self, desk: &Desk) -> Ended {
        match self {
            Issue::Apply => {
                let done = desk.act("/api/v1/issuers")?;
                desk.tell(&done, "applied; wait for the operator's review")
            }
            Issue::Merchant { merchant } => {
                let me: Value = desk.get("/api/v1/users/me")?;
                let path = format!("/api/v1/issuers/{}/merchants", text_of(&me, "party"));
                let done = desk.post(&path, &json!({ "merchant": merchant }))?;
                desk.tell(&done, &format!("{merchant} may redeem your coupons"))
            }
            Issue::Draft(draft) => draft.run(desk),
            Issue::Submit { batch } => step(desk, *batch, "submit", "waits for approval"),
            Issue::Fund { batch } => step(desk, *batch, "fund", "its reserve is set aside"),
            Issue::List { batch } => step(desk, *batch, "list", "its coupons trade"),
            Issue::Show { batch } => show(desk, *batch),
        }
    }
}

impl Draft {
    fn run(&self, desk: &Desk) -> Ended {
        let body = json!({
            "face": desk.money(&self.face)?,
            "quantity": self.quantity,
            "issue_price": desk.money(&self.price)?,
            "expires_at": self.expires,
            "breakage_at": self.breakage,
            "divisible": self.divisible,
            "transferable": !self.bound,
        });
        let drafted = desk.post("/api/v1/coupons/batches", &body)?;
        let batch = text_of(&drafted, "batch");
        desk.tell(&drafted, &format!("{batch}: drafted; submit it next"))
    }
}

fn step(desk: &Desk, batch: BatchId, step: &str, then: &str) -> Ended {
    let done = desk.act(&format!("/api/v1/coupons/batches/{batch}/{step}"))?;
    desk.tell(&done, &format!("{batch}: {then}"))
}

fn show(desk: &Desk, batch: BatchId) -> Ended {
    let report: Value = desk.get(&format!("/api/v1/coupons/batches/{batch}"))?;
    let field = |name| text_of(&report, name);
    let line = format!(
        "{batch}: {}; {} coupons of {} at {}, series {}, until {}",
        field("state"),
        field("quantity"),
        money_of(&report, "face"),
        money_of(&report, "issue_price"),
        field("series"),
        field("expires_at")
    );
    desk.tell(&report, &line)
}
