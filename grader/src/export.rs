//! What other machines need to grade a class: files for engines that exist.
//!
//! The one idea: an engine starts `grader batch --shard I/N` N times, in any order and as often as
//! it likes, and `grader merge` once at the end. What is here only says so in the engine's words.
//!
//! What is not here: the engines. Tests run Gradescope's files in a tree laid out like theirs, and
//! Slurm's by Slurm where it is (`make slurm`); those of GitHub and Kubernetes are checked for
//! their form only.

mod gradescope;
mod jplag;

use serde_json::json;

pub use gradescope::autograder;
pub use jplag::jplag;

/// A file to write: its name, its text, and whether it is a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub name: &'static str,
    /// What is in it.
    pub text: String,
    /// Whether it is started.
    pub program: bool,
}

/// What is graded, and in how many parts.
#[derive(Debug, Clone)]
pub struct Job {
    /// The lab.
    pub lab: String,
    /// How many parts.
    pub shards: u32,
    /// How many of them at once.
    pub at_once: u32,
    /// Processors for each.
    pub cores: u32,
}

impl File {
    fn text(name: &'static str, text: String) -> Self {
        File {
            name,
            text,
            program: false,
        }
    }

    fn program(name: &'static str, text: String) -> Self {
        File {
            name,
            text,
            program: true,
        }
    }
}

/// A job array, a job that merges, and the script that hands both in.
pub fn slurm(job: &Job) -> Vec<File> {
    let Job {
        lab,
        shards,
        at_once,
        cores,
    } = job;
    let array = format!(
        "#!/bin/bash
#SBATCH --job-name=weft
#SBATCH --array=1-{shards}%{at_once}
#SBATCH --cpus-per-task={cores} --mem={}G --time=04:00:00
#SBATCH --output=log/%A_%a.out
#SBATCH --open-mode=append --requeue
# A task that is started again goes on where it was.
export TMPDIR=${{SLURM_TMPDIR:-/tmp}}
exec \"${{GRADER:-grader}}\" batch \"${{SUBMISSIONS:-submissions}}\" --lab {lab} \\
  --shard \"$SLURM_ARRAY_TASK_ID/{shards}\" --jobs \"$SLURM_CPUS_PER_TASK\" \\
  --out \"shards/$SLURM_ARRAY_TASK_ID\"
",
        cores * 2
    );
    let merge = "#!/bin/bash
#SBATCH --job-name=weft-merge
#SBATCH --output=log/merge-%j.out
#SBATCH --time=00:10:00
# It complains about people without a row, so a task that failed does not go unseen.
exec \"${GRADER:-grader}\" merge shards/* --out results
";
    let submit = "#!/bin/bash
# Run this where the submissions are. GRADER and SUBMISSIONS say what is elsewhere.
set -euo pipefail
mkdir -p log shards
array=$(sbatch --parsable weft.sh)
# afterok would never start it if one task failed.
merge=$(sbatch --parsable --dependency=\"afterany:$array\" merge.sh)
echo \"array $array, then merge $merge: see log/ and results/\"
";
    vec![
        File::program("weft.sh", array),
        File::program("merge.sh", merge.to_owned()),
        File::program("submit.sh", submit.to_owned()),
    ]
}

/// An Indexed Job over a volume that all its pods share, and a job that merges.
pub fn kubernetes(job: &Job) -> Vec<File> {
    let array = format!(
        "exec grader batch /class/submissions --lab {} \
         --shard $((JOB_COMPLETION_INDEX+1))/{} --out /class/shards/$JOB_COMPLETION_INDEX",
        job.lab, job.shards
    );
    let array = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "weft"},
        "spec": {
            "completions": job.shards,
            "parallelism": job.at_once,
            "completionMode": "Indexed",
            "backoffLimitPerIndex": 2,
            "maxFailedIndexes": job.shards.min(5),
            "podFailurePolicy": {"rules": [
                // A pod that has to go is started again, and goes on.
                {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]},
                // A wrong command line or a wrong course is wrong the next time, too.
                {"action": "FailIndex", "onExitCodes":
                    {"containerName": "grader", "operator": "In", "values": [2, 3]}},
            ]},
            "template": pod(&array, job.cores),
        },
    });
    let merge = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "weft-merge"},
        "spec": {
            "backoffLimit": 0,
            "template": pod("exec grader merge /class/shards/* --out /class/results", 1),
        },
    });
    vec![
        File::text("weft-job.json", pretty(&array)),
        File::text("weft-merge.json", pretty(&merge)),
    ]
}

