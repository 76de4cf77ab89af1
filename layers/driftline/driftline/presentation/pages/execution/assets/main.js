const data = JSON.parse(byId("data").textContent);
beside.name = data.reference;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
document.body.append(make("div", { id: "light", hidden: true }));
overview(data);
({ data_quality: features, model_quality: quality })[data.kind](data);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
addEventListener("beforeprint", () => {
  printing.on = true;
  // Paper shows what is open anywhere on the page, not only what is in view.
  redraw([...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility()));
});
addEventListener("afterprint", () => {
  printing.on = false;
  [...live.keys()].forEach(watchAgain);
});
requestIdleCallback(drawFew);
