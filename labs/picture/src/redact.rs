//! Leaves out what the reader may not see.
use crate::Failure;

impl Failure {
    /// Leaves out the text and the places of all files that `hidden` names.
    pub fn without_files(mut self, hidden: impl Fn(&str) -> bool) -> Failure {
        self.sources.retain(|file, _| !hidden(file));
        for step in &mut self.steps {
            if step.at.as_ref().is_some_and(|at| hidden(&at.file)) {
                step.at = None;
                step.code = None;
            }
        }
        for object in &mut self.objects {
            object.made.take_if(|made| hidden(&made.file));
        }
        self.at.take_if(|at| hidden(&at.file));
        self
    }
}
