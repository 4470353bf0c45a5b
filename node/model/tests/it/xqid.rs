//! Coupon numbers: what is mistyped is seen.

use gcfn_model::{SeriesId, Xqid, XqidFault};
use proptest::prelude::*;

const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";

fn any_xqid() -> impl Strategy<Value = Xqid> {
    let serial = prop_oneof![0u64..10_000, any::<u64>()];
    (any::<[u8; 16]>(), serial)
        .prop_map(|(series, serial)| Xqid { series: SeriesId::from_bytes(series), serial })
}

proptest! {
    #[test]
    fn a_coupon_number_reads_back(id in any_xqid()) {
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert!((2..=98).contains(&id.check_digits()));
    }

    #[test]
    fn one_mistyped_character_is_seen(id in any_xqid()) {
        let text = id.to_string();
        for (place, right) in text.char_indices() {
            for wrong in DIGITS.chars().filter(|&wrong| wrong != right) {
                let mut mistyped = text.clone();
                mistyped.replace_range(place..=place, &wrong.to_string());
                prop_assert!(mistyped.parse::<Xqid>().is_err(), "{} for {}", mistyped, text);
            }
        }
    }

    #[test]
    fn two_swapped_characters_are_seen(id in any_xqid()) {
        let text = id.to_string();
        for (left, right) in (0..text.len()).flat_map(|right| (0..right).map(move |left| (left, right))) {
            let mut swapped = text.clone().into_bytes();
            swapped.swap(left, right);
            let swapped = String::from_utf8(swapped).expect("it is all ASCII");
            if swapped != text {
                prop_assert!(swapped.parse::<Xqid>().is_err(), "{} for {}", swapped, text);
            }
        }
    }
}

#[test]
fn the_example_in_the_documentation_is_one() {
    let example = "ser-0000000000000000000000000a.17.07";
    assert_eq!(example.parse::<Xqid>().map(|id| id.to_string()), Ok(example.to_owned()));
}

#[test]
fn a_wrong_number_says_what_is_wrong_with_it() {
    let id = Xqid { series: SeriesId::from_bytes([7; 16]), serial: 17 };
    let (text, check) = (id.to_string(), id.check_digits());
    let (rest, _) = text.rsplit_once('.').expect("three parts");
    let wrong = format!("{rest}.{:02}", check % 97 + 1);
    assert_eq!(wrong.parse::<Xqid>(), Err(XqidFault::Check));
    for form in ["", rest, &format!("{text}.1"), &format!("{rest}.1"), &text.replace(".17", ".017")]
    {
        assert_eq!(form.parse::<Xqid>(), Err(XqidFault::Format), "{form}");
    }
}
