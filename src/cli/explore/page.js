"use strict";
// The page asks and draws. Every number that is read stands in the answer; nothing is worked out here
// but where a value lies on an axis.

const element = (id) => document.getElementById(id);
const screen_ = { ...FIRST.screen };
const laws = new Map(FIRST.laws.map((law) => [law.id, law]));
let second = "";              // The law beside the first one.
const leftOut = new Map();    // Row -> the point as it was when it was left out.
let answers = [];             // [{law, answer}], the first one first.
let asking = 0;               // The latest question; answers to earlier ones are late.

async function ask(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Token": TOKEN },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  const answer = await response.json();
  if (answer.error) throw new Error(answer.error.message);
  return answer;
}

function say(text, wrong) {
  const status = element("status");
  status.textContent = text;
  status.classList.toggle("wrong", Boolean(wrong));
}

// A question for one law: its own inputs only.
function question(law) {
  const known = laws.get(law).inputs.map((input) => input.symbol);
  return { ...screen_, law, exclude: [...leftOut.keys()].sort((a, b) => a - b),
    at: screen_.at.filter(([symbol]) => known.includes(symbol)) };
}

async function refresh() {
  const mine = ++asking;
  document.body.dataset.state = "asking";
  say("fitting …");
  const wanted = [screen_.law, ...(second ? [second] : [])];
  try {
    const got = [];
    for (const law of wanted) got.push({ law, answer: await ask("/api/fit", question(law)) });
    if (mine !== asking) return;
    answers = got;
    if (adopt(got[0].answer.record)) return refresh();
    show();
    say(`${got[0].answer.record.points.rows.length} rows`);
    document.body.dataset.state = "ready";
  } catch (error) {
    if (mine !== asking) return;
    say(error.message, true);
    document.body.dataset.state = "wrong";
  }
}

// A first budget and first sizes, from where the data end. True if there is something new to ask.
function adopt(record) {
  let news = false;
  const covered = record.curves.covered;
  if (covered) {
    const slider = element("budget");
    slider.min = Math.log10(covered[0]);
    slider.max = Math.log10(covered[1]) + 4;
    if (screen_.compute === null) {
      screen_.compute = Number((10 * covered[1]).toPrecision(2));
      news = true;
    }
    slider.value = Math.log10(screen_.compute);
  }
  element("budget-label").hidden = !covered;
  for (const { symbol, high } of record.ranges) {
    const input = laws.get(screen_.law).inputs.some((i) => i.symbol === symbol);
    if (input && !screen_.at.some(([known]) => known === symbol)) {
      screen_.at.push([symbol, Number(high.toPrecision(2))]);
      news = true;
    }
  }
  drawInputs(record);
  return news;
}

function drawInputs(record) {
  const holder = element("inputs");
  holder.replaceChildren();
  for (const input of laws.get(screen_.law).inputs) {
    const span = record.ranges.find((range) => range.symbol === input.symbol);
    const now = screen_.at.find(([symbol]) => symbol === input.symbol);
    if (!span || !now || !(span.low > 0)) continue;
    const label = document.createElement("label");
    const text = document.createElement("output");
    text.textContent = short(now[1]);
    const slider = Object.assign(document.createElement("input"), { type: "range", step: "any", id: `at-${input.symbol}` });
    slider.min = Math.log10(span.low) - 1;
    slider.max = Math.log10(span.high) + 3;
    slider.value = Math.log10(now[1]);
    slider.addEventListener("input", () => { text.textContent = short(10 ** slider.value); });
    slider.addEventListener("change", () => { now[1] = Number((10 ** slider.value).toPrecision(3)); refresh(); });
    label.append(`${input.symbol}, ${input.unit === "1" ? input.name : input.unit} `, text, slider);
    holder.append(label);
  }
}

// ---- What is said

function rows(list) {
  return list.map((line) => {
    const row = document.createElement("tr");
    const cells = [line.symbol, line.estimate, line.interval, line.unit, line.meaning];
    cells.forEach((text, k) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      if (k === 1 || k === 2) cell.className = "n";
      row.append(cell);
    });
    row.dataset.symbol = line.symbol;
    return row;
  });
}

function table(caption, list, level) {
  if (!list.length) return [];
  const title = document.createElement("h3");
  title.textContent = caption;
  const out = document.createElement("table");
  const head = out.createTHead().insertRow();
  for (const text of ["", "estimate", `${100 * level} % interval`, "unit", ""]) {
    head.append(Object.assign(document.createElement("th"), { textContent: text }));
  }
  out.createTBody().append(...rows(list));
  return [title, out];
}

