// What every overview page does first and last.
const data = JSON.parse(byId("data").textContent);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
document.body.append(make("div", { id: "light", hidden: true }));
show(data);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
addEventListener("beforeprint", () => {
  printing.on = true;
  redraw([...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility()));
});
addEventListener("afterprint", () => {
  printing.on = false;
  [...live.keys()].forEach(watchAgain);
});
requestIdleCallback(drawFew);
