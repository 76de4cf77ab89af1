// Charts of a model-quality page: each metric over time, the curves, predictions against what happened.
const quality = (data) => {
  data.metrics.forEach((metric) => metricOverTime(metric, data.trend.times));
  const watched = byId("metric-charts");
  byId("other-metrics").hidden = !byId("other-charts").childElementCount;
  if (!watched.childElementCount) watched.append(make("p", { class: "faint" }, "There is no earlier execution yet."));
  const figures = [
    ...data.curves.map(curveFigure),
    ...(data.calibration.length ? [calibrationFigure(data.calibration)] : []),
    ...(data.sample.length ? sampleFigures(data.sample, data.residuals) : []),
  ];
  byId("curve-charts").append(...figures);
  byId("curves").hidden = !figures.length;
};

const metricOverTime = (metric, times) => {
  const known = metric.values.filter((each) => each !== null).length;
  if (known < 2 && !metric.violated) return;
  const rows = times.map((time, i) => [timeText(time), figureText(metric.values[i]), figureText(metric.lower[i]), figureText(metric.upper[i])]);
  const node = figure(
    metric.name,
    `${metric.name} of the last ${times.length} executions, with its 95 % interval and threshold; the table has the values.`,
    timeChart(times, { label: metric.name, values: metric.values }, { ...metric, zero: false }),
    table(metric.name, ["Scheduled", "Value", "Lower", "Upper"], rows.reverse()),
  );
  if (metric.violated) node.classList.add("violated");
  byId(metric.threshold === null ? "other-charts" : "metric-charts").append(node);
};

const curveFigure = (curve) => {
  const sides = [["Window", curve.current], [beside.name, curve.baseline]].filter(([, side]) => side);
  const rows = sides.flatMap(([name, { x, y }]) => {
    const step = Math.max(1, Math.floor(x.length / 20));
    return x.map((each, i) => [name, figureText(each), figureText(y[i])]).filter((_, i) => i % step === 0 || i === x.length - 1);
  });
  return figure(curve.title, `${curve.title} of window and baseline; the table has points of it.`, curveChart(curve), table(curve.title, ["Side", curve.x, curve.y], rows));
};

const calibrationFigure = (bins) => {
  const rows = bins.map((bin) => [bin.range, bin.rows.toLocaleString("en-US"), figureText(bin.x), figureText(bin.y), `${figureText(bin.lower)} to ${figureText(bin.upper)}`]);
  const head = ["Probability", "Rows", "Mean probability", "Share of positive rows", "95 % interval"];
  return figure("Calibration", "Share of positive rows by predicted probability, in ten bins; the table has them.", calibrationChart(bins), table("Calibration", head, rows));
};

const sampleFigures = (sample, residuals) => {
  const all = sample.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const predicted = sample.map(([, each]) => each);
  const ends = [Math.min(...predicted), Math.max(...predicted)];
  const rows = sample.map(([actual, prediction], i) => [String(i + 1), figureText(actual), figureText(prediction), figureText(prediction - actual)]);
  const head = ["Row", "Ground truth", "Prediction", "Residual"];
  const count = `${sample.length} rows, drawn evenly from the window`;
  const same = (c) => ({ ...diagonal(c, low, high, "No error"), type: "line" });
  const zero = (c) => ({ ...diagonal(c, 0, 0, "No error"), data: ends.map((x) => ({ x, y: 0 })), type: "line" });
  const text = apart(residuals.edges);
  const bins = residuals.current.map((share, i) => [`${text(residuals.edges[i])} to ${text(residuals.edges[i + 1])}`, percentText(share)]);
  return [
    figure("Predicted against actual", `Prediction against ground truth of ${count}; the table has them.`, scatterChart(sample.map(([x, y]) => ({ x, y })), "Ground truth", "Prediction", same), table(count, head, rows)),
    figure("Residuals", `Prediction minus ground truth, against the prediction, of ${count}; the table has them.`, scatterChart(sample.map(([x, y]) => ({ x: y, y: y - x })), "Prediction", "Residual", zero), table(count, head, rows)),
    figure("Distribution of the residuals", `Histogram of prediction minus ground truth of ${count}; the table has the shares.`, binsChart(residuals), table("Residuals", ["Residual", "Share of the rows"], bins)),
  ];
};
