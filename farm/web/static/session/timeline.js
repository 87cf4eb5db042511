// The timeline of one session: asks the server for windows of it, and lets people move in it by
// mouse, touch and keyboard. The table below is the same without this script.
import { Drawing, coloursOf } from "./drawing.js";

const NARROWEST = 1000; // us
const SETTLE = 90; // ms of rest before a new window is asked for
const TABLE = 450; // ms of rest before the table follows

class Timeline {
  constructor(box, scene) {
    this.box = box;
    this.scene = scene;
    this.words = JSON.parse(box.dataset.words);
    this.plot = document.getElementById("plot");
    this.chosenBox = document.getElementById("chosen");
    this.form = document.getElementById("filters");
    this.whole = widened(scene.start, scene.end);
    this.view = this.fromForm();
    this.lanes = scene.streams.map(() => null);
    this.chosen = null;
    this.turn = 0; // how often something was chosen: answers to earlier choices come too late
    this.pointers = new Map();
    this.drawing = new Drawing(this.plot.querySelector("canvas"), scene, this.words, coloursOf(box));
  }

  start() {
    new ResizeObserver(() => this.resize()).observe(this.plot);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.drawing.colours = coloursOf(this.box);
      this.redraw();
    });
    this.plot.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.plot.addEventListener("pointerdown", (event) => this.onDown(event));
    this.plot.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of ["pointerup", "pointercancel"]) this.plot.addEventListener(name, (event) => this.onUp(event));
    this.plot.addEventListener("dblclick", () => this.openChosen());
    this.plot.addEventListener("keydown", (event) => this.onKey(event));
    this.box.querySelector(".tools").addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) this.act(button.dataset.do);
    });
    this.form.addEventListener("change", (event) => {
      if (["since", "until"].includes(event.target.name)) this.view = this.fromForm();
      this.chosen = null;
      this.ask();
    });
    this.box.hidden = false;
    this.resize();
    this.ask();
  }

  // --- what is shown

  fromForm() {
    const bounds = ["since", "until"].map((name, index) => {
      const text = this.form.elements[name].value.trim();
      const value = Number(text);
      return text !== "" && Number.isFinite(value) ? value * 1e6 : this.whole[index];
    });
    return bounds[1] - bounds[0] >= NARROWEST ? bounds : [...this.whole];
  }

  resize() {
    const width = this.plot.clientWidth;
    if (width && width !== this.drawing.width) {
      this.drawing.resize(width);
      this.redraw();
      this.later();
    }
  }

  redraw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawing.draw(this.view, this.lanes, this.chosen);
      const [since, until] = this.view.map((us) => (us / 1e6).toFixed(3));
      document.getElementById("range").textContent = `${since} … ${until} s`;
      Object.assign(this.plot.dataset, { since, until, chosen: this.chosen ? String(this.chosen.item.row) : "" });
    });
  }

  show(since, until) {
    const length = Math.min(Math.max(until - since, NARROWEST), this.whole[1] - this.whole[0]);
    let first = since + (until - since - length) / 2;
    first = Math.min(Math.max(first, this.whole[0]), this.whole[1] - length);
    this.view = [first, first + length];
    this.redraw();
    this.later();
  }

  zoom(factor, around = null) {
    const [since, until] = this.view;
    const centre = around === null ? (this.chosenTime() ?? (since + until) / 2) : around;
    this.show(centre - (centre - since) * factor, centre + (until - centre) * factor);
  }

  pan(share) {
    const by = (this.view[1] - this.view[0]) * share;
    this.show(this.view[0] + by, this.view[1] + by);
  }

  chosenTime() {
    if (!this.chosen) return null;
    const time = (this.chosen.item.time + this.chosen.item.end) / 2;
    return time >= this.view[0] && time <= this.view[1] ? time : null;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), SETTLE);
    clearTimeout(this.tableTimer);
    this.tableTimer = setTimeout(() => this.follow(), TABLE);
  }

  // The table and the address follow the window.
  follow() {
    const whole = this.view[0] <= this.whole[0] && this.view[1] >= this.whole[1];
    const [since, until] = whole ? ["", ""] : this.view.map((us) => (us / 1e6).toFixed(6));
    if (this.form.elements.since.value === since && this.form.elements.until.value === until) return;
    if (whole && !this.form.elements.since.value && !this.form.elements.until.value) return;
    this.form.elements.since.value = since;
    this.form.elements.until.value = until;
    this.form.dispatchEvent(new CustomEvent("view-settled"));
  }

  async ask() {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const query = new URLSearchParams(new FormData(this.form));
    // Some more on both sides, so that a small move needs no answer to be drawn.
    query.set("since", (this.view[0] / 1e6).toFixed(6));
    query.set("until", (this.view[1] / 1e6).toFixed(6));
    query.set("bins", String(Math.min(600, Math.max(60, Math.round(this.drawing.width / 3)))));
    try {
      const answer = await fetch(`${this.box.dataset.base}/window.json?${query}`, { signal: request.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.lanes = (await answer.json()).lanes;
      this.redraw();
      this.plot.dataset.ready = "true";
      this.plot.dataset.counts = JSON.stringify(this.lanes.map((lane) => lane.count));
    } catch (error) {
      if (error.name !== "AbortError") this.say(this.words.failed);
    }
  }

  // --- choosing

  async choose(chosen) {
    this.turn++;
    this.chosen = chosen;
    this.redraw();
    if (!chosen) {
      this.say(this.words.none);
      return;
    }
    this.nearestShot(chosen.item.time);
    const row = chosen.item.row;
    try {
      const answer = await fetch(`${this.box.dataset.base}/row.json?row=${row}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const brief = await answer.json();
      if (this.chosen === chosen) this.describe(chosen.item, brief);
    } catch {
      if (this.chosen === chosen) this.say(this.words.failed);
    }
  }

  // Only text nodes: whatever an app wrote stays text.
  describe(item, brief) {
    const line = document.createElement("p");
    if (item.count > 1) {
      line.append(this.words.several.replace("{count}", String(item.count)));
    } else {
      const link = document.createElement("a");
      link.href = brief.href;
      link.textContent = `${this.words.open} ${brief.event}`;
      this.target = brief.href;
      const facts = [`${brief.at} s`, brief.unsure, brief.kind, brief.label, brief.data_type, brief.party, brief.phase, brief.mark];
      line.append(facts.filter((fact) => fact).join(" · "), " ", link);
      for (const href of brief.findings) {
        const finding = document.createElement("a");
        finding.href = href;
        finding.className = "badge";
        finding.textContent = this.words.finding;
        line.append(" ", finding);
      }
    }
    this.chosenBox.replaceChildren(line);
  }

  say(text) {
    const line = document.createElement("p");
    line.className = "quiet";
    line.textContent = text;
    this.target = null;
    this.chosenBox.replaceChildren(line);
  }

  openChosen() {
    if (!this.chosen) return;
    const { item } = this.chosen;
    if (item.count > 1) {
      this.chosen = null;
      const margin = (item.end - item.time) * 0.05;
      this.show(item.time - margin, item.end + margin);
    } else {
      location.assign(this.target ?? `${this.box.dataset.base}#events`);
    }
  }

  // The neighbour in a lane, or the first one of another lane that is near.
  step(by) {
    const lane = this.chosen ? this.chosen.lane : this.firstLane();
    const hits = this.inOrder(lane);
    if (!hits.length) return;
    const now = this.chosen ? hits.findIndex((item) => item.row === this.chosen.item.row && item.time === this.chosen.item.time) : -1;
    const next = now < 0 ? (by > 0 ? 0 : hits.length - 1) : now + by;
    if (next >= 0 && next < hits.length) {
      this.choose({ lane, item: hits[next] });
    } else {
      this.pan(by > 0 ? 0.5 : -0.5);
    }
  }

  changeLane(by) {
    const count = this.scene.streams.length;
    const from = this.chosen ? this.chosen.lane : by > 0 ? -1 : count;
    const time = this.chosen ? this.chosen.item.time : (this.view[0] + this.view[1]) / 2;
    for (let lane = from + by; lane >= 0 && lane < count; lane += by) {
      const hits = this.inOrder(lane);
      if (!hits.length) continue;
      const nearest = hits.reduce((best, item) => (Math.abs(item.time - time) < Math.abs(best.time - time) ? item : best));
      this.choose({ lane, item: nearest });
      return;
    }
  }

  inOrder(lane) {
    return this.drawing.hits[lane].map((hit) => hit.item);
  }

  firstLane() {
    const lane = this.drawing.hits.findIndex((hits) => hits.length);
    return lane < 0 ? 0 : lane;
  }

  // Evidence of findings, wherever it lies: moves the window there.
  async toEvidence(by) {
    const marks = this.scene.marks;
    if (!marks.length) return;
    const from = this.chosen ? this.chosen.item.time : by > 0 ? -Infinity : Infinity;
    const row = this.chosen ? this.chosen.item.row : by > 0 ? -1 : Infinity;
    const after = ([time, own]) => time > from || (time === from && own > row);
    const before = ([time, own]) => time < from || (time === from && own < row);
    const found = by > 0 ? (marks.find(after) ?? marks[0]) : (marks.findLast(before) ?? marks[marks.length - 1]);
    const [time, own, mark] = found;
    const turn = ++this.turn;
    const length = Math.min(this.view[1] - this.view[0], 4e6);
    this.show(time - length / 2, time + length / 2);
    const answer = await fetch(`${this.box.dataset.base}/row.json?row=${own}`);
    if (!answer.ok) return;
    const brief = await answer.json();
    if (turn !== this.turn) return; // something else was chosen meanwhile
    const item = { row: own, time, end: time, count: 1, mark, kind: -1 };
    this.chosen = { lane: this.scene.streams.findIndex((stream) => brief.event.startsWith(`${stream}:`)), item };
    this.describe(item, brief);
    this.nearestShot(time);
    this.redraw();
  }

  nearestShot(time) {
    const shots = [...document.querySelectorAll("#strip li")];
    if (!shots.length) return;
    const off = (shot) => Math.abs(Number(shot.dataset.us) - time);
    const nearest = shots.reduce((best, shot) => (off(shot) < off(best) ? shot : best));
    for (const shot of shots) shot.classList.toggle("near", shot === nearest);
    const strip = document.getElementById("strip");
    strip.scrollTo({ left: nearest.offsetLeft - strip.clientWidth / 2 + nearest.clientWidth / 2 });
  }

  // --- input

  // By the window as it is now: the one that is drawn may be a frame behind.
  timeAt(x) {
    return this.view[0] + (x / this.drawing.width) * (this.view[1] - this.view[0]);
  }

  act(what) {
    const acts = {
      left: () => this.pan(-0.3), right: () => this.pan(0.3), in: () => this.zoom(0.5), out: () => this.zoom(2),
      all: () => this.show(...this.whole), "next-finding": () => this.toEvidence(1), "previous-finding": () => this.toEvidence(-1),
    };
    acts[what]?.();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      ArrowLeft: () => (event.shiftKey ? this.pan(-0.3) : this.step(-1)),
      ArrowRight: () => (event.shiftKey ? this.pan(0.3) : this.step(1)),
      ArrowUp: () => this.changeLane(-1), ArrowDown: () => this.changeLane(1),
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), _: () => this.zoom(2),
      0: () => this.show(...this.whole), n: () => this.toEvidence(1), p: () => this.toEvidence(-1),
      N: () => this.toEvidence(1), P: () => this.toEvidence(-1),
      Home: () => this.show(this.whole[0], this.whole[0] + this.view[1] - this.view[0]),
      End: () => this.show(this.whole[1] - (this.view[1] - this.view[0]), this.whole[1]),
      Enter: () => this.openChosen(), Escape: () => this.choose(null),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  onWheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.pan((event.deltaX || event.deltaY) / this.drawing.width);
    } else {
      this.zoom(Math.exp(Math.min(1, Math.max(-1, pixels / 300))), this.timeAt(this.offset(event)[0]));
    }
  }

  offset(event) {
    const box = this.plot.getBoundingClientRect();
    return [event.clientX - box.left - this.plot.clientLeft, event.clientY - box.top - this.plot.clientTop];
  }

  onDown(event) {
    if (event.button > 0) return;
    this.plot.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.offset(event));
    this.moved = this.pointers.size > 1;
    this.grip = { view: [...this.view], at: [...this.pointers.values()].map(([x]) => x) };
  }

  onMove(event) {
    if (!this.pointers.has(event.pointerId)) {
      this.plot.classList.toggle("over", Boolean(this.drawing.at(...this.offset(event))));
      return;
    }
    this.pointers.set(event.pointerId, this.offset(event));
    const now = [...this.pointers.values()].map(([x]) => x);
    const { view, at } = this.grip;
    const length = view[1] - view[0];
    const perPixel = length / this.drawing.width;
    if (now.length === 1) {
      const by = now[0] - at[0];
      if (!this.moved && Math.abs(by) < 4) return;
      this.moved = true;
      this.show(view[0] - by * perPixel, view[1] - by * perPixel);
    } else if (at.length === 2) {
      // Two fingers keep hold of the two moments that they touched.
      const [left, right] = [Math.min(...at), Math.max(...at)];
      const [newLeft, newRight] = [Math.min(...now), Math.max(...now)];
      const scale = Math.max(1, right - left) / Math.max(1, newRight - newLeft);
      const since = view[0] + left * perPixel - newLeft * perPixel * scale;
      this.show(since, since + length * scale);
    }
  }

  onUp(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.pointers.size) {
      this.grip = { view: [...this.view], at: [...this.pointers.values()].map(([x]) => x) };
      return;
    }
    if (this.moved || event.type === "pointercancel") return;
    const found = this.drawing.at(...this.offset(event), event.pointerType === "touch" ? 14 : 7);
    if (found && found.item.count > 1 && this.chosen && this.chosen.item.time === found.item.time) {
      this.openChosen();
    } else {
      this.choose(found);
    }
  }
}

function widened(start, end) {
  const margin = Math.max(NARROWEST, (end - start) / 100);
  return [start - margin, end + margin];
}

const box = document.getElementById("timeline");
if (box) {
  const answer = await fetch(`${box.dataset.base}/scene.json`);
  if (answer.ok) new Timeline(box, await answer.json()).start();
}
