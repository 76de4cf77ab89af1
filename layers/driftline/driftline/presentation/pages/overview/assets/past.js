// How the executions of a monitor went: its figures, coverage, rows; and the strip of them all.
const chartOf = (title, values, more) => ({
  title, about: title, label: title, values, lower: null, upper: null, limit: null, baseline: null, share: false, counts: false, zero: true, violated: false, ...more,
});

// The executions of a monitor, on the axis of the page.
const courseOf = ({ times, ends, labels, states }, span) => ({ times, ends, labels, failed: states.map((state) => state === "failed"), from: span.from, to: span.to });

const some = (values) => values.some((each) => each !== null);

const trendFigure = (trend, course) => {
  const bounds = some(trend.upper) ? {} : { lower: null, upper: null };
  const node = overTimeFigure(chartOf(trend.name, trend.values, { ...trend, ...bounds }), course);
  if (trend.alike.length) node.querySelector(".behind").before(aside(`Moves with it: ${trend.alike.join(", ")}.`));
  return node;
};

// The few figures that differ; the others are folded.
const overTime = (monitor, course, box) => {
  const { coverage, trends, folded } = monitor;
  box.append(...trends.map((trend) => trendFigure(trend, course)));
  if (some(coverage)) box.append(overTimeFigure(chartOf("Rows with a label", coverage, { share: true }), course));
  if (!folded.length) return;
  const charts = make("div", { class: "charts" });
  const more = make("details", { class: "more-metrics", open: !trends.length }, make("summary", {}, `${folded.length} more ${folded.length === 1 ? "figure" : "figures"}`), charts);
  const fill = () => charts.childElementCount || charts.append(...folded.map((trend) => trendFigure(trend, course)));
  more.addEventListener("toggle", fill);
  if (more.open) fill();
  box.after(more);
};

// How many rows the windows had: of the monitor with the most windows, because they all watch the same rows.
const rowsOverTime = (monitors, span, box) => {
  const longest = monitors.reduce((a, b) => (b.times.length > a.times.length ? b : a));
  if (longest.times.length > 1) box.append(overTimeFigure(chartOf("Rows", longest.rows, { counts: true }), courseOf(longest, span)));
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
