use kit::explore;
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::collections::BTreeMap;
use threads::map_reduce::{map_reduce, word_count};

rules::test!("src/map_reduce.rs");

#[test]
fn words_are_counted_whatever_the_number_of_tasks_and_threads() {
    let documents = ["the warp and the weft", "the weft", ""];
    let expected = BTreeMap::from([("and", 1), ("the", 3), ("warp", 1), ("weft", 2)]);
    let expected: BTreeMap<String, usize> = expected
        .into_iter()
        .map(|(word, count)| (word.to_owned(), count))
        .collect();
    for (reducers, workers) in [(0, 0), (1, 1), (3, 2), (7, 9)] {
        assert_eq!(
            word_count(&documents, reducers, workers),
            expected,
            "the counts must be the same with {reducers} reducers and {workers} workers"
        );
    }
}

#[test]
fn reduce_begins_when_all_maps_have_ended() {
    explore(|| {
        let ended = AtomicUsize::new(0);
        let map = |input: &u32| {
            ended.fetch_add(1, SeqCst);
            vec![("a", *input)]
        };
        let reduce = |_: &&str, values: Vec<u32>| {
            assert_eq!(ended.load(SeqCst), 2, "a map task had not ended");
            values
        };
        let result = map_reduce(&[1, 2], 1, 2, map, reduce);
        assert_eq!(
            result,
            BTreeMap::from([("a", vec![1, 2])]),
            "the second input may be mapped first: the values must come in order all the same"
        );
    });
}
