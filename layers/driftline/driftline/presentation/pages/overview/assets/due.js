// A page is written after an execution. If the next one never comes, nobody writes it again: what is due is compared
// with the reader's clock.
const GRACE = 45 * 6e4; // An execution waits some minutes and may be retried.

const overdue = (node) => node.dataset.due && millis(node.dataset.due) + GRACE < Date.now();
