// The distribution of a feature in every window: a table whose cells are coloured by their share, so that it needs no
// other table behind it. Rows are values, large numbers at the top; columns are windows.
const LEVELS = 20;

const decoded = (text) => text && Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 36) / 1000);

// The row in which half of the rows are reached.
const medianRow = (shares) => {
  let below = 0;
  return shares.findIndex((share) => (below += share) >= 0.5);
};

const heatMap = (monitor, feature) => {
  const { times, links, states } = monitor;
  const what = feature.pValue ? "p-value" : "drift";
  const { rows, numeric, columns, baseline } = feature.heat;
  const windows = columns.map(decoded);
  const then = decoded(baseline);
  const common = Math.max(0.001, ...[...windows, then].filter(Boolean).flat());
  // By the square root: beside a value that most rows have, the others would all look the same.
  const level = (share) => (share < 0.0005 ? 0 : Math.max(1, Math.round(LEVELS * Math.sqrt(share / common))));
  const step = Math.ceil(times.length / 14);
  const wide = times.length <= 45 ? 1 : 3; // So many columns a label takes.
  const shown = shortTimes(times);
  const sparse = numeric && rows.length > 12;
  const order = rows.map((_, i) => i);
  if (numeric) order.reverse();

  const head = (time, i) =>
    i % step === 0 && i + wide <= times.length
      ? make("th", { scope: "col", title: timeText(time) }, make("span", {}, shown[i]))
      : make("th", { scope: "col" }, make("span", { class: "hidden" }, shown[i]));
  const cell = (shares, row, column, median) => {
    if (!shares) return make("td", { class: "none", "data-column": column, "data-row": row }, "–");
    return make("td", { class: `h${level(shares[row])}${row === median ? " median" : ""}`, "data-column": column, "data-row": row }, percentText(shares[row]));
  };
  const medians = windows.map((shares) => (shares && numeric ? medianRow(shares) : -1));
  const thenMedian = then && numeric ? medianRow(then) : -1;
  const body = order.map((row, at) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, make("span", { class: sparse && (order.length - 1 - at) % 3 ? "hidden" : null }, bdi(rows[row]))),
      then && cell(then, row, -1, thenMedian),
      windows.map((shares, column) => cell(shares, row, column, medians[column])),
    ),
  );
  const drift = feature.drift.some((each) => each !== null)
    ? make(
        "tfoot",
        {},
        make(
          "tr",
          {},
          make("th", { scope: "row" }, what),
          then && make("td", { class: "none" }, "–"),
          feature.drift.map((value, column) =>
            make("td", { class: value === null ? "none" : feature.drifted.includes(column) ? "over" : "under", "data-column": column }, figureText(value)),
          ),
        ),
      )
    : null;
  const density = times.length <= 9 ? "few-cells" : times.length <= 16 ? "wide-cells" : times.length <= 45 ? "cells-of-month" : "narrow-cells";
  const map = make(
    "table",
    { class: `heat ${density}${sparse ? " low" : ""}`, "aria-label": `Distribution of ${feature.name} in the last ${times.length} windows` },
    make("thead", {}, make("tr", {}, make("td", {}), then && make("th", { scope: "col", class: "then" }, make("span", {}, "baseline")), times.map(head))),
    make("tbody", {}, body),
    drift,
  );
  const readout = make("p", { class: "readout" }, "Point at a cell, or move through the map with the arrow keys.");
  const say = (td) => {
    const column = Number(td.dataset.column), row = td.dataset.row;
    const where = column < 0 ? "Baseline" : timeText(times[column]);
    const parts = [where];
    if (row !== undefined) {
      const shares = column < 0 ? then : windows[column];
      parts.push(bdi(rows[row]), shares ? `${percentText(shares[row])} of the rows` : states[column] === "failed" ? "failed, no verdict" : "no values");
      if (column >= 0 && then) parts.push(`baseline ${percentText(then[row])}`);
    }
    if (column >= 0 && feature.drift[column] !== null) parts.push(`${what} ${figureText(feature.drift[column])}${feature.threshold === null ? "" : ` ${feature.pValue ? "at least" : "of"} ${figureText(feature.threshold)}`}`);
    const link = column >= 0 ? make("a", { href: links[column] }, "report") : null;
    readout.replaceChildren(...parts.flatMap((part, i) => (i ? [" · ", part] : [part])), ...(link ? [" · ", link] : []));
  };
  walking(map, say, (td) => Number(td.dataset.column) >= 0 && location.assign(links[td.dataset.column]));
  const scale = make(
    "p",
    { class: "scale", "aria-hidden": "true" },
    "0 % ", [0, 2, 4, 6, 8, 10].map((each) => make("span", { class: `h${each}` })), ` ${percentText(common / 4)} `,
    [12, 14, 16, 18, 20].map((each) => make("span", { class: `h${each}` })), ` ${percentText(common)} of the rows`,
    numeric ? [make("span", { class: "h0 median" }), " median"] : null,
  );
  return make("figure", { class: "heat-figure" }, make("figcaption", {}, bdi(feature.name)), make("div", { class: "wide" }, map), readout, scale);
};

// One stop for the tab key; the arrow keys lead from cell to cell, Enter opens the window's report.
const walking = (map, say, open) => {
  const grid = [...map.querySelectorAll("tbody tr, tfoot tr")].map((row) => [...row.querySelectorAll("td[data-column]")]).filter((row) => row.length);
  const first = grid[0].at(-1);
  first.setAttribute("tabindex", "0");
  map.addEventListener("pointerover", (event) => event.target.dataset?.column !== undefined && say(event.target));
  map.addEventListener("focusin", (event) => say(event.target));
  map.addEventListener("dblclick", (event) => event.target.dataset?.column !== undefined && open(event.target));
  map.addEventListener("keydown", (event) => {
    const now = document.activeElement;
    const y = grid.findIndex((row) => row.includes(now));
    if (y < 0) return;
    if (event.key === "Enter") return void open(now);
    const x = grid[y].length - grid[y].indexOf(now); // From the right: the row of drift has no baseline.
    const [right, down] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    const row = grid[y + down];
    const to = row?.[row.length - (x + right)];
    if (right === undefined) return;
    event.preventDefault();
    if (!to) return;
    now.removeAttribute("tabindex");
    to.setAttribute("tabindex", "0");
    to.focus();
  });
};
