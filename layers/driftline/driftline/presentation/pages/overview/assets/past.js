// How the executions of a monitor went: violations, the worst drift, rows, coverage, metrics; and the strip of them all.
const said = (what, values, text = figureText) => {
  const known = values.filter((each) => each !== null);
  if (!known.length) return `${what} of the last ${values.length} executions: no value.`;
  return `${what} of the last ${values.length} executions: from ${text(Math.min(...known))} to ${text(Math.max(...known))}, ${text(values.at(-1))} in the last; the table has all.`;
};

const overTime = (monitor, box) => {
  const { times, violations, states, rows, coverage, worst, metrics } = monitor;
  const told = (i, text) => (states[i] === "failed" ? "failed" : text);
  const of = (caption, values, text = figureText) =>
    table(caption, ["Scheduled", caption], times.map((time, i) => [timeText(time), told(i, text(values[i]))]).reverse());
  const some = (values) => values.some((each) => each !== null);
  box.append(figure("Violations", said("Violations", violations), countChart(times, "Violations", violations, "bad"), of("Violations", violations)));
  for (const metric of metrics.filter((each) => each.threshold !== null)) box.append(metricFigure(times, metric, told));
  if (some(worst)) {
    const recipe = timeChart(times, { label: "Worst drift / its threshold", values: worst }, { threshold: 1 });
    box.append(figure("Worst drift, in thresholds", said("Worst drift in multiples of its threshold", worst), recipe, of("Worst drift / threshold", worst)));
  }
  if (some(coverage)) box.append(figure("Rows with a label", said("Share of the rows with a label", coverage, percentText), shareChart(times, "Coverage", coverage), of("Coverage", coverage, percentText)));
  box.append(figure("Rows", said("Rows", rows), countChart(times, "Rows", rows), of("Rows", rows)));
  const others = metrics.filter((each) => each.threshold === null);
  if (!others.length) return;
  const charts = others.map((each) => metricFigure(times, each, told));
  box.after(make("details", { class: "more-metrics", open: others.length === metrics.length }, make("summary", {}, `${others.length} metrics that are not watched`), make("div", { class: "charts" }, charts)));
};

const metricFigure = (times, metric, told) => {
  const rows = times.map((time, i) => [timeText(time), told(i, figureText(metric.values[i])), figureText(metric.lower[i]), figureText(metric.upper[i])]);
  const recipe = timeChart(times, { label: metric.name, values: metric.values }, { ...metric, zero: false });
  const node = figure(metric.name, said(metric.name, metric.values), recipe, table(metric.name, ["Scheduled", "Value", "Lower", "Upper"], rows.reverse()));
  if (metric.violated) node.classList.add("violated");
  return node;
};

// One stop for the tab key; arrows, Home and End lead from execution to execution.
const roving = (list) => {
  const links = [...list.querySelectorAll("a")];
  const stop = (link) => links.forEach((each) => each.setAttribute("tabindex", each === link ? "0" : "-1"));
  stop(links.at(-1));
  list.addEventListener("keydown", (event) => {
    const at = links.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || !(to in links)) return;
    event.preventDefault();
    stop(links[to]);
    links[to].focus();
  });
};
