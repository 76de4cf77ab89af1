// One feature, or one figure over time, with the charts of the report page.
const data = JSON.parse(byId("data").textContent);
beside.name = data.beside;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
document.body.append(make("div", { id: "light", hidden: true }));

byId("drawn").append(
  data.detail ? detailOf(data.detail, data) : make("div", { class: "charts" }, data.charts.map((chart) => figureOf(chart, data))),
);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
addEventListener("beforeprint", () => {
  printing.on = true;
  redraw([...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility()));
});
addEventListener("afterprint", () => {
  printing.on = false;
  redraw();
});
