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

// As text.py says shares: one decimal, never rounded to 0 % or 100 % when it is neither.
const percentText = (share) => {
  if (share === null || share === undefined) return "–";
  const rounded = Number((share * 100).toFixed(1));
  // Shares in the page have six digits: what is nearer to 1 is 1.
  if (rounded === 100 && share < 0.9999995) return "> 99.9 %";
  if (rounded === 0 && share > 0) return "< 0.1 %";
  return `${signed(String(rounded))} %`;
};

// An axis may be of small shares.
const percentTick = (share) => `${Number((share * 100).toPrecision(3))} %`;

// As text.py says times.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dayText = (time) => `${Number(time.slice(8, 10))} ${MONTHS[Number(time.slice(5, 7)) - 1]}`;
const timeText = (time) => time && `${dayText(time)} ${time.slice(0, 4)}, ${time.slice(11, 16)} UTC`;
