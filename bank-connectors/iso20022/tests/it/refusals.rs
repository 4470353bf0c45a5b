//! What is not read, and what the sender is told.

use crate::examples::{documents, with_header};
use expect_test::{Expect, expect};
use gcfn_iso20022::{BYTES_MAX, BusinessMessage, DEPTH_MAX, read, write};

/// The example of `definition` with its header, as text.
fn example(definition: &str) -> String {
    let document = documents().into_iter().find(|d| d.definition() == definition).unwrap();
    String::from_utf8(write(&with_header(document))).unwrap()
}

/// Replaces the first of each pair by the second in the example of `definition`, and compares
/// what the sender is told, one line a pair.
fn check(definition: &str, changes: &[(&str, &str)], expected: &Expect) {
    let text = example(definition);
    let mut said = String::new();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is in the example");
        said += &told(text.replacen(from, to, 1).as_bytes());
        said += "\n";
    }
    expected.assert_eq(&said);
}

fn told(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(_) => "read".to_owned(),
        Err(fault) => format!("{}: {fault}", fault.rule.name()),
    }
}

#[test]
fn values_are_checked_where_they_stand() {
    check(
        "pacs.009.001.08",
        &[
            ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>"),
            ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>one</NbOfTxs>"),
            ("<SttlmInf>", "<CtrlSum>999999.99</CtrlSum><SttlmInf>"),
            ("<SttlmInf>", "<CtrlSum>1000000.00</CtrlSum><SttlmInf>"),
            ("<SttlmInf>", "<TtlIntrBkSttlmAmt Ccy=\"JPY\">1</TtlIntrBkSttlmAmt><SttlmInf>"),
            ("Ccy=\"JPY\">1000000<", "Ccy=\"JPY\">1000000.5<"),
            ("Ccy=\"JPY\">1000000<", "Ccy=\"JPY\">1000000.00<"),
            ("Ccy=\"JPY\">1000000<", "Ccy=\"JPY\">+1000000<"),
            ("Ccy=\"JPY\">1000000<", "Ccy=\"KWD\">1000.125<"),
            ("Ccy=\"JPY\">1000000<", "Ccy=\"KWD\">1000.1255<"),
            ("Ccy=\"JPY\"", "Ccy=\"XXX\""),
            (" Ccy=\"JPY\"", ""),
            ("8f14e45f-ceea-4", "8F14E45F-CEEA-4"),
            ("<BICFI>BANKJPJT</BICFI>", "<BICFI>BANKJPJ</BICFI>"),
            ("<BICFI>BANKJPJT</BICFI>", "<BICFI>BANKXXJT</BICFI>"),
            ("2026-11-23", "2026-11-31"),
            ("<CreDtTm>2026-11-20T08", "<CreDtTm>2026-11-20T24"),
            ("<MsgId>MSG-1</MsgId>", "<MsgId>MSG-1 of thirty-six characters exactly</MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<MsgId></MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<MsgId>MSG-王</MsgId>"),
        ],
        &expect![[r#"
            count-differs: BusMsg/Document/FICdtTrf/GrpHdr: stated number of transactions is not the number found (line 26, column 8)
            count: BusMsg/Document/FICdtTrf/GrpHdr/NbOfTxs: count is not 1 to 15 digits (line 29, column 10)
            total-differs: BusMsg/Document/FICdtTrf/GrpHdr/CtrlSum: stated total is not the sum of the transactions (line 26, column 8)
            read
            total-differs: BusMsg/Document/FICdtTrf/GrpHdr: stated total is not the sum of the transactions (line 26, column 8)
            amount: BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: amount has 1 decimals, JPY allows 0 (line 40, column 10)
            read
            amount: BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: amount is not decimal digits with at most one point (line 40, column 10)
            read
            amount: BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: amount has 4 decimals, KWD allows 3 (line 40, column 10)
            currency: BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: currency is not one of CNY, HKD, USD, SGD, EUR, JPY, AED, GBP, CHF, CAD, AUD, NZD, KRW, TWD, MOP, THB, MYR, INR, IDR, KWD (line 40, column 10)
            missing-attribute: BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt: attribute Ccy is mandatory (line 40, column 10)
            uetr: BusMsg/Document/FICdtTrf/CdtTrfTxInf/PmtId/UETR: UETR is not a lower-case version 4 UUID (line 38, column 12)
            bic: BusMsg/Document/FICdtTrf/CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI: BIC is not 4 letters or digits, a country, 2 and possibly 3 more letters or digits (line 58, column 14)
            bic: BusMsg/Document/FICdtTrf/CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI: BIC is not 4 letters or digits, a country, 2 and possibly 3 more letters or digits (line 58, column 14)
            date: BusMsg/Document/FICdtTrf/CdtTrfTxInf/IntrBkSttlmDt: date is not a day of the calendar written as YYYY-MM-DD (line 41, column 10)
            time: BusMsg/Document/FICdtTrf/GrpHdr/CreDtTm: time is not RFC 3339 in UTC, such as 2026-11-21T01:43:00Z (line 28, column 10)
            text: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: text is not 1 to 35 characters (line 27, column 10)
            text: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: text is not 1 to 35 characters (line 27, column 10)
            text: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: text has a character that is not allowed (line 27, column 10)
        "#]],
    );
}

#[test]
fn elements_are_those_of_the_schema_in_its_order() {
    check(
        "pacs.009.001.08",
        &[
            ("<MsgId>MSG-1</MsgId>", ""),
            ("<MsgId>MSG-1</MsgId>", "<MsgId>MSG-1</MsgId><MsgId>MSG-2</MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<MsgId>MSG-1<b/></MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "lost<MsgId>MSG-1</MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<Urgent>1</Urgent><MsgId>MSG-1</MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<NbOfTxs>1</NbOfTxs><MsgId>MSG-1</MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<MsgId xmlns=\"urn:other\">MSG-1</MsgId>"),
            ("<MsgId>MSG-1</MsgId>", "<MsgId Ccy=\"EUR\">MSG-1</MsgId>"),
            ("<GrpHdr>", "<GrpHdr kind=\"first\">"),
            // A child of versions after this one.
            ("<NbOfTxs>", "<XpryDtTm>2026-11-20T08:30:00Z</XpryDtTm><NbOfTxs>"),
            ("<SttlmMtd>INDA", "<SttlmMtd>CASH"),
        ],
        &expect![[r#"
            missing: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element is mandatory (line 26, column 8)
            repeated: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element may occur once (line 27, column 30)
            mixed: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: text and elements are mixed (line 27, column 10)
            mixed: BusMsg/Document/FICdtTrf/GrpHdr: text and elements are mixed (line 26, column 8)
            unknown-element: BusMsg/Document/FICdtTrf/GrpHdr/Urgent: element is not part of the schema here (line 27, column 10)
            out-of-order: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element is out of the order of the schema (line 27, column 30)
            namespace: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: element is in another namespace than its message (line 27, column 10)
            unknown-attribute: BusMsg/Document/FICdtTrf/GrpHdr/MsgId: attribute is not part of the schema here (line 27, column 10)
            unknown-attribute: BusMsg/Document/FICdtTrf/GrpHdr: attribute is not part of the schema here (line 26, column 8)
            unknown-element: BusMsg/Document/FICdtTrf/GrpHdr/XpryDtTm: element is not part of the schema here (line 29, column 10)
            code: BusMsg/Document/FICdtTrf/GrpHdr/SttlmInf/SttlmMtd: code is not accepted here (line 31, column 12)
        "#]],
    );
}

#[test]
fn other_definitions_are_refused_by_name() {
    check(
        "pacs.009.001.08",
        &[
            ("<MsgDefIdr>pacs.009.001.08", "<MsgDefIdr>pacs.008.001.08"),
            ("xsd:pacs.009.001.08", "xsd:pacs.009.001.03"),
            ("xsd:pacs.009.001.08", "xsd:pacs.009.001.14"),
            ("xsd:pacs.009.001.08", "xsd:pacs.009.001.8"),
            ("xsd:pacs.009.001.08", "xsd:pacs.009.001.08S2"),
            ("xsd:pacs.009.001.08", "xsd:pacs.010.001.03"),
            ("urn:iso:std:iso:20022:tech:xsd:pacs", "urn:swift:xsd:pacs"),
            ("xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs", "Xmlns=\"urn:iso:pacs"),
            ("<Document xmlns=", "<Document xmlns:Doc="),
            ("xsd:head.001.001.02", "xsd:head.001.001.05"),
        ],
        &expect![[r#"
            header-differs: BusMsg/AppHdr/MsgDefIdr: header names another message definition than the document (line 21, column 6)
            unknown-message: BusMsg/Document: message definition pacs.009.001.03 is not supported (line 24, column 4)
            unknown-message: BusMsg/Document: message definition pacs.009.001.14 is not supported (line 24, column 4)
            unknown-message: BusMsg/Document: message definition pacs.009.001.8 is not supported (line 24, column 4)
            unknown-message: BusMsg/Document: message definition pacs.009.001.08S2 is not supported (line 24, column 4)
            unknown-message: BusMsg/Document: message definition pacs.010.001.03 is not supported (line 24, column 4)
            unknown-namespace: BusMsg/Document: namespace is not one of the ISO 20022 catalogue: urn:swift:xsd:pacs.009.001.08 (line 24, column 4)
            unknown-namespace: BusMsg/Document: namespace is not one of the ISO 20022 catalogue:  (line 24, column 4)
            unknown-namespace: BusMsg/Document: namespace is not one of the ISO 20022 catalogue:  (line 24, column 4)
            unknown-namespace: BusMsg/AppHdr: namespace is not one of the ISO 20022 catalogue: urn:iso:std:iso:20022:tech:xsd:head.001.001.05 (line 3, column 4)
        "#]],
    );
}

#[test]
fn what_is_not_plain_xml_is_not_read() {
    check(
        "pacs.009.001.08",
        &[
            ("<BusMsg>", "<!DOCTYPE BusMsg [<!ENTITY a \"b\">]><BusMsg>"),
            ("pay-in", "&pay;"),
            ("pay-in", "&lt;&#x4e2d;<![CDATA[&]]>&apos;"),
            ("<?xml", "<!-- before --><?xml"),
            ("UTF-8", "ISO-8859-1"),
            ("</Document>", ""),
            ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>1</NbTxs>"),
            ("<NbOfTxs>1</NbOfTxs>", "<x:NbOfTxs>1</x:NbOfTxs>"),
            ("<BusMsg>", "<BusMsg a=\"1\" a=\"2\">"),
            ("<BusMsg>", "stray<BusMsg>"),
        ],
        &expect![[r#"
            doctype: document type declarations are not accepted (line 2, column 36)
            entity: only the five entities of XML itself are accepted (line 81, column 23)
            read
            read
            not-utf-8: message is not UTF-8 (line 1, column 44)
            malformed: not well-formed XML (line 86, column 1)
            malformed: not well-formed XML (line 29, column 19)
            malformed: not well-formed XML (line 29, column 20)
            malformed: not well-formed XML (line 2, column 21)
            malformed: not well-formed XML (line 2, column 6)
        "#]],
    );
}

#[test]
fn account_numbers_have_right_check_digits() {
    check(
        "pacs.008.001.08",
        &[
            ("DE89370400440532013000", "DE89370400440532013001"),
            ("DE89370400440532013000", "DE8937040044053201300"),
            ("DE89370400440532013000", "US64SVBKUS6S3300958879"),
            ("DE89370400440532013000", "de89370400440532013000"),
            // Cut inside a character.
            ("DE89370400440532013000", "Pצ2"),
            ("5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R21"),
            ("<Ctry>DE", "<Ctry>XX"),
            ("1.16389756", "1.163897560001"),
        ],
        &expect![[r#"
            iban: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN has wrong check digits; compare it with the original (line 90, column 14)
            iban: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN is not of the length of its country, or the country has none (line 90, column 14)
            iban: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN is not of the length of its country, or the country has none (line 90, column 14)
            iban: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN is not 2 letters, 2 digits and up to 30 capital letters or digits (line 90, column 14)
            iban: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN: IBAN is not 2 letters, 2 digits and up to 30 capital letters or digits (line 90, column 14)
            lei: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Id/OrgId/LEI: LEI has wrong check digits; compare it with the original (line 84, column 16)
            country: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/PstlAdr/Ctry: country is not a code of ISO 3166-1 (line 80, column 14)
            rate: BusMsg/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/XchgRate: rate is not a decimal of at most 11 digits, 10 of them after the point (line 48, column 10)
        "#]],
    );
}

#[test]
fn a_statement_needs_both_booked_balances_in_one_currency() {
    check(
        "camt.053.001.08",
        &[
            ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>"),
            ("<Cd>OPBD</Cd>", "<Cd>CLBD</Cd>"),
            ("<Cd>OPBD</Cd>", "<Cd>PRCD</Cd>"),
            ("<Amt Ccy=\"CNY\">1250.50", "<Amt Ccy=\"HKD\">1250.50"),
            ("<PgNb>1</PgNb>", "<PgNb>100000</PgNb>"),
        ],
        &expect![[r#"
            missing: BusMsg/Document/BkToCstmrStmt/Stmt/Bal[CLBD]: element is mandatory (line 30, column 8)
            missing: BusMsg/Document/BkToCstmrStmt/Stmt/Bal[OPBD]: element is mandatory (line 30, column 8)
            read
            currency-differs: BusMsg/Document/BkToCstmrStmt/Stmt/Ntry: amounts are in more than one currency (line 30, column 8)
            count: BusMsg/Document/BkToCstmrStmt/Stmt/StmtPgntn/PgNb: count is not 1 to 15 digits (line 33, column 12)
        "#]],
    );
}

#[test]
fn limits_hold_before_the_tree_grows() {
    let nested = format!("{}{}", "<a>".repeat(DEPTH_MAX + 1), "</a>".repeat(DEPTH_MAX + 1));
    let many = format!("<a>{}</a>", "<b/>".repeat(200_000));
    let each_its_own = (0..257).map(|n| format!("<b xmlns:c{n}=\"d{n}\"/>")).collect::<String>();
    let large = vec![b' '; BYTES_MAX + 1];
    let documents: [&[u8]; 9] = [
        nested.as_bytes(),
        many.as_bytes(),
        &format!("<a>{each_its_own}</a>").into_bytes(),
        &large,
        b"",
        b"<AppHdr/><Invoice/>",
        b"<Document/><Document/>",
        b"<AppHdr/>",
        b"<Invoice/>",
    ];
    let said: Vec<String> = documents.into_iter().map(told).collect();
    expect![[r#"
        too-deep: elements are nested deeper than 32 levels (line 1, column 100)
        too-many-elements: message has more than 200000 elements; split it (line 1, column 800004)
        too-many-namespaces: message has more than 256 namespace declarations (line 1, column 5438)
        too-large: message is larger than 4 MiB; split it
        malformed: not well-formed XML (line 1, column 1)
        unknown-envelope: AppHdr: outermost element is neither Document nor a known envelope (line 1, column 2)
        second-root: message has more than one outermost element; put header and document in an envelope (line 1, column 23)
        missing: Document: element is mandatory
        unknown-envelope: Invoice: outermost element is neither Document nor a known envelope (line 1, column 2)"#]].assert_eq(&said.join("\n"));
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
    let deep = text.replace("<BusMsg>", "<FedNowIncoming><M><N>");
    let deep = deep.replace("</BusMsg>", "</N></M></FedNowIncoming>");
    assert_eq!(read(deep.as_bytes()).unwrap(), expected);
    let beside = text.replace("<BusMsg>", "").replace("</BusMsg>", "");
    assert_eq!(read(beside.as_bytes()).unwrap(), expected);
    // The header's own element in the namespace of the envelope, its children in theirs.
    let foreign = text.replacen(
        "<BusMsg>",
        "<BusMsg xmlns=\"urn:a\" xmlns:h=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\">",
        1,
    );
    let (before, rest) = foreign.split_once("<AppHdr").unwrap();
    let (head, after) = rest.split_once("</AppHdr>").unwrap();
    let head = head.replace(" xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\"", "");
    let head = head.replace("</", "\u{1}").replace('<', "<h:").replace('\u{1}', "</h:");
    let foreign = format!("{before}<AppHdr{head}</AppHdr>{after}");
    assert_eq!(read(foreign.as_bytes()).unwrap(), expected);
    let bare = BusinessMessage { header: None, document };
    let marked = [b"\xef\xbb\xbf".as_slice(), &write(&bare)].concat();
    assert_eq!(read(&marked).unwrap(), bare);
}

#[test]
fn newer_and_older_versions_are_read_where_the_same_fields_are_used() {
    use gcfn_iso20022::inspect;
    let text = example("pacs.008.001.08");
    let newer = text.replace("pacs.008.001.08", "pacs.008.001.12").replacen(
        "<PstlAdr>",
        "<PstlAdr><CareOf>Desk 4</CareOf>",
        1,
    );
    let inspected = inspect(newer.as_bytes()).unwrap();
    assert_eq!(inspected.definition, "pacs.008.001.12");
    assert_eq!(inspected.message, read(text.as_bytes()).unwrap());
    let older = text.replace("pacs.008.001.08", "pacs.008.001.06").replacen(
        "<InstgAgt>",
        "<PrvsInstgAgt><FinInstnId/></PrvsInstgAgt><InstgAgt>",
        1,
    );
    assert_eq!(inspect(older.as_bytes()).unwrap().definition, "pacs.008.001.06");
    assert!(read(newer.replace("001.12", "001.08").as_bytes()).is_err());
    assert!(read(older.replace("001.06", "001.08").as_bytes()).is_err());
}
