//! The files have the form that their readers ask for. The types below are the parts of
//! Kubernetes' `batch/v1` (1.36) and of GitHub's workflow syntax that the files use; a key that is
//! not in them is an error.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::*;

fn job() -> Job {
    Job {
        lab: "locks".to_owned(),
        shards: 20,
        at_once: 5,
        cores: 4,
    }
}

fn text_of<'a>(files: &'a [File], name: &str) -> &'a str {
    let file = files.iter().find(|file| file.name == name);
    &file.unwrap_or_else(|| panic!("{name} is there")).text
}

#[test]
fn the_image_has_the_course_s_toolchain() {
    let image = include_str!("../../Containerfile");
    let toolchain = include_str!("../../../rust-toolchain.toml");
    let toolchain: toml::Table = toolchain.parse().expect("TOML");
    let channel = toolchain["toolchain"]["channel"].as_str().expect("a text");
    assert!(image.contains(&format!("/rust:{channel}-")), "{channel}");
}

mod kubernetes {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Job {
        pub(super) api_version: String,
        pub(super) kind: String,
        #[serde(rename = "metadata")]
        _metadata: Named,
        pub(super) spec: Spec,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        #[serde(rename = "name")]
        _name: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Spec {
        pub(super) completions: Option<u32>,
        pub(super) parallelism: Option<u32>,
        pub(super) completion_mode: Option<Mode>,
        pub(super) backoff_limit: Option<u32>,
        pub(super) backoff_limit_per_index: Option<u32>,
        pub(super) max_failed_indexes: Option<u32>,
        pub(super) pod_failure_policy: Option<Policy>,
        pub(super) template: Template,
    }

