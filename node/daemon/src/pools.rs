//! What a trading node's books say of its accounts at banks, for whoever holds that against what
//! the banks say.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use gcfn_api_wire::term::SignedMoney;
use gcfn_cell::Cell;
use gcfn_model::{Currency, Pool};
use gcfn_replica::Replica;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One account at a bank.
#[derive(Serialize)]
struct PoolRow {
    pool: String,
    /// What is in it, as far as the bank has confirmed it.
    at_bank: SignedMoney,
    /// What the bank has yet to confirm; positive when arriving.
    in_transit: SignedMoney,
}

/// The routes, for the node's operator.
pub(crate) fn router(cell: Cell<Replica>) -> Router {
    Router::new().route("/api/v1/node/pools", get(pools)).with_state(cell)
}

async fn pools(State(cell): State<Cell<Replica>>) -> Json<Value> {
    let rows: Vec<PoolRow> = cell.read(|replica| {
        let money = &replica.venue().books().money;
        let currencies: BTreeSet<Currency> = money.balances().map(|(code, ..)| code).collect();
        let rows = currencies.into_iter().flat_map(|currency| {
            Pool::ALL.map(|pool| {
                let position = money.pool_position(pool, currency);
                PoolRow {
                    pool: pool.to_string(),
                    at_bank: SignedMoney::new(position.bank, currency),
                    in_transit: SignedMoney::new(position.transit, currency),
                }
            })
        });
        rows.collect()
    });
    Json(json!({ "pools": rows }))
}
