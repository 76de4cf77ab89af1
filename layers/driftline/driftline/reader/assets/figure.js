// One feature, or one figure over time, with the charts of the report page.
const data = JSON.parse(byId("data").textContent);
beside.name = data.reference;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
document.body.append(make("div", { id: "light", hidden: true }));

const overTime = (series) => {
  const text = series.percent ? percentText : figureText;
  const rows = data.times.map((time, i) => [timeText(time), text(series.values[i]), text(series.lower[i]), text(series.upper[i])]);
  return figure(
    series.title,
    `${series.title} of ${data.times.length} executions; the table has the values.`,
    timeChart(data.times, { label: series.title, values: series.values }, { ...series, text: series.percent ? percentText : null }),
    table(series.title, ["Scheduled", "Value", "Lower", "Upper"], rows.reverse()),
  );
};

byId("drawn").append(
  data.feature ? panel(data.feature, data.times) : make("div", { class: "charts" }, data.series.map(overTime)),
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
