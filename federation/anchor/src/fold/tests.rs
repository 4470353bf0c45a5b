use super::*;
use crate::samples::name;
use alloc::format;
use alloc::string::ToString;
use expect_test::expect;

fn cell(cell: &str) -> CellHead {
    CellHead { cell: name(cell), size: 3, root: Digest([0x11; 32]) }
}

fn region(region: &str) -> RegionHead {
    RegionHead { region: name(region), cells: 3, root: Digest([0x11; 32]) }
}

#[test]
fn leaves_are_what_they_were() {
    expect!["d00d1909b751dced37fffd8f70f31c57372c79550dc20a9bc07dbcecf3af92f4 87e5b15322e019745ee91374b66b09d027d356ec445156109988267d61e2517c"].assert_eq(&format!("{} {}", cell("cn").leaf(), region("cn").leaf()));
}

#[test]
fn the_order_of_heads_does_not_matter() {
    let fold = |heads: [CellHead; 3]| RegionFold::new(name("cn"), heads).head();
    let [a, b, c] = ["cn-can", "cn-pek", "cn-sha"].map(cell);
    assert_eq!(fold([a, b, c]), fold([c, a, b]));
    expect!["0bba57ffb9f2ada9e59c46f0e506e7abae0a63fe5974d25f2a790cb27b2e714e"]
        .assert_eq(&fold([a, b, c]).root.to_string());
}

#[test]
fn every_cell_is_proven_and_no_other() {
    let cells = ["cn-can", "cn-pek", "cn-sha", "cn-szx", "cn-wuh"].map(cell);
    let fold = RegionFold::new(name("cn"), cells);
    let RegionHead { cells: members, root, .. } = fold.head();
    for head in cells {
        let path = fold.prove(head.cell).unwrap();
        assert!(path.leads(head.leaf(), members, root));
        assert!(!path.leads(CellHead { size: 4, ..head }.leaf(), members, root));
    }
    assert_eq!(fold.prove(name("hk-hkg")), None);
}

#[test]
fn every_region_is_proven_and_so_is_the_federation() {
    let federation = cell("federation");
    let regions = ["cn", "hk", "sg"].map(region);
    let fold = GlobalFold::new(&federation, regions);
    assert_eq!(fold.members(), 4);
    assert!(fold.prove_federation().leads(federation.leaf(), 4, fold.root()));
    for head in regions {
        assert!(fold.prove(head.region).unwrap().leads(head.leaf(), 4, fold.root()));
    }
    assert_eq!(fold.prove(name("us")), None);
}

/// A path alone may fit two numbers of members: what binds the number is the head's leaf.
#[test]
fn the_number_of_cells_is_bound() {
    let cells = ["cn-can", "cn-pek", "cn-sha", "cn-szx", "cn-wuh"].map(cell);
    let fold = RegionFold::new(name("cn"), cells);
    let (head, path) = (fold.head(), fold.prove(name("cn-can")).unwrap());
    assert!(path.leads(cells[0].leaf(), head.cells, head.root));
    assert!(path.leads(cells[0].leaf(), head.cells + 1, head.root));
    assert_ne!(head.leaf(), RegionHead { cells: head.cells + 1, ..head }.leaf());
}

#[test]
fn a_cell_does_not_pass_for_a_region_of_the_same_name() {
    assert_ne!(cell("cn").leaf(), region("cn").leaf());
}

#[test]
fn no_cells_have_a_root_too() {
    let head = RegionFold::new(name("cn"), []).head();
    assert_eq!((head.cells, head.root), (0, crate::canon::sha256(b"")));
}
