// The page of an execution.
const data = JSON.parse(byId("data").textContent);
beside.name = data.beside;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
document.body.append(make("div", { id: "light", hidden: true }));
for (const box of document.querySelectorAll("[data-charts]")) {
  box.append(...(data.charts[box.dataset.charts] ?? []).map((chart) => figureOf(chart, data)));
}
// Next to a finding are its charts, once somebody sees it: there may be hundreds. Those of a row are in its table.
const chartAt = (chart) => (Array.isArray(chart) ? data.rows[chart[0]][chart[1]].charts[chart[2]] : chart);
for (const box of document.querySelectorAll("[data-later]")) {
  const folded = box.closest("details");
  const fill = () => box.childElementCount || box.append(...data.charts[box.dataset.later].map((chart) => figureOf(chartAt(chart), data)));
  if (folded.open) fill();
  folded.addEventListener("toggle", fill, { once: true });
}
for (const list of document.querySelectorAll("table.opening")) openingTable(list, data.rows[list.dataset.table], data);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
addEventListener("beforeprint", () => {
  printing.on = true;
  // Paper shows what is open anywhere on the page, not only what is in view.
  redraw([...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility()));
});
addEventListener("afterprint", () => {
  printing.on = false;
  [...live.keys()].forEach(watchAgain);
});
requestIdleCallback(drawFew);