    #[derive(Deserialize, PartialEq)]
    pub(super) enum Mode {
        Indexed,
        NonIndexed,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Policy {
        pub(super) rules: Vec<Rule>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Rule {
        #[serde(rename = "action")]
        _action: Action,
        pub(super) on_exit_codes: Option<ExitCodes>,
        pub(super) on_pod_conditions: Option<Vec<Condition>>,
    }

    #[derive(Deserialize)]
    enum Action {
        FailJob,
        FailIndex,
        Ignore,
        Count,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct ExitCodes {
        pub(super) container_name: String,
        pub(super) operator: Operator,
        pub(super) values: Vec<u8>,
    }

    #[derive(Deserialize, PartialEq)]
    pub(super) enum Operator {
        In,
        NotIn,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Condition {
        #[serde(rename = "type")]
        _kind: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Template {
        pub(super) spec: Pod,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Pod {
        pub(super) restart_policy: Restart,
        #[serde(rename = "hostUsers")]
        _host_users: bool,
        pub(super) containers: Vec<Container>,
        pub(super) volumes: Vec<Volume>,
    }

    #[derive(Deserialize, PartialEq)]
    pub(super) enum Restart {
        Always,
        OnFailure,
        Never,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Container {
        pub(super) name: String,
        #[serde(rename = "image")]
        _image: String,
        pub(super) command: Vec<String>,
        #[serde(rename = "resources")]
        _resources: Resources,
        pub(super) volume_mounts: Vec<Mount>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Resources {
        #[serde(rename = "requests")]
        _requests: BTreeMap<String, String>,
        #[serde(rename = "limits")]
        _limits: BTreeMap<String, String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Mount {
        pub(super) name: String,
        #[serde(rename = "mountPath")]
        _mount_path: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Volume {
        pub(super) name: String,
        #[serde(rename = "persistentVolumeClaim")]
        _claim: Claim,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Claim {
        #[serde(rename = "claimName")]
        _claim_name: String,
    }
}

#[test]
fn kubernetes_reads_its_jobs() {
    use kubernetes::{Mode, Operator, Restart};
    for file in super::kubernetes(&job()) {
        let read = serde_json::from_str::<kubernetes::Job>(&file.text);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", file.name));
        assert_eq!((&*read.api_version, &*read.kind), ("batch/v1", "Job"));
        let spec = &read.spec;
        // What the API server refuses: a policy without `Never`, limits by index without indices.
        let pod = &spec.template.spec;
        assert!(pod.restart_policy == Restart::Never);
        let indexed = spec.completion_mode == Some(Mode::Indexed);
        assert_eq!(indexed, spec.backoff_limit_per_index.is_some());
        assert_eq!(indexed, spec.max_failed_indexes.is_some());
        assert!(!indexed || spec.completions.is_some() && spec.backoff_limit.is_none());
        assert!(spec.max_failed_indexes <= spec.completions);
        assert!(spec.parallelism <= spec.completions);
        for rule in spec
            .pod_failure_policy
            .iter()
            .flat_map(|policy| &policy.rules)
        {
            assert!(rule.on_exit_codes.is_some() != rule.on_pod_conditions.is_some());
            if let Some(codes) = &rule.on_exit_codes {
                let known = pod
                    .containers
                    .iter()
                    .any(|it| it.name == codes.container_name);
                assert!(known && codes.operator == Operator::In && !codes.values.contains(&0));
            }
        }
        for mount in pod
            .containers
            .iter()
            .flat_map(|container| &container.volume_mounts)
        {
            assert!(pod.volumes.iter().any(|volume| volume.name == mount.name));
        }
        assert_eq!(pod.containers[0].command[..2], ["sh", "-c"]);
    }
}

mod workflow {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Workflow {
        #[serde(rename = "name")]
        _name: String,
        pub(super) on: BTreeMap<String, Option<Value>>,
        pub(super) permissions: BTreeMap<String, String>,
        pub(super) jobs: BTreeMap<String, Job>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub(super) struct Job {
        pub(super) runs_on: String,
        #[serde(rename = "timeout-minutes")]
        _timeout_minutes: Option<u32>,
        pub(super) needs: Option<String>,
        #[serde(rename = "if")]
        _condition: Option<String>,
        pub(super) strategy: Option<Strategy>,
        pub(super) steps: Vec<Step>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub(super) struct Strategy {
        pub(super) fail_fast: bool,
        #[serde(rename = "max-parallel")]
        _max_parallel: u32,
        pub(super) matrix: BTreeMap<String, Vec<u32>>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub(super) struct Step {
        #[serde(rename = "name")]
        _name: Option<String>,
        pub(super) uses: Option<String>,
        pub(super) with: Option<BTreeMap<String, Value>>,
        #[serde(rename = "if")]
        _condition: Option<String>,
        #[serde(rename = "working-directory")]
        _working_directory: Option<String>,
        pub(super) run: Option<String>,
    }
}

#[test]
fn github_reads_its_workflows_and_no_student_text_is_read_for_commands() {
    for file in actions(&job()) {
        let read = serde_saphyr::from_str::<workflow::Workflow>(&file.text);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}", file.name));
        assert!(read.on.contains_key("workflow_dispatch"));
        assert_eq!(
            read.permissions.get("contents").map(String::as_str),
            Some("read")
        );
        for (name, job) in &read.jobs {
            assert_eq!(job.runs_on, "ubuntu-latest");
            assert!(
                job.needs
                    .iter()
                    .all(|needed| read.jobs.contains_key(needed)),
                "{name}"
            );
            if let Some(strategy) = &job.strategy {
                assert_eq!(strategy.matrix["shard"], (1..=20).collect::<Vec<u32>>());
                assert!(!strategy.fail_fast);
            }
            for step in &job.steps {
                assert!(step.uses.is_some() != step.run.is_some(), "{name}");
                assert!(step.with.is_none() || step.uses.is_some(), "{name}");
                let run = step.run.as_deref().unwrap_or_default();
                let Some(at) = run.find("target/release/grader") else {
                    continue;
                };
                let stop = run.find("echo \"::stop-commands::$stop\"");
                assert!(stop.is_some_and(|stop| stop < at), "{run}");
            }
        }
    }
}

/// Bash reads them, and they say what Slurm has to be told.
#[test]
fn slurm_has_an_array_and_a_job_that_always_merges() {
    let files = slurm(&job());
    let array = text_of(&files, "weft.sh");
    assert!(array.contains("\n#SBATCH --array=1-20%5\n"), "{array}");
    assert!(
        array.contains("--shard \"$SLURM_ARRAY_TASK_ID/20\""),
        "{array}"
    );
    assert!(text_of(&files, "submit.sh").contains("--dependency=\"afterany:$array\""));
    assert!(
        files
            .iter()
            .all(|file| file.program && file.text.starts_with("#!/bin/bash\n"))
    );
    // Options of Slurm's are read up to the first command.
    let (options, commands) = array.split_once("export").expect("a command");
    let plain = options.lines().skip(1);
    assert!(plain.clone().all(|line| line.starts_with('#')), "{options}");
    assert!(!commands.contains("#SBATCH"));
}
