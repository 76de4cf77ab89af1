// The page of all endpoints.
const show = ({ endpoints }) => {
  const list = document.querySelector(".index");
  if (!list) return;
  const [search, status, only, team, grouped] = [".search", ".shown", ".only", "select.team", ".grouped"].map((each) => document.querySelector(each));
  const kept = ({ dataset }) => (!only.value || dataset.only === only.value) && (!team?.value || dataset.team === team.value);
  const nameOf = ({ dataset }) => `${dataset.name} ${dataset.sought}`;
  const narrowed = searchable(search, status, "endpoints", { kept, nameOf });
  const narrow = (rows) => {
    narrowed(rows);
    byTeam(list, rows, grouped?.checked);
  };
  for (const row of list.tBodies[0].rows) {
    late(row);
    aged(row);
  }
  const rows = sortable(list, narrow);
  lateEndpoints(rows);
  const controls = [search, only, team, grouped].filter(Boolean);
  inAddress({ q: search, state: only, team, group: grouped }, () => narrow(rows));
  for (const control of controls) control.addEventListener("input", () => narrow(rows));
  for (const row of rows) {
    for (const box of row.querySelectorAll(".spark[data-label]")) {
      const line = endpoints[row.dataset.index][box.dataset.of];
      picture(box, miniTimes(line), box.dataset.label);
    }
  }
};

// The choice is kept in the address, `#/q=amount&team=risk`, so that it can be sent and marked.
const inAddress = (controls, narrow) => {
  const named = Object.entries(controls).filter(([, control]) => control);
  const read = () => {
    const wanted = new URLSearchParams(location.hash.startsWith("#/") ? location.hash.slice(2) : "");
    for (const [name, control] of named) {
      const value = wanted.get(name) ?? "";
      if (control.type === "checkbox") control.checked = value !== "";
      else if (control.tagName !== "SELECT" || [...control.options].some((each) => each.value === value)) control.value = value;
    }
    narrow();
  };
  const write = () => {
    const chosen = named.map(([name, control]) => [name, control.type === "checkbox" ? (control.checked ? "team" : "") : control.value]);
    const text = new URLSearchParams(chosen.filter(([, value]) => value)).toString();
    if (location.hash !== (text ? `#/${text}` : "")) location.replace(`#/${text}`);
  };
  for (const [, control] of named) control.addEventListener("input", write);
  addEventListener("hashchange", read);
  if (location.hash.startsWith("#/")) read();
};

// Rows below the name of their team, in the order in which they are; those of no team come last.
const byTeam = (list, rows, grouped) => {
  const [first, ...others] = list.tBodies;
  if (!grouped && !others.length) return;
  first.append(...rows);
  for (const each of others) each.remove();
  if (!grouped) return;
  const teams = [...new Set(rows.map((row) => row.dataset.team ?? ""))].sort((a, b) => !a - !b);
  for (const team of teams) {
    const all = rows.filter((row) => (row.dataset.team ?? "") === team);
    const seen = all.filter((row) => !row.hidden);
    const alarmed = seen.filter((row) => row.dataset.only === "violated").length;
    const count = `${seen.length} of ${all.length}${alarmed ? `, ${alarmed} in alarm` : ""}`;
    const title = make("th", { scope: "rowgroup", colspan: list.tHead.rows[0].cells.length }, bdi(team || "no team"), " ", make("span", { class: "count" }, count));
    const group = make("tbody", { class: "group" }, make("tr", {}, title), all);
    group.hidden = !seen.length;
    list.append(group);
  }
};

// How long ago the last execution was due, by the reader's clock.
const aged = (row) => {
  const minutes = (Date.now() - millis(row.dataset.at)) / MINUTE;
  if (!row.dataset.at || minutes < 0) return;
  const units = [[1440, "d"], [60, "h"], [1, "min"]];
  const [size, unit] = units.find(([least]) => minutes >= 2 * least) ?? [1, "min"];
  row.querySelector(".moment").append(make("small", { class: "age faint" }, `${Math.floor(minutes / size)} ${unit} ago`));
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

// The heading counts them, if it does not already.
const lateEndpoints = (rows) => {
  const found = rows.filter((row) => row.querySelector("small.late"));
  const verdict = document.querySelector(".verdict");
  if (!found.length || verdict.classList.contains("overdue")) return;
  const what = found.length === 1 ? bdi(found[0].dataset.name) : `${found.length} endpoints`;
  verdict.lastElementChild.append(" Overdue: ", what, ".");
  if (!verdict.classList.contains("good")) return;
  verdict.classList.replace("good", "overdue");
  verdict.querySelector(".state").textContent = "Overdue";
};
