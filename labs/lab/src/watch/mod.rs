//! Watch.
use crate::desk::Desk;
use crate::error::Exit;
use anyhow::Result;
pub(crate) fn watch(_desk: Desk, _word: Option<&str>, _poll: bool) -> Result<Exit> {
    anyhow::bail!("not yet")
}
