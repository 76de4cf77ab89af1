// Configurations for Chart.js. Each is a function of the colours, so that a chart can be drawn again in others.
const still = { locale: "en-US", animation: false, responsive: true, maintainAspectRatio: false, normalized: true };

const axis = (c, title, more = {}) => ({
  title: { display: Boolean(title), text: title, color: c.faint, font: { size: 11 } },
  grid: { color: c.line, drawTicks: false },
  border: { display: false },
  ...more,
  ticks: { color: c.faint, maxRotation: 0, autoSkipPadding: 12, padding: 4, font: { size: 11 }, callback: tickText, ...more.ticks },
});

// Chart.js knows how many digits tell ticks apart.
function tickText(value, index, ticks) {
  return signed(Chart.Ticks.formatters.numeric.call(this, value, index, ticks));
}

// Of executions, true to time: as many labels as there is room for.
const timeAxis = (c, course) => {
  const [min, max] = spanOf(course);
  const afterBuildTicks = (scale) => {
    const most = Math.max(2, Math.floor((scale.chart.width - 40) / 66));
    scale.ticks = timeTicks(min, max, most).map(({ at, lines }) => ({ value: at, lines }));
  };
  const callback = (_, i, ticks) => ticks[i].lines;
  return axis(c, "", { type: "linear", min, max, offset: false, afterBuildTicks, grid: { display: false, offset: false }, ticks: { autoSkip: false, callback } });
};

// A line is a line in the legend, too, even if its points are drawn, and is dashed there if it is in the chart.
const keys = (chart) =>
  Chart.defaults.plugins.legend.labels.generateLabels(chart).map((key) => {
    const { borderDash = [], showLine = true } = chart.data.datasets[key.datasetIndex];
    return { ...key, lineDash: borderDash, pointStyle: key.pointStyle === "rect" || !showLine ? key.pointStyle : "line" };
  });

const plugins = (c, label, legend = true) => ({
  legend: {
    display: legend,
    align: "end",
    labels: { color: c.text, generateLabels: keys, usePointStyle: true, pointStyleWidth: 16, boxHeight: 7, font: { size: 11 }, filter: (item) => !item.text.startsWith("_") },
  },
  tooltip: { callbacks: label ? { label } : {}, filter: (item) => !(item.dataset.label || "").startsWith("_") },
});

const baselineStyle = (c) => ({ label: beside.name, borderColor: c.baseline, backgroundColor: c.baselineFill, borderWidth: 1.5 });
const currentStyle = (c) => ({ label: "Window", borderColor: c.current, backgroundColor: c.currentFill, borderWidth: 2 });

// Shares of bins as two stepped areas over a true axis of numbers.
const binsChart = (bins, mini) => (c) => {
  const points = (shares) => shares && [
    { x: bins.edges[0], y: 0 },
    ...shares.map((y, i) => ({ x: bins.edges[i], y })),
    { x: bins.edges[bins.edges.length - 1], y: 0 },
  ];
  const side = (style, shares) => ({ ...style, data: points(shares), stepped: "before", fill: "origin", pointStyle: "rect", pointRadius: 0, pointHitRadius: 6 });
  const datasets = [];
  if (bins.baseline) datasets.push(side(baselineStyle(c), bins.baseline));
  if (bins.current) datasets.push(side(currentStyle(c), bins.current));
  const x = { type: "linear", min: bins.edges[0], max: bins.edges[bins.edges.length - 1] };
  if (mini) return miniChart("line", datasets, x);
  const text = apart(bins.edges);
  const title = ([item]) => {
    const i = Math.max(0, Math.min(item.dataIndex - 1, bins.edges.length - 2));
    return `${text(bins.edges[i])} to ${text(bins.edges[i + 1])}`;
  };
  const shown = plugins(c, (item) => `${item.dataset.label}: ${percentText(item.parsed.y)}`);
  shown.tooltip.callbacks.title = title;
  return {
    type: "line",
    data: { datasets },
    options: {
      ...still,
      interaction: { mode: "index", intersect: false },
      scales: { x: axis(c, "", x), y: shareAxis(c) },
      plugins: shown,
    },
  };
};

const shareAxis = (c, title = "Share of the rows") => axis(c, title, { beginAtZero: true, ticks: { callback: percentTick, maxTicksLimit: 6 } });

const clipped = (text, most = 28) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const barsChart = (bars, mini) => (c) => {
  const datasets = [];
  const side = (style, data) => ({ ...style, borderWidth: 1, pointStyle: "rect", backgroundColor: style.borderColor, data, categoryPercentage: 0.8, barPercentage: 0.95 });
  if (bars.baseline) datasets.push(side(baselineStyle(c), bars.baseline));
  if (bars.current) datasets.push(side(currentStyle(c), bars.current));
  if (mini) return miniChart("bar", datasets, { type: "category" }, bars.values);
  const across = bars.values.length > 8 || bars.values.some((value) => value.length > 10);
  const values = axis(c, "", { grid: { display: false }, ticks: { callback(i) { return clipped(this.getLabelForValue(i)); }, autoSkip: !across } });
  return {
    type: "bar",
    data: { labels: bars.values, datasets },
    options: {
      ...still,
      indexAxis: across ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: across ? "y" : "x" },
      scales: across ? { y: values, x: shareAxis(c) } : { x: values, y: shareAxis(c) },
      plugins: plugins(c, (item) => `${item.dataset.label}: ${percentText(item.raw)}`),
    },
  };
};

