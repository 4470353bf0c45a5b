use super::*;
use expect_test::expect;

#[test]
fn the_built_in_scenario_is_sound() {
    let scenario = Scenario::built_in().unwrap_or_else(|problems| panic!("{problems}"));
    for order in &scenario.orders {
        assert!(scenario.party(order.node, &order.who).is_some(), "{} is nobody", order.who);
    }
    for act in &scenario.uses {
        assert!(scenario.party(act.node, &act.who).is_some(), "{} is nobody", act.who);
    }
    assert_eq!((scenario.batches.len(), scenario.abroad.len()), (5, 2));
}

#[test]
fn three_mistakes_in_two_files_are_told_at_once_with_their_lines() {
    let broken = |name: &str| {
        let built_in = FILES.iter().find(|(known, _)| *known == name).expect("a file").1;
        Ok(match name {
            "orders.csv" => built_in.replace("cn-sha,lin,buy,tea,20", "cn-sha,lin,bye,tea,a-few"),
            "rates.csv" => built_in.replace("0.1286", "-0.1286"),
            _ => built_in.to_owned(),
        })
    };
    let problems = Scenario::parse(broken).expect_err("three mistakes");
    expect![[r#"
        3 mistakes in the scenario
          orders.csv:5: side "bye": not one of buy, sell
          orders.csv:5: quantity "a-few": invalid digit found in string
          rates.csv:5: ask "-0.1286": not a positive decimal with at most 9 decimals"#]]
    .assert_eq(&problems.to_string());
}

#[test]
fn a_line_with_too_few_fields_and_a_member_that_is_not_there_are_named() {
    let broken = |name: &str| {
        let built_in = FILES.iter().find(|(known, _)| *known == name).expect("a file").1;
        Ok(match name {
            "network.toml" => built_in.replace("watches = [\"eu\", \"de\"]", "watches = [\"fr\"]"),
            "funds.csv" => built_in.replace("sg,EUR,60000.00", "sg,EUR"),
            _ => built_in.to_owned(),
        })
    };
    let problems = Scenario::parse(broken).expect_err("two mistakes");
    expect![[r#"
        2 mistakes in the scenario
          network.toml: reg-eu names fr, which is not there
          funds.csv:4: 2 fields where 3 are expected"#]]
    .assert_eq(&problems.to_string());
}

#[test]
fn a_missing_folder_is_named() {
    let problems = Scenario::read(Path::new("/nowhere")).expect_err("not there");
    assert!(problems.to_string().contains("/nowhere/network.toml"), "{problems}");
}
