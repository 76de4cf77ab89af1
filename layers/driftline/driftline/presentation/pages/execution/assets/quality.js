// Charts of a model-quality page: each metric over time, the curves, predictions against what happened.
const quality = (data) => {
  data.metrics.forEach((metric) => metricOverTime(metric, data.trend.times));
  const watched = byId("metric-charts");
  byId("other-metrics").hidden = !byId("other-charts").childElementCount;
  if (!watched.childElementCount) watched.append(make("p", { class: "faint" }, "There is no earlier execution yet."));
  const figures = [
    ...data.curves.map(curveFigure),
    ...(data.calibration ? [calibrationFigure(data.calibration)] : []),
    ...(data.sample ? sampleFigures(data.sample, data.residuals) : []),
  ];
  if (figures.length) byId("curve-charts").append(...figures);
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

// Rows of a table about the window, and about the baseline if there is one: which of them is said then.
const sidedTable = (caption, head, { current, baseline }, cells) => {
  if (!baseline) return table(caption, head, cells(current));
  const rows = [["Window", current], [beside.name, baseline]].flatMap(([name, side]) => cells(side).map((row) => [name, ...row]));
  return table(caption, ["Side", ...head], rows);
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
  const cells = (side) => side.map((bin) => [bin.range, bin.rows.toLocaleString("en-US"), figureText(bin.x), figureText(bin.y), `${figureText(bin.lower)} to ${figureText(bin.upper)}`]);
  const head = ["Probability", "Rows", "Mean probability", "Share of positive rows", "95 % interval"];
  const of = bins.baseline ? " of window and baseline" : "";
  return figure("Calibration", `Share of positive rows by predicted probability${of}, in ten bins; the table has them.`, calibrationChart(bins), sidedTable("Calibration", head, bins, cells));
};

const sampleFigures = (sample, residuals) => {
  const { current, baseline } = sample;
  const all = [...current, ...(baseline ?? [])];
  const [low, high] = [Math.min(...all.flat()), Math.max(...all.flat())];
  const predicted = all.map(([, each]) => each);
  const ends = [Math.min(...predicted), Math.max(...predicted)];
  const cells = (side) => side.map(([actual, prediction], i) => [String(i + 1), figureText(actual), figureText(prediction), figureText(prediction - actual)]);
  const count = `${current.length} rows, drawn evenly from the window${baseline ? `, and ${baseline.length} of the baseline` : ""}`;
  const rows = () => sidedTable(count, ["Row", "Ground truth", "Prediction", "Residual"], sample, cells);
  const points = (of) => ({ current: current.map(of), baseline: baseline?.map(of) });
  const same = (c) => ({ ...diagonal(c, low, high, "No error"), type: "line" });
  const zero = (c) => ({ ...diagonal(c, 0, 0, "No error"), data: ends.map((x) => ({ x, y: 0 })), type: "line" });
  return [
    figure("Predicted against actual", `Prediction against ground truth of ${count}; the table has them.`, scatterChart(points(([x, y]) => ({ x, y })), "Ground truth", "Prediction", same), rows()),
    figure("Residuals", `Prediction minus ground truth, against the prediction, of ${count}; the table has them.`, scatterChart(points(([x, y]) => ({ x: y, y: y - x })), "Prediction", "Residual", zero), rows()),
    figure("Distribution of the residuals", `Histogram of prediction minus ground truth of ${count}; the table has the shares.`, binsChart(residuals), residualsTable(residuals)),
  ];
};

const residualsTable = ({ edges, current, baseline }) => {
  const text = apart(edges);
  const bin = (i) => `${text(edges[i])} to ${text(edges[i + 1])}`;
  if (!baseline) return table("Residuals", ["Residual", "Share of the rows"], current.map((share, i) => [bin(i), percentText(share)]));
  return table("Residuals", ["Residual", beside.name, "Window"], current.map((share, i) => [bin(i), percentText(baseline[i]), percentText(share)]));
};
