"""Pages through the use case: of Driftline's files, of SageMaker's, of earlier executions, of hostile names."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.kinds.registry import KINDS
from driftline.usecases.pages import report_inputs
from driftline.usecases.pages.render_report import render_report
from driftline.usecases.ports import ObjectSummary
from tests.effort import calls
from tests.fakes import InMemoryStore
from tests.reporting import (
    HOSTILE,
    LAST,
    MADE,
    execute,
    folder_of,
    label,
    made_store,
    regression_store,
    shop_store,
    taxi_store,
)


class Page(HTMLParser):
    """Reads a page as a browser would: its text, its scripts, its policy."""

    def __init__(self, body: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.body = body
        self.text: list[str] = []
        self.tags: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.policy = ""
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""
        if tag in {"script", "style"}:
            self._open.append((tag, attributes))
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"} and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.text.append(data)
        elif self._open[-1][0] == "script":
            self.scripts.append((self._open[-1][1], data))
        else:
            self.styles.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))

    @property
    def data(self) -> dict[str, Any]:
        return dict(next(json.loads(text) for attributes, text in self.scripts if attributes.get("id") == "data"))

    def charts(self, group: str) -> dict[str, Any]:
        """Charts of a group by their titles."""
        return {each["title"]: each for each in self.data["charts"].get(group, [])}

    def rows(self, table: str = "features") -> dict[str, dict[str, Any]]:
        """What rows open, in their order, by what they are about: charts by their titles, tables, words."""
        return {
            row["charts"][0]["subject"]: row | {"charts": {each["title"]: each for each in row["charts"]}}
            for row in self.data["rows"][table]
        }


@pytest.fixture(scope="module")
def shop() -> InMemoryStore:
    return shop_store()


@pytest.fixture(scope="module")
def taxi(shared_data: Path) -> InMemoryStore:
    return taxi_store(shared_data)


def page(store: InMemoryStore, folder: str) -> Page:
    return Page(store.objects[render_report(store, folder, kinds=KINDS).key])


DECIMAL = re.compile(r"(?<![\w.,:/-])\d[\d,]*\.\d+(?![\w.]*\.\d)")


def too_long(words: str) -> list[str]:
    """Decimal numbers with more than four significant digits."""
    return [text for text in DECIMAL.findall(words) if len(re.sub("[,.]", "", text).lstrip("0")) > 4]


def texts_in(data: object) -> list[str]:
    """What people read of the data of a page; its numbers are for charts."""
    if isinstance(data, str):
        return [data]
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [text for part in parts for text in texts_in(part)]


def test_numbers_have_at_most_four_significant_digits(taxi: InMemoryStore, shop: InMemoryStore) -> None:
    """As docs/guide/report-pages.md says; whole numbers have all of theirs."""
    made = [page(shop, folder_of(monitor)) for monitor in ("data_quality", "model_quality")]
    made.append(page(taxi, "reports/taxi/model_quality/2020/03/16/00/"))
    for each in made:
        read = " ".join([each.words, *texts_in(each.data)])
        assert DECIMAL.search(read)
        assert too_long(read) == []


def test_data_quality_page_tells_verdict_facts_and_evidence(shop: InMemoryStore) -> None:
    made = page(shop, folder_of("data_quality"))

    assert "Violated amount: 22.7 % → 6.7 % from 97.75 to" in made.words
    assert "1 Mar 2026, 14:00 to 15:00 UTC" in made.words
    assert "Revision 1" in made.words
    assert "Compared with 1 Mar 2026, 13:00 to 14:00 UTC" in made.words
    assert "h2-0" in made.words  # a sample inferenceId
    assert list(made.charts("trend")) == ["Worst drift, in thresholds"]
    assert made.data["labels"][-1] == "1 Mar 2026, 14:00 to 15:00 UTC"
    assert made.data["charts"]["finding-0"] == [["features", 0, 0], ["features", 0, 2]]  # drawn from the row
    rows = made.rows()
    assert next(iter(rows)) == "amount"
    assert rows["country"]["words"] == [["New values", ["es"], 0]]
    completeness = rows["country"]["charts"]["Completeness over the last windows"]
    assert completeness["values"] == [1.0, 1.0, pytest.approx(0.883, abs=0.01)]
    assert len(rows["country"]["charts"]["Over the last windows"]["values"]) == 3
    assert shop.content_types[folder_of("data_quality") + "report.html"] == "text/html; charset=utf-8"


def test_model_quality_page_has_metrics_curves_and_confusion(shop: InMemoryStore) -> None:
    made = page(shop, folder_of("model_quality"))

    statistics = json.loads(shop.objects[folder_of("model_quality") + "statistics.json"])[
        "binary_classification_metrics"
    ]
    auc = made.charts("metric-charts")["AUC"]
    assert auc["values"][-1] == pytest.approx(statistics["auc"]["value"], rel=1e-5)
    assert len(auc["values"]) == 3
    assert auc["lower"][-1] < auc["values"][-1] < auc["upper"][-1]
    roc = made.charts("curve-charts")["ROC curve"]
    assert (roc["current"][0][0], roc["current"][-1][1]) == (0.0, 1.0)
    assert roc["baseline"] is not None
    assert "Rows by actual label (down) and predicted label (across)" in made.words
    assert "66.7 % of the rows have a label" in made.words


def test_sagemakers_data_quality_files_alone_make_a_page(taxi: InMemoryStore) -> None:
    made = page(taxi, folder_of("data_quality", LAST.replace(day=16, hour=0), "taxi").replace("2026", "2020"))

    assert made.words.count("baseline_drift_check") == 92
    assert "history_72slots: drift 0.5777, at most 0.1 allowed; 101 more violations" in made.words
    assert made.data["times"][0] == "2020-02-03T00:00:00Z"
    assert "Violations 102" in made.words
    assert "history_…slots 69 violations of 69 features" in made.words
    assert made.data["beside"] == "Window before"
    name, worst = next(iter(made.rows().items()))
    assert name == "history_72slots"
    assert worst["charts"]["Over the last windows"]["values"][-1] == pytest.approx(0.5777, abs=1e-4)
    assert worst["charts"]["Distribution"]["baseline"] is not None
    assert "the window is drawn next to the window before it" in made.words


def test_sagemakers_model_quality_files_alone_make_a_page(taxi: InMemoryStore) -> None:
    made = page(taxi, "reports/taxi/model_quality/2020/03/16/00/")

    rmse = made.charts("finding-2")["Root mean squared error"]
    assert [round(value) for value in rmse["values"][-7:]] == [50, 54, 60, 53, 54, 85, 119]
    assert rmse["limit"] == pytest.approx(53.0094, abs=1e-4)
    assert rmse["violated"] is True
    assert "Mean absolute error 101.9, at most 38.3 allowed; 3 more violations" in made.words


def test_calibration_of_a_classification_is_drawn_beside_the_baselines(shop: InMemoryStore) -> None:
    made = page(shop, folder_of("model_quality"))

    calibration = made.charts("curve-charts")["Calibration"]
    for side, name, rows in (("current", "Window", 160), ("baseline", "Baseline", 600)):
        bins = [row for row in calibration["behind"]["rows"] if row[0] == name]
        assert sum(int(row[2].replace(",", "")) for row in bins) == rows
        assert len(bins) == len(calibration[side])
    ends = zip(calibration["lower"], calibration["current"], calibration["upper"], strict=True)
    assert all(lower[1] <= share[1] <= upper[1] for lower, share, upper in ends)


def test_rows_of_a_regression_are_drawn() -> None:
    made = page(regression_store(), folder_of("model_quality", LAST))

    drawn = made.charts("curve-charts")
    assert list(drawn) == ["Predicted against actual", "Residuals", "Distribution of the residuals"]
    sample = drawn["Predicted against actual"]
    assert len(sample["current"]) == 120
    assert all(abs(predicted - actual) < 6 for actual, predicted in sample["current"])
    assert sum(drawn["Distribution of the residuals"]["current"]) == pytest.approx(1.0, abs=1e-4)
    assert [each["baseline"] for each in drawn.values()] == [None] * 3
    assert "Predictions and ground truth" in made.words


def test_rows_of_a_regression_are_drawn_beside_the_baselines() -> None:
    """Given a baseline with errors of at most two, all of its residuals lie there, in the window's bins."""
    made = page(regression_store(baseline=True), folder_of("model_quality", LAST))

    drawn = made.charts("curve-charts")
    sample, residuals = drawn["Predicted against actual"], drawn["Distribution of the residuals"]
    assert len(sample["baseline"]) == 300
    # statistics.json does not have the baseline's value of Driftline's own metrics
    assert re.search(r"Median absolute error 3 [\d.]+ to [\d.]+ – 1 not watched", made.words)
    assert all(abs(predicted - actual) <= 2 for actual, predicted in sample["baseline"])
    assert len(residuals["baseline"]) == len(residuals["current"]) == len(residuals["edges"]) - 1
    within = [
        share
        for share, (low, high) in zip(residuals["baseline"], pairwise(residuals["edges"]), strict=True)
        if -2.5 < low < high < 2.6
    ]
    assert sum(within) == pytest.approx(1.0, abs=1e-4)


