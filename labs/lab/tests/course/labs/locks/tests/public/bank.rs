#[test]
fn all_money_is_counted() {
    assert_eq!(locks::bank::total(), 3);
}
