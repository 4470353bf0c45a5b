//! What `docs/guides/bank-messages.md` says is what the codec does.

use gcfn_iso20022::Document;

const GUIDE: &str = include_str!("../../../../docs/guides/bank-messages.md");

#[test]
fn the_guide_lists_every_message_with_its_versions() {
    for (definition, oldest, newest) in Document::DEFINITIONS {
        let (kind, version) = definition.rsplit_once('.').unwrap();
        let row = GUIDE.lines().find(|line| line.starts_with(&format!("| {kind} |")));
        let row = row.unwrap_or_else(|| panic!("{kind} is not in the guide"));
        assert!(row.ends_with(&format!("| {version} | {oldest} to {newest} |")), "{row}");
    }
}