PREDICTIONS = "baselines/shop/model_quality/predictions.json"


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("baselines/shop/model_quality/statistics.json", lambda body: body + b"\n"),
        (PREDICTIONS, lambda body: body.replace(b'"version" : 1', b'"version" : 1, "more" : 1')),
        (PREDICTIONS, lambda _: b"{"),
        (PREDICTIONS, lambda _: b"\xff"),
    ],
    ids=["other statistics", "another version", "no JSON", "no text"],
)
def test_predictions_that_do_not_fit_are_not_shown(
    shop: InMemoryStore, key: str, change: Callable[[bytes], bytes]
) -> None:
    store = InMemoryStore(objects=dict(shop.objects))
    assert change(store.objects[key]) != store.objects[key]
    store.objects[key] = change(store.objects[key])

    made = page(store, folder_of("model_quality"))

    curves = made.charts("curve-charts")
    assert curves["Calibration"]["baseline"] is None
    assert len(curves["Calibration"]["current"]) > 5
    assert curves["ROC curve"]["baseline"]
    assert curves["Precision-recall curve"]["baseline"]


def test_without_the_file_there_is_the_window_alone(shop: InMemoryStore) -> None:
    store = InMemoryStore(objects=dict(shop.objects))
    del store.objects[PREDICTIONS]

    assert page(store, folder_of("model_quality")).charts("curve-charts")["Calibration"]["baseline"] is None