const cumulativeChart = ({ baseline, current, mark, within }) => (c) => {
  const points = (values) => values.map((x, i) => ({ x, y: i / (values.length - 1) }));
  const datasets = [];
  const side = (style, values) => ({ ...style, data: points(values), pointStyle: "line", pointRadius: 0, fill: false });
  if (baseline) datasets.push(side(baselineStyle(c), baseline));
  if (current) datasets.push(side(currentStyle(c), current));
  if (mark !== null) {
    datasets.push({
      label: "Largest difference", data: [{ x: mark, y: 0 }, { x: mark, y: 1 }],
      borderColor: c.bad, borderDash: [4, 3], borderWidth: 1.5, pointStyle: "line", pointRadius: 0,
    });
  }
  return {
    type: "line",
    data: { datasets },
    options: {
      ...still,
      interaction: { mode: "nearest", axis: "y", intersect: false },
      scales: {
        x: axis(c, "", { type: "linear", min: within?.[0], max: within?.[1] }),
        y: axis(c, "Share of the rows at or below", { min: 0, max: 1, ticks: { callback: percentTick } }),
      },
      plugins: plugins(c, (item) => `${item.dataset.label}: ${percentText(item.parsed.y)} up to ${figureText(item.parsed.x)}`),
    },
  };
};

const level = (c, label, value, times, colour = c.bad) => ({
  label, data: times.map(() => value), borderColor: colour, borderDash: [5, 4], borderWidth: 1.5, pointStyle: "line", pointRadius: 0, fill: false,
});

// What leads over windows without a figure is dotted.
const gaps = { spanGaps: true, segment: { borderDash: ({ p0, p1 }) => (p0.skip || p1.skip ? [2, 4] : undefined) } };

// On an axis that is true to time a window may be missing altogether.
const gapsOf = (course) => {
  const moments = momentsOf(course);
  const least = Math.min(...moments.slice(1).map((at, i) => at - moments[i]).filter((gap) => gap > 0));
  const far = ({ p0, p1 }) => p0.skip || p1.skip || p1.parsed.x - p0.parsed.x > 1.5 * least;
  return { ...gaps, segment: { borderDash: (ends) => (far(ends) ? [2, 4] : undefined) } };
};

// A figure of each execution, the last one last; a limit, a baseline and an interval where there are any.
const timeChart = (course, { label, values, limit = null, baseline = null, lower = null, upper = null, zero = true, share = false, band = "95 % interval" }) => (c) => {
  const { times } = course;
  const past = times.length - 1;
  const datasets = [{
    ...currentStyle(c), label, data: values, ...gapsOf(course), tension: 0, fill: false, clip: 8,
    // Many points in a row would be a thick line: only the last of them is drawn.
    pointRadius: times.map((_, i) => (i === past ? 5 : past < 40 ? 2.5 : 0)), pointBackgroundColor: c.current, pointHitRadius: 8,
  }];
  if (upper) {
    datasets.push({ label: "_lower", data: lower, borderWidth: 0, pointRadius: 0, fill: false });
    datasets.push({ label: band, data: upper, borderWidth: 0, pointStyle: "rect", pointRadius: 0, backgroundColor: c.band, fill: "-1" });
  }
  if (limit !== null) datasets.push(level(c, "Threshold", limit, times));
  if (baseline !== null && baseline !== limit) datasets.push(level(c, beside.name, baseline, times, c.baseline));
  const shown = plugins(c, (item) => `${item.dataset.label}: ${(share ? percentText : figureText)(item.raw)}`);
  shown.tooltip.callbacks.title = ([item]) => labelOf(course, item.dataIndex);
  return {
    type: "line",
    data: { labels: momentsOf(course), datasets },
    options: {
      ...still,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: timeAxis(c, course),
        y: axis(c, "", { beginAtZero: zero, grace: "8%", ticks: { ...(share && { callback: percentTick }), maxTicksLimit: 5 } }),
      },
      plugins: shown,
    },
  };
};

// A share of the rows over time. Nothing is above 100 %, and a point there is drawn whole.
const shareChart = (course, series) => (c) => {
  const config = timeChart(course, { ...series, share: true })(c);
  Object.assign(config.options.scales.y, { max: 1, grace: 0 });
  return config;
};

