// A table whose rows open: search, filters, sorting, small pictures, and a panel below each row.
const openingTable = (list, rows, course) => {
  const section = list.closest("section");
  const choices = [...section.querySelectorAll(".only")];
  const search = section.querySelector(".search");
  const kept = (body) => choices.every(({ value }) => body.dataset.tags.includes(value));
  const nameOf = (body) => body.querySelector(".open").textContent;
  const narrow = searchable(search, section.querySelector(".shown"), list.dataset.many, { kept, nameOf });
  const bodies = sortable(list, narrow, [...list.tBodies]);
  for (const choice of choices) choice.addEventListener("input", () => narrow(bodies));
  const of = (body) => rows[Number(body.dataset.index)];
  const columns = list.tHead.rows[0].cells.length;

  for (const body of bodies) {
    const { pictures, charts } = of(body);
    const drawn = pictures.map((each) => (typeof each === "number" ? charts[each] : each));
    [...body.querySelectorAll(".mini")].forEach((cell, i) => drawn[i] && picture(cell, miniOf(drawn[i])));
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
      body.append(make("tr", { class: "panel" }, make("td", { colspan: columns }, detailOf(of(body), course))));
    }
  };

  // Links of findings, of the address bar and of messages lead to a row: by its number, or by the name of what it is about.
  const follow = () => {
    const wanted = location.hash.slice(1);
    const [noun, name] = wanted.split(/=(.*)/s);
    const named = (body) => [nameOf(body), encodeURIComponent(nameOf(body))].includes(name);
    const body = bodies.find((each) => each.id === wanted || (name !== undefined && each.id.startsWith(`${noun}-`) && named(each)));
    if (!body) return;
    if (body.hidden) {
      for (const control of [search, ...choices]) control.value = "";
      narrow(bodies);
    }
    const button = body.querySelector(".open");
    if (button.getAttribute("aria-expanded") !== "true") toggle(body, button);
    body.scrollIntoView({ block: "start" });
    button.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();
};
