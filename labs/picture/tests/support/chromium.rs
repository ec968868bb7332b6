//! A headless Chromium, spoken to through a pipe: enough of its protocol to press keys and to read
//! a page.
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where a Chromium may be.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// If this variable is `1`, a machine without a Chromium fails the tests.
const REQUIRED: &str = "WEFT_REQUIRE_BROWSER";

/// A running browser with one page.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    asked: u64,
    /// What the page said without being asked.
    events: Vec<Value>,
    /// The browser's own folder, which goes when it goes.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser. Gives `None`, and says so, where there is none.
    ///
    /// # Panics
    ///
    /// Panics if there is none, and one is required.
    pub(crate) fn start() -> Option<Browser> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path);
        let found = folders.find_map(|folder| {
            let here = NAMES.iter().map(|name| folder.join(name));
            here.into_iter().find(|file| file.is_file())
        });
        if found.is_none() {
            let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
            assert!(!required, "{REQUIRED}=1, but there is no chromium in PATH");
            println!("skipped: no chromium");
        }
        found.map(|program| Browser::launch(&program))
    }

    fn launch(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a temporary folder");
        // The browser reads at descriptor 3 and writes at 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null"])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args(["--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let to = child.stdin.take().expect("a pipe to it");
        let from = BufReader::new(child.stdout.take().expect("a pipe from it"));
        let mut browser = Browser {
            child,
            to,
            from,
            session: None,
            asked: 0,
            events: Vec::new(),
            _profile: profile,
        };
        browser.attach();
        browser
    }

    fn attach(&mut self) {
        let made = self.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let page = json!({ "targetId": made["targetId"], "flatten": true });
        let attached = self.ask("Target.attachToTarget", page);
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
    }

    /// Opens a file. Blocks until it is loaded.
    pub(crate) fn open(&mut self, file: &Path, fragment: &str) {
        // The same file with another fragment would not be loaded again.
        self.go("about:blank");
        self.go(&format!("file://{}{fragment}", file.display()));
    }

    fn go(&mut self, url: &str) {
        self.events.clear();
        self.ask("Page.navigate", json!({ "url": url }));
        let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(loaded) {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// Opens pages without their scripts from now on.
    pub(crate) fn without_scripts(&mut self) {
        let off = json!({ "value": true });
        self.ask("Emulation.setScriptExecutionDisabled", off);
    }

    /// Gives the page this width.
    pub(crate) fn width(&mut self, width: u32) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", size);
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            let key = json!({ "type": kind, "key": key, "code": key });
            self.ask("Input.dispatchKeyEvent", key);
        }
    }

    /// What an expression is in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let mut answer = self.ask("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        answer["result"]["value"].take()
    }

    /// The text of an element.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let text = self.value(&format!("document.querySelector('{selector}').textContent"));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What the page complained about: errors, and anything written to the console.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let loud = [
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
        ];
        let events = self.events.iter();
        let complaints =
            events.filter(|event| loud.iter().any(|method| event["method"] == *method));
        complaints.map(Value::to_string).collect()
    }

    /// Asks for something. Blocks until the browser has answered.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .expect("the browser listens");
        loop {
            let mut answer = self.read();
            if answer["id"] == self.asked {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    /// The next thing that the browser says. Blocks until it says something.
    fn read(&mut self) -> Value {
        let mut said = Vec::new();
        let read = self
            .from
            .read_until(0, &mut said)
            .expect("the browser speaks");
        assert!(read > 0, "the browser has ended");
        serde_json::from_slice(&said[..read - 1]).expect("the browser speaks JSON")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        // It closes by itself; where it does not, it is ended.
        let _ = self
            .to
            .write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let mut rest = Vec::new();
        let _ = std::io::Read::read_to_end(&mut self.from, &mut rest);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
