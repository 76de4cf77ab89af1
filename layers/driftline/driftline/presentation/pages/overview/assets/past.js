// How the executions of a monitor went: violations, the worst drift, rows, coverage, metrics; and the strip of them all.
const chartOf = (title, values, more) => ({
  title, about: title, label: title, values, lower: null, upper: null, limit: null, baseline: null, share: false, counts: false, wrong: false, zero: true, violated: false, ...more,
});

const overTime = (monitor, box) => {
  const { times, violations, states, rows, coverage, worst, metrics } = monitor;
  const course = { times, failed: states.map((state) => state === "failed") };
  const add = (chart) => box.append(overTimeFigure(chart, course));
  const some = (values) => values.some((each) => each !== null);
  const metricOf = (metric) => chartOf(metric.name, metric.values, { ...metric, ...(!some(metric.upper) && { lower: null, upper: null }), limit: metric.threshold, zero: false });
  add(chartOf("Violations", violations, { counts: true, wrong: true }));
  metrics.filter((each) => each.threshold !== null).map(metricOf).forEach(add);
  if (some(worst)) add(chartOf("Worst drift, in thresholds", worst, { limit: 1 }));
  if (some(coverage)) add(chartOf("Rows with a label", coverage, { share: true }));
  add(chartOf("Rows", rows, { counts: true }));
  const others = metrics.filter((each) => each.threshold === null);
  if (!others.length) return;
  const charts = others.map((each) => overTimeFigure(metricOf(each), course));
  box.after(make("details", { class: "more-metrics", open: others.length === metrics.length }, make("summary", {}, `${others.length} metrics that are not watched`), make("div", { class: "charts" }, charts)));
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
