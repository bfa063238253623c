"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const KINDS = [
    ["message", "messages"], ["prompt", "prompts"], ["turn", "turns"], ["notice", "notices"],
    ["work", "instructions"], ["send", "sends"], ["session", "sessions"], ["program", "program"],
  ];
  const MARKS = { bad: "failed", unknown: "unknown", good: "done" };
  const names = new Map(data.lanes.map((lane) => [lane.id, lane.name]));
  names.set("", "this program");
  const items = data.items.map((item, nth) => {
    const steps = item.steps.map((step) => [
      step.seq, step.event, step.text, step.details.join(" "),
      step.words.map(([, text]) => text).join(" "),
    ].join(" "));
    const text = [item.seq, names.get(item.lane), item.title, item.story, ...steps].join(" ");
    return { ...item, nth, time: data.times[nth], text: text.toLowerCase() };
  });
  const state = { off: new Set(), story: "", here: -1, shown: [], drawn: 0 };
  const CHUNK = 200;

  // The list: drawn in pieces, as far as somebody scrolls.
  const list = $("list");
  const rows = new Map();
  let day = "";
  const row = (item) => {
    const li = make("li", "item");
    const head = make("button", "row");
    head.type = "button";
    head.setAttribute("aria-expanded", "false");
    const dot = make("span", "dot");
    dot.style.setProperty("--kind", `var(--${item.kind})`);
    const lane = make("span", "lane");
    lane.append(dot, names.get(item.lane) || item.lane);
    lane.title = names.get(item.lane) || item.lane;
    head.append(make("span", "time", item.time.slice(11)), lane, make("span", "title", item.title));
    if (item.mark) head.append(make("span", `mark ${item.mark}`, MARKS[item.mark]));
    head.addEventListener("click", () => { select(item, false); toggle(item); });
    li.append(head);
    rows.set(item.nth, li);
    return li;
  };
  const more = () => {
    const next = state.shown.slice(state.drawn, state.drawn + CHUNK);
    for (const item of next) {
      const its = item.time.slice(0, 10);
      if (its !== day) { list.append(make("li", "day", its)); day = its; }
      list.append(row(item));
    }
    state.drawn += next.length;
    $("end").textContent = state.drawn < state.shown.length ? "…" : "";
  };
  const until = (place) => { while (state.drawn <= place && state.drawn < state.shown.length) more(); };

  const opened = (item) => {
    const box = make("div", "open");
    for (const step of item.steps) {
      const part = make("div", "step");
      const text = make("p");
      text.append(make("span", "number", String(step.seq)), step.text);
      text.title = step.event;
      part.append(text);
      const lines = make("ul");
      for (const detail of step.details) lines.append(make("li", "", detail));
      for (const change of step.changes) {
        const how = [change.was, change.is === null ? "gone" : change.is].filter((v) => v !== null);
        lines.append(make("li", "change", `${change.what}: ${how.join(" → ")}`));
      }
      if (lines.children.length) part.append(lines);
      for (const [what, words] of step.words) {
        const quote = make("div", "words");
        quote.append(make("b", "", what), words);
        part.append(quote);
      }
      box.append(part);
    }
    const tools = make("div", "tools");
    const whole = make("button", "", "The whole story");
    whole.type = "button";
    whole.addEventListener("click", () => story(item));
    tools.append(whole);
    box.append(tools);
    return box;
  };
  const toggle = (item) => {
    const li = rows.get(item.nth);
    const head = li.querySelector(".row");
    const open = li.querySelector(".open");
    if (open) { open.remove(); head.setAttribute("aria-expanded", "false"); return; }
    li.append(opened(item));
    head.setAttribute("aria-expanded", "true");
  };
  const select = (item, focus) => {
    const place = state.shown.indexOf(item);
    if (place < 0) return;
    until(place);
    for (const other of list.querySelectorAll(".here")) other.classList.remove("here");
    state.here = place;
    const li = rows.get(item.nth);
    li.classList.add("here");
    if (focus) {
      li.querySelector(".row").focus({ preventScroll: true });
      li.scrollIntoView({ block: "nearest" });
    }
    draw();
  };
  const story = (item) => {
    state.story = item.story;
    filter();
    select(item, true);
  };

  // What is shown.
  const filter = () => {
    const words = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const lane = $("lane").value;
    const trouble = $("trouble").checked;
    state.shown = items.filter((item) =>
      (!state.story || item.story === state.story)
      && (!lane || item.lane === lane)
      && (!trouble || item.mark === "bad" || item.mark === "unknown")
      && (state.story || !state.off.has(item.kind))
      && words.every((word) => item.text.includes(word)));
    list.replaceChildren();
    rows.clear();
    [state.drawn, state.here, day] = [0, -1, ""];
    more();
    const troubles = state.shown.filter((item) => item.mark === "bad" || item.mark === "unknown").length;
    $("count").textContent = state.shown.length
      ? `${state.shown.length} of ${items.length}, ${troubles} failed or unknown`
      : "Nothing fits.";
    const button = $("story");
    button.hidden = !state.story;
    button.textContent = `Story of ${state.story} ×`;
    draw();
  };

  // The chart: a lane for each session over time.
  const chart = $("chart");
  const LANE = 22, TOP = 20;
  let spots = [];
  const lanes = ["", ...data.lanes.map((lane) => lane.id)].filter((id) => items.some((item) => item.lane === id));
  const level = new Map(lanes.map((id, nth) => [id, nth]));
  for (const id of lanes) { const name = make("div", "", names.get(id)); name.title = names.get(id); $("names").append(name); }
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const draw = () => {
    const room = Math.max($("scroll").clientWidth, 200);
    // Many items get a chart that is wider than the page; a canvas has a largest width.
    const width = Math.max(room, Math.min(state.shown.length * 3, 7000));
    const height = TOP + LANE * lanes.length + 6;
    const scale = window.devicePixelRatio || 1;
    [chart.width, chart.height] = [width * scale, height * scale];
    chart.style.width = `${width}px`;
    chart.style.height = `${height}px`;
    const pen = chart.getContext("2d");
    pen.scale(scale, scale);
    const { places, breaks } = axis(state.shown.map((item) => item.wall));
    const at = (place) => 10 + place * (width - 20);
    pen.strokeStyle = colour("line");
    for (let nth = 0; nth < lanes.length; nth += 1) {
      pen.beginPath(); pen.moveTo(0, TOP + LANE * (nth + 0.5)); pen.lineTo(width, TOP + LANE * (nth + 0.5)); pen.stroke();
    }
    pen.setLineDash([2, 3]);
    for (const place of breaks) {
      pen.beginPath(); pen.moveTo(at(place), TOP); pen.lineTo(at(place), height); pen.stroke();
    }
    pen.setLineDash([]);
    pen.fillStyle = colour("soft");
    pen.font = "11px system-ui, sans-serif";
    if (state.shown.length) {
      pen.fillText(state.shown[0].time.slice(0, 16), 8, 13);
      const end = state.shown[state.shown.length - 1].time.slice(0, 16);
      if (width > 260) pen.fillText(end, width - pen.measureText(end).width - 8, 13);
    }
    const paint = Object.fromEntries([...KINDS.map(([kind]) => kind), "bad", "unknown", "accent"].map((name) => [name, colour(name)]));
    spots = [];
    state.shown.forEach((item, place) => {
      const x = at(places[place]), y = TOP + LANE * ((level.get(item.lane) ?? 0) + 0.5);
      pen.fillStyle = paint[item.kind];
      pen.beginPath();
      if (item.kind === "notice" || item.kind === "send") pen.rect(x - 3, y - 3, 6, 6);
      else pen.arc(x, y, 3.2, 0, 7);
      pen.fill();
      if (item.mark === "bad" || item.mark === "unknown") {
        pen.strokeStyle = paint[item.mark];
        pen.lineWidth = 2;
        pen.beginPath(); pen.arc(x, y, 6.5, 0, 7); pen.stroke();
        pen.lineWidth = 1;
      }
      if (place === state.here) {
        pen.strokeStyle = paint.accent;
        pen.beginPath(); pen.moveTo(x, TOP - 4); pen.lineTo(x, height); pen.stroke();
      }
      spots.push([x, y, item]);
    });
    if (state.here >= 0 && width > room) $("scroll").scrollLeft = spots[state.here][0] - room / 2;
  };
  // Where each time stands, from 0 to 1. Long pauses are cut short, and marked.
  const axis = (times) => {
    const gaps = times.map((time, nth) => (nth ? Math.max(time - times[nth - 1], 0) : 0));
    const some = gaps.filter((gap) => gap > 0).sort((one, other) => one - other);
    const most = 30 * Math.max(some[Math.floor(some.length / 2)] || 1, 1000);
    let sum = 0;
    const cut = [];
    const sums = gaps.map((gap, nth) => {
      if (gap > most) cut.push(sum + most / 2);
      sum += Math.min(gap, most) + (nth ? most / 200 : 0);
      return sum;
    });
    const share = (value) => (sum > 0 ? value / sum : 0.5);
    return { places: sums.map(share), breaks: cut.length > 100 ? [] : cut.map(share) };
  };
  chart.addEventListener("click", (event) => {
    const place = chart.getBoundingClientRect();
    const [x, y] = [event.clientX - place.left, event.clientY - place.top];
    let best = null, far = Infinity;
    for (const [sx, sy, item] of spots) {
      const away = (sx - x) ** 2 + (sy - y) ** 2 * 2;
      if (away < far) [best, far] = [item, away];
    }
    if (best) select(best, true);
  });

  // Keys.
  const step = (by, test) => {
    for (let place = state.here + by; place >= 0 && place < state.shown.length; place += by) {
      if (!test || test(state.shown[place])) return select(state.shown[place], true);
    }
  };
  const everything = () => {
    $("search").value = ""; $("lane").value = ""; $("trouble").checked = false; state.story = "";
    const here = state.shown[state.here];
    filter();
    if (here) select(here, true);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape") { event.target.blur(); everything(); return; }
    if (typing) return;
    const keys = {
      j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
      n: () => step(1, (item) => item.mark === "bad" || item.mark === "unknown"),
      s: () => state.here >= 0 && story(state.shown[state.here]),
      "/": () => $("search").focus(),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  // The controls.
  for (const lane of data.lanes) { const option = make("option", "", lane.name); option.value = lane.id; $("lane").append(option); }
  for (const [kind, label] of KINDS) {
    if (!items.some((item) => item.kind === kind)) continue;
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    const dot = make("span", "dot");
    dot.style.setProperty("--kind", `var(--${kind})`);
    button.append(dot, label);
    button.addEventListener("click", () => {
      const off = state.off.has(kind);
      if (off) state.off.delete(kind); else state.off.add(kind);
      button.setAttribute("aria-pressed", String(off));
      filter();
    });
    $("kinds").append(button);
  }
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  $("search").addEventListener("input", filter);
  $("lane").addEventListener("change", filter);
  $("trouble").addEventListener("change", filter);
  $("story").addEventListener("click", everything);
  $("warning").hidden = !data.words;
  $("span").textContent = items.length ? `${data.first} to ${data.last}` : "The log is empty.";
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more(); }, { rootMargin: "800px" }).observe($("end"));
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  filter();
  document.documentElement.dataset.ready = String(items.length);
})();
