//! The honest journal is verified to the operator's own state root; each lie is one finding.

use crate::world::{World, anchored, found, genesis, mirror_of, name};
use expect_test::expect;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::header_log::HeaderLog;
use gcfn_audit::{FindingKind, Item, Mirror, Record, Severity, genesis_digest};
use gcfn_model::Digest;
use gcfn_replica::{Command, Event};
use gcfn_venue::PartyKind;

/// The journal of two days, and the places of the records that close epochs 0, 1, ..
fn journal() -> (Vec<Record>, Vec<usize>) {
    let records = World::two_days().journal;
    let closes = |record: &Record| header(record).is_some();
    let places = (0..records.len()).filter(|place| closes(&records[*place])).collect();
    (records, places)
}

fn header(record: &Record) -> Option<&EpochHeader> {
    record.events.iter().find_map(|event| match event {
        Event::EpochClosed(header) => Some(header),
        _ => None,
    })
}

/// Forges the header that a record shows.
fn forge(record: &mut Record, forge: impl Fn(&mut EpochHeader)) {
    for event in &mut record.events {
        if let Event::EpochClosed(header) = event {
            forge(header);
        }
    }
}

#[test]
fn an_honest_cell_is_verified_to_its_own_state_root() {
    let mut world = World::two_days();
    let (mut mirror, finding) = mirror_of(&world.journal);
    assert_eq!(finding, None);
    assert_eq!(mirror.headers().head(), world.headers.head());
    assert_eq!(mirror.headers().head(), world.replica.head());
    mirror.save().expect("recounted sums equal the books");
    // One more epoch over everything: the mirror's own root is in the header it would make.
    let taken = world.journal.len();
    world.register("dan", PartyKind::User);
    world.close();
    let (last, before) = world.journal[taken..].split_last().expect("two records");
    before.iter().for_each(|record| assert_eq!(mirror.apply(record), Ok(None)));
    let header = mirror.apply(last).expect("honest").expect("closes an epoch");
    assert_eq!(Some(&header), self::header(last));
    let status = mirror.status();
    expect![[r#"
        VerifiedEpoch {
            epoch: 11,
            last_seq: 167,
            closed_at: 1972-09-29T09:00:00.009000Z,
        }
    "#]]
    .assert_debug_eq(&status.verified.expect("verified"));
    assert_eq!(status.place.index, last.index);
}

#[test]
fn a_dropped_record_is_a_hole() {
    let (mut records, closes) = journal();
    records.remove(closes[2] + 1);
    assert_eq!(found(&records), (FindingKind::Hole, Some(2)));
}

#[test]
fn reordered_records_are_a_hole_and_repeated_ones_out_of_order() {
    let (mut records, closes) = journal();
    let repeated = records[closes[2]].clone();
    records.swap(closes[2] + 1, closes[2] + 2);
    assert_eq!(found(&records), (FindingKind::Hole, Some(2)));
    records.truncate(closes[2] + 1);
    records.push(repeated);
    assert_eq!(found(&records), (FindingKind::OutOfOrder, Some(2)));
}

#[test]
fn an_altered_event_is_found_where_it_is() {
    let (mut records, closes) = journal();
    let place = closes[2] + 1;
    let other = records[0].events[0].clone();
    let last = records[place].events.len() - 1;
    records[place].events[last] = other;
    assert_eq!(found(&records), (FindingKind::EventDiffers, Some(2)));
    let finding = mirror_of(&records).1.expect("a finding");
    assert_eq!(finding.place.index, records[place].index);
    assert_eq!(finding.place.seq, records[place].first_event + 1 + last as u64);
    assert_eq!(finding.severity(), Severity::L1);
    assert_ne!(finding.expected, finding.found);
}

#[test]
fn an_event_too_few_or_too_many_is_found() {
    let (records, closes) = journal();
    let place = closes[2] + 1;
    let mut fewer = records.clone();
    fewer[place].events.pop();
    assert_eq!(found(&fewer), (FindingKind::EventDiffers, Some(2)));
    assert_eq!(mirror_of(&fewer).1.expect("a finding").found, Digest::ZERO);
    let mut more = records.clone();
    more[place].events.push(records[0].events[0].clone());
    assert_eq!(found(&more), (FindingKind::EventDiffers, Some(2)));
    assert_eq!(mirror_of(&more).1.expect("a finding").expected, Digest::ZERO);
}

#[test]
fn an_altered_command_leads_to_other_events() {
    let (mut records, closes) = journal();
    let place = closes[2] + 1;
    let Command::Venue(gcfn_venue::Command::Request(request)) = &mut records[place].commands[0]
    else {
        panic!("the first record after the third epoch places an order");
    };
    let gcfn_venue::Verb::PlaceOrder(order) = &mut request.verb else { panic!("an order") };
    order.quantity += 1;
    assert_eq!(found(&records), (FindingKind::EventDiffers, Some(2)));
}

#[test]
fn forged_headers_are_told_apart() {
    let (records, closes) = journal();
    let check = |change: fn(&mut EpochHeader), kind| {
        let mut forged = records.clone();
        forge(&mut forged[closes[3]], change);
        assert_eq!(found(&forged), (kind, Some(2)));
    };
    check(|header| header.state_root = Digest([1; 32]), FindingKind::StateRootDiffers);
    check(|header| header.events_root = Digest([1; 32]), FindingKind::EventsRootDiffers);
    check(|header| header.prev = Digest([1; 32]), FindingKind::HeaderDiffers);
    check(|header| header.leaf_count += 1, FindingKind::HeaderDiffers);
    check(|header| header.last_seq += 1, FindingKind::HeaderDiffers);
    check(|header| header.epoch += 1, FindingKind::HeaderDiffers);
    check(|header| header.closed_at = header.closed_at.next(), FindingKind::HeaderDiffers);
    check(|header| header.cell = name("hk"), FindingKind::HeaderDiffers);
}

#[test]
fn what_the_network_co_signed_is_compared_now_or_when_the_mirror_comes_to_it() {
    let world = World::two_days();
    let (records, closes) = journal();
    let (mut mirror, _) = mirror_of(&records[..=closes[3]]);
    let head = |size| world.headers.head_at(size).expect("closed");
    mirror.checkpoint(&anchored(1, head(2))).expect("the same history");
    assert_eq!(mirror.status().anchored, Some(anchored(1, head(2))));
    mirror.checkpoint(&anchored(2, head(6))).expect("not there yet");
    assert_eq!(mirror.status().awaited, Some(anchored(2, head(6))));
    for record in &records[closes[3] + 1..] {
        mirror.apply(record).expect("honest");
    }
    assert_eq!(mirror.status().anchored, Some(anchored(2, head(6))));
    assert_eq!(mirror.status().awaited, None);
}

/// The header log of an operator who tells the network something else from epoch `from` on.
fn other_history(records: &[Record], from: u64) -> HeaderLog {
    let mut log = HeaderLog::new(name("sg"));
    let mut prev = Digest::ZERO;
    for shown in records.iter().filter_map(header) {
        let mut told = shown.clone();
        told.prev = prev;
        if from <= told.epoch {
            told.state_root = Digest([9; 32]);
        }
        prev = told.digest();
        log.append(&told).expect("in order");
    }
    log
}

#[test]
fn another_history_than_the_networks_is_found_with_both_roots() {
    let (records, closes) = journal();
    let told = other_history(&records, 3);
    let (mut mirror, _) = mirror_of(&records);
    let agreed = anchored(1, told.head_at(3).expect("closed"));
    mirror.checkpoint(&agreed).expect("the same until then");
    let differing = told.head_at(5).expect("closed");
    let finding = mirror.checkpoint(&anchored(2, differing)).expect_err("another history");
    assert_eq!(finding.kind, FindingKind::OtherHistory);
    assert_eq!(Some(finding.expected), mirror.headers().head_at(5).map(|own| own.root));
    assert_eq!(finding.found, differing.root);
    assert_eq!(mirror.status().anchored, Some(agreed));
    assert_eq!(mirror.save().expect_err("stopped"), finding);

    // Known beforehand: the epoch is not vouched for when the mirror comes to it.
    let (mut mirror, _) = mirror_of(&records[..=closes[2]]);
    mirror.checkpoint(&anchored(1, differing)).expect("not there yet");
    let rest = &records[closes[2] + 1..];
    let finding = rest.iter().find_map(|record| mirror.apply(record).err()).expect("found");
    assert_eq!(finding.kind, FindingKind::OtherHistory);
    assert_eq!(mirror.status().verified.expect("verified").epoch, 3);
}

#[test]
fn a_head_that_goes_back_is_found_and_an_old_round_is_not_one() {
    let world = World::two_days();
    let (mut mirror, _) = mirror_of(&world.journal);
    let head = |size| world.headers.head_at(size).expect("closed");
    mirror.checkpoint(&anchored(5, head(4))).expect("the same history");
    mirror.checkpoint(&anchored(4, head(3))).expect("an earlier round");
    mirror.checkpoint(&anchored(6, head(4))).expect("nothing new");
    let finding = mirror.checkpoint(&anchored(7, head(3))).expect_err("went back");
    assert_eq!(finding.kind, FindingKind::HeadWentBack);
}

#[test]
fn a_saved_mirror_goes_on_where_it_was() {
    let (records, closes) = journal();
    let (whole, _) = mirror_of(&records);
    for place in closes.iter().copied().take(5) {
        let (mut first, _) = mirror_of(&records[..=place]);
        assert!(first.is_at_epoch_end());
        let saved = first.save().expect("agrees");
        let mut mirror = Mirror::resume(&saved).expect("whole");
        assert_eq!(mirror.status(), first.status());
        for record in &records[place + 1..] {
            mirror.apply(record).expect("honest");
        }
        assert_eq!(mirror.status(), whole.status());
        assert_eq!(mirror.headers().head(), whole.headers().head());
        // A lie after the resumption is found like any other.
        let mut mirror = Mirror::resume(&saved).expect("whole");
        assert_eq!(mirror.apply(&records[place + 2]).expect_err("a hole").kind, FindingKind::Hole);
    }
    assert!(Mirror::resume(b"no mirror").is_err());
}

#[test]
fn the_genesis_is_the_one_in_the_filing() {
    let filed = genesis_digest(&genesis());
    let mirror = Mirror::begin(name("sg"), genesis(), Some(filed)).expect("the one filed");
    assert_eq!(mirror.status().genesis, filed);
    let begin = |genesis, cell| Mirror::begin(name(cell), genesis, Some(filed));
    let mut other = genesis();
    other.terms.resales_max += 1;
    for (genesis, cell) in [(other, "sg"), (genesis(), "hk")] {
        let finding = begin(genesis, cell).expect_err("another genesis");
        assert_eq!(finding.kind, FindingKind::OtherGenesis);
        assert_eq!(finding.expected, filed);
    }
}

#[test]
fn another_salt_key_than_the_cells_leads_to_other_roots() {
    let (records, _) = journal();
    let mut other = genesis();
    other.salt_key = gcfn_anchor::event_tree::SaltKey::from_bytes([8; 32]);
    let mut mirror = Mirror::begin(name("sg"), other, None).expect("none is filed");
    let finding = records.iter().find_map(|record| mirror.apply(record).err()).expect("found");
    assert_eq!(finding.kind, FindingKind::EventsRootDiffers);
    assert_eq!(mirror.status().verified, None);
}

#[test]
fn items_are_read_as_they_were_written() {
    let (records, _) = journal();
    let item = Item::Record(records[5].clone());
    let bytes = item.encode();
    let Ok(Item::Record(read)) = Item::decode(&bytes) else { panic!("a record was written") };
    assert_eq!(read.index, records[5].index);
    assert_eq!(read.events, records[5].events);
    let genesis = Item::Genesis(Box::new(genesis())).encode();
    assert!(matches!(Item::decode(&genesis), Ok(Item::Genesis(_))));
    assert!(Item::decode(&bytes[1..]).is_err());
    assert!(Item::decode(&[bytes, vec![0]].concat()).is_err());
}

#[test]
fn a_finding_says_what_where_and_how_grave() {
    let (mut records, closes) = journal();
    records.remove(closes[2] + 1);
    let finding = mirror_of(&records).1.expect("a finding");
    expect!["F-03 L2 sg epoch 3 seq 50 index 41: record 45 follows 57 events, 49 were shown"]
        .assert_eq(&finding.to_string());
    let again = mirror_of(&records).1.expect("a finding");
    assert_eq!(finding.id(), again.id());
}