function show() {
  element("answers").replaceChildren(...answers.map(({ law, answer }, k) => {
    const article = document.createElement("article");
    article.className = "ab"[k];
    const head = document.createElement("h2");
    head.textContent = laws.get(law).title;
    const verdict = document.createElement("p");
    verdict.className = `verdict ${answer.trust}`;
    verdict.textContent = answer.trust;
    const reasons = document.createElement("ul");
    for (const text of answer.reasons) reasons.append(Object.assign(document.createElement("li"), { textContent: text }));
    const cautions = document.createElement("ul");
    for (const text of answer.cautions) cautions.append(Object.assign(document.createElement("li"), { textContent: text }));
    const minimum = document.createElement("p");
    minimum.textContent = `objective at its minimum ${answer.minimum.toExponential(6)}; intervals: ${answer.interval}`;
    article.append(head, verdict, reasons, minimum,
      ...table("Parameters", answer.parameters, screen_.level),
      ...table("What follows", answer.derived, screen_.level),
      ...table(`Optimum at ${short(screen_.compute ?? 0)} ${laws.get(law).cost ?? ""}`, answer.optimum, screen_.level),
      ...table("Prediction", answer.prediction, screen_.level), cautions);
    return article;
  }));
  element("command").textContent = answers.map(({ answer }) => answer.command).join("\n");
  element("stanza").textContent = answers[0].answer.stanza;
  element("budget-text").textContent = short(screen_.compute ?? 0);
  const dropped = element("dropped");
  const numbers = [...leftOut.keys()].sort((a, b) => a - b);
  dropped.textContent = numbers.length ? `row ${numbers.join(", ")}` : "none; click a point to leave it out";
  drawRows();
  drawFrontier();
  drawResiduals();
}

// ---- Charts

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 460, HIGH = 320, LEFT = 58, RIGHT = 12, TOP = 10, BELOW = 40;

function mark(name, attributes) {
  const out = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  return out;
}

// A number for an axis or a slider.
function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
    if (size >= unit && size < 1e15) return `${Number((value / unit).toPrecision(3))}${letter}`;
  }
  return size >= 1e15 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

function scale(values, log, from, to) {
  const good = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (!good.length) return null;
  const at = log ? Math.log : (v) => v;
  let low = Math.min(...good.map(at)), high = Math.max(...good.map(at));
  if (high - low < 1e-12) { low -= 0.5; high += 0.5; }
  const room = 0.03 * (high - low);
  low -= room; high += room;
  const place = (v) => from + (to - from) * (at(v) - low) / (high - low);
  return { place, ticks: log ? round(Math.exp(low), Math.exp(high)) : even(low, high) };
}

// Round numbers of a logarithmic axis: powers of ten where there are enough, with 2 and 5 or all digits between.
function round(low, high) {
  for (const digits of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8]]) {
    const found = [];
    for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++) {
      found.push(...digits.map((digit) => Number(`${digit}e${k}`)).filter((v) => v >= low && v <= high));
    }
    if (found.length > 8) return found.filter((_, k) => k % Math.ceil(found.length / 6) === 0);
    if (found.length >= 4) return found;
  }
  return even(low, high);
}