def test_a_revision_says_what_it_changed() -> None:
    # Given an execution of which a third of the labels came late
    store = regression_store()
    label(store, 2, range(120, 160), name="late.jsonl")
    execute(store, "model_quality", LAST)

    made = page(store, folder_of("model_quality", LAST))

    assert "Revision 2" in made.words
    assert "Compared with the revision that this one replaces" in made.words
    assert "Rows with a label 80 %, 60 % before" in made.words
    assert "revision-1/summary.json" in made.body.decode()


def test_a_p_value_is_compared_the_other_way_round() -> None:
    # Given a feature whose p-value is far below its threshold, and one that is just not
    store = made_store(["same", "moved"])
    summary = json.loads(store.objects[f"{MADE}summary.json"])
    for feature, p_value in zip(summary["features"], (0.2, 0.0001), strict=True):
        feature["drift"] |= {"value": p_value, "p_value": p_value, "threshold": 0.1, "drifted": p_value < 0.1}
    store.objects[f"{MADE}summary.json"] = json.dumps(summary).encode()

    made = page(store, MADE)

    assert list(made.rows()) == ["moved", "same"]
    assert "p = 0.0001 at least 0.1" in made.words


def test_a_new_model_is_named(shop: InMemoryStore) -> None:
    store = InMemoryStore(objects=shop.objects)
    for monitor in ("data_quality", "model_quality"):
        key = folder_of(monitor) + "summary.json"
        summary = json.loads(store.objects[key])
        summary["model"] = {"name": "shop-v2", "since": "2026-03-01T14:20:00Z", "windows_since": 0, "mixed": True}
        store.objects[key] = json.dumps(summary).encode()

        made = page(store, folder_of(monitor))

        assert "shop-v2 since 1 Mar 2026, 14:20 UTC; the window has rows of the model before, too" in made.words


def test_a_window_without_rows_has_a_page() -> None:
    store = shop_store()
    for monitor in ("data_quality", "model_quality"):
        later = LAST.replace(hour=20)
        execute(store, monitor, later)

        made = page(store, folder_of(monitor, later))

        assert "Not evaluated" in made.words
        assert "nothing was captured" in made.words


def test_the_same_files_give_the_same_bytes(shop: InMemoryStore) -> None:
    folder = folder_of("data_quality")
    first = shop.objects[render_report(shop, folder, kinds=KINDS).key]

    assert shop.objects[render_report(shop, folder, kinds=KINDS).key] == first


def test_the_trend_ends_before_the_execution_itself(shop: InMemoryStore) -> None:
    made = page(shop, folder_of("data_quality", LAST.replace(hour=13)))

    assert made.data["times"] == ["2026-03-01T12:00:00Z"]
    assert "This is the first execution that is kept." in made.words


