// The distribution of a feature in every window: a table whose cells are coloured by their share, so that it needs no
// other table behind it. Rows are values, large numbers at the top; columns are windows, as wide as they are long and
// where they are on the axis of the page; what lies between them is a column without cells.
const LEVELS = 20;

const decoded = (text) => text && Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 36) / 1000);

// The row in which half of the rows are reached.
const medianRow = (shares) => {
  let below = 0;
  return shares.findIndex((share) => (below += share) >= 0.5);
};

// Share of the width that is left of the axis, as in overview.css.
const phone = matchMedia("(max-width: 40rem)");
const gutter = () => (phone.matches ? 30 : 16);

// Windows and the gaps between them, in order: [{ share, column }], the column undefined in a gap.
const columnsOf = ({ times, ends }, span) => {
  const found = [];
  let at = 0;
  const gap = (until) => until - at > 1e-6 && found.push({ share: until - at });
  times.forEach((time, column) => {
    const from = Math.max(at, shareOf(span, time)), to = Math.max(from, shareOf(span, ends[column]));
    gap(from);
    found.push({ share: to - from, column });
    at = to;
  });
  gap(1);
  return found;
};

const widths = (columns, then) => {
  const left = gutter();
  const all = [...(then ? [left * 0.68, left * 0.32] : [left]), ...columns.map(({ share }) => share * (100 - left))];
  return make("colgroup", {}, all.map((width) => {
    const col = make("col");
    col.style.width = `${width}%`;
    return col;
  }));
};

const heatMap = (monitor, feature, span) => {
  const { times, labels, links, states } = monitor;
  const what = feature.pValue ? "p-value" : "drift";
  const { rows, numeric, columns, baseline } = feature.heat;
  const windows = columns.map(decoded);
  const then = decoded(baseline);
  const common = Math.max(0.001, ...[...windows, then].filter(Boolean).flat());
  // By the square root: beside a value that most rows have, the others would all look the same.
  const level = (share) => (share < 0.0005 ? 0 : Math.max(1, Math.round(LEVELS * Math.sqrt(share / common))));
  const places = columnsOf(monitor, span);
  const across = (cell_, empty = "td") => places.map(({ column }) => (column === undefined ? make(empty, { class: "gap" }) : cell_(column)));
  const sparse = numeric && rows.length > 12;
  const order = rows.map((_, i) => i);
  if (numeric) order.reverse();

  const head = (column) => make("th", { scope: "col" }, make("span", { class: "hidden" }, labels[column]));
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
      across((column) => cell(windows[column], row, column, medians[column])),
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
          across((column) => {
            const value = feature.drift[column];
            return make("td", { class: value === null ? "none" : feature.drifted.includes(column) ? "over" : "under", "data-column": column }, figureText(value));
          }),
        ),
      )
    : null;
  const map = make(
    "table",
    { class: `heat${places.length > 45 ? " dense" : ""}${sparse ? " low" : ""}`, "aria-label": `Distribution of ${feature.name} in the last ${times.length} windows` },
    widths(places, then),
    make("thead", {}, make("tr", {}, make("td", {}), then && make("th", { scope: "col", class: "then" }, make("span", {}, "baseline")), across(head))),
    make("tbody", {}, body),
    drift,
  );
  const readout = make("p", { class: "readout" }, "Point at a cell, or move through the map with the arrow keys.");
  const say = (td) => {
    const column = Number(td.dataset.column), row = td.dataset.row;
    const where = column < 0 ? "Baseline" : labels[column];
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
  return make("figure", { class: "heat-figure" }, make("figcaption", {}, bdi(feature.name)), map, make("div", { class: "strip" }, make("span", {}), axisRow(span)), readout, scale);
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
