// Charts of what each feature contributes: configurations for Chart.js, and their figures with the tables behind them.

// Names on an axis have less room on a small screen.
const roomFor = (scale) => (scale.chart.width < 460 ? 20 : 34);
const nameText = (scale, name) => clipped(name, roomFor(scale));

// An axis with a name at each of the places 0, 1, …
const namedAxis = (c, names, { title = "", ...more } = {}) =>
  axis(c, title, {
    type: "linear", min: -0.5, max: names.length - 0.5, grid: { display: false },
    afterBuildTicks: (scale) => { scale.ticks = names.map((_, value) => ({ value })); },
    ...more,
    ticks: { autoSkip: false, callback(value) { return nameText(this, names[value]); }, ...more.ticks },
  });

const behindOf = ({ title, behind }) => table(title, behind.head, behind.rows);
const sizedBy = (node, lines) => (lines > 12 ? node.classList.add("taller") : lines > 5 && node.classList.add("tall"), node);

const amountsChart = ({ x, names, current, baseline }) => (c) => {
  const side = (style, data) => ({ ...style, borderWidth: 1, pointStyle: "rect", backgroundColor: style.borderColor, data, categoryPercentage: 0.8, barPercentage: 0.95 });
  const datasets = [...(baseline ? [side(baselineStyle(c), baseline)] : []), side(currentStyle(c), current)];
  const shown = plugins(c, (item) => `${item.dataset.label}: ${figureText(item.raw)}`);
  shown.tooltip.callbacks.title = ([item]) => names[item.dataIndex];
  return {
    type: "bar",
    data: { labels: names, datasets },
    options: {
      ...still,
      indexAxis: "y",
      interaction: { mode: "index", intersect: false, axis: "y" },
      scales: {
        y: axis(c, "", { grid: { display: false }, ticks: { autoSkip: false, callback(i) { return nameText(this, names[i]); } } }),
        x: axis(c, x, { beginAtZero: true, ticks: { maxTicksLimit: 6 } }),
      },
      plugins: shown,
    },
  };
};

// Between two colours that are written as #rrggbb.
const mixed = (from, to, share) => {
  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const [first, last] = [parts(from), parts(to)];
  return `rgb(${first.map((part, i) => Math.round(part + (last[i] - part) * share)).join(", ")})`;
};

const swarmChart = ({ x, level, lines }) => (c) => {
  const names = lines.map(([name]) => name);
  const points = lines.flatMap(([, all], line) => all.map(([at, offset, height]) => ({ x: at, y: line + offset * 0.42, line, height })));
  const colour = points.map(({ height }) => (height === null ? c.baseline : mixed(c.low, c.high, height)));
  const text = ({ raw }) => `${names[raw.line]}: ${figureText(raw.x)}${raw.height === null ? "" : `, ${level} ${percentText(raw.height)} of the way from low to high`}`;
  const zero = { data: [{ x: 0, y: -0.5 }, { x: 0, y: names.length - 0.5 }], type: "line", label: "_zero", borderColor: c.faint, borderWidth: 1, pointRadius: 0, pointHitRadius: 0 };
  return {
    type: "scatter",
    data: { datasets: [{ label: "Rows", data: points, pointRadius: 2, pointHoverRadius: 3, pointBorderWidth: 0, pointBackgroundColor: colour, order: 1 }, { ...zero, order: 2 }] },
    options: {
      ...still,
      scales: { x: axis(c, x, { type: "linear", ...tight([0, ...points.map((point) => point.x)]) }), y: namedAxis(c, names, { reverse: true }) },
      plugins: plugins(c, text, false),
    },
  };
};

const signedFigure = (value) => (value > 0 ? `+${figureText(value, 3)}` : figureText(value, 3));

// The figure of each bar next to its end, or before it where there is no room, or in it.
const figuresBeside = (texts, c) => ({
  id: "figures",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea, scales } = chart;
    ctx.save();
    ctx.font = `11px ${Chart.defaults.font.family}`;
    ctx.textBaseline = "middle";
    texts.forEach(([text, low, high], i) => {
      const [left, right] = [scales.x.getPixelForValue(low), scales.x.getPixelForValue(high)];
      const wide = ctx.measureText(text).width + 6;
      const after = right + wide <= chartArea.right, before = left - wide >= chartArea.left;
      ctx.textAlign = after ? "left" : "right";
      ctx.fillStyle = after || before ? c.text : c.card;
      ctx.fillText(text, after ? right + 5 : before ? left - 5 : right - 5, scales.y.getPixelForValue(i));
    });
    ctx.restore();
  },
});

