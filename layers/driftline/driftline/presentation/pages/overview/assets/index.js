// The page of all endpoints.
const show = ({ endpoints }) => {
  const list = document.querySelector(".index");
  if (!list) return;
  const only = document.querySelector(".only");
  const kept = (row) => !only.value || row.dataset.only === only.value;
  const narrow = searchable(document.querySelector(".search"), document.querySelector(".shown"), "endpoints", { kept });
  const rows = sortable(list, narrow);
  only.addEventListener("input", () => narrow(rows));
  for (const row of rows) {
    for (const box of row.querySelectorAll(".spark[data-label]")) {
      const line = endpoints[row.dataset.index][box.dataset.of];
      picture(box, miniTimes({ values: line.values, limit: line.threshold }), box.dataset.label);
    }
  }
};
