// The table of features: search, filters, sorting, and a panel of charts that opens below each row.
const features = (data) => {
  const list = byId("feature-table");
  const bodies = [...list.tBodies];
  const of = (body) => data.features[Number(body.dataset.index)];
  const search = byId("search"), show = byId("show"), type = byId("type");

  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    for (const body of bodies) {
      const { dataset } = body;
      const kept =
        (!wanted || of(body).name.toLowerCase().includes(wanted)) &&
        (!type.value || dataset.type === type.value) &&
        (show.value === "all" ||
          (show.value === "violated" && dataset.state !== "0") ||
          (show.value === "drifted" && "drifted" in dataset) ||
          (show.value === "uncompared" && "uncompared" in dataset));
      body.hidden = !kept;
      count += kept;
    }
    byId("shown").textContent = `${count} of ${bodies.length} features`;
  };
  for (const control of [search, show, type]) control.addEventListener("input", filter);

  const figureOf = (text) => (text === "" ? null : Number(text));
  const keys = {
    name: (body) => of(body).name,
    type: (body) => body.dataset.type,
    drift: (body) => figureOf(body.dataset.drift),
    completeness: (body) => figureOf(body.dataset.completeness),
    state: (body) => Number(body.dataset.state),
  };
  const sort = (head) => {
    const key = keys[head.dataset.key];
    const before = head.getAttribute("aria-sort");
    const firstDown = head.dataset.key === "drift" || head.dataset.key === "state";
    const down = before ? before === "ascending" : firstDown;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
    bodies.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if ((x === null) !== (y === null)) return x === null ? 1 : -1; // What has no figure comes last, either way.
      return (down ? -1 : 1) * (x === null ? 0 : compare(x, y)) || a.dataset.index - b.dataset.index;
    });
    list.append(...bodies);
    for (const other of list.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  for (const head of list.tHead.querySelectorAll("[data-key]")) {
    const button = make("button", { type: "button", class: "sort" }, ...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }

  for (const body of bodies) {
    const feature = of(body);
    const [shape, history] = body.querySelectorAll(".mini");
    const recipe = feature.bins ? binsChart(feature.bins, true) : feature.bars ? barsChart(feature.bars, true) : null;
    if (recipe) picture(shape, recipe);
    if (feature.history.filter((each) => each !== null).length > 1) picture(history, miniTimes(feature.history, feature.threshold));
    const button = body.querySelector(".open");
    button.addEventListener("click", () => toggle(body, button));
  }

  const toggle = (body, button) => {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) {
      forget(body.rows[1]);
      body.rows[1].remove();
    } else {
      body.append(make("tr", { class: "panel" }, make("td", { colspan: "7" }, panel(of(body), data.trend.times))));
    }
  };
  const follow = () => {
    const [, index, name] = location.hash.match(/^#feature(?:-(\d+)|=(.+))$/) ?? [];
    const body = bodies.find((each) => (name ? encodeURIComponent(of(each).name) === name || of(each).name === name : each.dataset.index === index));
    if (!body) return;
    if (body.hidden) {
      search.value = type.value = "";
      show.value = "all";
      filter();
    }
    const button = body.querySelector(".open");
    if (button.getAttribute("aria-expanded") !== "true") toggle(body, button);
    body.scrollIntoView({ block: "start" });
    button.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();
};

const panel = (feature, times) => {
  const charts = make("div", { class: "charts" });
  const { name } = feature;
  if (feature.bins) charts.append(binsFigure(name, feature));
  if (feature.bars) charts.append(barsFigure(name, feature.bars));
  if (feature.quantiles) charts.append(quantileFigure(name, feature));
  if (feature.history.filter((each) => each !== null).length > 1) charts.append(historyFigure(name, feature, times));
  if (new Set(feature.completeness).size > 1) charts.append(completenessFigure(name, feature, times));
  const columns = make("div", { class: "columns" });
  columns.append(make("div", {}, table("Checks", null, feature.drift)));
  columns.append(make("div", {}, table("Figures", ["", beside.name, "Window"], feature.figures)));
  if (feature.moves.length) columns.append(make("div", {}, table("Where the rows moved", ["Values", beside.name, "Window"], feature.moves)));
  if (feature.new.length) {
    const more = feature.newMore ? ` and ${feature.newMore} more` : "";
    columns.append(
      make("div", {}, make("h3", {}, "New categories"), make("p", { class: "samples" }, feature.new.map((each) => [make("code", {}, bdi(each)), " "]), more)),
    );
  }
  return make("div", { class: "inside" }, charts, columns);
};

const binsFigure = (name, { bins, quantiles: { baseline, current } }) => {
  const text = apart(bins.edges);
  const sides = [[beside.name, baseline], ["window", current]].filter(([, side]) => side).map(([side, values]) => `${side.toLowerCase()} with a median of ${text(values[20])}`);
  const rows = bins.edges.slice(1).map((to, i) => [
    `${text(bins.edges[i])} to ${text(to)}`, percentText(bins.baseline?.[i]), percentText(bins.current?.[i]),
  ]);
  const tail = (where, shares) => shares.some((share) => share > 5e-4) && [where, ...shares.map(percentText)];
  const outside = [tail(`below ${text(bins.edges[0])}`, bins.below), tail(`${text(bins.edges.at(-1))} and more`, bins.above)].filter(Boolean);
  const note = outside.length
    ? make("p", { class: "aside" }, `Not drawn: ${outside.map(([where, then, now]) => `${where} (${beside.name.toLowerCase()} ${then}, window ${now})`).join("; ")}.`)
    : null;
  return figure("Distribution", `Histogram of ${name}: ${sides.join(", ")}. The table has the shares.`, binsChart(bins), table("Shares by value", ["Values", beside.name, "Window"], [...rows, ...outside]), note);
};

const barsFigure = (name, bars) => {
  const rows = bars.values.map((value, i) => [value, percentText(bars.baseline?.[i]), percentText(bars.current?.[i])]);
  const note = bars.rest
    ? make("p", { class: "aside" }, `${bars.rest[2]} rarer values are not drawn: ${beside.name.toLowerCase()} ${percentText(bars.rest[0])}, window ${percentText(bars.rest[1])}.`)
    : null;
  const node = figure("Distribution", `Shares of the values of ${name}, ${beside.name.toLowerCase()} and window; the table has them.`, barsChart(bars), table("Shares by value", ["Value", beside.name, "Window"], rows), note);
  if (bars.values.length > 8) node.classList.add("tall");
  return node;
};

const quantileFigure = (name, { quantiles, location, bins }) => {
  const places = [0, 2, 4, 10, 20, 30, 36, 38, 40];
  const known = [...(quantiles.baseline ?? []), ...(quantiles.current ?? [])];
  const text = apart([Math.min(...known), Math.max(...known)]);
  const rows = places.map((i) => [`${i * 2.5} %`, text(quantiles.baseline?.[i]), text(quantiles.current?.[i])]);
  return figure("Distribution function", `Empirical distribution functions of ${name}, ${beside.name.toLowerCase()} and window; the table has percentiles.`, quantileChart(quantiles, location, bins), table("Percentiles", ["Rows at or below", beside.name, "Window"], rows));
};

const completenessFigure = (name, { completeness, required }, times) => {
  const rows = times.map((time, i) => [timeText(time), percentText(completeness[i])]).reverse();
  const recipe = shareChart(times, "Completeness", completeness, { threshold: required, zero: false });
  return figure("Completeness over the last windows", `Share of the rows of ${name} with a value in the last ${times.length} executions; the table has them.`, recipe, table("Completeness", ["Scheduled", "Completeness"], rows));
};

const historyFigure = (name, feature, times) => {
  const label = feature.pValue ? "p-value" : "Drift";
  const rows = times.map((time, i) => [timeText(time), figureText(feature.history[i]), percentText(feature.completeness[i])]).reverse();
  const recipe = timeChart(times, { label, values: feature.history }, { threshold: feature.threshold });
  return figure("Over the last windows", `${label} of ${name} in the last ${times.length} executions; the table has the values.`, recipe, table("Executions", ["Scheduled", label, "Completeness"], rows));
};
