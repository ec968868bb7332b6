//! What the exercises promise, as programs, and how yours are called. Given: read them, and do not
//! edit them.

pub(crate) mod bounded;
pub(crate) mod calls;
pub(crate) mod channel;
pub(crate) mod disconnect;
pub(crate) mod flavor;
pub(crate) mod rendezvous;
pub(crate) mod select;
