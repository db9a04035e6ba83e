// One chart: draws itself for the state of the page, and reads values out under the pointer.

const margins = { left: 54, right: 14, top: 10, bottom: 38 };

function svgElement(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function htmlElement(name, className, ...children) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}

// Running averages without their bias to the start; what is missing is passed over.
function smoothed(values, weight) {
  let average = 0, mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return average / mass;
  });
}

function nearest(positions, wanted) {
  let low = 0, high = positions.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (positions[middle] < wanted) low = middle; else high = middle;
  }
  return wanted - positions[low] <= positions[high] - wanted ? low : high;
}

class Chart {
  constructor(figure, spec, page) {
    this.spec = spec;
    this.page = page;
    this.plot = figure.querySelector(".plot");
    this.logarithmic = spec.logarithmic;
    this.smoothing = 0;
    this.clip = `drawn-${figure.dataset.chart}`;
    this.connectTools(figure);
    this.connectReadout();
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  connectTools(figure) {
    const log = figure.querySelector(".toggle");
    log.addEventListener("click", () => {
      this.logarithmic = !this.logarithmic;
      log.setAttribute("aria-pressed", this.logarithmic);
      this.draw();
    });
    const slider = figure.querySelector("input[type=range]");
    if (!slider) return;
    const read = () => {
      this.smoothing = slider.valueAsNumber;
      slider.nextElementSibling.textContent = this.smoothing.toFixed(2);
    };
    read();
    slider.addEventListener("input", () => { read(); this.draw(); });
  }

  connectReadout() {
    const plot = this.plot;
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `${this.spec.title}. Left and right arrow keys read the values out.`);
    const follow = (event) => this.readAt(event.clientX - plot.getBoundingClientRect().left, event.clientY - plot.getBoundingClientRect().top);
    plot.addEventListener("pointermove", follow);
    plot.addEventListener("pointerdown", follow);
    plot.addEventListener("pointerleave", () => this.endReading());
    plot.addEventListener("blur", () => this.endReading());
    plot.addEventListener("keydown", (event) => this.onKey(event));
  }

  // What is drawn of each run that is shown and has points.
  curves() {
    const axis = this.page.axis;
    return this.spec.series.flatMap((series, run) => {
      if (this.page.hidden.has(run) || !series.values.length) return [];
      const values = this.smoothing ? smoothed(series.values, this.smoothing) : series.values;
      return [{ run, series, positions: series[axis], values }];
    });
  }

  shows(value) {
    return value !== null && (value > 0 || !this.logarithmic);
  }

  draw() {
    const width = this.plot.clientWidth, height = this.plot.clientHeight;
    if (!width) return;
    this.endReading();
    this.drawn = this.curves();
    const values = this.drawn.flatMap((curve) => curve.values.filter((value) => this.shows(value)));
    if (!values.length) {
      const why = this.drawn.length ? "No value can be shown on this axis." : "No run with such values is shown.";
      this.plot.replaceChildren(htmlElement("p", "nothing", why));
      this.svg = null;
      return;
    }
    const extent = (list) => list.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    const [lowest, highest] = extent(values);
    const cut = this.logarithmic ? Math.max(lowest, this.spec.floor * highest) : lowest;
    const [low, high] = withMargin(cut, highest, this.logarithmic);
    this.last = extent(this.drawn.flatMap((curve) => curve.positions))[1] || 1;
    this.right = width - margins.right;
    this.bottom = height - margins.bottom;
    this.x = makeAxis(0, this.last, margins.left, this.right, false);
    this.y = makeAxis(low, high, this.bottom, margins.top, this.logarithmic);
    this.svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.drawGrid(low, high, width, height);
    this.drawCurves();
    this.plot.replaceChildren(this.svg);
  }

  drawGrid(low, high, width, height) {
    const add = (name, attributes, text) => {
      const element = svgElement(name, attributes);
      if (text !== undefined) element.textContent = text;
      this.svg.append(element);
    };
    const rows = Math.max(3, Math.round((this.bottom - margins.top) / 55));
    for (const value of this.logarithmic ? logTicks(low, high) : linearTicks(low, high, rows)) {
      const y = this.y(value);
      add("line", { class: "grid", x1: margins.left, x2: this.right, y1: y, y2: y });
      add("text", { class: "tick y", x: margins.left - 9, y: y + 4 }, tickLabel(value));
    }
    add("line", { class: "axis", x1: margins.left, x2: this.right, y1: this.bottom, y2: this.bottom });
    const columns = Math.max(2, Math.round((this.right - margins.left) / 95));
    const time = this.page.axis === "seconds";
    for (const value of time ? timeTicks(0, this.last, columns) : linearTicks(0, this.last, columns)) {
      add("text", { class: "tick x", x: this.x(value), y: this.bottom + 17 }, time ? clock(value) : tickLabel(value));
    }
    const unit = { updates: "updates", epochs: "epochs", seconds: "time of training" }[this.page.axis];
    add("text", { class: "unit", x: this.right, y: height - 4 }, unit);
  }

