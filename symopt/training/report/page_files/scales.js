// Axes: where values are, where marks stand, and what stands at them.

const close = 1e-9;

function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].find((factor) => step <= factor * power * (1 + close)) * power;
}

function multiples(low, high, step) {
  const ticks = [];
  for (let i = Math.ceil(low / step - close); i <= Math.floor(high / step + close); i++) ticks.push(i * step);
  return ticks;
}

function linearTicks(low, high, count) {
  return multiples(low, high, niceStep((high - low) / count));
}

function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const stride = decades > 6 ? Math.ceil(decades / 6) : 1;
  const parts = decades < 2.5 ? [1, 2, 5] : decades < 4 ? [1, 3] : [1];
  const ticks = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    if (e % stride === 0) for (const part of parts) ticks.push(part * 10 ** e);
  }
  const inside = (tick) => tick >= low * (1 - close) && tick <= high * (1 + close);
  return ticks.filter(inside);
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

function timeTicks(low, high, count) {
  const wanted = (high - low) / count;
  if (wanted < 1) return linearTicks(low, high, count);
  const step = timeSteps.find((s) => s >= wanted) ?? niceStep(wanted / 86400) * 86400;
  return multiples(low, high, step);
}

function tickLabel(value) {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  if (size >= 1e6) return `${+(value / 1e6).toPrecision(6)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toPrecision(6)}k`;
  return (+value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function clock(seconds) {
  if (seconds < 59.5) return `${+seconds.toPrecision(2)} s`;
  const two = (n) => String(n).padStart(2, "0");
  const whole = Math.round(seconds), s = whole % 60, m = Math.floor(whole / 60) % 60, h = Math.floor(whole / 3600);
  if (h >= 48) return `${Math.floor(h / 24)} d ${h % 24} h`;
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function valueLabel(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(3);
  return String(+value.toPrecision(4));
}

// A function from a value to its pixel.
function makeAxis(low, high, start, end, logarithmic) {
  const of = logarithmic ? Math.log : (v) => v;
  const first = of(low), length = of(high) - first;
  return (value) => start + ((of(value) - first) / length) * (end - start);
}

function withMargin(low, high, logarithmic) {
  if (logarithmic) {
    const margin = high > low ? (high / low) ** 0.05 : 2;
    return [low / margin, high * margin];
  }
  const margin = 0.05 * (high - low) || 0.5 * Math.abs(high) || 1;
  return [low - margin, high + margin];
}
