// Charts of a model-quality page: each metric over time, and the curves.
const quality = (data) => {
  const { times } = data.trend;
  const box = byId("metric-charts");
  for (const metric of data.metrics) {
    if (metric.values.filter((each) => each !== null).length < 2 && !metric.violated) continue;
    const rows = times.map((time, i) => [timeText(time), figureText(metric.values[i]), figureText(metric.lower[i]), figureText(metric.upper[i])]);
    const recipe = timeChart(times, { label: metric.name, values: metric.values }, { ...metric, zero: false });
    const node = figure(metric.name, `${metric.name} of the last ${times.length} executions, with its 95 % interval and threshold; the table has the values.`, recipe, table(metric.name, ["Scheduled", "Value", "Lower", "Upper"], rows.reverse()));
    if (metric.violated) node.classList.add("violated");
    box.append(node);
  }
  if (!box.childElementCount) box.append(make("p", { class: "faint" }, "There is no earlier execution yet."));
  for (const curve of data.curves) {
    byId("curves").hidden = false;
    const sides = [["Window", curve.current], ["Baseline", curve.baseline]].filter(([, side]) => side);
    const rows = sides.flatMap(([name, { x, y }]) => {
      const step = Math.max(1, Math.floor(x.length / 20));
      return x.map((each, i) => [name, figureText(each), figureText(y[i])]).filter((_, i) => i % step === 0 || i === x.length - 1);
    });
    byId("curve-charts").append(figure(curve.title, `${curve.title} of window and baseline; the table has points of it.`, curveChart(curve), table(curve.title, ["", curve.x, curve.y], rows)));
  }
};
