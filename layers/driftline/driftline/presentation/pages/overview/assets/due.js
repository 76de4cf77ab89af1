// A page is written after an execution. If the next one never comes, nobody writes it again: what is due is compared
// with the reader's clock. `grace` is that of the alarm on schedules, in seconds.
const overdue = (node) => node.dataset.due && millis(node.dataset.due) + 1000 * data.grace <= Date.now();