function even(low, high) {
  const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((width) => width >= raw);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

// Draws lines, bands and points over two axes. Points know their row.
function plot(id, { x, y, logX, logY, lines, bands, points, at }) {
  const svg = element(id);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  const all = [...lines, ...bands.map((b) => ({ x: [...b.x, ...b.x], y: [...b.lower, ...b.upper] })), ...points.map((p) => ({ x: [p.x], y: [p.y] }))];
  const across = scale(all.flatMap((s) => s.x), logX, LEFT, WIDE - RIGHT);
  const up = scale(all.flatMap((s) => s.y), logY, HIGH - BELOW, TOP);
  if (!across || !up) return;
  for (const tick of across.ticks) {
    svg.append(mark("line", { class: "grid", x1: across.place(tick), x2: across.place(tick), y1: TOP, y2: HIGH - BELOW }));
    const text = mark("text", { x: across.place(tick), y: HIGH - BELOW + 14, "text-anchor": "middle" });
    text.textContent = short(tick);
    svg.append(text);
  }
  for (const tick of up.ticks) {
    svg.append(mark("line", { class: "grid", x1: LEFT, x2: WIDE - RIGHT, y1: up.place(tick), y2: up.place(tick) }));
    const text = mark("text", { x: LEFT - 5, y: up.place(tick) + 4, "text-anchor": "end" });
    text.textContent = short(tick);
    svg.append(text);
  }
  const below = mark("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 6, "text-anchor": "middle" });
  below.textContent = x;
  const beside = mark("text", { x: 12, y: HIGH / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${HIGH / 2})` });
  beside.textContent = y;
  svg.append(below, beside);
  const path = (xs, ys) => xs.map((v, k) => [v, ys[k]]).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
    .map(([a, b], k) => `${k ? "L" : "M"}${across.place(a).toFixed(1)} ${up.place(b).toFixed(1)}`).join("");
  for (const band of bands) {
    const back = { x: [...band.x].reverse(), y: [...band.lower].reverse() };
    svg.append(mark("path", { class: band.style, d: `${path(band.x, band.upper)}${path(back.x, back.y).replace("M", "L")}Z` }));
  }
  for (const line of lines) svg.append(mark("path", { class: line.style, d: path(line.x, line.y) }));
  if (Number.isFinite(at)) svg.append(mark("line", { class: "mark", x1: across.place(at), x2: across.place(at), y1: TOP, y2: HIGH - BELOW }));
  for (const point of points) {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) continue;
    const dot = mark("circle", { cx: across.place(point.x), cy: up.place(point.y), r: 3.4, class: point.style ?? "" });
    if (point.row !== undefined) dot.dataset.row = point.row;
    dot.addEventListener("mousemove", (event) => hover(event, point.text));
    dot.addEventListener("mouseleave", () => { element("hover").hidden = true; });
    if (point.toggle) dot.addEventListener("click", point.toggle);
    svg.append(dot);
  }
}

function hover(event, text) {
  const note = element("hover");
  note.textContent = text;
  note.hidden = false;
  note.style.left = `${event.clientX + 14}px`;
  note.style.top = `${event.clientY + 10}px`;
}

// The points of a record: row, inputs, measured.
function pointsOf(record) {
  const { rows: numbers, inputs, measured, residual } = record.points;
  return numbers.map((row, k) => ({ row, inputs: inputs.map(([axis, values]) => [axis.symbol, values[k]]), measured: measured[k], residual: residual[k] }));
}

function told(point, output) {
  const inputs = point.inputs.map(([symbol, value]) => `${symbol} ${short(value)}`).join("\n");
  return `row ${point.row}\n${inputs}\n${output} ${point.measured}`;
}

function toggle(point) {
  return () => {
    element("hover").hidden = true;
    leftOut.has(point.row) ? leftOut.delete(point.row) : leftOut.set(point.row, point);
    refresh();
  };
}

function drawRows() {
  const record = answers[0].answer.record;
  const [axis] = record.points.inputs[0] ?? [];
  if (!axis) return;
  const output = record.law.output.symbol;
  const first = (point) => point.inputs[0][1];
  const points = [...pointsOf(record), ...leftOut.values()].map((point) => ({
    x: first(point), y: point.measured, row: point.row, text: told(point, output), toggle: toggle(point),
    style: leftOut.has(point.row) ? "out" : "",
  }));
  const lines = [], bands = [];
  answers.forEach(({ answer }, k) => {
    const curves = answer.record.curves, style = `${"ab"[k]}-line`;
    for (const iso of curves.isoflops) lines.push({ x: iso.n, y: iso.loss, style: `${style} thin` });
    if (curves.line) {
      lines.push({ x: curves.line.x, y: curves.line.y, style });
      if (curves.line.lower.length) bands.push({ ...curves.line, style: `${"ab"[k]}-band` });
    }
  });
  element("rows-caption").textContent = record.curves.isoflops.length
    ? `Rows, and the loss at budgets that the rows have` : `Rows, and the law along ${axis.symbol}`;
  const logX = points.every((p) => p.x > 0), logY = points.every((p) => p.y > 0);
  plot("rows", { x: `${axis.symbol}, ${axis.name}`, y: output, logX, logY, lines, bands, points });
}

function drawFrontier() {
  const lines = [], bands = [];
  answers.forEach(({ answer }, k) => {
    const band = answer.record.curves.frontier;
    if (!band) return;
    lines.push({ x: band.x, y: band.y, style: `${"ab"[k]}-line` });
    if (band.lower.length) bands.push({ ...band, style: `${"ab"[k]}-band` });
  });
  const figure = element("frontier").closest("figure");
  figure.hidden = !lines.length;
  element("frontier-caption").textContent = "The optimum along the budget, with the band of the law alone";
  plot("frontier", { x: "budget", y: answers[0].answer.record.law.output.symbol, logX: true, logY: true, lines, bands, points: [], at: screen_.compute });
}

function drawResiduals() {
  const [axis] = answers[0].answer.record.points.inputs[0] ?? [];
  if (!axis) return;
  const points = answers.flatMap(({ answer }, k) => pointsOf(answer.record).map((point) => ({
    x: point.inputs[0]?.[1], y: point.residual, text: told(point, answer.record.law.output.symbol), style: k ? "b-dot" : "", toggle: toggle(point),
  })));
  const span = [Math.min(...points.map((p) => p.x)), Math.max(...points.map((p) => p.x))];
  plot("residuals", { x: `${axis.symbol}, ${axis.name}`, y: "residual", logX: span[0] > 0, logY: false, bands: [], points,
    lines: [{ x: span, y: [0, 0], style: "grid" }] });
}

// ---- Controls

function fill(select, names, chosen, none) {
  const options = names.map(([value, text]) => Object.assign(document.createElement("option"), { value, textContent: text }));
  if (none) options.unshift(Object.assign(document.createElement("option"), { value: "", textContent: none }));
  select.replaceChildren(...options);
  select.value = chosen;
}

async function columns() {
  const holder = element("roles");
  holder.replaceChildren();
  const { headers } = await ask("/api/columns", screen_.data);
  const law = laws.get(screen_.law);
  for (const role of [...law.inputs.map((input) => input.symbol), law.output]) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    const chosen = screen_.map.find(([symbol]) => symbol === role);
    const names = headers.map((header) => [header, header]);
    if (chosen && !headers.includes(chosen[1])) names.push([chosen[1], chosen[1]]);
    fill(select, names, chosen ? chosen[1] : "", "found by its header");
    select.addEventListener("change", () => {
      screen_.map = screen_.map.filter(([symbol]) => symbol !== role);
      if (select.value) screen_.map.push([role, select.value]);
      refresh();
    });
    label.append(role, select);
    holder.append(label);
  }
}

async function reload() {
  leftOut.clear();
  screen_.compute = null;
  screen_.at = [];
  try {
    await columns();
  } catch (error) {
    document.body.dataset.state = "wrong";
    return say(error.message, true);
  }
  refresh();
}

function save(name, kind, text) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function begin() {
  const names = FIRST.laws.map((law) => [law.id, `${law.id}: ${law.title}`]);
  fill(element("law-a"), names, screen_.law);
  fill(element("law-b"), names, "", "nothing");
  fill(element("objective"), FIRST.objectives.map((name) => [name, name]), screen_.objective);
  element("sets").replaceChildren(...FIRST.sets.map((id) => Object.assign(document.createElement("option"), { value: id })));
  element("data").value = screen_.data;
  element("where").value = screen_.where;
  element("level").value = screen_.level;
  element("controls").addEventListener("submit", (event) => event.preventDefault());
  element("data").addEventListener("change", (event) => { screen_.data = event.target.value; screen_.map = []; reload(); });
  element("where").addEventListener("change", (event) => { screen_.where = event.target.value; refresh(); });
  element("level").addEventListener("change", (event) => { screen_.level = Number(event.target.value); refresh(); });
  element("law-a").addEventListener("change", (event) => { screen_.law = event.target.value; reload(); });
  element("law-b").addEventListener("change", (event) => { second = event.target.value; refresh(); });
  element("objective").addEventListener("change", (event) => { screen_.objective = event.target.value; refresh(); });
  element("budget").addEventListener("input", (event) => { element("budget-text").textContent = short(10 ** event.target.value); });
  element("budget").addEventListener("change", (event) => { screen_.compute = Number((10 ** event.target.value).toPrecision(3)); refresh(); });
  element("restore").addEventListener("click", () => { leftOut.clear(); refresh(); });
  element("save-study").addEventListener("click", () => save("study.toml", "application/toml", element("stanza").textContent));
  element("save-record").addEventListener("click", () => save("record.json", "application/json", JSON.stringify(answers[0].answer.record, null, 2)));
  element("save-report").addEventListener("click", async () => {
    try { save("report.html", "text/html", (await ask("/api/report", question(screen_.law))).html); } catch (error) { say(error.message, true); }
  });
  columns().then(refresh, (error) => { document.body.dataset.state = "wrong"; say(error.message, true); });
}

begin();
