// The charts of a report, each by its type: its picture, what it says in words, and the figures behind it.
// `course` has the executions that figures over time are of.
const figureOf = (chart, course) => FIGURES[chart.type](chart, course);

const aside = (text) => make("p", { class: "aside" }, text);
const was = () => beside.name.toLowerCase();

// Rows of (what, share in the baseline, share in the window), or without the baseline if there is none.
const shareRows = (baseline, rows) => rows.map(([what, then, now]) => [what, ...(baseline ? [percentText(then)] : []), percentText(now)]);
const shareHead = (what, baseline) => (baseline ? [what, beside.name, "Window"] : [what, "Share of the rows"]);

const histogramFigure = (chart) => {
  const { title, subject, values, medians, edges, baseline, current, below, above } = chart;
  const text = apart(edges);
  const sides = [[was(), medians[0]], ["window", medians[1]]].filter(([, median]) => median !== null).map(([side, median]) => `${side} with a median of ${text(median)}`);
  const bins = edges.slice(1).map((to, i) => [`${text(edges[i])} to ${text(to)}`, baseline?.[i], current?.[i]]);
  const tail = (where, shares) => shares.some((share) => share > 5e-4) && [where, ...shares];
  const outside = [tail(`below ${text(edges[0])}`, below), tail(`${text(edges.at(-1))} and more`, above)].filter(Boolean);
  const said = outside.map(([where, then, now]) => `${where} (${baseline ? `${was()} ${percentText(then)}, ` : ""}window ${percentText(now)})`);
  const behind = table("Shares by value", shareHead(values, baseline), shareRows(baseline, [...bins, ...outside]));
  const label = `Histogram of ${subject}${sides.length ? `: ${sides.join(", ")}` : ""}. The table has the shares.`;
  return figure(title, label, binsChart(chart), behind, said.length ? aside(`Not drawn: ${said.join("; ")}.`) : null);
};

const categoriesFigure = (chart) => {
  const { title, subject, values, baseline, current, rest } = chart;
  const rows = values.map((value, i) => [value, baseline?.[i], current?.[i]]);
  const note = rest && aside(`${rest[2]} rarer values are not drawn: ${was()} ${percentText(rest[0])}, window ${percentText(rest[1])}.`);
  const behind = table("Shares by value", ["Value", beside.name, "Window"], rows.map(([value, then, now]) => [value, percentText(then), percentText(now)]));
  const node = figure(title, `Shares of the values of ${subject}, ${was()} and window; the table has them.`, barsChart(chart), behind, note);
  if (values.length > 8) node.classList.add("tall");
  return node;
};

const cumulativeFigure = (chart) => {
  const { title, subject, baseline, current } = chart;
  const places = [0, 2, 4, 10, 20, 30, 36, 38, 40];
  const known = [...(baseline ?? []), ...(current ?? [])];
  const text = apart([Math.min(...known), Math.max(...known)]);
  const rows = places.map((i) => [`${i * 2.5} %`, text(baseline?.[i]), text(current?.[i])]);
  const label = `Empirical distribution functions of ${subject}, ${was()} and window; the table has percentiles.`;
  return figure(title, label, cumulativeChart(chart), table("Percentiles", ["Rows at or below", beside.name, "Window"], rows));
};

// A figure of each execution: a line with what belongs to it, or bars of counts.
const overTimeFigure = (chart, course) => {
  const { times, failed } = course;
  const { title, about, label, values, lower, upper, share, counts, violated } = chart;
  const text = share ? percentText : figureText;
  // Without a verdict nothing was counted, which is not the same as nothing found.
  const told = (i) => (failed[i] ? "failed" : text(values[i]));
  const known = values.filter((each) => each !== null);
  const range = known.length ? `from ${text(Math.min(...known))} to ${text(Math.max(...known))}, ${told(values.length - 1)} in the last; the table has all` : "no value";
  const head = [course.labels ? "Window" : "Scheduled", label, ...(upper ? ["Lower", "Upper"] : [])];
  const rows = times.map((_, i) => [labelOf(course, i), told(i), ...(upper ? [text(lower[i]), text(upper[i])] : [])]).reverse();
  const recipe = counts ? countChart(course, chart) : share ? (chart.part ? timeChart : shareChart)(course, chart) : timeChart(course, chart);
  const node = figure(title, `${about} of the last ${times.length} executions: ${range}.`, recipe, table(about, head, rows));
  if (violated) node.classList.add("violated");
  return node;
};

const linesFigure = (chart) => {
  const sides = [["Window", chart.current], [beside.name, chart.baseline]].filter(([, side]) => side);
  const rows = sides.flatMap(([name, points]) => {
    const step = Math.max(1, Math.floor(points.length / 20));
    return points.map(([x, y]) => [name, figureText(x), figureText(y)]).filter((_, i) => i % step === 0 || i === points.length - 1);
  });
  const { head, rows: given } = chart.behind ?? { head: ["Side", chart.x, chart.y], rows };
  return figure(chart.title, chart.about, linesChart(chart), table(chart.title, head, given));
};

const scatterFigure = (chart) => figure(chart.title, chart.about, scatterChart(chart), table(chart.title, chart.behind.head, chart.behind.rows));

const FIGURES = {
  histogram: histogramFigure, categories: categoriesFigure, cumulative: cumulativeFigure,
  time: overTimeFigure, lines: linesFigure, scatter: scatterFigure,
  amounts: amountsFigure, swarm: swarmFigure, waterfall: waterfallFigure, dependence: dependenceFigure,
};

// What a row opens: its charts, small tables of its figures, lists of words.
const detailOf = ({ charts, tables, words }, course) =>
  make(
    "div",
    { class: "inside" },
    make("div", { class: "charts" }, charts.map((chart) => figureOf(chart, course))),
    make(
      "div",
      { class: "columns" },
      tables.map(({ title, head, rows }) => make("div", {}, table(title, head, rows))),
      words.map(([title, texts, more]) =>
        make("div", {}, make("h3", {}, title), make("p", { class: "samples" }, texts.map((each) => [make("code", {}, bdi(each)), " "]), more ? ` and ${more} more` : "")),
      ),
    ),
  );

// A chart as a small picture in a row.
const miniOf = (chart) => ({ histogram: binsChart, categories: barsChart, time: miniTimes })[chart.type](chart, true);
