//! A statement read page by page says what it says read at once, and is refused for the same.

use crate::examples::{account_statement, group};
use gcfn_iso20022::{
    AccountStatement, BYTES_MAX, BusinessMessage, Document, MessageFault, Statements, pages, read,
    write,
};

/// Two accounts, of which the first has more entries than a page.
fn long() -> String {
    let account = account_statement();
    let entries = account.entries.iter().cycle().take(1_500).cloned().collect();
    let first = AccountStatement { entries, ..account.clone() };
    let statements = vec![first, AccountStatement { entries: Vec::new(), ..account.clone() }];
    let document = Document::Statements(Statements { group: group("BK-053-1"), statements });
    String::from_utf8(write(&BusinessMessage { header: None, document })).expect("text")
}

fn by_pages(text: &str) -> Result<Vec<(AccountStatement, u32, bool)>, MessageFault> {
    let read = pages(text.as_bytes())?.map(|page| {
        let page = page?;
        let Document::Statements(message) = page.message.document else { panic!("a statement") };
        let [only] = message.statements.try_into().expect("one account");
        Ok((only, page.before, page.last))
    });
    read.collect()
}

#[test]
fn pages_have_together_what_the_message_has() {
    let text = long();
    let whole = read(text.as_bytes()).expect("below the limits").document;
    let Document::Statements(whole) = whole else { panic!("a statement") };
    let pages = by_pages(&text).expect("the same");
    let numbers: Vec<_> = pages.iter().map(|(_, before, last)| (*before, *last)).collect();
    let (last, first) = (numbers.len() - 2, numbers[0]);
    assert!(1 < last && first == (0, false) && numbers[last].1, "{numbers:?}");
    assert_eq!(numbers[last + 1], (0, true), "the second account has one page, without entries");
    let entries = pages.iter().flat_map(|(page, ..)| page.entries.clone()).collect();
    let first = AccountStatement { entries, ..pages[0].0.clone() };
    assert_eq!([first, pages[last + 1].0.clone()].as_slice(), whole.statements);
}

#[test]
fn a_fault_has_the_same_place_on_a_page() {
    let text = long();
    let wrong = |at: usize, from: &str, to: &str| {
        let at = at + text[at..].find(from).expect("it is there");
        format!("{}{to}{}", &text[..at], &text[at + from.len()..])
    };
    for broken in [
        wrong(text.len() / 2, "<CdtDbtInd>", "<CdtDbtInd> x"),
        wrong(text.len() / 2, "<Sts>", "<Sts><Nothing/>"),
        wrong(0, "<GrpHdr>", "<GrpHdr><Nothing/>"),
        wrong(text.len() - 2_000, "<Bal>", "<Bal><Nothing/>"),
    ] {
        let whole = read(broken.as_bytes()).expect_err("broken");
        assert_eq!(by_pages(&broken).expect_err("broken"), whole);
    }
}

/// Whatever stands between two entries is read: on a page, between two pages, after the last.
#[test]
fn what_is_between_two_entries_is_refused_as_it_is_read_at_once() {
    let text = long();
    let ends: Vec<usize> = text.match_indices("</Ntry>").map(|(at, end)| at + end.len()).collect();
    let balance = {
        let begin = text.find("<Bal>").expect("one");
        &text[begin..begin + text[begin..].find("</Bal>").expect("its end") + "</Bal>".len()]
    };
    let between = ["<Nothing/>", "money", "<AddtlStmtInf>x</AddtlStmtInf>", balance, "<Ntry/>"];
    // After the first entry, before and where two pages meet, after the last.
    let first_page = by_pages(&text).expect("pages")[0].0.entries.len();
    for place in [0, first_page - 2, first_page - 1, ends.len() - 1] {
        for stray in between {
            let end = ends[place];
            let broken = format!("{}{stray}{}", &text[..end], &text[end..]);
            let whole = read(broken.as_bytes()).map(drop);
            let paged = by_pages(&broken).map(drop);
            assert_eq!(paged, whole, "{stray} at {end}");
        }
    }
}

#[test]
fn what_is_no_plain_long_statement_is_refused() {
    let text = long();
    let rule = |text: &str| by_pages(text).expect_err("refused").rule.name();
    assert_eq!(rule(&text[..text.len() / 2]), "malformed");
    assert_eq!(rule(&format!("<!DOCTYPE a>{text}")), "doctype");
    assert_eq!(rule(&" ".repeat(BYTES_MAX + 1)), "too-large");
    assert_eq!(rule("<Document><Other/></Document>"), "too-large");
    let commented = text.replacen("<Ntry>", "<!-- <Ntry> > --><Ntry>", 3);
    assert_eq!(by_pages(&commented).expect("the same"), by_pages(&text).expect("the same"));
}
