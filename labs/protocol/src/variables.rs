//! What is asked of a test's searches, by the environment of its process.

/// A folder: write what the searches came to there, and do not print the picture.
pub const FAILURES: &str = "WEFT_FAILURES";

/// A [`Token`](crate::Token): run exactly the interleaving that it names.
pub const REPLAY: &str = "WEFT_REPLAY";

/// The number of an event: in a replay, call `weft_stop_here` there, for a debugger.
pub const STOP_AT: &str = "WEFT_STOP_AT";

/// `<test>@<number>`: run the scenarios of that test that take seeds with this one alone.
pub const SEED: &str = "WEFT_SEED";

/// A number: first run the scenario that often on real threads.
pub const STRESS: &str = "WEFT_STRESS";

/// Anything: give every order of the scenarios' steps as well, to play with.
pub const PLAY: &str = "WEFT_PLAY";

/// A number of seconds of processor time: a search of scenarios goes on for as long beyond its
/// scope, to wider ones.
pub const DEEP: &str = "WEFT_DEEP";

/// A number of seconds, after which the test [`CLAIM`] says where its threads wait.
pub const TELL_AFTER: &str = "WEFT_TELL_AFTER";

/// The name of the test that [`TELL_AFTER`] is about.
pub const CLAIM: &str = "WEFT_CLAIM";
