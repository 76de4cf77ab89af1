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

// A minus that is as wide as a plus.
const signed = (text) => text.replaceAll("-", "\u2212");

// As text.py says numbers: so many significant digits, thousands apart.
const figureText = (value, digits = 4) => {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return signed(value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e"));
  const whole = Math.floor(Math.log10(size || 1)) + 1;
  return signed(Number(value.toPrecision(Math.max(whole, digits))).toLocaleString("en-US", { maximumFractionDigits: 20 }));
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

// As much of the times as differs: the hour only if they are not all of the same one.
const shortTimes = (times) => {
  const daily = new Set(times.map((time) => time.slice(11))).size === 1 && times.length > 1;
  return times.map((time) => (daily ? time.slice(5, 10) : time.slice(5, 16).replace("T", " ")));
};
