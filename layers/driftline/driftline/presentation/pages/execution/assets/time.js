// Axes that are true to time. A course has the executions that figures over time are of: `times`, and if they are known
// `ends` and `labels` of their windows, and the span of the axis, `from` and `to`. Everything is UTC.
const MINUTE = 6e4, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const MONDAY = 4 * DAY; // The epoch was a Thursday.
const STEPS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60];

const millis = (time) => Date.parse(time) || 0;
const isoOf = (at) => new Date(at).toISOString();
const labelOf = ({ labels, times }, i) => labels?.[i] ?? timeText(times[i]);

// The middle of each window: there it is in strips and heat maps, too.
const momentsOf = ({ times, ends }) => times.map((time, i) => (ends ? (millis(time) + millis(ends[i])) / 2 : millis(time)));

// The ends of the axis; half a step more than the executions need, where no window says how wide they are.
const spanOf = (course) => {
  if (course.from) return [millis(course.from), millis(course.to)];
  const all = course.times.map(millis);
  const gaps = all.slice(1).map((at, i) => at - all[i]).filter((gap) => gap > 0);
  const room = gaps.length ? Math.min(...gaps) / 2 : HOUR / 2;
  return [all[0] - room, all.at(-1) + room];
};

const every = (from, to, step) => {
  const offset = step >= 7 * DAY ? MONDAY : 0;
  const first = Math.ceil((from - offset) / step) * step + offset;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
};

const monthly = (from, to, months) => {
  const start = new Date(from);
  const first = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  const count = Math.ceil((to - from) / (28 * DAY * months)) + 2;
  const all = Array.from({ length: count }, (_, i) => Date.UTC(Math.floor((first + i * months) / 12), (first + i * months) % 12));
  return all.filter((at) => at >= from && at <= to);
};

// Ticks at round times, at most so many and no closer than `least`: [{ at, lines }]. The second line has what the first does not say, the day or
// the year, where it is another one than before.
const timeTicks = (from, to, most, least = 0) => {
  const step = STEPS.find((each) => each >= least && (to - from) / each <= most);
  const months = MONTH_STEPS.find((each) => (to - from) / (each * 30 * DAY) <= most) ?? 120;
  const found = step ? every(from, to, step) : monthly(from, to, months);
  let day = "", year = "";
  return found.map((at) => {
    const iso = isoOf(at);
    const [nowDay, nowYear] = [iso.slice(0, 10), iso.slice(0, 4)];
    const short = step >= DAY ? dayText(iso) : step ? iso.slice(11, 16) : MONTHS[Number(iso.slice(5, 7)) - 1];
    const second = step < DAY && nowDay !== day ? `${dayText(iso)}${nowYear === year ? "" : ` ${nowYear}`}` : nowYear !== year ? nowYear : "";
    [day, year] = [nowDay, nowYear];
    return { at, lines: second ? [short, second] : [short] };
  });
};
