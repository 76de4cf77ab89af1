// The page of all endpoints.
const show = ({ endpoints }) => {
  const list = document.querySelector(".index");
  if (!list) return;
  const only = document.querySelector(".only");
  const kept = (row) => !only.value || row.dataset.only === only.value;
  const narrow = searchable(document.querySelector(".search"), document.querySelector(".shown"), "endpoints", { kept });
  for (const row of list.tBodies[0].rows) late(row);
  const rows = sortable(list, narrow);
  lateEndpoints(rows);
  only.addEventListener("input", () => narrow(rows));
  for (const row of rows) {
    for (const box of row.querySelectorAll(".spark[data-label]")) {
      const line = endpoints[row.dataset.index][box.dataset.of];
      picture(box, miniTimes(line), box.dataset.label);
    }
  }
};

// An endpoint whose last windows were good, and whose next execution did not come, is not good.
const late = (row) => {
  const badges = [...row.querySelectorAll("[data-due]")].filter(overdue);
  if (!badges.length) return;
  const since = badges.map((badge) => badge.dataset.due).sort()[0];
  row.querySelector(".moment").append(make("small", { class: "late" }, `overdue since ${timeText(since)}`));
  for (const badge of badges.filter((each) => each.classList.contains("good"))) {
    badge.classList.replace("good", "overdue");
    badge.querySelector(".hidden").textContent = "overdue: ";
    if (row.dataset.only === "good") row.dataset.only = "overdue";
  }
};

// The heading counts them.
const lateEndpoints = (rows) => {
  const found = rows.filter((row) => row.querySelector("small.late"));
  if (!found.length) return;
  const verdict = document.querySelector(".verdict");
  const what = found.length === 1 ? bdi(found[0].dataset.name) : `${found.length} endpoints`;
  verdict.lastElementChild.append(" Overdue: ", what, ".");
  if (!verdict.classList.contains("good")) return;
  verdict.classList.replace("good", "overdue");
  verdict.querySelector(".state").textContent = "Overdue";
};
