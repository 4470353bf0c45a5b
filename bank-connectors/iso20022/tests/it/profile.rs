//! What a market asks beyond the schema, and names for banks that take Latin letters only.

use crate::examples::{documents, of, with_header};
use expect_test::{Expect, expect};
use gcfn_iso20022::{
    Address, AddressForm, BusinessMessage, CustomerTransfer, Document, Header, LatinName,
    NoLatinName, Profile, Text,
};

/// The customer transfer of the examples, between the banks of its header, after `change`.
fn transfer(change: impl FnOnce(&mut CustomerTransfer, &mut Header)) -> BusinessMessage {
    let find = |document: &Document| matches!(document, Document::CustomerCreditTransfer(_));
    let mut message = with_header(documents().into_iter().find(find).unwrap());
    let header = message.header.as_mut().unwrap();
    let Document::CustomerCreditTransfer(document) = &mut message.document else { panic!() };
    let transfer = &mut document.transfers[0];
    header.from = transfer.routing.instructing.clone().unwrap();
    header.to = transfer.routing.instructed.clone().unwrap();
    header.service = Some(of("swift.cbprplus.02"));
    transfer.creditor.name = Some(of("Zoe Mueller"));
    change(transfer, header);
    message
}

fn check(message: &BusinessMessage, expected: &Expect) {
    assert_eq!(Profile::named(message.header.as_ref()), Profile::CbprPlus);
    assert_eq!(Profile::Base.check(message), []);
    let found = Profile::CbprPlus.check(message);
    let said: Vec<_> = found.iter().map(|d| format!("{}: {}", d.of, d.rule)).collect();
    expected.assert_eq(&said.join("\n"));
}

#[test]
fn a_message_that_keeps_the_rules_has_no_deviation() {
    check(&transfer(|_, _| ()), &expect![""]);
}

#[test]
fn header_and_document_say_the_same() {
    let message = transfer(|_, header| {
        header.id = of("OTHER");
        std::mem::swap(&mut header.from, &mut header.to);
    });
    check(
        &message,
        &expect![[r#"
            header id: the header's id is that of the message
            header sender: the sender is the instructing agent
            header receiver: the receiver is the instructed agent"#]],
    );
}

#[test]
fn references_and_texts_keep_to_the_characters_of_the_network() {
    let message = transfer(|transfer, _| {
        transfer.ids.end_to_end = of("/A//B_");
        transfer.ids.uetr = None;
        transfer.debtor.name = Some(of("王小明"));
        transfer.remittance.text = vec![of("Miete für März")];
    });
    check(
        &message,
        &expect![[r#"
            payment: a payment has a UETR
            end-to-end id: ids have letters, digits and /-?:().,'+ only
            end-to-end id: ids neither begin nor end with a slash, nor have two together
            payer: names are in Latin letters without accents
            remittance: text is in Latin letters without accents"#]],
    );
}

#[test]
fn addresses_have_town_and_country_in_their_own_elements() {
    let lines = |count: usize| vec![of::<Text<70>>("Taunusanlage 12"); count];
    let town =
        || Address { town: Some(of("Frankfurt")), country: Some(of("DE")), ..Address::default() };
    assert_eq!(town().form(), AddressForm::Structured);
    assert_eq!(Address { lines: lines(2), ..town() }.form(), AddressForm::Hybrid);
    assert_eq!(Address { lines: lines(3), ..town() }.form(), AddressForm::Unstructured);
    let only = Address { lines: lines(3), ..Address::default() };
    let message = transfer(|transfer, _| transfer.creditor.address = Some(Box::new(only)));
    check(&message, &expect!["payee: an address has town and country, and at most two lines"]);
}

#[test]
fn a_latin_name_is_marked_when_it_is_derived_and_never_guessed() {
    let name = |text: &str| of::<Text<140>>(text);
    assert_eq!(name("Zoe Mueller").latin(), Ok(LatinName::Original(name("Zoe Mueller"))));
    assert_eq!(name("Zoé Müller").latin(), Ok(LatinName::Derived(name("Zoe Muller"))));
    assert_eq!(name("Łukasz Groß").latin(), Ok(LatinName::Derived(name("Lukasz Gross"))));
    assert_eq!(name("王小明").latin(), Err(NoLatinName));
    assert_eq!(name("Zoé 王").latin(), Err(NoLatinName));
    // Spelled out it has 141 characters: refused, not cut.
    assert_eq!(name(&format!("{}ß", "a".repeat(139))).latin(), Err(NoLatinName));
}
