//! The header log of the node's own cell, as C2SP tlog-tiles has it: for log clients and witnesses
//! that know nothing of this network.

use crate::route::{HttpFile, Note, Open};
use gcfn_anchor::tile::Tile;
use gcfn_api_wire::problem::{Code, Problem};

pub(crate) async fn checkpoint(call: Open, (): ()) -> Result<Note, Problem> {
    Ok(Note(call.api.node().checkpoint().to_string()))
}

pub(crate) async fn tile(call: Open<Tile>, (): ()) -> Result<HttpFile, Problem> {
    call.api.node().tile(&call.id).map(HttpFile).ok_or_else(|| Code::NotFound.into())
}
