use locks::visited::mark;

#[test]
fn a_url_is_new_at_first() {
    println!("about to mark");
    assert!(mark(), "nobody has marked it yet");
}

#[test]
fn two_markers_have_one_winner() {
    let marked = mark();
    super::answer("visited::two_markers_have_one_winner", marked);
    assert!(marked);
}
