// The charts take their colours from the style sheet; on paper they are always those of the light scheme.
const printing = { on: false };
// What the window is drawn beside.
const beside = { name: "Baseline" };

const colours = () => {
  const style = getComputedStyle(printing.on ? byId("light") : document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text"), faint: of("faint"), line: of("line"), baseline: of("baseline"), baselineFill: of("baseline-fill"),
    current: of("current"), currentFill: of("current-fill"), bad: of("bad"), band: of("band"), card: of("card"), low: of("low"), high: of("high"),
  };
};
