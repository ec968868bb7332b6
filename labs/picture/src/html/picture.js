// Moves through the schedule: marks the current step, tells where each thread is and what is known.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector) => document.querySelector(selector);
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const slider = find("#slider");
  const whole = find("#whole");
  const ordering = find("#order");
  const stops = () => (whole.checked ? data.whole : data.folded);
  const stepOf = (element) => Number(element.dataset.step);
  let now = 0; // which of the stops

  // Whether step a is before step b, or is it, by the clocks.
  const before = (a, b) => {
    const last = data.clocks[b][data.steps[a].thread];
    return last !== null && last >= a;
  };

  // The drawing

  function mark([first, last]) {
    each("[data-step]", (element) => {
      const step = stepOf(element);
      const current = step === first && !element.classList.contains("note");
      element.classList.toggle("current", current);
      element.classList.toggle("later", step > last);
      if (element.matches("a[href]")) {
        element.tabIndex = current ? 0 : -1;
        if (current) element.setAttribute("aria-current", "step");
        else element.removeAttribute("aria-current");
      }
    });
    each("[data-edge]", (edge) => {
      edge.classList.toggle("later", Number(edge.dataset.edge.split(" ")[1]) > last);
    });
  }

  function showOrder(step) {
    const story = find(".story");
    story.classList.toggle("ordering", step !== null);
    if (step === null) return;
    each("[data-step]", (element) => {
      const other = stepOf(element);
      const earlier = other !== step && before(other, step);
      const later = other !== step && before(step, other);
      element.classList.toggle("it", other === step);
      element.classList.toggle("before", earlier);
      element.classList.toggle("after", later);
      element.classList.toggle("apart", other !== step && !earlier && !later);
    });
    each("[data-edge]", (edge) => {
      const [from, to] = edge.dataset.edge.split(" ").map(Number);
      edge.classList.toggle("apart", !(before(to, step) || before(step, from)));
    });
  }

  function inWords(step) {
    let [earlier, later] = [0, 0];
    data.steps.forEach((_, other) => {
      if (other !== step && before(other, step)) earlier += 1;
      if (other !== step && before(step, other)) later += 1;
    });
    const rest = data.steps.length - 1 - earlier - later;
    return ` ${earlier} ordered before it, ${later} after it, ${rest} neither.`;
  }

  // What stands beside it

  function showThreads(last) {
    const at = data.threads.map(() => null);
    for (let step = 0; step <= last; step += 1) at[data.steps[step].thread] = step;
    const moving = data.steps[last].thread;
    each(".sources .here", (line) => {
      line.classList.remove("here", "current");
      line.querySelector("i").replaceChildren();
    });
    each(".threads li", (item) => {
      const thread = Number(item.dataset.thread);
      const step = at[thread] === null ? null : data.steps[at[thread]];
      item.classList.toggle("current", thread === moving);
      item.querySelector("span").textContent = step === null ? "has not begun" : step.says;
      const line = step && document.getElementById(`line-${step.file}-${step.line}`);
      if (!line) return;
      line.classList.add("here");
      line.classList.toggle("current", thread === moving || line.classList.contains("current"));
      const shape = item.querySelector("svg").cloneNode(true);
      shape.dataset.at = data.threads[thread];
      line.querySelector("i").append(shape);
      if (thread === moving) scrollTo(line);
    });
  }

  // Brings a line into the part of the pane that is in sight; the page itself stays where it is.
  function scrollTo(line) {
    const pane = find(".sources");
    const { top, bottom } = pane.getBoundingClientRect();
    const inSight = Math.min(bottom, innerHeight) - top;
    const height = inSight > 100 ? inSight : pane.clientHeight;
    const at = line.getBoundingClientRect().top - top;
    if (at < 40 || at > height - 60) pane.scrollTop += at - height / 3;
  }

  function showValues([first, last]) {
    const known = new Map();
    const fresh = new Set();
    for (let step = 0; step <= last; step += 1) {
      for (const [object, text] of data.changes[step]) {
        known.set(object, text);
        if (step >= first) fresh.add(object);
      }
    }
    each("[data-object]", (row) => {
      const object = Number(row.dataset.object);
      row.querySelector("td").textContent = known.get(object) ?? "not used yet";
      row.classList.toggle("changed", fresh.has(object));
    });
  }

  // Moving

  function go(position, { focus = false, quiet = false } = {}) {
    const all = stops();
    now = Math.max(0, Math.min(position, all.length - 1));
    const [first, last] = all[now];
    mark(all[now]);
    showThreads(last);
    showValues(all[now]);
    const step = data.steps[first];
    const also = last > first ? ", " + data.steps[last].says : "";
    const place = step.at ? `, ${step.at}` : "";
    const said = `Step ${first + 1} of ${data.steps.length}, ${data.threads[step.thread]}: ${step.says}${also}${place}`;
    find("#status").textContent = said + (ordering.checked ? "." + inWords(first) : "");
    showOrder(ordering.checked ? first : null);
    slider.max = all.length - 1;
    slider.value = now;
    slider.setAttribute("aria-valuetext", said);
    document.documentElement.style.setProperty("--top", `${find(".controls").offsetHeight}px`);
    if (quiet) return;
    history.replaceState(null, "", `#at-${first + 1}`);
    const drawn = [...document.querySelectorAll("a.step.current")].find((a) => a.getClientRects().length > 0);
    if (!drawn) return;
    if (focus) drawn.focus({ preventScroll: true });
    drawn.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The stop that a step belongs to, or the last one before it.
  function stopOf(step) {
    return Math.max(0, stops().findLastIndex(([first]) => first <= step));
  }

  const ways = {
    first: () => 0,
    back: () => now - 1,
    on: () => now + 1,
    last: () => Infinity,
  };
  const keys = {
    Home: "first", ArrowLeft: "back", k: "back", ArrowRight: "on", j: "on", End: "last",
  };

  document.addEventListener("keydown", (event) => {
    const way = keys[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    // The panes scroll by these keys themselves.
    if (event.target.closest(".sources, .scroll") && event.key.length > 1) return;
    event.preventDefault();
    go(ways[way](), { focus: document.activeElement?.matches("a.step") });
  });
  each("[data-go]", (button) => button.addEventListener("click", () => go(ways[button.dataset.go]())));
  slider.addEventListener("input", () => go(Number(slider.value)));
  ordering.addEventListener("change", () => go(now, { quiet: true }));
  whole.addEventListener("change", () => {
    const step = data.steps.length && (whole.checked ? data.folded : data.whole)[now][0];
    go(stopOf(step));
  });
  each(".story [data-step]:not(.note)", (element) => {
    element.addEventListener("click", (event) => {
      event.preventDefault();
      go(stopOf(stepOf(element)));
    });
    const hover = () => showOrder(stepOf(element));
    const leave = () => showOrder(ordering.checked ? stops()[now][0] : null);
    element.addEventListener("mouseenter", hover);
    element.addEventListener("mouseleave", leave);
    if (element.matches("a")) {
      element.addEventListener("focus", () => element.matches(":focus-visible") && hover());
      element.addEventListener("blur", leave);
    }
  });

  // The page as the script finds it is whole: nothing is hidden from those who have none.
  find(".controls").hidden = false;
  find(".order").hidden = false;
  const table = find("details.table");
  table.open = false;
  addEventListener("beforeprint", () => { table.open = true; });
  const asked = /^#(?:at|step)-(\d+)$/.exec(location.hash);
  // Where to begin to read: at the first switch.
  const start = asked ? stopOf(Number(asked[1]) - 1) : stopOf(data.start ?? Infinity);
  go(start, { quiet: !asked });
})();
