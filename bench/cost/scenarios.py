"""The endpoints and rows of `docs/reference/cost.md`, and the bars."""

from collections.abc import Iterator

from bench.cost.bill import Line, Load, bill, stack
from bench.cost.kinds import model_bias, model_explainability
from bench.cost.prices import PRICES_OF
from bench.results import Limit, Options, Row
from driftline.domain.monitors.defaults import StackDefaults

ENDPOINTS = (1, 10, 30, 100, 300)
ROWS_A_DAY = (100_000, 1_000_000, 100_000_000)

FIRST = Limit(10, 7, "USD/month")
"""One hourly Model Monitor job of ten minutes on its usual ml.m5.xlarge (0.23 USD an hour) cost about 28."""

TEN = Limit(60, 45, "USD/month")
FLEET = Limit(1_200, 1_000, "USD/month")
FOR_INFORMATION = Limit(float("inf"), float("inf"), "USD/month")

AS_BEFORE = StackDefaults(dashboard=True, metrics="top")
"""What the parameters stood for until they were there."""


def total(load: Load) -> float:
    return sum(line.usd for line in bill(load))


def run(_options: Options) -> Iterator[Row]:
    """The bars hold with a second hourly monitor, too."""
    yield _row("the first endpoint, data quality", FIRST, Load())
    yield _row("10 endpoints, data quality", TEN, Load(endpoints=10))
    yield _row("300 endpoints, data quality", FLEET, Load(endpoints=300))
    yield _row("10 endpoints, data and model quality", TEN, Load(endpoints=10, model_quality=True))
    yield _row("300 endpoints, data and model quality", FLEET, Load(endpoints=300, model_quality=True))
    idle = list(stack())
    yield Row(f"no endpoint, {PRICES_OF}", FOR_INFORMATION, sum(line.usd for line in idle), _detail(idle))


def _row(name: str, limit: Limit, load: Load) -> Row:
    lines = list(bill(load))
    return Row(f"{name}, {PRICES_OF}", limit, sum(line.usd for line in lines), _detail(lines))


def _detail(lines: list[Line]) -> str:
    return ", ".join(f"{line.what} {line.usd:.2f}" for line in lines)


def the_first() -> str:
    """The bill of one endpoint, line by line, and what each further kind adds."""
    lines = list(bill(Load()))
    text = []
    for heading, idle in (("For each endpoint", False), ("For the stack, once", True)):
        text += [heading, *_lines([line for line in lines if line.idle is idle])]
    text.append(f"{'USD a month':24}{sum(line.usd for line in lines):8.2f}   {PRICES_OF}")
    both = {line.what: line for line in bill(Load(model_quality=True))}
    alone = {line.what: line.usd for line in lines}
    more = [Line(what, line.usd - alone[what], line.how) for what, line in both.items() if line.usd != alone[what]]
    text += ["An hourly model quality monitor adds (the counts are those of both)", *_lines(more)]
    text += ["A daily bias monitor adds", *_lines(list(model_bias()))]
    text += ["A daily attribution drift monitor adds", *_lines(list(model_explainability()))]
    return "\n".join(text)


def _lines(lines: list[Line]) -> list[str]:
    shown = [f"  {line.what:22}{line.usd:8.2f}   {line.how}" for line in lines if line.usd >= 0.005]
    return [*shown, f"  {'total':22}{sum(line.usd for line in lines):8.2f}"]


def fleets() -> str:
    """Markdown tables: USD a month by endpoints and rows a day of each, and what other parameters cost."""
    text = []
    for title, two in (("hourly data quality", False), ("hourly data quality and model quality", True)):
        text.append(f"| endpoints, {title} | {' | '.join(f'{rows / 1e6:g} M rows a day' for rows in ROWS_A_DAY)} |")
        text.append("|---|" + "---:|" * len(ROWS_A_DAY))
        for endpoints in ENDPOINTS:
            loads = (Load(endpoints=endpoints, rows_a_day=rows, model_quality=two) for rows in ROWS_A_DAY)
            text.append(f"| {endpoints} | {' | '.join(f'{total(load):,.0f}' for load in loads)} |")
        text.append("")
    text += ["| parameters, both monitors | 1 endpoint | 10 | 300 |", "|---|---:|---:|---:|"]
    for name, defaults in (
        ("as shipped", StackDefaults()),
        ("`DefaultMetrics=totals`", StackDefaults(metrics="totals")),
        ("`DefaultMetrics=top`", StackDefaults(metrics="top")),
        ("`DefaultMetrics=top`, `DefaultDashboard=true`", AS_BEFORE),
    ):
        loads = (Load(endpoints=count, model_quality=True, defaults=defaults) for count in (1, 10, 300))
        text.append(f"| {name} | {' | '.join(f'{total(load):,.2f}' for load in loads)} |")
    return "\n".join(text)
