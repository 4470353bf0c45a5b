use super::*;
use crate::canon::sha256;
use crate::header_log::HeaderLog;
use crate::rfc6962;
use crate::samples::{Cell, name};
use gcfn_model::Digest;

fn tile(path: &str) -> Tile {
    path.parse().unwrap()
}

#[test]
fn a_tile_has_one_name() {
    for path in [
        "0/000",
        "0/000.p/1",
        "0/999",
        "0/x001/000",
        "0/x001/x234/067",
        "7/x001/x234/067.p/255",
        "63/000",
        "entries/000",
        "entries/x001/067.p/112",
    ] {
        assert_eq!(tile(path).to_string(), path);
    }
    assert_eq!(tile("0/x001/x234/067").range(), Some(1_234_067 * 256..1_234_068 * 256));
    assert_eq!(tile("0/x001/067.p/112").range(), Some(273_152..273_264));
}

#[test]
fn what_is_written_in_another_way_names_none() {
    for path in [
        "",
        "0",
        "0/",
        "000",
        "0/0",
        "0/00",
        "0/0000",
        "0/x000/001",
        "0/001/002",
        "0/x001",
        "00/000",
        "64/000",
        "-1/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p/1/",
        "0/000/",
        "/0/000",
        "0/x999/x999/x999/x999/x999/x999/999",
        "0/\u{661}\u{661}\u{661}",
        "entry/000",
        "Entries/000",
    ] {
        assert_eq!(path.parse::<Tile>(), Err(TilePathFault), "{path}");
    }
}

#[test]
fn tiles_hold_the_roots_of_their_level() {
    let cell = Cell::new("cn-sha", 600);
    let leaf = |header: &EpochHeader| rfc6962::leaf(&header.canonical());
    let bytes = |of: &[Digest]| of.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
    let leaves: Vec<Digest> = cell.headers.iter().map(leaf).collect();
    assert_eq!(cell.log.tile(&tile("0/000")), Some(bytes(&leaves[..256])));
    assert_eq!(cell.log.tile(&tile("0/002.p/88")), Some(bytes(&leaves[512..])));
    assert_eq!(cell.log.tile(&tile("0/002.p/7")), Some(bytes(&leaves[512..519])), "of before");
    let root = |size| {
        let mut log = HeaderLog::new(name("cn-sha"));
        cell.headers.iter().take(size).for_each(|header| log.append(header).unwrap());
        log.head().root
    };
    let above = cell.log.tile(&tile("1/000.p/2")).unwrap();
    assert_eq!(above[..32], root(256).0);
    let both = [[1].as_slice(), &above].concat();
    assert_eq!(sha256(&both), root(512), "the tile's two hashes are the root's children");
}

#[test]
fn what_the_log_does_not_reach_is_no_tile() {
    let cell = Cell::new("cn-sha", 600);
    for path in ["0/002", "0/002.p/89", "0/003.p/1", "1/000", "1/000.p/3", "2/000.p/1", "9/000.p/1"]
    {
        assert_eq!(cell.log.tile(&tile(path)), None, "{path}");
    }
    assert_eq!(cell.log.tile(&tile("entries/000")), None, "the log has hashes, not headers");
}

#[test]
fn a_bundle_has_headers_behind_their_lengths() {
    let cell = Cell::new("cn-sha", 2);
    let [one, two] = [cell.headers[0].canonical(), cell.headers[1].canonical()];
    let mut rest = bundle(&cell.headers);
    for header in [one, two] {
        let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
        assert_eq!(rest[2..2 + length], header);
        rest.drain(..2 + length);
    }
    assert!(rest.is_empty());
}
