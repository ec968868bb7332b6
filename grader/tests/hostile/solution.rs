// Stands for a solution that lies beside the answers.
pub fn one() -> u32 {
    1
}
