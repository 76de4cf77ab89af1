// The page of an endpoint.
const show = (data) => {
  const { monitors } = data, span = axisOf(data);
  document.querySelectorAll(".cells").forEach((list, i) => {
    roving(list);
    timed(list, monitors[i], span);
  });
  const axis = document.querySelector(".axis-of-strips");
  axis.append(make("span", {}), axisRow(span));
  rowsOverTime(monitors, span, document.querySelector(".rows-over-time"));
  for (const section of document.querySelectorAll(".monitor")) {
    const monitor = monitors[section.dataset.monitor];
    overTime(monitor, courseOf(monitor, span), section.querySelector(".over-time"));
    if (monitor.features.length) featuresOf(monitor, span, section);
  }
  overdueCards();
};

// Says what did not come, instead of what was good when something last came.
const overdueCards = () => {
  const late = [...document.querySelectorAll(".card")].filter(overdue);
  for (const card of late) {
    const good = card.classList.contains("good");
    card.querySelector(".due").classList.add("late");
    card.querySelector(".due dt").textContent = "Overdue since";
    if (!good) continue;
    card.classList.replace("good", "overdue");
    card.querySelector(".state").textContent = "Overdue";
  }
  const verdict = document.querySelector(".verdict");
  if (!late.length) return;
  const names_ = late.map((card) => card.querySelector("h3 bdi").textContent);
  document.querySelector(".standing-now").append(" ", make("strong", { class: "late" }, "Overdue: the next execution of ", names_.map((name, i) => [i ? " and of " : "", bdi(name)]), " did not come."));
  if (!verdict.classList.contains("good")) return;
  verdict.classList.replace("good", "overdue");
  verdict.querySelector(".state").textContent = "Overdue";
};

// So many features are shown before somebody asks for all.
const FIRST = 20;

const featuresOf = (monitor, span, section) => {
  const of = (row) => monitor.features[row.dataset.index];
  const all = section.querySelector(".all");
  const narrow = searchable(section.querySelector(".search"), section.querySelector(".shown"), `${section.querySelector(".features").dataset.noun}s`, { most: () => (all.hidden ? Infinity : FIRST) });
  const rows = sortable(section.querySelector(".features"), narrow);
  all.textContent = `Show all ${rows.length} ${section.querySelector(".features").dataset.noun}s`;
  all.addEventListener("click", () => {
    all.hidden = true;
    narrow(rows);
  });
  all.hidden = rows.length <= FIRST;
  narrow(rows);
  const choose = section.querySelector(".choose"), place_ = section.querySelector(".heat-place");
  const course = courseOf(monitor, span);
  const draw_ = () => {
    const feature = monitor.features[choose.value];
    forget(place_);
    place_.replaceChildren(...(feature ? [heatMap(monitor, feature, span), featureOverTime(feature, course)] : []));
  };
  phone.addEventListener("change", draw_);
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
const featureOverTime = ({ name, drift, threshold, pValue, completeness, required, values }, course) => {
  const box = make("div", { class: "charts course" });
  const add = (title, figures, more) => {
    if (figures.filter((each) => each !== null).length > 1) box.append(overTimeFigure(chartOf(title, figures, { about: `${title} of ${name}`, ...more }), course));
  };
  if (values) add("Values", values.median, { ...values, label: "Median", about: `Median of ${name}`, zero: false, band: "Middle half" });
  add(pValue ? "p-value" : "Drift", drift, { limit: threshold });
  add("Completeness", completeness, { share: true, limit: required });
  return box;
};
