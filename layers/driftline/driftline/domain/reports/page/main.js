const data = JSON.parse(byId("data").textContent);
beside.name = data.reference;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
document.body.append(make("div", { id: "light", hidden: true }));
overview(data);
({ data_quality: features, model_quality: quality })[data.kind](data);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
const print = (on) => {
  printing.on = on;
  redraw();
};
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
