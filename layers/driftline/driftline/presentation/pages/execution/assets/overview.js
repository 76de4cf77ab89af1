// The trend of the last executions, at the top of every page.
const overview = (data) => {
  const { times, violations, rows, coverage, worst } = data.trend;
  const box = byId("trend");
  if (times.length < 2) return;
  const said = (what, values, text = figureText) =>
    `${what} of the last ${times.length} executions; ${text(values[values.length - 1])} in this one, ${text(values[values.length - 2])} in the one before.`;
  const of = (caption, values, text = figureText) =>
    table(caption, ["Scheduled", caption], times.map((time, i) => [timeText(time), text(values[i])]).reverse());
  // Without a verdict nothing was counted, which is not the same as nothing found.
  const counted = (value) => (value === null ? "failed" : figureText(value));
  box.append(figure("Violations", said("Violations", violations, counted), countChart(times, "Violations", violations, "bad"), of("Violations", violations, counted)));
  if (worst.some((each) => each !== null)) {
    const recipe = timeChart(times, { label: "Worst drift / its threshold", values: worst }, { threshold: 1 });
    box.append(figure("Worst drift, in thresholds", said("Worst drift in multiples of its threshold", worst), recipe, of("Worst drift / threshold", worst)));
  }
  if (coverage.some((each) => each !== null)) {
    box.append(figure("Rows with a label", said("Share of the rows with a label", coverage, percentText), shareChart(times, "Coverage", coverage), of("Coverage", coverage, percentText)));
  }
  if (rows.some((each, i) => each !== null && i < rows.length - 1)) {
    box.append(figure("Rows", said("Rows", rows), countChart(times, "Rows", rows), of("Rows", rows)));
  }
};
