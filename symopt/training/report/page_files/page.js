// The page: its state, and the controls that change it.

const data = JSON.parse(document.getElementById("data").textContent);

function runClass(run) {
  return `run-${run % data.colours} dash-${Math.floor(run / data.colours) % 3}`;
}

function swatch(run) {
  const svg = svgElement("svg", { class: "swatch", viewBox: "0 0 22 12", "aria-hidden": "true" });
  svg.append(svgElement("line", { class: `line ${runClass(run)}`, x1: 1, x2: 21, y1: 6, y2: 6 }));
  return svg;
}

const page = {
  names: data.names,
  axis: "updates",
  hidden: new Set(),
  announce(text) { document.getElementById("readout").textContent = text; },
};

document.documentElement.classList.add("scripted");
for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;

const charts = [...document.querySelectorAll(".chart")].map((figure) => new Chart(figure, data.charts[figure.dataset.chart], page));
const drawAll = () => charts.forEach((chart) => chart.draw());

for (const radio of document.querySelectorAll("input[name=axis]")) {
  // A browser that goes back to the page may have kept the choice.
  if (radio.checked) page.axis = radio.value;
  radio.addEventListener("change", () => { page.axis = radio.value; drawAll(); });
}

for (const chip of document.querySelectorAll(".chip")) {
  chip.addEventListener("click", () => {
    const run = Number(chip.dataset.run), shown = page.hidden.delete(run);
    if (!shown) page.hidden.add(run);
    chip.setAttribute("aria-pressed", shown);
    drawAll();
  });
}

const onlyDifferences = document.getElementById("only-differences");
const applyDifferences = () => document.querySelector(".settings").classList.toggle("only-differences", onlyDifferences.checked);
onlyDifferences.addEventListener("change", applyDifferences);
applyDifferences();

const theme = document.getElementById("theme"), themes = ["auto", "light", "dark"];
theme.addEventListener("click", () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % themes.length];
  if (next === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
  theme.textContent = `Theme: ${next}`;
});

drawAll();
