// Tables that are sorted by a click on a heading, and narrowed by a search.
const sortable = (list, narrow, rows = [...list.tBodies[0].rows]) => {
  const body = rows[0]?.parentNode;
  const sort = (head) => {
    const { key } = head.dataset;
    const before = head.getAttribute("aria-sort");
    const down = before ? before === "ascending" : "down" in head.dataset;
    const numeric = rows.every((row) => row.dataset[key] === "" || Number.isFinite(Number(row.dataset[key])));
    const compare = (a, b) => (numeric ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true }));
    rows.sort((a, b) => {
      const [x, y] = [a.dataset[key], b.dataset[key]];
      if (!x !== !y) return x ? -1 : 1; // What has no value comes last, either way.
      return (down ? -1 : 1) * compare(x, y) || a.dataset.index - b.dataset.index;
    });
    body.append(...rows);
    narrow(rows);
    for (const other of list.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  for (const head of list.tHead.querySelectorAll("[data-key]")) {
    const button = make("button", { type: "button", class: "sort" }, ...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }
  narrow(rows);
  return rows;
};

// Gives what hides the rows that a search does not want, and of the others those after the first few.
const searchable = (search, status, what, { kept = () => true, most = () => Infinity, nameOf = (row) => row.dataset.name } = {}) => {
  let last = [];
  const narrow = (rows) => {
    last = rows;
    const wanted = search.value.trim().toLowerCase().split(/\s+/);
    const found = rows.filter((row) => {
      const name = nameOf(row).toLowerCase();
      return wanted.every((word) => name.includes(word)) && kept(row);
    });
    const first = new Set(found.slice(0, most()));
    for (const row of rows) row.hidden = !first.has(row);
    const more = found.length - first.size;
    status.textContent = `${found.length} of ${rows.length} ${what}${more ? `, the first ${first.size} shown` : ""}`;
  };
  search.addEventListener("input", () => narrow(last));
  return narrow;
};
