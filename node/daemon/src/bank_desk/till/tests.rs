use super::is_verdict;
use gcfn_banking::DeskRefusal;
use gcfn_council::Refusal;

#[test]
fn only_the_machines_word_about_the_banks_word_is_final() {
    assert!(is_verdict(Refusal::ForeignAccount));
    assert!(is_verdict(Refusal::Desk(DeskRefusal::UnknownPayment)));
    for about_this_node in [
        Refusal::UnknownAuthor,
        Refusal::WrongSignature,
        Refusal::Expired,
        Refusal::ExpiresTooLate,
        Refusal::IdempotencyConflict,
        Refusal::NotActive,
        Refusal::NotPermitted,
    ] {
        assert!(!is_verdict(about_this_node), "{about_this_node}");
    }
}
