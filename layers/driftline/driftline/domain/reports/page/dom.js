// Elements are made of text only: nothing from the data is ever parsed as markup.
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value || value === 0) element.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) element.append(child);
  return element;
};

const bdi = (text) => make("bdi", {}, text);
const byId = (id) => document.getElementById(id);

const table = (caption, head, rows) =>
  make(
    "table",
    { class: "plain" },
    make("caption", {}, caption),
    head && make("thead", {}, make("tr", {}, head.map((each, i) => make(each ? "th" : "td", { scope: each && "col", class: i ? "number" : null }, each)))),
    make(
      "tbody",
      {},
      rows.map(([first, ...rest]) =>
        make("tr", {}, make("th", { scope: "row" }, bdi(first)), rest.map((each) => make("td", { class: "number" }, bdi(each)))),
      ),
    ),
  );

const figureText = (value) => {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(2);
  return size >= 1e4 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(4)));
};

const percentText = (share) => (share === null || share === undefined ? "–" : `${Number((share * 100).toPrecision(3))} %`);
const timeText = (time) => time.replace("T", " ").replace(/:00Z$/, " UTC").replace("Z", " UTC");
