// The page of an endpoint.
const show = ({ monitors }) => {
  document.querySelectorAll(".cells").forEach(roving);
  for (const section of document.querySelectorAll(".monitor")) {
    const monitor = monitors[section.dataset.monitor];
    overTime(monitor, section.querySelector(".over-time"));
    if (monitor.features.length) featuresOf(monitor, section);
  }
};

// So many features are shown before somebody asks for all.
const FIRST = 20;

const featuresOf = (monitor, section) => {
  const of = (row) => monitor.features[row.dataset.index];
  const all = section.querySelector(".all");
  const narrow = searchable(section.querySelector(".search"), section.querySelector(".shown"), "features", { most: () => (all.hidden ? Infinity : FIRST) });
  const rows = sortable(section.querySelector(".features"), narrow);
  all.textContent = `Show all ${rows.length} features`;
  all.addEventListener("click", () => {
    all.hidden = true;
    narrow(rows);
  });
  all.hidden = rows.length <= FIRST;
  narrow(rows);
  const choose = section.querySelector(".choose"), place_ = section.querySelector(".heat-place");
  const draw_ = () => {
    const feature = monitor.features[choose.value];
    forget(place_);
    place_.replaceChildren(...(feature ? [heatMap(monitor, feature), courseOf(monitor.times, feature)] : []));
  };
  choose.addEventListener("input", draw_);
  draw_();
  for (const row of rows) {
    const { drift, threshold } = of(row);
    if (drift.filter((each) => each !== null).length > 1) picture(row.querySelector(".mini"), miniTimes(drift, threshold));
    row.querySelector(".draw")?.addEventListener("click", () => {
      choose.value = row.dataset.index;
      draw_();
      choose.scrollIntoView({ block: "start" });
      choose.focus({ preventScroll: true });
    });
  }
};

// Where the middle half of a feature's numbers lies, beside the baseline's median.
const valuesFigure = (times, name, { lower, median, upper, baseline }) => {
  const rows = times.map((time, i) => [timeText(time), ...[lower, median, upper].map((each) => figureText(each[i]))]).reverse();
  const recipe = timeChart(times, { label: "Median", values: median }, { lower, upper, baseline, zero: false, band: "Middle half" });
  return figure("Values", said(`Median of ${name}`, median), recipe, table(`Values of ${name}`, ["Scheduled", "Lower quartile", "Median", "Upper quartile"], rows));
};

// Drift and completeness of the chosen feature, below its heat map.
const courseOf = (times, { name, drift, threshold, pValue, completeness, values }) => {
  const box = make("div", { class: "charts course" });
  const add = (title, values, recipe, text) => {
    if (values.filter((each) => each !== null).length < 2) return;
    const rows = times.map((time, i) => [timeText(time), text(values[i])]).reverse();
    box.append(figure(title, said(`${title} of ${name}`, values, text), recipe, table(`${title} of ${name}`, ["Scheduled", title], rows)));
  };
  if (values && values.median.filter((each) => each !== null).length > 1) box.append(valuesFigure(times, name, values));
  const what = pValue ? "p-value" : "Drift";
  add(what, drift, timeChart(times, { label: what, values: drift }, { threshold }), figureText);
  add("Completeness", completeness, shareChart(times, "Completeness", completeness), percentText);
  return box;
};
