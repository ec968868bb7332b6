// The reader says which thread goes next; this keeps the way so far, and shows where that has led.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector) => document.querySelector(selector);
  const moments = data.moments;
  let way = []; // the turns that were taken: { from, turn, chosen }

  // What is known of every order

  const counts = new Map();
  function count(at) {
    if (counts.has(at)) return counts.get(at);
    const { turns, ends } = moments[at];
    let known = ends ? [1n, ends === "holds" ? 0n : 1n] : [0n, 0n];
    for (const turn of turns) {
      const [all, bad] = count(turn.to);
      known = [known[0] + all, known[1] + bad];
    }
    counts.set(at, known);
    return known;
  }

  // A way to a broken end with the fewest switches, and of these the fewest turns.
  function shortest() {
    const start = { at: 0, thread: null, cost: [0, 0], before: null };
    const best = new Map();
    const open = [start];
    const less = (a, b) => a[0] - b[0] || a[1] - b[1];
    while (open.length) {
      open.sort((a, b) => less(b.cost, a.cost));
      const here = open.pop();
      const key = `${here.at} ${here.thread}`;
      if (best.has(key)) continue;
      best.set(key, true);
      const { turns, ends } = moments[here.at];
      if (ends && ends !== "holds") {
        const turned = [];
        for (let step = here; step.before; step = step.before) {
          turned.unshift({ from: step.before.at, turn: step.turn, chosen: true });
        }
        return turned;
      }
      for (const turn of turns) {
        if (count(turn.to)[1] === 0n) continue;
        const could = here.thread !== null && turns.some((other) => other.thread === here.thread);
        const switches = could && turn.thread !== here.thread ? 1 : 0;
        const cost = [here.cost[0] + switches, here.cost[1] + 1];
        open.push({ at: turn.to, thread: turn.thread, cost, before: here, turn });
      }
    }
    return null;
  }

  // What the steps so far have made of things

  function state() {
    const threads = data.threads.map(() => null);
    const objects = new Map();
    const of = (object) => {
      if (!objects.has(object)) objects.set(object, { holders: [], asleep: [], value: null });
      return objects.get(object);
    };
    const without = (list, thread) => list.filter((other) => other !== thread);
    for (const step of way.flatMap(({ turn }) => turn.steps)) {
      threads[step.thread] = step;
      if (step.releases !== null) of(step.releases).holders = without(of(step.releases).holders, step.thread);
      if (step.object === null) continue;
      const it = of(step.object);
      if (step.does !== "waits") it.asleep = without(it.asleep, step.thread);
      if (step.does === "takes") it.holders = [...it.holders, step.thread];
      if (step.does === "gives") it.holders = without(it.holders, step.thread);
      if (step.does === "waits") it.asleep = [...without(it.asleep, step.thread), step.thread];
      if (step.value !== null) it.value = step.value;
    }
    return { threads, objects };
  }

  const names = (threads) => threads.map((thread) => data.threads[thread]).join(", ");
  function known({ holders, asleep, value }, isLock) {
    const said = [];
    if (value !== null) said.push(value);
    if (isLock) said.push(holders.length ? `held by ${names(holders)}` : "free");
    if (asleep.length) said.push(`${names(asleep)} waits`);
    return said.join("; ");
  }

  // Showing it

  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const here = () => (way.length ? way[way.length - 1].turn.to : 0);

  function showTurns(moment, threads) {
    find("#turns").replaceChildren(...data.threads.map((name, thread) => {
      const turn = moment.turns.find((turn) => turn.thread === thread);
      const button = make("button", undefined, `t${thread % 8}`);
      button.type = "button";
      button.append(make("kbd", String(thread + 1)), make("b", name));
      const next = turn && turn.steps.find((step) => step.thread === thread);
      const line = next && next.code ? next.code : next ? next.says : "goes on";
      const why = threads[thread] ? (threads[thread].does === "waits" ? threads[thread].says : "has ended, or waits") : "has not begun";
      button.append(make("small", turn ? line : why));
      button.disabled = !turn;
      button.addEventListener("click", () => go(thread));
      return button;
    }));
  }

  function showSteps() {
    let before = null;
    let number = 0;
    const rows = way.flatMap(({ turn }) => turn.steps).map((step) => {
      number += 1;
      const row = make("li", undefined, `t${step.thread % 8}`);
      row.style.setProperty("--lane", step.thread);
      if (before !== null && before !== step.thread) row.classList.add("switched");
      if (step.does === "fails" || step.stuck) row.classList.add("fails");
      before = step.thread;
      const words = make("span");
      words.append(find(`.threads [data-thread="${step.thread}"] svg`).cloneNode(true), " ");
      words.append(make("b", data.threads[step.thread]), ` ${step.says}`);
      if (step.code) words.append(make("code", `${step.place}  ${step.code}`));
      row.append(make("span", String(number), "number"), words);
      return row;
    });
    find("#steps").replaceChildren(...rows);
  }

  function showBeside(moment, { threads, objects }) {
    document.querySelectorAll(".sources .here").forEach((line) => {
      line.classList.remove("here", "current");
      line.querySelector("i").replaceChildren();
    });
    const last = way.flatMap(({ turn }) => turn.steps).at(-1);
    document.querySelectorAll(".threads li").forEach((item) => {
      const thread = Number(item.dataset.thread);
      const step = threads[thread];
      const can = moment.turns.some((turn) => turn.thread === thread);
      item.classList.toggle("current", can);
      const at = step ? step.says : thread === 0 ? "begins" : "has not begun";
      item.querySelector("span").textContent = at + (can ? ", can go" : "");
      const line = step && document.getElementById(`line-${step.file}-${step.line}`);
      if (!line) return;
      line.classList.add("here");
      line.classList.toggle("current", step === last);
      line.querySelector("i").append(item.querySelector("svg").cloneNode(true));
      if (step === last) scrollTo(line);
    });
    const rows = [...objects].map(([object, it]) => {
      const row = make("tr");
      const head = make("th", data.objects[object].name);
      head.scope = "row";
      head.append(" ", make("small", data.objects[object].kind));
      row.append(head, make("td", known(it, /Mutex|RwLock/.test(data.objects[object].kind))));
      return row;
    });
    find("#values").replaceChildren(...rows);
  }

  // Brings a line into the part of the pane that is in sight; the page itself stays where it is.
  function scrollTo(line) {
    const pane = find(".sources");
    const at = line.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    if (at < 40 || at > pane.clientHeight - 60) pane.scrollTop += at - pane.clientHeight / 3;
  }

  const breaks = (number) => (number === 1n ? "breaks" : "break");

  function ending(moment) {
    const [all, bad] = count(0);
    const held = moment.ends === "holds";
    const what = held ? "It holds in this order." : "You broke it.";
    return { held, what, of: `${bad} of the ${all} orders ${breaks(bad)} it.` };
  }

  function show() {
    const moment = moments[here()];
    const now = state();
    showTurns(moment, now.threads);
    showSteps();
    showBeside(moment, now);
    const end = find("#end");
    end.hidden = !moment.ends;
    const [all, bad] = count(here());
    if (moment.ends) {
      const { held, what, of } = ending(moment);
      end.textContent = [what, moment.message, of].filter(Boolean).join("\n");
      end.classList.toggle("held", held);
      find("#status").textContent = `${what} ${of}`;
    } else {
      const chance = bad === 0n ? "it cannot break any more" : `${bad} of them ${breaks(bad)} it`;
      const orders = all === 1n ? "is one order" : `are ${all} orders`;
      find("#status").textContent = `Who goes next? From here there ${orders}; ${chance}.`;
    }
    find("#back").disabled = !way.some(({ chosen }) => chosen);
    document.documentElement.style.setProperty("--top", `${find(".controls").offsetHeight}px`);
    find("#steps li:last-child")?.scrollIntoView({ block: "nearest" });
  }

  // Moving

  function take(thread, chosen) {
    const turn = moments[here()].turns.find((turn) => turn.thread === thread);
    if (turn) way.push({ from: here(), turn, chosen });
    return Boolean(turn);
  }
  // Where only one can go, it goes.
  function goOn() {
    while (moments[here()].turns.length === 1) take(moments[here()].turns[0].thread, false);
    show();
  }
  function go(thread) {
    if (take(thread, true)) goOn();
  }
  function back() {
    while (way.length && !way[way.length - 1].chosen) way.pop();
    way.pop();
    goOn();
  }
  function again() {
    way = [];
    goOn();
  }
  function reveal() {
    const found = shortest();
    if (!found) return;
    way = found;
    show();
  }

  const keys = { Backspace: back, ArrowLeft: back, u: back, r: again, s: reveal };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act = /^[1-9]$/.test(event.key) ? () => go(Number(event.key) - 1) : keys[event.key];
    if (!act || (event.key === "ArrowLeft" && event.target.closest(".sources"))) return;
    event.preventDefault();
    act();
  });
  find("#back").addEventListener("click", back);
  find("#again").addEventListener("click", again);
  find("#shortest").addEventListener("click", reveal);
  goOn();
})();
