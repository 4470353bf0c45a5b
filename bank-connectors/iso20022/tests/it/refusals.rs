//! What is not read, and what the sender is told.

use crate::examples::{documents, with_header};
use expect_test::{Expect, expect};
use gcfn_iso20022::{BYTES_MAX, BusinessMessage, DEPTH_MAX, read, write};

/// Replaces `from` by `to` in the example of `definition` and compares what reading it says.
fn check(definition: &str, from: &str, to: &str, expected: &Expect) {
    let document = documents().into_iter().find(|d| d.definition() == definition).unwrap();
    let text = String::from_utf8(write(&with_header(document))).unwrap();
    assert!(text.contains(from), "{from} is in the example");
    expected.assert_eq(&told(text.replacen(from, to, 1).as_bytes()));
}

fn told(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(_) => "read".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn faults_name_the_element_and_the_rule() {
    let cases = [
        (
            "<NbOfTxs>1</NbOfTxs>",
            "<NbOfTxs>2</NbOfTxs>",
            expect![
                "BusMsg/Document/FICdtTrf/GrpHdr: stated number of transactions is not the number found"
            ],
        ),
        (
            "<SttlmInf>",
            "<TtlIntrBkSttlmAmt Ccy=\"JPY\">1</TtlIntrBkSttlmAmt><SttlmInf>",
            expect![
                "BusMsg/Document/FICdtTrf/GrpHdr: stated total is not the sum of the transactions"
            ],
        ),
        (
            "Ccy=\"JPY\">1000000<",
            "Ccy=\"JPY\">1000000.5<",
            expect![
                "BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: amount has 1 decimals, JPY allows 0"
            ],
        ),
        (
            "Ccy=\"JPY\"",
            "Ccy=\"XXX\"",
            expect![
                "BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: currency is not one of CNY, HKD, USD, SGD, EUR, JPY, AED, GBP"
            ],
        ),
        (
            " Ccy=\"JPY\"",
            "",
            expect![
                "BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: attribute Ccy is mandatory"
            ],
        ),
        (
            "8f14e45f-ceea-4",
            "8F14E45F-CEEA-4",
            expect![
                "BusMsg/Document/FICdtTrf/CdtTrfTxInf/PmtId/UETR: UETR is not a lower-case version 4 UUID"
            ],
        ),
        (
            "<BICFI>BANKJPJT</BICFI>",
            "<BICFI>BANKJPJ</BICFI>",
            expect![
                "BusMsg/Document/FICdtTrf/CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI: BIC is not 4 letters or digits, 2 letters, 2 and possibly 3 more letters or digits"
            ],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "",
            expect!["BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element is mandatory"],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "<MsgId>MSG-1</MsgId><MsgId>MSG-2</MsgId>",
            expect!["BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element may occur once"],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "<MsgId>MSG-1<b/></MsgId>",
            expect!["BusMsg/Document/FICdtTrf/GrpHdr/MsgId: text and elements are mixed"],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "<Urgent>1</Urgent><MsgId>MSG-1</MsgId>",
            expect![
                "BusMsg/Document/FICdtTrf/GrpHdr/Urgent: element is not part of the schema here"
            ],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "<NbOfTxs>1</NbOfTxs><MsgId>MSG-1</MsgId>",
            expect![
                "BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element is out of the order of the schema"
            ],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "<MsgId xmlns=\"urn:other\">MSG-1</MsgId>",
            expect![
                "BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element is not part of the schema here"
            ],
        ),
        (
            "<MsgId>MSG-1</MsgId>",
            "<MsgId>MSG-1 of thirty-six characters exactly</MsgId>",
            expect!["BusMsg/Document/FICdtTrf/GrpHdr/MsgId: text is not 1 to 35 characters"],
        ),
        (
            "<MsgDefIdr>pacs.009.001.08",
            "<MsgDefIdr>pacs.008.001.08",
            expect![
                "BusMsg/AppHdr/MsgDefIdr: header names another message definition than the document"
            ],
        ),
        (
            "xsd:pacs.009.001.08",
            "xsd:pacs.009.001.07",
            expect![
                "BusMsg/Document: message definition urn:iso:std:iso:20022:tech:xsd:pacs.009.001.07 is not supported"
            ],
        ),
        (
            "<BusMsg>",
            "<!DOCTYPE BusMsg [<!ENTITY a \"b\">]><BusMsg>",
            expect!["document type declarations are not accepted"],
        ),
        ("pay-in", "&pay;", expect!["only the five entities of XML itself are accepted"]),
        ("pay-in", "&lt;&#x4e2d;<![CDATA[&]]>&apos;", expect!["read"]),
        ("UTF-8", "ISO-8859-1", expect!["message is not UTF-8"]),
        ("</Document>", "", expect!["not well-formed XML at byte 2098"]),
    ];
    for (from, to, expected) in cases {
        check("pacs.009.001.08", from, to, &expected);
    }
}

#[test]
fn wrong_check_digits_are_seen() {
    check(
        "pacs.008.001.08",
        "DE89370400440532013000",
        "DE89370400440532013001",
        &expect![
            "BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN has wrong check digits; compare it with the original"
        ],
    );
}

#[test]
fn an_iban_cut_inside_a_character_is_refused() {
    check(
        "pacs.008.001.08",
        "DE89370400440532013000",
        "Pצ2",
        &expect![
            "BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN is not 2 letters, 2 digits and up to 30 letters or digits"
        ],
    );
}

#[test]
fn a_statement_needs_both_booked_balances_in_one_currency() {
    check(
        "camt.053.001.08",
        "<Cd>CLBD</Cd>",
        "<Cd>CLAV</Cd>",
        &expect!["BusMsg/Document/BkToCstmrStmt/Stmt/Bal[CLBD]: element is mandatory"],
    );
    check(
        "camt.053.001.08",
        "<Amt Ccy=\"CNY\">1250.50",
        "<Amt Ccy=\"HKD\">1250.50",
        &expect!["BusMsg/Document/BkToCstmrStmt/Stmt/Ntry: amounts are in more than one currency"],
    );
}

#[test]
fn limits_hold_before_the_tree_grows() {
    let nested = format!("{}{}", "<a>".repeat(DEPTH_MAX + 1), "</a>".repeat(DEPTH_MAX + 1));
    expect!["elements are nested deeper than 32 levels"].assert_eq(&told(nested.as_bytes()));
    let many = format!("<a>{}</a>", "<b/>".repeat(200_000));
    expect!["message has more than 200000 elements; split it"].assert_eq(&told(many.as_bytes()));
    let spaces = format!("<a{}/>", " xmlns:b=\"c\"".repeat(257));
    expect!["message has more than 256 namespace declarations"].assert_eq(&told(spaces.as_bytes()));
    let large = vec![b' '; BYTES_MAX + 1];
    expect!["message is larger than 4 MiB; split it"].assert_eq(&told(&large));
    expect!["not well-formed XML at byte 0"].assert_eq(&told(b""));
    expect!["message has more than one outermost element; put header and document in an envelope"]
        .assert_eq(&told(b"<AppHdr/><Document/>"));
    expect!["Invoice: outermost element is neither Document nor a known envelope"]
        .assert_eq(&told(b"<Invoice/>"));
}

#[test]
fn headers_of_other_versions_and_in_foreign_envelopes_are_read() {
    let document = documents().remove(0);
    let expected = with_header(document.clone());
    let text = String::from_utf8(write(&expected)).unwrap();
    let renamed =
        text.replace("BusMsg>", "Envelope>").replace("head.001.001.02", "head.001.001.04");
    assert_eq!(read(renamed.as_bytes()).unwrap(), expected);
    let wrapped = text.replace("<BusMsg>", "<DataPDU><Body>");
    let wrapped = wrapped.replace("</BusMsg>", "</Body></DataPDU>");
    assert_eq!(read(wrapped.as_bytes()).unwrap(), expected);
    let bare = BusinessMessage { header: None, document };
    let marked = [b"\xef\xbb\xbf".as_slice(), &write(&bare)].concat();
    assert_eq!(read(&marked).unwrap(), bare);
}