def test_policy_names_the_only_script_and_style(shop: InMemoryStore) -> None:
    made = page(shop, folder_of("data_quality"))

    def digest(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    runnable = [text for attributes, text in made.scripts if "type" not in attributes]
    assert [digest(text) in made.policy for text in runnable] == [True]
    assert [digest(text) in made.policy for text in made.styles] == [True]
    assert made.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in made.policy
    assert not {"link", "img", "iframe", "object", "form", "base"} & set(made.tags)
    assert b"sourceMappingURL" not in made.body


def test_hostile_names_and_values_are_text() -> None:
    made = page(made_store(HOSTILE), MADE)

    clean = page(made_store([f"f{i}" for i in range(len(HOSTILE))], [f"c{i}" for i in range(len(HOSTILE))]), MADE)
    assert made.tags == clean.tags  # not one element more
    assert "</script><script>document.title='owned'</script>" in unescape(made.words)
    assert "[U+202E]gnp.elif[U+202C] right-to-left" in made.words
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", made.body.decode())
    assert len(made.body) < 1_000_000  # although one name has 10,000 characters
    assert next(iter(made.rows())).endswith("characters)")


def test_what_has_no_page_says_why() -> None:
    with pytest.raises(ObjectNotFoundError):
        render_report(InMemoryStore(), MADE, kinds=KINDS)
    with pytest.raises(InvalidInputError, match="not the folder of an execution"):
        render_report(InMemoryStore(), "reports/shop/", kinds=KINDS)
    with pytest.raises(InvalidInputError, match="no page for this kind"):
        render_report(InMemoryStore(objects={f"{MADE}statistics.json": b'{"version": 0.0}'}), MADE, kinds=KINDS)


def test_files_too_large_for_memory_are_refused_before_they_are_parsed(
    shop: InMemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_inputs, "LARGEST", 2_000)
    with pytest.raises(InvalidInputError, match="too much for a page"):
        render_report(shop, folder_of("data_quality"), kinds=KINDS)


def test_a_broken_earlier_summary_leaves_a_gap(shop: InMemoryStore) -> None:
    store = InMemoryStore(objects=shop.objects)
    store.objects[folder_of("data_quality", LAST.replace(hour=14)) + "summary.json"] = b"{"

    made = page(store, folder_of("data_quality"))

    assert made.data["times"] == ["2026-03-01T12:00:00Z", "2026-03-01T14:00:00Z"]


def test_years_of_hourly_executions_cost_few_listings() -> None:
    """Given five years of hourly folders, the last twenty are found without listing the rest."""

    class Counting(InMemoryStore):
        listings = 0

        def folders(self, prefix: str) -> Sequence[str]:
            self.listings += 1
            depth = prefix.removeprefix("reports/shop/data_quality/").count("/")
            names = {
                0: [f"{year}" for year in range(2022, 2027)],
                1: [f"{month:02}" for month in range(1, 13)],
                2: [f"{day:02}" for day in range(1, 29)],
            }
            return names[depth]

        def list(self, prefix: str) -> Iterable[ObjectSummary]:
            self.listings += 1
            if prefix.removeprefix("reports/shop/data_quality/").count("/") != 3:
                return super().list(prefix)
            return [ObjectSummary(f"{prefix}{hour:02}/summary.json", 1, "e") for hour in range(24)]

        def get(self, key: str):  # type: ignore[no-untyped-def]
            if key.endswith("summary.json") and key not in self.objects:
                return super().get(f"{MADE}summary.json")
            return super().get(key)

    store = Counting(objects=made_store(["a"]).objects)

    rendered = render_report(store, MADE, kinds=KINDS)

    assert rendered.past == 20
    assert store.listings < 12


def test_effort_and_size_grow_no_faster_than_the_features() -> None:
    def effort(features: int) -> tuple[int, int]:
        """(calls of functions, bytes of the page)."""
        store = made_store([f"feature_{i}" for i in range(features)])
        page = render_report(store, MADE, kinds=KINDS)
        return calls(lambda: render_report(store, MADE, kinds=KINDS)), page.size

    effort(1)  # what is read once a process
    (few_calls, few_bytes), (many_calls, many_bytes) = effort(30), effort(300)

    assert many_calls < 10 * few_calls
    assert few_bytes < 1_500_000
    assert many_bytes < 10 * few_bytes


def test_a_curve_with_a_missing_point_has_a_gap() -> None:
    curve = {"false_positive_rates": [0.0, None, 1.0], "true_positive_rates": [0.0, 0.5, 1.0]}
    metrics = {"receiver_operating_characteristic_curve": curve, "auc": {"value": 0.5}}
    statistics = {"version": 0.0, "dataset": {"item_count": 9}, "binary_classification_metrics": metrics}
    store = InMemoryStore(objects={f"{MADE}statistics.json": json.dumps(statistics).encode()})

    made = render_report(store, MADE, kinds=KINDS)

    assert b'"current":[[0.0,0.0],[null,0.5],[1.0,1.0]]' in store.get(made.key).body


@pytest.mark.parametrize("folder", ["01/99/", "01/14/88/", "99/10/"])
def test_folders_that_are_no_time_are_not_in_the_trend(folder: str) -> None:
    store = made_store(["a"])
    store.put(f"reports/shop/data_quality/2026/03/{folder}constraint_violations.json", b'{"violations": []}')

    assert render_report(store, MADE, kinds=KINDS).past == render_report(made_store(["a"]), MADE, kinds=KINDS).past