const waterfallChart = ({ x, ends, steps }) => (c) => {
  const [start, end] = ends;
  const bars = [[start[0], "", start[1], start[1]], ...steps, [end[0], "", end[1], end[1]]];
  const named = (scale, i) => `${clipped(bars[i][0], Math.max(8, roomFor(scale) - bars[i][1].length))}${bars[i][1]}`;
  const last = bars.length - 1;
  const isEnd = (i) => i === 0 || i === last;
  const where = (wanted) => bars.map(([, , from, to], i) => (!isEnd(i) && wanted(to - from) ? [Math.min(from, to), Math.max(from, to)] : null));
  const side = (label, colour, data) => ({ label, data, backgroundColor: colour, borderWidth: 0, pointStyle: "rect", grouped: false, barPercentage: 0.7, categoryPercentage: 1, minBarLength: 2 });
  const datasets = [
    side("Raises it", c.high, where((step) => step > 0)),
    side("Lowers it", c.low, where((step) => step <= 0)),
    side("Begin and end", c.text, bars.map(([, , from], i) => (isEnd(i) ? [from, from] : null))),
  ];
  datasets[2].minBarLength = 4;
  const texts = bars.map(([, , from, to], i) => [isEnd(i) ? figureText(from) : signedFigure(to - from), Math.min(from, to), Math.max(from, to)]);
  const shown = plugins(c, ({ dataIndex: i }) => texts[i][0]);
  shown.tooltip.callbacks.title = ([item]) => bars[item.dataIndex].slice(0, 2).join("");
  return {
    type: "bar",
    data: { labels: bars.map(([name]) => name), datasets },
    plugins: [figuresBeside(texts, c)],
    options: {
      ...still,
      indexAxis: "y",
      interaction: { mode: "index", intersect: false, axis: "y" },
      scales: {
        y: axis(c, "", { grid: { display: false }, ticks: { autoSkip: false, callback(i) { return named(this, i); } } }),
        x: axis(c, x, tight(bars.flatMap(([, , from, to]) => [from, to]), 0.16)),
      },
      plugins: shown,
    },
  };
};

// A curve above the shares of the rows at its places, on one axis across.
const dependenceChart = ({ x, y, places, curve, shares }) => (c) => {
  const named = typeof places[0] === "string";
  const at = (i) => (named ? i : places[i]);
  const points = (values) => values.map((value, i) => ({ x: at(i), y: value }));
  const half = places.length > 1 ? (at(1) - at(0)) / 2 : 0.5;
  const ends = { min: at(0) - half, max: at(places.length - 1) + half };
  const few = places.length < 30;
  const line = {
    ...currentStyle(c), label: "Prediction", type: "line", data: points(curve), fill: false, showLine: !named, pointRadius: named ? 5 : few ? 2.5 : 0, pointHitRadius: 6,
    pointBackgroundColor: c.current, pointStyle: "circle", yAxisID: "y",
  };
  const bars = shares && {
    label: "Share of the rows", type: "bar", data: points(shares), backgroundColor: c.baseline, borderWidth: 0, pointStyle: "rect", yAxisID: "shares", barPercentage: named ? 0.6 : 1, categoryPercentage: named ? 1 : 0.98,
  };
  const text = (item) => `${item.dataset.label}: ${item.dataset === bars ? percentText(item.parsed.y) : figureText(item.parsed.y)}`;
  const shown = plugins(c, text, Boolean(bars));
  shown.tooltip.callbacks.title = ([item]) => (named ? places[item.dataIndex] : `${x} ${figureText(places[item.dataIndex])}`);
  if (named) shown.legend.labels.pointStyleWidth = 10; // As wide as high: a circle.
  // The axes share one column: what is named first is below, and the lowest tick of the upper one is where the other ends.
  const stack = bars ? { stack: "one" } : {};
  return {
    type: "line",
    data: { datasets: [line, ...(bars ? [bars] : [])] },
    options: {
      ...still,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: named ? namedAxis(c, places, { title: clipped(x, 40), ticks: { autoSkip: places.length > 8 } }) : axis(c, clipped(x, 40), { type: "linear", ...ends, ticks: { includeBounds: false } }),
        ...(bars && { shares: axis(c, "Rows", { ...stack, stackWeight: 1, beginAtZero: true, ticks: { callback: percentTick, maxTicksLimit: 3 } }) }),
        y: axis(c, y, { ...stack, stackWeight: 3, grace: "8%", ticks: { maxTicksLimit: 5, callback(...tick) { return bars && tick[1] === 0 ? "" : tickText.apply(this, tick); } } }),
      },
      plugins: shown,
    },
  };
};

const amountsFigure = (chart) => sizedBy(figure(chart.title, chart.about, amountsChart(chart), behindOf(chart)), chart.names.length);

const swarmFigure = (chart) => {
  const scale = make("p", { class: "aside scale" }, `Colour: ${chart.level}, low `, make("span", { class: "ramp", "aria-hidden": "true" }), " high; categories are grey.");
  return sizedBy(figure(chart.title, chart.about, swarmChart(chart), behindOf(chart), scale), chart.lines.length);
};

const waterfallFigure = (chart) => sizedBy(figure(chart.title, chart.about, waterfallChart(chart), behindOf(chart)), chart.steps.length + 2);

const dependenceFigure = (chart) => figure(chart.title, chart.about, dependenceChart(chart), behindOf(chart));
