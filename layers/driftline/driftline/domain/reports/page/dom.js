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

const figureText = (value, digits = 4) => {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(Math.max(2, digits - 1));
  if (size < 1e4) return String(Number(value.toPrecision(digits)));
  const whole = Math.floor(Math.log10(size)) + 1;
  return Number(value.toPrecision(Math.max(whole, digits))).toLocaleString("en-US", { maximumFractionDigits: 10 });
};

// Texts of ascending numbers with enough digits to tell neighbours apart.
const apart = (values) => {
  const steps = values.slice(1).map((value, i) => value - values[i]).filter((step) => step > 0);
  const most = Math.max(...values.map(Math.abs));
  const digits = steps.length ? Math.ceil(Math.log10(most / Math.min(...steps))) + 1 : 4;
  return (value) => figureText(value, Math.min(15, Math.max(4, digits)));
};

// Never rounded to 100 % when it is less.
const percentText = (share) => {
  if (share === null || share === undefined) return "–";
  const rounded = Number((share * 100).toPrecision(3));
  return rounded === 100 && share < 0.9999995 ? "> 99.9 %" : `${rounded} %`;
};
const timeText = (time) => time.replace("T", " ").replace(/:00Z$/, " UTC").replace("Z", " UTC");
