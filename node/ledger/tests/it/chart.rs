//! The text of accounts, their sides and their pools.

use crate::names::{batch, party, with_names};
use expect_test::expect;
use gcfn_ledger::{Account, FeeKind, IssuerBucket, Posting, ShareKind, Side, TaxKind, UserBucket};
use gcfn_model::Pool;
use std::collections::BTreeSet;

/// One account of every form, in the order of the chart.
pub(crate) fn every_account() -> Vec<Account> {
    let (alice, acme, shop) = (party("alice"), party("acme"), party("shop"));
    let node = "hk-hkg".parse().expect("a node name");
    let mut accounts = Vec::new();
    accounts.extend(Pool::ALL.map(Account::Bank));
    accounts.extend(Pool::ALL.map(Account::Transit));
    accounts.push(Account::Receivable(Pool::SettlementHub, acme));
    accounts.extend(UserBucket::ALL.iter().map(|&bucket| Account::User(alice, bucket)));
    accounts.extend(IssuerBucket::ALL.iter().map(|&bucket| Account::Issuer(acme, bucket)));
    accounts.push(Account::Reserve(acme, batch("b1")));
    accounts.push(Account::Clearing);
    accounts.push(Account::Merchant(shop));
    accounts.extend(FeeKind::ALL.iter().map(|&kind| Account::Fee(kind)));
    accounts.extend(ShareKind::ALL.iter().map(|&kind| Account::Share(kind)));
    accounts.push(Account::CrossBorder(node));
    accounts.extend([Account::Suspense(Pool::UserCustody), Account::Suspense(Pool::ClearingHouse)]);
    accounts.extend([Account::GuaranteeFund, Account::ClearingMember(node)]);
    accounts.extend([Account::FxPosition, Account::FxResult]);
    accounts.extend([Account::Obligation(acme, batch("b1")), Account::ObligationContra]);
    accounts.extend(TaxKind::ALL.iter().map(|&kind| Account::Tax(kind)));
    accounts.push(Account::Stake(node));
    accounts
}

#[test]
fn the_chart_reads_as_in_the_spec() {
    let mut chart = String::new();
    for account in every_account() {
        let side = if account.normal() == Side::Debit { "debit" } else { "credit" };
        let pool = account.pool().map_or("-", Pool::code);
        let sign = if account.either_sign() { " either sign" } else { "" };
        chart += &format!("{:<26} {side:<6} {pool}{sign}\n", with_names(&account.to_string()));
    }
    expect![[r#"
        B.UC                       debit  UC
        B.IE                       debit  IE
        B.SH                       debit  SH
        B.GF                       debit  GF
        B.CH                       debit  CH
        B.FX                       debit  FX
        B.TR.UC                    debit  UC either sign
        B.TR.IE                    debit  IE either sign
        B.TR.SH                    debit  SH either sign
        B.TR.GF                    debit  GF either sign
        B.TR.CH                    debit  CH either sign
        B.TR.FX                    debit  FX either sign
        RCV.SH.@acme               debit  SH
        UC.@alice.avail            credit UC
        UC.@alice.hold             credit UC
        UC.@alice.commit           credit UC
        UC.@alice.wdrl             credit UC
        UC.@alice.restricted       credit UC
        UC.@alice.deposit          credit UC
        IE.@acme.deposit           credit IE
        IE.@acme.risk              credit IE
        IE.@acme.free              credit IE
        IE.@acme.due               credit IE
        IE.@acme.wdrl              credit IE
        IE.@acme.restricted        credit IE
        IE.@acme.hold              credit IE
        IE.@acme.commit            credit IE
        IE.@acme.reserve.#b1       credit IE
        SH.clear                   credit SH
        SH.pay.@shop               credit SH
        SH.fee.trade               credit SH
        SH.fee.issue               credit SH
        SH.fee.redeem              credit SH
        SH.fee.wdrl                credit SH
        SH.fee.breakage            credit SH
        SH.fee.penalty             credit SH
        SH.share.platform          credit SH
        SH.share.region            credit SH
        SH.share.partner           credit SH
        SH.xb.hk-hkg               credit SH
        UC.susp                    credit UC either sign
        CH.susp                    credit CH either sign
        GF.fund                    credit GF
        CH.mbr.hk-hkg              credit CH
        FX.pos                     credit FX either sign
        FX.pnl                     credit FX either sign
        O.@acme.#b1.out            credit -
        O.contra                   debit  -
        SH.tax.withholding         credit SH
        SH.tax.stamp               credit SH
        SH.tax.sales               credit SH
        ST.hk-hkg                  credit SH
    "#]]
    .assert_eq(&chart);
}

#[test]
fn every_text_reads_back() {
    for account in every_account() {
        assert_eq!(account.to_string().parse(), Ok(account));
    }
}

#[test]
fn what_is_not_in_the_chart_is_refused() {
    let alice = party("alice");
    let wrong = [
        "",
        "B",
        "B.XX",
        "B.TR",
        "SH.clear.x",
        "SH.fee.tips",
        "SH.tax.vat",
        "ST",
        "uc.susp",
        "O.contra.out",
    ];
    for text in wrong {
        assert!(text.parse::<Account>().is_err(), "{text}");
    }
    for text in [format!("UC.{alice}"), format!("UC.{alice}.free"), format!("IE.{alice}.avail")] {
        assert!(text.parse::<Account>().is_err(), "{text}");
    }
}

#[test]
fn the_order_of_variants_is_the_order_of_accounts() {
    assert!(every_account().is_sorted());
}

#[test]
fn postings_are_numbered_and_keep_their_places_in_the_encoding() {
    assert_eq!(Posting::PrimaryMatch.to_string(), "P-04b");
    let codes: Vec<&str> = Posting::ALL.iter().map(|posting| posting.code()).collect();
    let once: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(once.len(), codes.len(), "no number is given twice");
    expect!["P-01 P-01b P-02a P-02b P-02c P-02d P-03b P-04a P-04b P-04c P-05b P-06a P-06b P-08a P-08b P-09b P-09c P-09d P-10 P-11a P-11b P-12 P-13a P-13b P-14a P-14b P-15b P-15c P-15d P-15e P-16b P-16e P-16e2 P-16f P-16g P-16h P-16h2 P-16i P-16l P-17 P-18 P-19 P-20a P-20b P-21 P-22 P-24 P-25 P-27 P-28 P-29 P-31 P-32 P-33 P-34"].assert_eq(&codes.join(" "));
}