fn pod(command: &str, cores: u32) -> serde_json::Value {
    let memory = format!("{}Gi", 2 * cores);
    json!({"spec": {
        "restartPolicy": "Never",
        "hostUsers": false,
        "containers": [{
            "name": "grader",
            "image": "weft",
            "command": ["sh", "-c", command],
            "resources": {
                "requests": {"cpu": cores.to_string(), "memory": memory},
                "limits": {"memory": memory},
            },
            "volumeMounts": [{"name": "class", "mountPath": "/class"}],
        }],
        "volumes": [{"name": "class", "persistentVolumeClaim": {"claimName": "weft-class"}}],
    }})
}

fn pretty(value: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("values are JSON");
    text.push('\n');
    text
}

/// A workflow that grades what is pushed to a student's repository, and one for a class.
pub fn actions(job: &Job) -> Vec<File> {
    vec![
        File::text(".github/workflows/grade.yml", student_workflow(&job.lab)),
        File::text(".github/workflows/class.yml", class_workflow(job)),
    ]
}

/// The commands of a course's repository, which holds the hidden checks, are the instructor's; the
/// student's repository is only read.
fn student_workflow(lab: &str) -> String {
    format!(
        "# For a student's repository. The course's own repository is private, so COURSE and a token
# that may read it (COURSE_TOKEN) are given to the workflow as a variable and a secret.
name: grade
on:
  push:
  workflow_dispatch:
permissions:
  contents: read
jobs:
  grade:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
        with:
          path: answer
          persist-credentials: false
      - uses: actions/checkout@v4
        with:
          repository: ${{{{ vars.COURSE }}}}
          token: ${{{{ secrets.COURSE_TOKEN }}}}
          path: course
          persist-credentials: false
      - name: build the grader
        working-directory: course
        run: cargo build --release --locked -p grader
      - name: grade
        working-directory: course
        # A log is read for commands. Whatever a student wrote comes between two that nobody can
        # guess; the annotations that follow are the grader's own, each line of it escaped.
        run: |
          stop=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n')
          echo \"::stop-commands::$stop\"
          code=0
          target/release/grader grade --lab {lab} ../answer \\
            --format markdown --out summary.md --format annotations --out annotations.txt \\
            || code=$?
          echo \"::$stop::\"
          cat annotations.txt
          cat summary.md >> \"$GITHUB_STEP_SUMMARY\"
          exit $code
"
    )
}

fn class_workflow(job: &Job) -> String {
    let Job {
        lab,
        shards,
        at_once,
        ..
    } = job;
    let indices: Vec<String> = (1..=*shards).map(|shard| shard.to_string()).collect();
    let indices = indices.join(", ");
    format!(
        "# For the course's own repository, with the class's submissions in `submissions`.
name: class
on:
  workflow_dispatch:
permissions:
  contents: read
jobs:
  grade:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      max-parallel: {at_once}
      matrix:
        shard: [{indices}]
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - run: cargo build --release --locked -p grader
      - name: grade
        run: |
          stop=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n')
          echo \"::stop-commands::$stop\"
          target/release/grader batch submissions --lab {lab} \\
            --shard ${{{{ matrix.shard }}}}/{shards} --out shard
      - uses: actions/upload-artifact@v4
        with:
          name: shard-${{{{ matrix.shard }}}}
          path: shard
          include-hidden-files: true
  merge:
    needs: grade
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/download-artifact@v4
        with:
          path: shards
      - run: cargo build --release --locked -p grader
      - name: merge
        run: |
          stop=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n')
          echo \"::stop-commands::$stop\"
          target/release/grader merge shards/* --out results
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: results
          path: results
"
    )
}

#[cfg(test)]
mod tests;
