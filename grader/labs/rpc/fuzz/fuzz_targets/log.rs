//! A log of any bytes, and a log that was written and then cut or changed: whatever is read was
//! written, in that order; a cut is a torn tail; a changed byte is damage or torn, and never
//! another record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rpc_solution::log::{append, records};

fuzz_target!(|data: &[u8]| {
    // Any bytes.
    if let Ok(found) = records(data) {
        let mut written = Vec::new();
        found
            .payloads
            .iter()
            .for_each(|payload| append(&mut written, payload));
        assert_eq!(
            written,
            data[..found.whole],
            "what was found is what is there"
        );
    }

    // A log with those payloads that can be written, and a place in it.
    let Some((at, rest)) = data.split_first_chunk::<2>() else {
        return;
    };
    let payloads: Vec<&[u8]> = rest
        .split(|&byte| byte == 0)
        .filter(|payload| !payload.is_empty())
        .collect();
    let mut file = Vec::new();
    let mut ends = vec![0];
    for payload in &payloads {
        append(&mut file, payload);
        ends.push(file.len());
    }
    let whole = records(&file).expect("nothing is damaged");
    assert_eq!(
        (whole.payloads, whole.whole),
        (payloads.clone(), file.len())
    );

    // Cut anywhere, and perhaps made longer by zeros, as some file systems do.
    let place = usize::from(u16::from_le_bytes(*at)) % (file.len() + 1);
    let before = ends.iter().filter(|&&end| end <= place).count() - 1;
    let mut torn = file[..place].to_vec();
    for zeros in [0, 1, 12, 40] {
        torn.resize(place + zeros, 0);
        let found = records(&torn).expect("a torn tail is not damage");
        // A record of which only a zero is missing does not exist: none ends in one.
        assert_eq!(found.payloads, payloads[..before]);
        assert_eq!(found.whole, ends[before]);
    }

    // One bit is another.
    if place < file.len() {
        file[place] ^= 1 << (at[0] % 8);
        let there = match records(&file) {
            Ok(found) => found.payloads.len(),
            Err(damaged) => ends
                .iter()
                .position(|&end| end == damaged.offset)
                .expect("at a record"),
        };
        assert_eq!(there, before, "all before it, and nothing else");
    }
});
