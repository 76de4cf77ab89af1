"""A window of bias, from captures and ground truth to the verdict, through real tables and an in-memory bucket."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.loans import FOLDER, HOUR, SETTINGS, Loans, metric, people


def test_nothing_has_changed() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.observe(people(1000, 2))

    summary = loans.run()

    assert (summary.verdict, summary.rows, summary.evaluated_rows, summary.coverage) == ("good", 1000, 1000, 1.0)
    assert metric(summary, "DPPL").result == "unchanged"
    assert metric(summary, "DPPL").baseline_interval is not None
    assert metric(summary, "FT").value is not None
    assert summary.headline is not None
    assert loans.file("constraint_violations.json") == {"version": "1.0", "violations": []}


def test_half_as_many_women_are_approved() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.observe(people(1000, 2, women_approved=0.25))

    summary = loans.run()

    assert summary.verdict == "violations"
    found = metric(summary, "DPPL")
    assert (found.result, found.violated) == ("violation", True)
    assert found.value is not None
    assert 0.2 < found.value < 0.3
    [violation] = [
        each for each in loans.file("constraint_violations.json")["violations"] if each["metric_name"] == "DPPL"
    ]
    assert violation["facet"] == "sex"
    assert violation["facet_value"] == "Female"
    assert violation["description"].startswith(f"Metric value {found.value} doesn't meet the baseline constraint")
    assert all(not finding.inference_ids for finding in summary.findings)


def test_more_women_than_before_are_approved_is_an_improvement() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1, women_approved=0.25))
    loans.observe(people(1000, 2))

    summary = loans.run()

    assert metric(summary, "DPPL").result == "improvement"
    assert summary.verdict == "good"
    assert "DPPL" in {finding.figure for finding in summary.findings}


def test_metrics_of_predictions_need_no_label() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.capture(people(1000, 2, women_approved=0.25))

    summary = loans.run()

    assert (summary.coverage, summary.evaluated_rows) == (0.0, 1000)
    assert metric(summary, "DPPL").violated
    assert metric(summary, "RD").value is None


def test_no_dimension_is_empty_before_the_first_label() -> None:
    """CloudWatch refuses a metric with an empty one."""
    settings = {name: value for name, value in SETTINGS.items() if name != "positive_label"}
    loans = Loans({**settings, "positive_threshold": 0.5, "metrics": "all"})
    loans.capture(people(1000, 2))
    loans.run()
    published = [metric for each in loans.metrics.published for metric in each.metrics]
    assert "bias_metric_DPPL" in {metric.name for metric in published}
    assert all(all(metric.dimensions.values()) for metric in published)


def test_labels_of_one_group_come_later() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    rows = people(1000, 2)
    loans.capture(rows)
    loans.label({number: person.repaid for number, person in enumerate(rows) if person.sex == "Male"})
    early = loans.run()
    women = {number: person.repaid for number, person in enumerate(rows) if person.sex == "Female"}
    reruns = loans.label(women, name="b.jsonl")
    late = loans.run()

    covered = {each.value: each.labelled / each.rows for each in early.body.facets[0].coverage}
    assert covered == {"Male": 1.0, "Female": 0.0}
    assert [request.monitor for request in reruns.asked] == ["model_bias"]
    assert (late.coverage, metric(late, "RD").result) == (1.0, "unchanged")


def test_an_inference_that_was_captured_twice_counts_once() -> None:
    once, twice = Loans(), Loans()
    rows = people(400, 2)
    for loans in (once, twice):
        loans.baseline(people(2000, 1))
        loans.observe(rows)
    twice.capture(rows, name="again.jsonl")

    assert twice.run().body == once.run().body


def test_a_facet_that_does_not_exist_stops_no_other() -> None:
    facets = [*SETTINGS["facets"], {"column": "religion", "values": ["none"]}]
    loans = Loans({**SETTINGS, "facets": facets[:1]})
    loans.baseline(people(2000, 1))
    loans = Loans({**SETTINGS, "facets": facets}, store=loans.store)
    loans.observe(people(1000, 2))

    summary = loans.run()

    assert metric(summary, "DPPL").result == "unchanged"
    assert metric(summary, "DPPL", "religion").value is None
    assert any("religion is in no captured column" in note for note in summary.notes)


@pytest.mark.parametrize("value", ["Unknown", "<script>alert(1)</script>", "fem\nale"])
def test_a_value_that_never_occurs(value: str) -> None:
    loans = Loans({**SETTINGS, "facets": [{"column": "sex", "values": [value]}]})
    loans.store.put(f"{FOLDER}analysis.json", _baseline({"DPPL": 0.1}, value))
    loans.observe(people(300, 2))

    summary = loans.run()

    assert (summary.verdict, summary.evaluated_rows) == ("not_evaluated", 0)
    assert any("No row is in the group of sex" in note for note in summary.notes)
    assert metric(summary, "DPPL").reason == "Facet set is empty."


def test_half_of_the_rows_have_no_value_of_the_facet() -> None:
    loans = Loans({**SETTINGS, "alarms": [{"metric": "facet_coverage", "threshold": 0.9, "comparison": "<"}]})
    loans.baseline(people(2000, 1))
    loans.observe([replace(person, sex="") if number % 2 else person for number, person in enumerate(people(2000, 2))])

    summary = loans.run(signals="Driftline/prod")

    assert any("1,000 of 2,000 rows (50 %) have no value of sex" in note for note in summary.notes)
    assert metric(summary, "DPPL").value is not None
    signals = {each.name: each.value for found in loans.metrics.published for each in found.metrics}
    assert signals["facet_coverage"] == 0.5


def test_a_group_that_is_gone_is_named_beside_groups_that_are_judged() -> None:
    loans = Loans({**SETTINGS, "facets": [*SETTINGS["facets"], {"column": "age", "threshold": 40}]})
    loans.baseline(people(2000, 1))
    loans.observe([replace(person, sex="Male") for person in people(1000, 2)])

    summary = loans.run()

    assert summary.verdict != "not_evaluated"
    assert "Nothing was compared for sex = Female: Facet set is empty." in summary.notes


def test_sagemakers_rule_is_blind_where_it_watches_nothing_that_has_a_value() -> None:
    loans = Loans({**SETTINGS, "watched": ["RD"], "comparison": "sagemaker"})
    loans.store.put(f"{FOLDER}analysis.json", _baseline({"DPPL": 0.1}, "Female"))
    loans.observe(people(300, 2))

    summary = loans.run()

    assert metric(summary, "DPPL").baseline == 0.1
    assert (summary.verdict, summary.evaluated_rows) == ("not_evaluated", 0)


def test_all_predictions_are_negative() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.observe([replace(person, approved=0) for person in people(1000, 2)])

    summary = loans.run()

    assert "post_training_bias_metrics" not in loans.file("analysis.json")
    assert any("No Label values are present in the predicted Label Column" in note for note in summary.notes)
    assert metric(summary, "DPL").result == "unchanged"


def test_a_label_of_another_type_is_counted_and_a_violation() -> None:
    loans = Loans({**{k: v for k, v in SETTINGS.items() if k != "positive_label"}, "positive_threshold": 0.5})
    loans.baseline(people(2000, 1))
    rows = people(200, 2)
    loans.capture(rows)
    loans.label(dict.fromkeys(range(len(rows)), "later"))

    summary = loans.run()

    [unusable] = [each for each in summary.unusable if each.what == "labels and predictions"]
    assert unusable.unusable == 200
    assert "unusable_rows_check" in {finding.check for finding in summary.violations}


def test_a_facet_of_the_ground_truth() -> None:
    """It is not sent to the model."""
    loans = Loans(columns=("age",))
    loans.baseline(people(2000, 1))
    rows = people(1000, 2, women_approved=0.25)
    loans.capture(rows)
    loans.label({number: {"repaid": person.repaid, "sex": person.sex} for number, person in enumerate(rows)})

    summary = loans.run()

    assert metric(summary, "DPPL").violated
    assert summary.coverage == 1.0


def test_a_thousand_values_without_a_group() -> None:
    loans = Loans({**SETTINGS, "facets": [{"column": "age"}, *SETTINGS["facets"]]})
    loans.baseline([replace(person, age=number % 1000) for number, person in enumerate(people(4000, 1))])
    loans.observe([replace(person, age=number % 1000) for number, person in enumerate(people(2000, 2))])

    summary = loans.run()

    assert len(summary.body.facets[0].coverage) == 50
    assert any("Nothing was compared for" in note for note in summary.notes)
    assert summary.evaluated_rows == 2000
    assert metric(summary, "DPPL").result == "unchanged"


def test_an_intersection() -> None:
    facet = {"column": "sex", "values": ["Female"], "and": [{"column": "age", "threshold": 60}], "name": "older women"}
    loans = Loans({**SETTINGS, "facets": [facet]})
    loans.baseline(people(4000, 1))
    rows = [
        replace(person, approved=0) if person.sex == "Female" and person.age > 60 else person
        for person in people(2000, 2)
    ]
    loans.observe(rows)

    summary = loans.run()

    [group] = summary.body.facets[0].groups
    assert group.title == "older women"
    assert group.rows == sum(person.sex == "Female" and person.age > 60 for person in rows)
    assert metric(summary, "DPPL", "sex & age").violated


def test_an_absolute_limit_is_broken_held_or_undecided() -> None:
    def standing(rows: int, women: float) -> str | None:
        loans = Loans({**SETTINGS, "limits": {"DI": {"min": 0.8}}})
        loans.capture(people(rows, 3, women_approved=women))
        summary = loans.run()
        broken = [each for each in summary.violations if each.check == "bias_limit_check"]
        assert (metric(summary, "DI").standing == "broken") == bool(broken)
        return metric(summary, "DI").standing

    assert standing(2000, 0.25) == "broken"
    assert standing(2000, 0.6) == "held"
    assert standing(60, 0.4) == "undecided"


def test_too_few_rows_are_no_verdict_and_a_longer_time_is_judged_together() -> None:
    settings = {**SETTINGS, "accumulate": "PT4H"}
    alone, together = Loans(), Loans(settings)
    for loans in (alone, together):
        loans.baseline(people(2000, 1))
        for hour in range(4):
            loans.observe(people(150, 10 + hour, women_approved=0.1), HOUR - timedelta(hours=3 - hour))

    assert together.run().body.judged is not None
    assert together.run().evaluated_rows == 600
    assert alone.run().rows == 150


def test_a_tiny_window_says_how_many_rows_it_takes() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.observe(people(12, 2))

    summary = loans.run()

    assert (summary.verdict, summary.evaluated_rows) == ("not_evaluated", 0)
    assert summary.reason.startswith("Not enough data")
    assert metric(summary, "DPPL").needed


def test_sagemakers_configuration_says_everything() -> None:
    loans = Loans({})
    config = {
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["Female"]}],
        "headers": ["sex", "age", "repaid"],
        "label": "repaid",
    }
    loans.store.put(f"{FOLDER}analysis_config.json", json.dumps(config).encode())
    loans.store.put(f"{FOLDER}analysis.json", _baseline({"DPPL": 0.01}, "Female"))
    loans.observe(people(1000, 2))

    summary = loans.run()

    assert summary.body.comparison == "sagemaker"
    assert (summary.body.label, summary.body.positive) == ("repaid", "1")
    assert metric(summary, "DPPL").sagemaker == (abs(metric(summary, "DPPL").value or 0) > 0.01)


def test_what_sagemakers_rule_flags_is_told_without_a_claim_to_be_certain() -> None:
    loans = Loans({**SETTINGS, "comparison": "sagemaker"})
    loans.store.put(f"{FOLDER}analysis.json", _baseline({"DPPL": 0.0}, "Female"))
    loans.observe(people(1000, 2, women_approved=0.25))

    summary = loans.run()

    assert summary.verdict == "violations"
    [finding] = summary.findings
    assert (finding.figure, finding.required, finding.violation, finding.certain) == ("DPPL", 0.0, True, None)
    assert finding.observed == metric(summary, "DPPL").value


def test_facets_of_the_document_go_before_a_configuration_that_cannot_be_read() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.store.put(f"{FOLDER}analysis_config.json", b"{")
    loans.observe(people(1000, 2))

    assert metric(loans.run(), "DPPL").result == "unchanged"


def test_nothing_says_what_to_compare() -> None:
    loans = Loans({})
    loans.observe(people(10, 2))
    with pytest.raises(AssertionError, match="no facets, and there is no analysis_config"):
        loans.run()


def test_states_of_hours_are_kept_and_made_again_when_settings_change() -> None:
    loans = Loans()
    loans.baseline(people(2000, 1))
    loans.observe(people(300, 2))
    first = loans.run()
    kept = {key: body for key, body in loans.store.objects.items() if key.startswith("state/kinds/model_bias/")}
    assert len(kept) == 3  # counts, rows for the flip test, and how many labels fit no row

    other = Loans({**SETTINGS, "facets": [{"column": "age", "threshold": 40}]}, store=loans.store)
    other.run()
    assert len([key for key in loans.store.objects if key.startswith("state/kinds/model_bias/")]) == 5
    again = Loans(store=loans.store)
    assert again.run().body == first.body


def _baseline(values: dict[str, float], group: str) -> bytes:
    metrics = [{"name": name, "description": name, "value": value} for name, value in values.items()]
    entry = [{"value_or_threshold": group, "metrics": metrics}]
    section = {"label": "repaid", "facets": {"sex": entry}, "label_value_or_threshold": "1"}
    return json.dumps({"version": "1.0", "post_training_bias_metrics": section}).encode()
