// Charts are drawn when they come into view and given up when they are far away: a page may have a thousand. One with few
// has all of them drawn as soon as there is time, so that a picture of the whole page is whole.
const FEW = 60;
const live = new Map();
const recipes = new WeakMap();

const draw = (canvas) => {
  if (!live.has(canvas) && canvas.isConnected) live.set(canvas, new Chart(canvas, recipes.get(canvas)(colours())));
};

const drop = (canvas) => {
  live.get(canvas)?.destroy();
  live.delete(canvas);
};

const watcher = new IntersectionObserver(
  (entries) => entries.forEach(({ target, isIntersecting }) => (isIntersecting ? draw(target) : live.size > FEW && drop(target))),
  { rootMargin: "400px 0px" },
);

const canvasOf = (recipe, label) => {
  const canvas = make("canvas", label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" });
  recipes.set(canvas, recipe);
  return canvas;
};

const place = (box, canvas) => {
  box.append(canvas);
  watcher.observe(canvas);
};

// A small picture in a row, of a size of its own.
const picture = (box, recipe, label = null) => {
  const frame = make("span", { class: "picture" });
  box.prepend(frame);
  place(frame, canvasOf(recipe, label));
};

const drawFew = () => {
  const all = [...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility());
  if (all.length <= FEW) all.forEach(draw);
};

// A chart with its title, what it says in words, and the table behind it.
const figure = (title, label, recipe, data, more = null) => {
  const box = make("div", { class: "canvas" });
  const node = make(
    "figure",
    {},
    make("figcaption", {}, title),
    box,
    more,
    make("details", { class: "behind" }, make("summary", {}, "Table", make("span", { class: "hidden" }, ` of ${title}`)), data),
  );
  place(box, canvasOf(recipe, label));
  return node;
};

const redraw = (canvases = [...live.keys()]) => {
  canvases.forEach(drop);
  canvases.forEach(draw);
};

// Gives a chart up, and draws it again if it is in view.
const watchAgain = (canvas) => {
  drop(canvas);
  watcher.unobserve(canvas);
  watcher.observe(canvas);
};

const forget = (node) => node.querySelectorAll("canvas").forEach((canvas) => (watcher.unobserve(canvas), drop(canvas)));
