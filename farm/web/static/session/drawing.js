// Draws one window of a recording on a canvas, and says what lies under a point of it.
// Knows nothing of the server or of input. Times are microseconds after the app's launch.

const TOP = 24; // the axis
const PHASES = 30;
const LANE = 46;
const LIFE = 26; // proofs of life and gaps
const FONT = "12px system-ui, sans-serif";

export function heightOf(streams) {
  return TOP + PHASES + streams.length * LANE + LIFE + 6;
}

// Colours come from the sheet, so that light and dark follow the page.
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), soft: of("--soft"), paper: of("--paper"),
    accent: of("--accent"), good: of("--good"), bad: of("--bad"), doubt: of("--doubt"), blind: of("--blind"),
    badSoft: of("--bad-soft"), goodSoft: of("--good-soft"), doubtSoft: of("--doubt-soft"), blindSoft: of("--blind-soft"),
  };
}

export class Drawing {
  constructor(canvas, scene, words, colours) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.scene = scene;
    this.words = words;
    this.colours = colours;
    this.width = 0;
    this.hits = []; // what can be pointed at, lane by lane
  }

  resize(width) {
    const ratio = window.devicePixelRatio || 1;
    const height = heightOf(this.scene.streams);
    this.width = width;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  // `view` is [since, until]; `lanes` as the server gave them, perhaps of another window; `chosen`
  // is {lane, item} or null.
  draw(view, lanes, chosen) {
    const c = this.context;
    this.view = view;
    this.hits = this.scene.streams.map(() => []);
    c.clearRect(0, 0, this.width, heightOf(this.scene.streams));
    c.font = FONT;
    this.axis();
    this.phases();
    this.scene.streams.forEach((stream, index) => this.lane(stream, index, lanes[index], chosen));
    this.life();
    this.borders();
    this.gaps();
    this.shots();
  }

  x(us) {
    return ((us - this.view[0]) / (this.view[1] - this.view[0])) * this.width;
  }

  top(index) {
    return TOP + PHASES + index * LANE;
  }

  laneAt(y) {
    const index = Math.floor((y - TOP - PHASES) / LANE);
    return index >= 0 && index < this.scene.streams.length ? index : -1;
  }

  // The item under a point, finger-wide; findings win over their neighbours.
  at(x, y, reach = 7) {
    const lane = this.laneAt(y);
    if (lane < 0) return null;
    let best = null;
    for (const hit of this.hits[lane]) {
      const off = x < hit.left ? hit.left - x : x > hit.right ? x - hit.right : 0;
      if (off > reach) continue;
      if (!best || off < best.off || (off === best.off && hit.item.mark > best.item.mark)) best = { off, lane, item: hit.item };
    }
    return best && { lane, item: best.item };
  }

  axis() {
    const c = this.context;
    const [since, until] = this.view;
    const rough = (until - since) / Math.max(2, this.width / 90);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => power * factor).find((size) => size >= rough);
    c.strokeStyle = this.colours.line;
    c.fillStyle = this.colours.quiet;
    c.textAlign = "center";
    const digits = Math.max(0, 6 - Math.floor(Math.log10(step)));
    for (let tick = Math.ceil(since / step) * step; tick <= until; tick += step) {
      const x = Math.round(this.x(tick)) + 0.5;
      c.beginPath();
      c.moveTo(x, TOP - 4);
      c.lineTo(x, heightOf(this.scene.streams) - 4);
      c.stroke();
      if (x > 24 && x < this.width - 24) c.fillText(`${(tick / 1e6).toFixed(Math.min(digits, 6))} s`, x, 14);
    }
    c.textAlign = "left";
  }

  phases() {
    const c = this.context;
    const fills = {
      before_consent: this.colours.badSoft, after_accept: this.colours.goodSoft,
      after_decline: this.colours.doubtSoft, undetermined: this.colours.blindSoft,
    };
    const inks = {
      before_consent: this.colours.bad, after_accept: this.colours.good,
      after_decline: this.colours.doubt, undetermined: this.colours.blind,
    };
    for (const phase of this.scene.phases) {
      const left = Math.max(0, this.x(phase.start));
      const right = Math.min(this.width, this.x(phase.end));
      if (right <= 0 || left >= this.width) continue;
      c.fillStyle = fills[phase.phase];
      c.fillRect(left, TOP, Math.max(1, right - left), PHASES - 6);
      const name = phase.name;
      c.fillStyle = inks[phase.phase];
      if (c.measureText(name).width + 10 < right - left) c.fillText(name, left + 5, TOP + 16);
    }
  }

  // Where a border between phases may lie: nothing in there is in one phase for certain.
  borders() {
    const c = this.context;
    const bottom = this.top(this.scene.streams.length);
    for (const phase of this.scene.phases) {
      for (const [at, bound] of [[phase.start, phase.startBound], [phase.end, phase.endBound]]) {
        if (!bound) continue;
        const left = this.x(at - bound);
        const right = Math.max(left + 2, this.x(at + bound));
        if (right < 0 || left > this.width) continue;
        this.hatch(left, TOP, right - left, bottom - TOP, this.colours.ink);
      }
    }
  }

  hatch(left, top, width, height, colour) {
    const c = this.context;
    const from = Math.max(0, left);
    const to = Math.min(this.width, left + width);
    if (to <= from) return;
    c.save();
    c.beginPath();
    c.rect(from, top, to - from, height);
    c.clip();
    c.globalAlpha = 0.35;
    c.strokeStyle = colour;
    c.beginPath();
    for (let x = from - height; x < to; x += 7) {
      c.moveTo(x, top + height);
      c.lineTo(x + height, top);
    }
    c.stroke();
    c.restore();
  }

  lane(stream, index, lane, chosen) {
    const c = this.context;
    const top = this.top(index);
    c.strokeStyle = this.colours.line;
    c.beginPath();
    c.moveTo(0, top + LANE - 0.5);
    c.lineTo(this.width, top + LANE - 0.5);
    c.stroke();
    const name = `${this.words[stream]}${lane ? ` · ${lane.count}` : ""}`;
    c.fillStyle = this.colours.quiet;
    c.fillText(name, 5, top + 14);
    if (lane && lane.events) for (const event of lane.events) this.event(index, event, chosen);
    if (lane && lane.bins) this.bins(index, lane.bins, chosen);
  }

  ink(mark) {
    return mark === 2 ? this.colours.bad : mark === 1 ? this.colours.doubt : this.colours.accent;
  }

  event(index, [row, time, bound, mark, kind], chosen) {
    const x = this.x(time);
    const left = this.x(time - bound);
    const right = this.x(time + bound);
    if (right < -4 || left > this.width + 4) return;
    const c = this.context;
    const top = this.top(index);
    const item = { row, time, end: time, count: 1, mark, kind };
    c.fillStyle = this.ink(mark);
    if (right - left > 3) {
      c.globalAlpha = 0.35;
      c.fillRect(left, top + LANE - 7, right - left, 3);
      c.globalAlpha = 1;
    }
    const tall = mark ? 26 : 16;
    c.fillRect(x - 1, top + LANE - 9 - tall, mark ? 3 : 2, tall);
    if (mark) this.cap(x + 0.5, top + LANE - 9 - tall, mark);
    if (chosen && chosen.lane === index && chosen.item.row === row) this.ring(x - 6, top + 3, 13, LANE - 7);
    this.hits[index].push({ left: x - 2, right: x + 2, item });
  }

  // Not by colour alone: a filled diamond belongs to a finding, a hollow one waits for a person.
  cap(x, y, mark) {
    const c = this.context;
    c.beginPath();
    c.moveTo(x, y - 6);
    c.lineTo(x + 5, y - 1);
    c.lineTo(x, y + 4);
    c.lineTo(x - 5, y - 1);
    c.closePath();
    if (mark === 2) {
      c.fill();
    } else {
      c.save();
      c.fillStyle = this.colours.paper;
      c.strokeStyle = this.colours.doubt;
      c.fill();
      c.stroke();
      c.restore();
    }
  }

  bins(index, bins, chosen) {
    const c = this.context;
    const top = this.top(index);
    const most = Math.log1p(bins.reduce((high, bin) => Math.max(high, bin[2]), 3));
    for (const [start, end, count, mark, row] of bins) {
      const left = this.x(start);
      const width = Math.max(1.5, this.x(end) - left - 0.5);
      if (left + width < 0 || left > this.width) continue;
      const tall = Math.max(5, (Math.log1p(count) / most) * (LANE - 16));
      c.fillStyle = this.ink(mark);
      c.fillRect(left, top + LANE - 4 - tall, width, tall);
      if (mark) this.cap(left + width / 2, top + LANE - 4 - tall, mark);
      if (chosen && chosen.lane === index && chosen.item.time === start) this.ring(left - 2, top + 2, width + 4, LANE - 5);
      this.hits[index].push({ left, right: left + width, item: { row, time: start, end, count, mark, kind: -1 } });
    }
  }

  ring(x, y, width, height) {
    const c = this.context;
    c.save();
    c.strokeStyle = this.colours.ink;
    c.lineWidth = 2;
    c.strokeRect(x, y, width, height);
    c.restore();
  }

  life() {
    const c = this.context;
    const y = this.top(this.scene.streams.length) + 8;
    for (const [time, , seen] of this.scene.lives) {
      const x = this.x(time);
      if (x < -4 || x > this.width + 4) continue;
      if (seen) {
        c.fillStyle = this.colours.good;
        c.beginPath();
        c.arc(x, y, 3.2, 0, 7);
        c.fill();
      } else {
        c.strokeStyle = this.colours.bad;
        c.lineWidth = 2;
        c.beginPath();
        c.moveTo(x - 4, y - 4);
        c.lineTo(x + 4, y + 4);
        c.moveTo(x + 4, y - 4);
        c.lineTo(x - 4, y + 4);
        c.stroke();
        c.lineWidth = 1;
      }
    }
  }

  gaps() {
    const c = this.context;
    const lanes = this.top(this.scene.streams.length);
    for (const gap of this.scene.gaps) {
      const left = this.x(gap.start);
      const width = Math.max(3, this.x(gap.end) - left);
      if (left + width < 0 || left > this.width) continue;
      c.fillStyle = this.colours.blind;
      c.fillRect(left, lanes + 16, width, 8);
      // A gap over a part of the window shades the lanes; one over all of it would only hide them.
      if (left > 1 || left + width < this.width - 1) this.hatch(left, TOP + PHASES, width, lanes - TOP - PHASES, this.colours.blind);
    }
  }

  shots() {
    const c = this.context;
    c.fillStyle = this.colours.quiet;
    let last = -10;
    for (const time of this.scene.shots) {
      const x = this.x(time);
      if (x < 0 || x > this.width || x - last < 4) continue;
      c.fillRect(x - 1.5, this.top(0) - 5, 3, 3);
      last = x;
    }
  }
}
