//! Builds a lab's tests, and keeps what the compiler says as the compiler says it, once.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;

use crate::process::{self, Ended, Stop};

/// How a build ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Build {
    /// The test programs, and what the compiler warns about.
    Ready {
        programs: Vec<PathBuf>,
        warnings: Vec<Diagnostic>,
    },
    /// It does not compile.
    Broken(Vec<Diagnostic>),
    /// Somebody asked to stop.
    Stopped,
}

/// Something the compiler says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// As the compiler draws it, with colours.
    pub(crate) text: String,
    /// The file it is about, from the workspace's folder.
    pub(crate) file: Option<String>,
}

/// Where debug information is wanted in full, variables and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Debug {
    Lines,
    Full,
}

/// Builds the tests of the package `lab`. Blocks until cargo ends; `progress` gets cargo's lines as
/// they come.
///
/// # Errors
///
/// If there is no cargo.
pub(crate) fn build(
    root: &Path,
    lab: &str,
    debug: Debug,
    stop: &Stop,
    progress: impl FnMut(&str),
) -> Result<Build> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args([
        "test",
        "--package",
        lab,
        "--no-run",
        "--message-format=json-diagnostic-rendered-ansi",
    ]);
    if debug == Debug::Full {
        cargo.args([
            "--config",
            &format!("profile.dev.package.{lab}.debug=\"full\""),
        ]);
    }
    let followed = process::follow(cargo, stop, progress)?;
    Ok(match followed.ended {
        Ended::Stopped => Build::Stopped,
        ended => read(
            &root.join("labs").join(lab),
            ended == Ended::Well,
            &followed,
        ),
    })
}

#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-message")]
    Said { message: Said },
    #[serde(rename = "compiler-artifact")]
    Artifact {
        manifest_path: PathBuf,
        executable: Option<PathBuf>,
        profile: Profile,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Deserialize)]
struct Said {
    rendered: Option<String>,
    level: String,
    message: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    is_primary: bool,
}

fn read(folder: &Path, well: bool, followed: &process::Followed) -> Build {
    let manifest = folder.join("Cargo.toml");
    let (mut programs, mut warnings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let messages = followed
        .stdout
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok());
    for message in messages {
        match message {
            Message::Artifact {
                manifest_path,
                executable: Some(program),
                profile,
            } if profile.test && manifest_path == manifest => {
                programs.push(program);
            }
            Message::Said { message } if is_summary(&message) => {}
            Message::Said { message } => {
                let primary = message.spans.into_iter().find(|span| span.is_primary);
                let diagnostic = Diagnostic {
                    text: message.rendered.unwrap_or(message.message),
                    file: primary.map(|span| span.file_name),
                };
                let kept = if message.level == "warning" {
                    &mut warnings
                } else {
                    &mut errors
                };
                // The library and its unit tests are compiled apart, and say the same.
                if !kept.contains(&diagnostic) {
                    kept.push(diagnostic);
                }
            }
            _ => {}
        }
    }
    if well {
        return Build::Ready { programs, warnings };
    }
    if errors.is_empty() {
        // Cargo itself failed: a manifest, the network, the linker.
        let text = followed.stderr.join("\n") + "\n";
        errors.push(Diagnostic { text, file: None });
    }
    Build::Broken(errors)
}

/// "aborting due to 2 previous errors", "2 warnings emitted": of each compilation one, so they
/// repeat.
fn is_summary(said: &Said) -> bool {
    said.spans.is_empty()
        && (said.message.starts_with("aborting due to")
            || said.message.ends_with("warning emitted")
            || said.message.ends_with("warnings emitted")
            || said
                .message
                .starts_with("Some errors have detailed explanations")
            || said.message.starts_with("For more information about"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(stdout: &[&str], stderr: &[&str]) -> process::Followed {
        let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        process::Followed {
            ended: Ended::Well,
            stdout: own(stdout),
            stderr: own(stderr),
        }
    }

    const ERROR: &str = r#"{"reason":"compiler-message","message":{"rendered":"error: no\n","level":"error","message":"no","spans":[{"file_name":"labs/locks/src/bank.rs","is_primary":true}]}}"#;
    const SUMMARY: &str = r#"{"reason":"compiler-message","message":{"rendered":"error: aborting due to 1 previous error","level":"error","message":"aborting due to 1 previous error","spans":[]}}"#;

    #[test]
    fn an_error_that_is_said_twice_is_kept_once() {
        let said = followed(&[ERROR, SUMMARY, ERROR, SUMMARY], &[]);
        let Build::Broken(errors) = read(Path::new("labs/locks"), false, &said) else {
            panic!("it does not compile");
        };
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].file.as_deref(), Some("labs/locks/src/bank.rs"));
    }

    #[test]
    fn a_failure_of_cargo_itself_is_told_in_its_words() {
        let said = followed(&[], &["error: failed to parse manifest"]);
        let Build::Broken(errors) = read(Path::new("labs/locks"), false, &said) else {
            panic!("it does not compile");
        };
        assert_eq!(errors[0].text, "error: failed to parse manifest\n");
    }

    #[test]
    fn only_test_programs_of_the_lab_are_taken() {
        let artifact = |manifest: &str, test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"{manifest}","executable":"/t/{manifest}","profile":{{"test":{test}}}}}"#
            )
        };
        let lines = [
            artifact("labs/locks/Cargo.toml", true),
            artifact("labs/locks/Cargo.toml", false),
            artifact("labs/kit/Cargo.toml", true),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let build = read(Path::new("labs/locks"), true, &followed(&lines, &[]));
        let programs = vec![PathBuf::from("/t/labs/locks/Cargo.toml")];
        assert_eq!(
            build,
            Build::Ready {
                programs,
                warnings: Vec::new()
            }
        );
    }
}
