// One axis of time for all strips, heat maps and charts of the page.
const axisOf = ({ from, to, monitors }) => {
  const least = Math.min(...monitors.flatMap(({ times, ends }) => times.map((time, i) => millis(ends[i]) - millis(time))).filter((length) => length > 0));
  return { from, to, least, start: millis(from), length: Math.max(1, millis(to) - millis(from)) };
};

const shareOf = ({ start, length }, time) => (millis(time) - start) / length;
const percentOf = (share) => `${Math.max(0, Math.min(1, share)) * 100}%`;

const ROOM = 48; // Pixels that a label needs.

// Labels below or above what is drawn: as many as there is room for.
const axisRow = (span) => {
  const row = make("div", { class: "axis", "aria-hidden": "true" });
  new ResizeObserver(([{ contentRect }]) => row.replaceChildren(...axisTicks(span, contentRect.width))).observe(row);
  return row;
};

const axisTicks = (span, width) =>
  timeTicks(span.start, span.start + span.length, Math.max(2, Math.floor(width / 74)), span.least)
    .map(({ at, lines }) => ({ lines, share: (at - span.start) / span.length }))
    .filter(({ share }) => (1 - share) * width >= ROOM)
    .map(({ lines, share }) => {
      const tick = make("span", {}, lines[0], lines[1] && make("small", {}, lines[1]));
      tick.style.left = percentOf(share);
      return tick;
    });

// Puts the fields of a strip where their windows are. Without a script they stand side by side.
const timed = (list, monitor, span) => {
  list.classList.add("timed");
  [...list.children].forEach((field, i) => {
    const from = shareOf(span, monitor.times[i]), to = shareOf(span, monitor.ends[i]);
    field.style.left = percentOf(from);
    field.style.width = percentOf(to - from);
  });
};
