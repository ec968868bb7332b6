"use strict";
(() => {
  const data = JSON.parse(document.querySelector("#data").textContent);
  const count = data.urls.length;
  const canvas = document.querySelector("canvas");
  const brush = canvas.getContext("2d");
  const find = (css) => document.querySelector(css);
  const OTHERS = 8;
  // Longer lists say how many more there are.
  const LISTED = 100;

  // Who links to whom, backwards. Where the page has not all links, those by which each page is reached first.
  const links = data.links.length ? data.links : Array.from({ length: count }, () => []);
  if (!data.links.length) data.parents.forEach((parent, page) => { if (parent !== page) links[parent].push(page) });
  const from = Array.from({ length: count }, () => []);
  links.forEach((to, page) => to.forEach((it) => from[it].push(page)));

  // What is seen: the middle of the canvas shows (x, y), and a unit is `scale` pixels.
  const view = { x: 0, y: 0, scale: 1 };
  let chosen = -1, over = -1, hits = [];
  const edge = data.rings.length ? data.rings[data.rings.length - 1] : 100;
  const furthest = () => Math.min(canvas.clientWidth, canvas.clientHeight) / (2 * edge + 40);

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let colours;
  const readColours = () => {
    colours = { groups: [], soft: colour("--soft"), line: colour("--line"), ink: colour("--ink"), bad: colour("--bad"), accent: colour("--accent"), ground: colour("--raised") };
    for (let group = 0; group < OTHERS; group++) colours.groups.push(colour("--t" + group));
    colours.groups.push(colours.soft);
  };

  let asked = false;
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw() });
  };

  const draw = () => {
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.clearRect(0, 0, width, height);
    const x = (page) => (data.x[page] - view.x) * view.scale + width / 2;
    const y = (page) => (data.y[page] - view.y) * view.scale + height / 2;
    drawRings(width, height);
    // Those by which each page is reached first: faint, more so the more there are.
    brush.strokeStyle = colours.soft;
    brush.lineWidth = 1;
    brush.globalAlpha = Math.max(.06, Math.min(.5, 60 / Math.sqrt(count) / 10)) * (chosen < 0 ? 1 : .5);
    brush.beginPath();
    for (let page = 0; page < count; page++) {
      const parent = data.parents[page];
      if (parent !== page) { brush.moveTo(x(parent), y(parent)); brush.lineTo(x(page), y(page)) }
    }
    brush.stroke();
    brush.globalAlpha = 1;
    if (chosen >= 0) {
      lines(from[chosen], colours.soft, [4, 3], x, y);
      lines(links[chosen], colours.accent, [], x, y);
    }
    const radius = Math.max(1.1, Math.min(7, 4.2 * Math.sqrt(view.scale)));
    const lit = chosen < 0 ? null : new Set([chosen, ...links[chosen], ...from[chosen]]);
    for (const bright of [false, true]) {
      for (let page = 0; page < count; page++) {
        if ((lit === null || lit.has(page)) !== bright) continue;
        const px = x(page), py = y(page);
        if (px < -9 || py < -9 || px > width + 9 || py > height + 9) continue;
        brush.globalAlpha = bright ? 1 : .3;
        dot(page, px, py, radius);
      }
    }
    brush.globalAlpha = 1;
    for (const page of hits) ring(x(page), y(page), radius + 3, colours.ink);
    if (over >= 0) ring(x(over), y(over), radius + 4, colours.accent);
    if (chosen >= 0) ring(x(chosen), y(chosen), radius + 4, colours.accent);
    if (radius > 4) names(lit, x, y, radius, width, height);
    drawClicks(width, height);
  };

  const drawRings = (width, height) => {
    brush.strokeStyle = colours.line;
    brush.lineWidth = 1;
    const cx = width / 2 - view.x * view.scale, cy = height / 2 - view.y * view.scale;
    data.rings.forEach((radius, clicks) => {
      if (clicks === 0) return;
      brush.beginPath();
      brush.arc(cx, cy, (radius + 7) * view.scale, 0, 2 * Math.PI);
      brush.stroke();
    });
  };

  // Over the pages: how far the rings are.
  const drawClicks = (width, height) => {
    brush.fillStyle = colours.soft;
    brush.font = "12px system-ui, sans-serif";
    brush.textAlign = "center";
    const cx = width / 2 - view.x * view.scale, cy = height / 2 - view.y * view.scale;
    let last = cy;
    data.rings.forEach((radius, clicks) => {
      const top = cy - (radius + 7) * view.scale;
      if (clicks === 0 || last - top < 18) return;
      last = top;
      write(clicks === 1 ? "1 click" : clicks + " clicks", cx, top + 14);
    });
  };
  // Readable on whatever is below.
  const write = (text, x, y) => {
    brush.strokeStyle = colours.ground;
    brush.lineWidth = 4;
    brush.lineJoin = "round";
    brush.strokeText(text, x, y);
    brush.fillText(text, x, y);
  };

  const lines = (pages, colour, dash, x, y) => {
    brush.strokeStyle = colour;
    brush.globalAlpha = Math.max(.15, Math.min(.8, 20 / pages.length));
    brush.setLineDash(dash);
    brush.beginPath();
    for (const page of pages) { brush.moveTo(x(chosen), y(chosen)); brush.lineTo(x(page), y(page)) }
    brush.stroke();
    brush.setLineDash([]);
    brush.globalAlpha = 1;
  };

  const dot = (page, x, y, radius) => {
    const colour = colours.groups[data.groups[page]];
    if (data.failed[page]) {
      brush.fillStyle = colours.bad;
      brush.fillRect(x - radius - 1, y - radius - 1, 2 * radius + 2, 2 * radius + 2);
      return;
    }
    brush.beginPath();
    brush.arc(x, y, page === root ? radius * 1.6 : radius, 0, 2 * Math.PI);
    if (data.found[page]) {
      brush.fillStyle = colours.ground;
      brush.fill();
      brush.strokeStyle = colour;
      brush.lineWidth = 1.5;
      brush.stroke();
    } else {
      brush.fillStyle = colour;
      brush.fill();
    }
  };

  const ring = (x, y, radius, colour) => {
    brush.beginPath();
    brush.arc(x, y, radius, 0, 2 * Math.PI);
    brush.strokeStyle = colour;
    brush.lineWidth = 2;
    brush.stroke();
  };

  // Names where there is room: each claims its place, the chosen page's first. If one is chosen, only what it is linked with has names.
  const names = (lit, x, y, radius, width, height) => {
    const taken = [];
    brush.fillStyle = colours.ink;
    brush.font = "12px system-ui, sans-serif";
    brush.textAlign = "left";
    const order = lit ?? Array(count).keys();
    let shown = 0;
    for (const page of order) {
      const px = x(page) + radius + 4, py = y(page) + 4;
      if (px < 0 || py < 10 || px > width || py > height) continue;
      const name = short(page), long = brush.measureText(name).width;
      if (taken.some((it) => px < it.right && px + long > it.left && Math.abs(py - it.y) < 14)) continue;
      taken.push({ left: px - 2 * radius, right: px + long + 6, y: py });
      write(name, px, py);
      if (++shown >= 250) return;
    }
  };

  const short = (page) => {
    const name = data.titles[page] || path(page);
    return name.length > 28 ? name.slice(0, 27) + "…" : name;
  };
  const path = (page) => data.urls[page].replace(/^https?:\/\/[^/]*/, "");

  const root = data.clicks.indexOf(0);

  const nearest = (px, py) => {
    const x = (px - canvas.clientWidth / 2) / view.scale + view.x, y = (py - canvas.clientHeight / 2) / view.scale + view.y;
    let best = -1, distance = 12 / view.scale;
    for (let page = 0; page < count; page++) {
      const d = Math.hypot(data.x[page] - x, data.y[page] - y);
      if (d < distance) { distance = d; best = page }
    }
    return best;
  };

  const zoom = (factor, px = canvas.clientWidth / 2, py = canvas.clientHeight / 2) => {
    const before = view.scale;
    view.scale = Math.max(furthest() / 2, Math.min(6, view.scale * factor));
    const dx = px - canvas.clientWidth / 2, dy = py - canvas.clientHeight / 2;
    view.x += dx / before - dx / view.scale;
    view.y += dy / before - dy / view.scale;
    redraw();
  };
  const whole = () => { view.x = view.y = 0; view.scale = Math.min(3, furthest()); redraw() };

  const button = (page) => {
    const item = document.createElement("li"), it = document.createElement("button");
    it.type = "button";
    it.textContent = (data.titles[page] ? data.titles[page] + " · " : "") + path(page);
    if (data.failed[page]) it.className = "failed";
    it.addEventListener("click", () => choose(page, true));
    item.append(it);
    return item;
  };
  const list = (element, pages) => {
    const items = pages.slice(0, LISTED).map(button);
    if (pages.length > LISTED) {
      const more = document.createElement("li");
      more.textContent = "and " + (pages.length - LISTED).toLocaleString("en") + " more";
      items.push(more);
    }
    element.replaceChildren(...items);
  };

  const choose = (page, go) => {
    chosen = page;
    const panel = find("#chosen");
    panel.hidden = page < 0;
    if (page >= 0) {
      panel.querySelector(".title").textContent = data.titles[page];
      const link = panel.querySelector(".url a");
      link.textContent = data.urls[page];
      // Only what was crawled is here, and that is http and https.
      link.href = data.urls[page];
      panel.querySelector(".found").textContent = data.found[page] || "page";
      const way = [page];
      while (data.parents[way[0]] !== way[0]) way.unshift(data.parents[way[0]]);
      list(panel.querySelector(".way"), way);
      panel.querySelector(".out").textContent = links[page].length.toLocaleString("en");
      panel.querySelector(".in").textContent = from[page].length.toLocaleString("en");
      list(panel.querySelector(".to"), links[page]);
      list(panel.querySelector(".from"), from[page]);
      if (go) { view.x = data.x[page]; view.y = data.y[page]; view.scale = Math.max(view.scale, Math.min(1, furthest() * 4)) }
    }
    redraw();
  };

  const search = () => {
    const wanted = find("#search").value.trim().toLowerCase();
    hits = [];
    if (wanted) {
      for (let page = 0; page < count; page++) {
        if (data.urls[page].toLowerCase().includes(wanted) || data.titles[page].toLowerCase().includes(wanted)) hits.push(page);
      }
    }
    find("#hits").textContent = wanted ? hits.length.toLocaleString("en") + " of " + count.toLocaleString("en") : "";
    list(find("#results"), hits);
    redraw();
  };

  find("#search").addEventListener("input", search);
  find("#search").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hits.length) choose(hits[0], true);
    if (event.key === "Escape") { find("#search").value = ""; search() }
  });
  for (const it of document.querySelectorAll("[data-zoom]")) {
    it.addEventListener("click", () => Number(it.dataset.zoom) ? zoom(Number(it.dataset.zoom)) : whole());
  }
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: 0 };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag) {
      const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
      drag = { x: event.clientX, y: event.clientY, moved: drag.moved + Math.abs(dx) + Math.abs(dy) };
      view.x -= dx / view.scale;
      view.y -= dy / view.scale;
      redraw();
      return;
    }
    const page = nearest(event.offsetX, event.offsetY);
    if (page === over) return;
    over = page;
    canvas.classList.toggle("over", page >= 0);
    find("#under").textContent = page < 0 ? "" : (data.titles[page] ? data.titles[page] + " · " : "") + path(page);
    redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (drag && drag.moved < 5) choose(nearest(event.offsetX, event.offsetY), false);
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = 60 / view.scale;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) { view.x += moves[event.key][0]; view.y += moves[event.key][1] }
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") whole();
    else if (event.key === "Escape") choose(-1, false);
    else return;
    event.preventDefault();
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw() });
  new ResizeObserver(redraw).observe(canvas);
  readColours();
  whole();
})();