// Bars of executions: the last one is full, those before it are pale.
const countChart = (course, { label, values }) => (c) => {
  const shown = plugins(c, null, false);
  shown.tooltip.callbacks.title = ([item]) => labelOf(course, item.dataIndex);
  return {
    type: "bar",
    data: {
      labels: momentsOf(course),
      datasets: [{
        label, data: values, maxBarThickness: 28, borderColor: c.current, borderWidth: values.length > 40 ? 0 : 1,
        backgroundColor: values.map((_, i) => (i === values.length - 1 || values.length > 40 ? c.current : c.currentFill)),
      }],
    },
    options: {
      ...still,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: timeAxis(c, course),
        y: axis(c, "", { beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 5 } }),
      },
      plugins: shown,
    },
  };
};

// Little more than the values need; ticks stay at round figures.
const tight = (values, room = 0.04) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = (high - low || Math.abs(high) || 1) * room;
  return { min: low - more, max: high + more, ticks: { includeBounds: false } };
};

const xy = (points) => points.map(([x, y]) => ({ x, y }));

// A dashed line from one point to another, to see others against.
const dashed = (c, { label, ends }) => ({
  label, data: xy(ends), borderColor: c.baseline, borderDash: [5, 4], borderWidth: 1.5, pointStyle: "line", pointRadius: 0,
});

// Curves of shares, of the window with the intervals of its points as a band.
const linesChart = ({ x, y, current, baseline, lower, upper, reference, dots }) => (c) => {
  const side = (style, points, radius) => ({
    ...style, data: xy(points), fill: false, pointRadius: dots ? radius : 0, pointHitRadius: 6, pointBackgroundColor: style.borderColor, ...(!dots && { pointStyle: "line" }),
  });
  const datasets = [
    ...(baseline ? [side(baselineStyle(c), baseline, 3)] : []),
    ...(current ? [side(currentStyle(c), current, 4)] : []),
    ...(upper ? [
      { label: "_lower", data: xy(lower), borderWidth: 0, pointRadius: 0, fill: false },
      { label: "95 % interval", data: xy(upper), borderWidth: 0, pointStyle: "rect", pointRadius: 0, backgroundColor: c.band, fill: "-1" },
    ] : []),
    ...(reference ? [dashed(c, reference)] : []),
  ];
  const unit = { type: "linear", min: 0, max: 1 };
  return {
    type: "line",
    data: { datasets },
    options: {
      ...still,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis(c, x, unit), y: axis(c, y, unit) },
      plugins: plugins(c, (item) => `${item.dataset.label}: ${figureText(item.parsed.y)} at ${figureText(item.parsed.x)}`),
    },
  };
};

// A point for each row; the baseline's paler, behind the window's: what comes first is drawn last.
const scatterChart = ({ x, y, current, baseline, reference, places = [], small = false }) => (c) => {
  const [radius, border] = small ? [2, 0.5] : [3, 1];
  const side = (style, points, more) => ({ ...style, data: xy(points), pointStyle: "circle", pointBorderColor: style.borderColor, showLine: false, ...more });
  const datasets = [side(currentStyle(c), current, { pointRadius: radius, pointBorderWidth: border })];
  if (baseline) datasets.push(side(baselineStyle(c), baseline, { pointRadius: radius, pointBorderWidth: 0 }));
  if (reference) datasets.push({ ...dashed(c, reference), type: "line" });
  const across = (at) => (places.length ? places[Math.round(at)] : figureText(at));
  const text = (item) => `${item.dataset.label}: ${x.toLowerCase()} ${across(item.parsed.x)}, ${y.toLowerCase()} ${figureText(item.parsed.y)}`;
  const shown = plugins(c, text, Boolean(baseline));
  shown.legend.labels.pointStyleWidth = 10; // As wide as high: a circle.
  const room = { type: "linear", grace: "3%" };
  const horizontal = places.length ? namedAxis(c, places, { title: clipped(x, 40), ticks: { autoSkip: places.length > 8 } }) : axis(c, clipped(x, 40), small ? { type: "linear", ...tight([...current, ...(baseline ?? [])].map(([at]) => at)) } : room);
  return { type: "scatter", data: { datasets }, options: { ...still, scales: { x: horizontal, y: axis(c, y, room) }, plugins: shown } };
};

const miniChart = (type, datasets, x, labels) => ({
  type,
  data: { labels, datasets },
  options: {
    ...still, events: [], layout: { padding: 1 },
    scales: { x: { ...x, display: false }, y: { display: false, beginAtZero: true } },
    plugins: { legend: { display: false }, tooltip: { enabled: false } },
  },
});

const miniTimes = ({ values, limit }) => (c) => {
  const datasets = [{
    data: values, borderColor: c.current, borderWidth: 1.5, ...gaps, fill: false, pointBorderWidth: 0,
    pointRadius: values.map((_, i) => (i === values.length - 1 ? 3 : 0)), pointBackgroundColor: c.current,
  }];
  if (limit !== null) datasets.push(level(c, "", limit, values, c.bad));
  return miniChart("line", datasets, { type: "category", offset: true }, values.map((_, i) => i));
};