  drawCurves() {
    const clip = svgElement("clipPath", { id: this.clip });
    clip.append(svgElement("rect", { x: margins.left, y: margins.top - 4, width: this.right - margins.left + 4, height: this.bottom - margins.top + 4 }));
    const inside = svgElement("g", { "clip-path": `url(#${this.clip})` });
    const path = (className, d) => inside.append(svgElement("path", { class: className, d }));
    for (const { run, series, positions, values } of this.drawn) {
      if (series.lowest) path(`band ${runClass(run)}`, this.band(positions, series.lowest, series.highest));
      else if (this.smoothing) path(`line raw ${runClass(run)}`, this.line(positions, series.values));
    }
    for (const { run, positions, values } of this.drawn) path(`line ${runClass(run)}`, this.line(positions, values));
    this.svg.append(clip, inside);
    for (const { run, series, positions } of this.drawn) {
      const at = this.spec.best[run] === null ? -1 : series.updates.findIndex((update) => update >= this.spec.best[run]);
      if (at >= 0 && this.shows(series.values[at])) {
        this.svg.append(svgElement("circle", { class: `best ${runClass(run)}`, cx: this.x(positions[at]), cy: this.y(series.values[at]), r: 4.5 }));
      }
    }
  }

  line(positions, values) {
    const steps = this.spec.kind === "rate";
    let d = "", command = "M", y = 0;
    for (let i = 0; i < values.length; i++) {
      if (!this.shows(values[i])) { command = "M"; continue; }
      const x = this.x(positions[i]).toFixed(1);
      if (steps && command === "L") d += `L${x} ${y}`;
      y = this.y(values[i]).toFixed(1);
      d += `${command}${x} ${y}`;
      command = "L";
    }
    return d;
  }

  band(positions, lowest, highest) {
    const there = [], back = [];
    for (let i = 0; i < positions.length; i++) {
      if (!this.shows(lowest[i]) || !this.shows(highest[i])) continue;
      const x = this.x(positions[i]).toFixed(1);
      there.push(`${x} ${this.y(highest[i]).toFixed(1)}`);
      back.push(`${x} ${this.y(lowest[i]).toFixed(1)}`);
    }
    return there.length ? `M${there.join("L")}L${back.reverse().join("L")}Z` : "";
  }

  // The points of all curves at a pixel.
  pointsAt(pixel) {
    const wanted = ((pixel - margins.left) / (this.right - margins.left)) * this.last;
    return this.drawn.map((curve) => {
      const at = nearest(curve.positions, wanted);
      return { ...curve, at, value: curve.values[at], x: this.x(curve.positions[at]) };
    }).filter((point) => this.shows(point.value));
  }

  readAt(pixel, height) {
    if (!this.svg) return;
    this.readout(this.pointsAt(Math.min(Math.max(pixel, margins.left), this.right)), pixel, height);
  }

  readout(points, pixel, height) {
    this.endReading();
    if (!points.length) return;
    const closest = (a, b) => (Math.abs(a.x - pixel) <= Math.abs(b.x - pixel) ? a : b);
    const lead = points.reduce(closest);
    this.marks = [svgElement("line", { class: "cross", x1: lead.x, x2: lead.x, y1: margins.top, y2: this.bottom })];
    for (const point of points) {
      this.marks.push(svgElement("circle", { class: `point ${runClass(point.run)}`, cx: point.x, cy: this.y(point.value), r: 4 }));
    }
    if (height !== undefined) {
      const near = points.reduce((a, b) => (Math.abs(this.y(a.value) - height) <= Math.abs(this.y(b.value) - height) ? a : b));
      this.nearLine = this.svg.querySelectorAll("path.line:not(.raw)")[this.drawn.findIndex((curve) => curve.run === near.run)];
      this.nearLine.classList.add("near");
    }
    this.svg.append(...this.marks);
    this.showTip(points, lead);
    this.reading = { lead };
  }

  showTip(points, lead) {
    const { series, at } = lead;
    const where = `update ${series.updates[at].toLocaleString("en-US")} · epoch ${+series.epochs[at].toPrecision(3)} · ${clock(series.seconds[at])}`;
    this.tip = htmlElement("div", "tip", htmlElement("div", "where", where));
    for (const point of [...points].sort((a, b) => b.value - a.value)) {
      const name = document.createElement("bdi");
      name.textContent = this.page.names[point.run];
      this.tip.append(htmlElement("div", "entry", swatch(point.run), name, htmlElement("b", "", valueLabel(point.value))));
    }
    this.plot.append(this.tip);
    const width = this.tip.offsetWidth, gap = 14;
    const left = lead.x + gap + width <= this.plot.clientWidth ? lead.x + gap : lead.x - gap - width;
    this.tip.style.left = `${Math.max(0, left)}px`;
  }

  endReading() {
    this.marks?.forEach((mark) => mark.remove());
    this.nearLine?.classList.remove("near");
    this.tip?.remove();
    this.marks = this.nearLine = this.tip = this.reading = null;
  }

  onKey(event) {
    if (event.key === "Escape") { this.endReading(); return; }
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };
    if (!(event.key in moves) || !this.svg || !this.drawn.length) return;
    event.preventDefault();
    const longest = this.drawn.reduce((a, b) => (b.positions.length > a.positions.length ? b : a));
    const before = this.reading ? nearest(longest.positions, this.reading.lead.positions[this.reading.lead.at]) : -1;
    const step = moves[event.key] * (event.shiftKey ? 10 : 1);
    const at = Math.min(Math.max(before + step, 0), longest.positions.length - 1);
    const pixel = this.x(longest.positions[at]);
    this.readout(this.pointsAt(pixel), pixel);
    const words = (line) => [...line.childNodes].map((node) => node.textContent).filter(Boolean).join(" ");
    if (this.tip) this.page.announce([...this.tip.children].map(words).join(", "));
  }
}
