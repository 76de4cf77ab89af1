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
    place_.replaceChildren(...(feature ? [heatMap(monitor, feature), courseOf(monitor, feature)] : []));
  };
  choose.addEventListener("input", draw_);
  draw_();
  for (const row of rows) {
    const { drift, threshold } = of(row);
    if (drift.filter((each) => each !== null).length > 1) picture(row.querySelector(".mini"), miniTimes({ values: drift, limit: threshold }));
    row.querySelector(".draw")?.addEventListener("click", () => {
      choose.value = row.dataset.index;
      draw_();
      choose.scrollIntoView({ block: "start" });
      choose.focus({ preventScroll: true });
    });
  }
};

// Quartiles, drift and completeness of the chosen feature, below its heat map.
const courseOf = (monitor, { name, drift, threshold, pValue, completeness, values }) => {
  const course = { times: monitor.times, failed: monitor.states.map((state) => state === "failed") };
  const box = make("div", { class: "charts course" });
  const add = (title, figures, more) => {
    if (figures.filter((each) => each !== null).length > 1) box.append(overTimeFigure(chartOf(title, figures, { about: `${title} of ${name}`, ...more }), course));
  };
  if (values) add("Values", values.median, { ...values, label: "Median", about: `Median of ${name}`, zero: false, band: "Middle half" });
  add(pValue ? "p-value" : "Drift", drift, { limit: threshold });
  add("Completeness", completeness, { share: true });
  return box;
};
