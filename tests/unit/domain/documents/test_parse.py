"""From text to a document, or to every error with its place."""

import textwrap
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.documents.parse import (
    MAX_SIZE,
    MOST_ERRORS,
    DocumentError,
    InvalidDocumentError,
    decode_document,
    parse_document,
)
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.ownership import Ownership
from driftline.kinds.data_quality.settings import DataQualityMonitor
from driftline.kinds.model_quality.settings import ModelQualityMonitor
from driftline.kinds.registry import KINDS
from tests.effort import calls
from tests.fuzz import examples

WHERE = "monitors/flight-delay.yaml"
EXAMPLE = textwrap.dedent("""\
    endpoint: flight-delay
    capture: {bucket: my-capture-bucket, prefix: capture/}        # default: the stack's own bucket
    columns: {output: [predicted_delay], input: [carrier, origin, dep_hour, distance, dep_delay, precip]}
    monitors:
      data_quality:
        schedule: cron(0 * ? * * *)
        window: {start_offset: -PT1H, end_offset: PT0H}
        comparison: corrected
        metrics: top
    """)


ANY_VIOLATION = {
    "metric": "violations",
    "name": None,
    "threshold": None,
    "comparison": ">=",
    "anomaly_band": None,
    "for": {"datapoints": 1, "of": None},
    "missing": "ignore",
    "severity": "warning",
    "actions": ["notify"],
}


def document(text: str) -> MonitorDocument:
    return parse_document(textwrap.dedent(text), where=WHERE, model=KINDS.document)


def quality(fields: str) -> ModelQualityMonitor:
    found = document(f"endpoint: flight-delay\nmonitors: {{model_quality: {{{fields}}}}}\n").monitors.by_name()[
        "model_quality"
    ]
    assert isinstance(found, ModelQualityMonitor)
    return found


def errors(text: str, where: str = WHERE) -> tuple[DocumentError, ...]:
    with pytest.raises(InvalidDocumentError) as raised:
        parse_document(textwrap.dedent(text), where=where, model=KINDS.document)
    assert isinstance(raised.value, InvalidInputError)
    assert raised.value.where == where
    assert all(str(error) in str(raised.value) for error in raised.value.errors)
    return raised.value.errors


def error_of(monitor: str) -> DocumentError:
    """The only error of a document with this one line under data_quality, which is line 4."""
    (error,) = errors(f"endpoint: flight-delay\nmonitors:\n  data_quality:\n    {monitor}\n")
    assert error.line == 4
    return error


class TestAGoodDocument:
    def test_the_example_is_read(self) -> None:
        found = parse_document(EXAMPLE, where=WHERE, model=KINDS.document)
        assert found.endpoint == "flight-delay"
        assert (found.capture.bucket, found.capture.prefix) == ("my-capture-bucket", "capture/")
        assert found.columns is not None
        assert found.columns.output == ("predicted_delay",)
        assert found.columns.input[-1] == "precip"
        monitor = found.monitors.by_name()["data_quality"]
        assert isinstance(monitor, DataQualityMonitor)
        assert monitor.window is not None
        assert (monitor.window.start_offset, monitor.window.end_offset) == (timedelta(hours=-1), timedelta(0))
        assert (monitor.schedule, monitor.comparison, monitor.metrics) == ("cron(0 * ? * * *)", "driftline", "top")

    @pytest.mark.parametrize("nothing", ["", " {}", " null", " ~"])
    def test_everything_but_endpoint_and_monitor_has_a_default(self, nothing: str) -> None:
        found = document(f"endpoint: flight-delay\nmonitors:\n  data_quality:{nothing}\n")
        assert found.model_dump(mode="json") == {
            "endpoint": "flight-delay",
            "variant": None,
            "capture": {"bucket": None, "prefix": "capture/"},
            "columns": None,
            "monitors": {
                "data_quality": {
                    "schedule": "cron(0 * ? * * *)",
                    "timezone": "UTC",
                    "enabled": True,
                    "schedule_name": None,
                    "window": None,
                    "comparison": "driftline",
                    "drift": "distance",
                    "metrics": None,
                    "top_features": None,
                    "namespace": None,
                    "max_revisions_age": "P14D",
                    "max_unusable": 0.05,
                    "preprocess": None,
                    "postprocess": None,
                    "runbook": None,
                    "alarms": [ANY_VIOLATION],
                },
                "model_quality": None,
                "model_bias": None,
                "model_explainability": None,
            },
            "watch": {
                "failed_executions": 1,
                "schedule_delay": "PT2H",
                "captures_age": "P1D",
                "ground_truth_age": None,
                "unmatched_labels_age": None,
            },
            "channels": [],
            "settle": None,
            "runbook": None,
            "dashboard": None,
            "retraining": None,
        }

    def test_it_says_whose_endpoint_it_is(self) -> None:
        found = document(
            "endpoint: flight-delay\nteam: risk\nowner: José <jose@example.com>\ntags: {tier: gold, n: '1'}\n"
            "monitors: {data_quality: {}}\n"
        )
        assert found.ownership == Ownership("risk", "José <jose@example.com>", {"tier": "gold", "n": "1"})
        assert KINDS.document.model_validate(found.model_dump(mode="json")) == found

    def test_what_a_team_and_tags_may_be_is_said(self) -> None:
        found = errors(
            """\
            endpoint: flight-delay
            team: risk & pricing
            owner: ""
            tags: {tier: 1, a b: x}
            monitors: {data_quality: {}}
            """
        )
        assert [(each.line, each.field.split(".")[0]) for each in found] == [
            (2, "team"), (3, "owner"), (4, "tags"), (4, "tags"),
        ]  # fmt: skip
        many = ", ".join(f"k{i}: v" for i in range(21))
        (error,) = errors(f"endpoint: flight-delay\ntags: {{{many}}}\nmonitors: {{data_quality: {{}}}}\n")
        assert (error.found, error.allowed) == ("21 tags", "at most 20")

    def test_a_runbook_is_that_of_the_monitor_or_of_the_endpoint(self) -> None:
        ours, all_ = "https://wiki.example.com/quality#act", "https://wiki.example.com/flights"
        found = document(
            f"endpoint: flight-delay\nrunbook: {all_}\nmonitors:\n  data_quality: {{runbook: '{ours}'}}\n"
            "  model_quality: {problem_type: Regression, inference_attribute: 0}\n"
        )
        assert [found.runbook_of(name) for name in ("data_quality", "model_quality", "")] == [ours, all_, all_]

    @pytest.mark.parametrize("address", ["http://wiki.example.com", "wiki/drift", "'javascript:alert(1)'", "https://"])
    def test_a_runbook_is_an_https_address(self, address: str) -> None:
        assert "https://wiki.example.com/drift" in str(error_of(f"runbook: {address}"))

    def test_model_quality_needs_a_problem_type_and_where_the_prediction_is(self) -> None:
        found = quality("problem_type: Regression, inference_attribute: 0")
        assert found.model_dump(mode="json") == {
            "schedule": "cron(0 * ? * * *)",
            "timezone": "UTC",
            "enabled": True,
            "schedule_name": None,
            "runbook": None,
            "window": None,
            "max_revisions_age": "P14D",
            "max_unusable": 0.05,
            "namespace": None,
            "preprocess": None,
            "postprocess": None,
            "alarms": [ANY_VIOLATION],
            "problem_type": "Regression",
            "inference_attribute": "0",
            "probability_attribute": None,
            "probability_threshold_attribute": 0.5,
            "positive_label": "1",
            "ground_truth_attribute": None,
            "comparison": None,
            "alarm_on": None,
            "tolerance": 0.01,
            "max_label_delay": "P14D",
            "metrics": None,
        }

    @pytest.mark.parametrize(("label", "expected"), [("1", "1"), ("true", "true"), ("yes", "yes"), ('"1"', "1")])
    def test_a_positive_label_is_a_text_however_it_is_written(self, label: str, expected: str) -> None:
        text = f"problem_type: BinaryClassification, probability_attribute: p, positive_label: {label}"
        assert quality(text).positive_label == expected

    @pytest.mark.parametrize(
        ("ages", "expected"),
        [("", 14), ("max_label_delay: P30D", 30), ("max_label_delay: P30D, max_revisions_age: P2D", 2)],
    )
    def test_a_window_is_judged_again_as_long_as_labels_come(self, ages: str, expected: int) -> None:
        found = quality(f"problem_type: Regression, inference_attribute: score, {ages}")
        assert found.max_revisions_age == timedelta(days=expected)

    def test_it_survives_json(self) -> None:
        found = parse_document(EXAMPLE, where=WHERE, model=KINDS.document)
        assert KINDS.document.model_validate_json(found.model_dump_json()) == found
        assert KINDS.document.model_validate(found.model_dump(mode="json")) == found

    def test_the_word_none_is_a_word(self) -> None:
        """YAML 1.1 has traps here; YAML 1.2 has not."""
        found = document("endpoint: flight-delay\nmonitors: {data_quality: {metrics: none}}\n").monitors.by_name()[
            "data_quality"
        ]
        assert isinstance(found, DataQualityMonitor)
        assert found.metrics == "none"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("-PT1H", timedelta(hours=-1)),
            ("-P1D", timedelta(days=-1)),
            ("-P8D", timedelta(days=-8)),
            ("-P1DT2H30M", -timedelta(days=1, hours=2, minutes=30)),
            ("-P1W", timedelta(days=-7)),
            ("-PT300S", timedelta(minutes=-5)),
        ],
    )
    def test_offsets_are_iso_8601(self, text: str, expected: timedelta) -> None:
        found = document(f"endpoint: flight-delay\nmonitors: {{data_quality: {{window: {{start_offset: {text}}}}}}}\n")
        monitor = found.monitors.by_name()["data_quality"]
        assert monitor is not None
        assert monitor.window is not None
        assert monitor.window.start_offset == expected

    def test_a_prefix_gets_its_slash(self) -> None:
        text = "endpoint: flight-delay\ncapture: {bucket: abc, prefix: model/capture}\nmonitors: {data_quality: {}}\n"
        assert document(text).capture.prefix == "model/capture/"

    @pytest.mark.parametrize(
        "capture", ["{prefix: capture/eu}", '{bucket: abc, prefix: ""}', "{bucket: abc, prefix: state/}"]
    )
    def test_another_bucket_has_any_prefix_and_ours_one_below_capture(self, capture: str) -> None:
        assert document(f"endpoint: flight-delay\ncapture: {capture}\nmonitors: {{data_quality: {{}}}}\n")

    def test_the_file_may_be_anywhere(self) -> None:
        assert (
            parse_document(EXAMPLE, where="/home/me/stack/monitors/flight-delay.yaml", model=KINDS.document).endpoint
            == "flight-delay"
        )
        assert parse_document(EXAMPLE, where="<stdin>", model=KINDS.document).endpoint == "flight-delay"

    def test_a_byte_order_mark_is_no_letter(self) -> None:
        assert parse_document(
            decode_document(b"\xef\xbb\xbf" + EXAMPLE.encode(), where=WHERE), where=WHERE, model=KINDS.document
        )


class TestPlacesOfErrors:
    def test_all_of_them_come_at_once_in_the_order_of_their_lines(self) -> None:
        text = """\
            endpoint: flight-dely
            variant: 3
            capture: {bucket: s3://x, buckt: 1}
            columns: {output: [a, b], input: [1, b]}
            endpoint: x
            monitors:
              data_qualty: {}
              data_quality:
                schedul: x
                schedule: cron(0 25 ? * * *)
                metrics: al
            """
        assert [(e.line, e.column, e.field) for e in errors(text)] == [
            (1, 11, "endpoint"),
            (2, 10, "variant"),
            (3, 19, "capture.bucket"),
            (3, 27, "capture.buckt"),
            (4, 35, "columns.input[0]"),
            (5, 1, "endpoint"),
            (7, 3, "monitors.data_qualty"),
            (9, 5, "monitors.data_quality.schedul"),
            (10, 15, "monitors.data_quality.schedule"),
            (11, 14, "monitors.data_quality.metrics"),
        ]

    def test_what_is_missing_is_where_it_should_be(self) -> None:
        (error,) = errors("endpoint: flight-delay\nmonitors:\n  data_quality:\n    window: {end_offset: PT0H}\n")
        assert (error.line, error.field) == (4, "monitors.data_quality.window.start_offset")
        assert error.mend == "Add start_offset: …"

    def test_an_empty_document_is_told_what_to_begin_with(self) -> None:
        assert [e.mend for e in errors("{}")] == ["Add endpoint: flight-delay.", "Add monitors: …"]

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ("endpoint: [x\n", 2, 1),
            ("endpoint: x\n  variant: y\n", 2, 10),
            ("endpoint: x\n\tvariant: y\n", 2, 1),
            ("endpoint: *nobody\n", 1, 11),
            ("endpoint: x\nvariant: \x00\n", 2, 10),
            ("endpoint: x\n---\nendpoint: y\n", 2, 1),
        ],
    )
    def test_errors_of_yaml_have_a_place_too(self, text: str, line: int, column: int) -> None:
        (error,) = errors(text)
        assert (error.line, error.column) == (line, column)

    def test_a_byte_that_is_no_utf8_has_its_line(self) -> None:
        with pytest.raises(InvalidDocumentError) as raised:
            decode_document(b"endpoint: x\nvariant: \xff\n", where=WHERE)
        assert (raised.value.errors[0].line, raised.value.errors[0].found) == (2, "the byte 0xff")


class TestWhatIsWrong:
    def test_the_endpoint_is_the_name_of_the_file(self) -> None:
        (error,) = errors("endpoint: flights\nmonitors: {data_quality: {}}\n")
        assert (error.found, error.allowed) == ("'flights'", "flight-delay, the name of the file")
        assert error.mend == "Rename the file to flights.yaml, or set endpoint: flight-delay."

    def test_an_unknown_monitor_lists_the_known_ones(self) -> None:
        (error,) = errors("endpoint: flight-delay\nmonitors:\n  data_qualty: {}\n")
        assert error.found == "the unknown monitor 'data_qualty'"
        assert error.allowed == "data_quality, model_quality, model_bias, model_explainability"
        assert error.mend == "Did you mean data_quality?"

    @pytest.mark.parametrize("namespace", ["Mine", "aws/sagemaker/Endpoints/data-metrics", "a b:c#d", "x" * 255])
    def test_a_namespace_that_cloudwatch_takes(self, namespace: str) -> None:
        found = document(f"endpoint: flight-delay\nmonitors: {{data_quality: {{namespace: '{namespace}'}}}}\n")
        assert found.monitors.by_name()["data_quality"] is not None
        assert found.monitors.by_name()["data_quality"].namespace == namespace

    @pytest.mark.parametrize("namespace", ["", " ", ":mine", "AWS/Lambda", "Driftline/prod", "Größe", "x" * 256])
    def test_a_namespace_that_cloudwatch_would_drop_or_signals_have(self, namespace: str) -> None:
        (error,) = errors(f"endpoint: flight-delay\nmonitors: {{data_quality: {{namespace: '{namespace}'}}}}\n")
        assert error.field == "monitors.data_quality.namespace"
        assert "CloudWatch" in error.allowed

    @pytest.mark.parametrize(
        ("fields", "found", "allowed"),
        [
            ("", "missing", "a value; there is no default"),
            (
                "problem_type: Regresion, inference_attribute: p",
                "'Regresion'",
                "Regression, BinaryClassification, MulticlassClassification",
            ),
            (
                "problem_type: BinaryClassification",
                "no inference_attribute and no probability_attribute",
                "at least one of them",
            ),
            (
                "problem_type: Regression, probability_attribute: p",
                "Regression without an inference_attribute",
                "the attribute with the predicted number",
            ),
            (
                'problem_type: Regression, inference_attribute: "predictions[0"',
                "'predictions[0' is no JMESPath expression: Invalid jmespath expression: Incomplete expression:",
                "an index, a name or a JMESPath expression, for example predictions[0].score",
            ),
            (
                "problem_type: Regression, inference_attribute: p, probability_threshold_attribute: 1.5",
                "1.5",
                "should be less than or equal to 1",
            ),
            (
                "problem_type: Regression, inference_attribute: p, probability_threshold_attribute: .nan",
                "nan",
                "should be a finite number",
            ),
            (
                "problem_type: Regression, inference_attribute: p, probability_threshold_attribute: true",
                "true",
                "a number from 0 to 1",
            ),
            ("problem_type: Regression, inference_attribute: true", "True", "text"),
            (
                "problem_type: Regression, inference_attribute: p, max_label_delay: -P1D",
                "'-P1D' is out of range",
                "a duration from PT0H to P366D, without a minus",
            ),
        ],
    )
    def test_what_is_wrong_with_model_quality_is_told_once(self, fields: str, found: str, allowed: str) -> None:
        (error,) = errors(f"endpoint: flight-delay\nmonitors: {{model_quality: {{{fields}}}}}\n")
        assert (error.found, error.allowed) == (found, allowed)
        assert error.line == 2
        assert error.field.startswith("monitors.model_quality")

    def test_no_monitor_at_all_is_an_error(self) -> None:
        (error,) = errors("endpoint: flight-delay\nmonitors: {}\n")
        assert (error.line, error.mend) == (2, "Add data_quality: {}.")

    def test_an_unknown_field_lists_the_known_ones(self) -> None:
        error = error_of("shedule: x")
        assert error.found == "the unknown field 'shedule'"
        assert "schedule, timezone, enabled" in error.allowed
        assert error.mend == "Did you mean schedule?"

    def test_a_key_twice_says_where_the_other_one_is(self) -> None:
        (error,) = errors("endpoint: flight-delay\nmonitors: {data_quality: {}}\nendpoint: flight-delay\n")
        assert (error.line, error.allowed) == (3, "it once; line 1 has it")

    @pytest.mark.parametrize(
        ("line", "found", "allowed"),
        [
            ("comparison: sagemakers", "'sagemakers'", "driftline, sagemaker"),
            ("metrics: [all]", "a list", "none, totals, top, all"),
            ("enabled: yes", "'yes'", "true or false"),
            ("top_features: 0", "0", "greater than or equal to 1"),
            ("top_features: 1.5", "1.5", "a whole number"),
            ("schedule: {rate: 1}", "a mapping", "text"),
            ("schedule: 5", "5", "text"),
            ("schedule: rate(5)", "'rate(5)' is not a rate", "rate(6 hours)"),
            ("timezone: Mars/Base", "unknown time zone 'Mars/Base'", "IANA"),
            ("preprocess: ../evil.py", "'../evil.py'", "scripts/"),
            ("preprocess: s3://b/x.py", "'s3://b/x.py'", "scripts/"),
            ("preprocess: script.sh", "'script.sh'", "scripts/"),
            ("schedule_name: a b", "'a b'", "letters, digits"),
            ("window: -PT1H", "'-PT1H'", "a mapping"),
            ("window: {start_offset: PT1H}", "'PT1H' is after the scheduled time", "with a minus"),
            ("window: {start_offset: -1h}", "'-1h'", "ISO 8601"),
            ("window: {start_offset: -P1M}", "'-P1M'", "ISO 8601"),
            ("window: {start_offset: -PT}", "'-PT'", "ISO 8601"),
            ("window: {start_offset: -3600}", "-3600", "ISO 8601"),
            ("window: {start_offset: -PT7M}", "not a multiple of five minutes", "five minutes"),
            ("window: {start_offset: -P400D}", "more than a year", "366 days"),
            ("max_revisions_age: P400D", "'P400D' is out of range", "a duration from PT0H to P366D"),
            (
                "window: {start_offset: -PT1H, end_offset: -PT1H}",
                "from -PT1H to -PT1H is empty",
                "before the end_offset",
            ),
            ("schedule: at(2026-03-01T00:00:00)", "runs once, and there is no window", "a window"),
            ("schedule: rate(1 minute)", "twice within five minutes", "a window"),
            ("schedule: cron(0/3 * ? * * *)", "twice within five minutes", "a window"),
        ],
    )
    def test_a_field_of_a_monitor(self, line: str, found: str, allowed: str) -> None:
        error = error_of(line)
        assert found in error.found
        assert allowed in error.allowed

    @pytest.mark.parametrize(
        ("line", "mend"),
        [
            ("max_revisions_age: 7d", "Did you mean P7D?"),
            ("max_revisions_age: 2 weeks", "Did you mean P2W?"),
            ("max_revisions_age: 6 Hours", "Did you mean PT6H?"),
            ("max_revisions_age: 90min", "Did you mean PT90M?"),
            ("window: {start_offset: -1h}", "Did you mean -PT1H?"),
            ("max_revisions_age: 3m", ""),  # minutes or months
            ("max_revisions_age: 7", ""),
            ("alarms: [{actions: retrain}]", "Put it in brackets: [retrain]."),
            ("alarms: [{for: 3}]", "Its fields are datapoints, of."),
        ],
    )
    def test_what_people_write_instead_is_understood(self, line: str, mend: str) -> None:
        assert error_of(line).mend == mend

    @pytest.mark.parametrize("schedule", ["at(2026-03-01T00:00:00)", "rate(1 minute)", "cron(0/3 * ? * * *)"])
    def test_with_a_window_any_schedule_goes(self, schedule: str) -> None:
        text = f"schedule: {schedule}\n    window: {{start_offset: -PT1H}}"
        assert document(f"endpoint: flight-delay\nmonitors:\n  data_quality:\n    {text}\n")

    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("capture: {prefix: state/}", "the prefix 'state/' in the stack's own bucket"),
            ('capture: {prefix: ""}', "the prefix '' in the stack's own bucket"),
            ("capture: {prefix: captures/}", "the prefix 'captures/' in the stack's own bucket"),
            ("capture: {prefix: /capture}", "'/capture' has an empty folder name"),
            ("capture: {bucket: a//b}", "'a//b'"),
            ("capture: {bucket: MyBucket}", "'MyBucket'"),
            ("columns: {input: [a, b, a]}", "more than one column is called a"),
            ("columns: {input: [a], output: [a]}", "more than one column is called a"),
            ('columns: {input: [a, ""]}', "an empty column name"),
            ("columns: [a, b]", "a list"),
            ("columns: {categorical: [a], exclude: [b, a]}", "'a' is both categorical and excluded"),
            ("columns: {exclude: [a, a]}", "'a' is listed twice"),
            ("columns: {output: [y], input: [age, b], categorical: [aged]}", "'aged' is not a column"),
            ("columns: {output: [y], input: [a], exclude: [a, y]}", "all columns are excluded"),
            ("variant: a/b", "'a/b'"),
            ("capture: !!python/object:os.system {}", "the tag tag:yaml.org,2002:python/object:os.system"),
            ("? [a]\n: 1", "a key that is not a name"),
            ("<<: {endpoint: x}", "the unknown field '<<'"),
            ("columns: {input: [" + "x" * 2001 + "]}", "2001 characters"),
        ],
    )
    def test_a_field_of_the_document(self, line: str, found: str) -> None:
        assert [e.found for e in errors(f"endpoint: flight-delay\nmonitors: {{data_quality: {{}}}}\n{line}\n")] == [
            found
        ]

    def test_columns_may_be_declared_that_only_captures_and_data_set_name(self) -> None:
        found = document(
            "endpoint: flight-delay\ncolumns: {output: [y], categorical: [zip], exclude: [id]}\n"
            "monitors: {data_quality: {}}\n"
        )
        assert found.columns is not None
        assert (found.columns.categorical, found.columns.exclude) == (("zip",), ("id",))

    @pytest.mark.parametrize(("attribute", "name"), [("score", "score"), ('"0"', "score")])
    def test_a_column_that_a_monitor_needs_is_not_excluded(self, attribute: str, name: str) -> None:
        (error,) = errors(
            "endpoint: flight-delay\n"
            "columns: {output: [score], exclude: [score]}\n"
            "monitors:\n"
            "  model_quality:\n"
            "    problem_type: Regression\n"
            f"    inference_attribute: {attribute}\n"
        )
        assert (error.line, error.field) == (6, "monitors.model_quality.inference_attribute")
        assert f"is the column {name}, which columns.exclude leaves out" in error.found

    def test_a_misspelt_column_has_a_hint_at_its_place(self) -> None:
        (error,) = errors(
            "endpoint: flight-delay\ncolumns: {output: [y], input: [age], exclude: [aeg]}\nmonitors: {data_quality: {}}\n"
        )
        assert (error.line, error.field, error.mend) == (2, "columns.exclude[0]", "Did you mean age?")

    @pytest.mark.parametrize("endpoint", ["a b", "-a", "a/b", "ä", "x" * 64, "..", "a\nb"])
    def test_the_name_of_an_endpoint_fits_into_keys_and_schedules(self, endpoint: str) -> None:
        found = errors(f'endpoint: "{endpoint.encode("unicode_escape").decode()}"\nmonitors: {{data_quality: {{}}}}\n')
        assert any("1–63 letters" in error.allowed for error in found)

    def test_a_file_that_is_no_document_is_not_read_to_its_end(self) -> None:
        (error,) = errors("a,b,c\n" * MAX_SIZE)
        assert error.mend == "Is this the right file?"

    @pytest.mark.parametrize(
        "bomb",
        [
            "a: &a [1,1,1,1,1,1,1,1]\n"
            + "".join(f"{x}: &{x} [{','.join([f'*{chr(ord(x) - 1)}'] * 8)}]\n" for x in "bcdefgh"),
            "&a [*a]",
            "a: &a {b: *a}",
            "[" * 30 + "]" * 30,
        ],
    )
    def test_a_document_that_unfolds_without_end_is_stopped(self, bomb: str) -> None:
        assert "too many values" in [error.found for error in errors(bomb)]


SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["-PT1H", "cron(0 * ? * * *)"]),
)
FIELDS = st.sampled_from(
    [
        "endpoint",
        "variant",
        "capture",
        "columns",
        "monitors",
        "data_quality",
        "window",
        "schedule",
        "input",
        "prefix",
        "x",
    ]
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4))


EDITED = st.tuples(st.integers(0, len(EXAMPLE)), st.text(max_size=5)).map(
    lambda edit: EXAMPLE[: edit[0]] + edit[1] + EXAMPLE[edit[0] + 2 :]
)


class TestAnything:
    @settings(max_examples=examples(300))
    @given(st.text(max_size=200) | VALUES.map(repr) | EDITED)
    def test_is_a_document_or_has_errors_with_places(self, text: str) -> None:
        found: tuple[DocumentError, ...] = ()
        try:
            parse_document(text, where=WHERE, model=KINDS.document)
        except InvalidDocumentError as invalid:
            found = invalid.errors or pytest.fail("an invalid document without an error")
        line_breaks = sum(map(text.count, "\n\r\x85\u2028\u2029"))
        assert all(1 <= error.line <= line_breaks + 2 and error.column >= 1 for error in found)
        assert all(error.found and error.allowed for error in found)


def test_monitors_of_an_endpoint_have_one_preprocessing_script() -> None:
    document = """\
endpoint: churn
monitors:
  data_quality: {preprocess: one.py}
  model_quality: {problem_type: Regression, inference_attribute: score, preprocess: SCRIPT}
"""
    one, other = document.replace("SCRIPT", "one.py"), document.replace("SCRIPT", "other.py")

    found = parse_document(one, where="monitors/churn.yaml", model=KINDS.document)

    assert found.capture_script == "one.py"
    [error] = errors(other, where="monitors/churn.yaml")
    assert "preprocess with one.py and other.py" in str(error)


SHAPES = {
    "keys": "".join(f"k{number}: 1\n" for number in range(40_000)),
    "one key again and again": "a: 1\n" * 50_000,
    "short lists": "a: [" + "[]," * 80_000 + "]",
    "short numbers": "a: [" + "1," * 120_000 + "]",
    "lists in lists": "[" * 250_000,
    "mappings in mappings": "{" * 250_000,
    "dashes": "-\n" * 120_000,
    "aliases": "a: &a x\nb: [" + "*a," * 80_000 + "]",
    "tags": "".join(f"k{number}: !x y\n" for number in range(20_000)),
    "unknown fields": "endpoint: e\nmonitors:\n  data_quality:\n" + "".join(f"    k{n}: 1\n" for n in range(14_000)),
    "unknown monitors": "endpoint: e\nmonitors:\n" + "".join(f"  k{number}: 1\n" for number in range(14_000)),
    "a digit again and again": "a: " + "9" * 250_000,
    "one word": "a: " + "x" * 250_000,
    "one line after the other": "a: " + "x\n " * 80_000,
}


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_documents_of_256_kib_are_refused_with_bounded_work(shape: str) -> None:
    refused: list[InvalidDocumentError] = []

    def read() -> None:
        with pytest.raises(InvalidDocumentError) as caught:
            document(SHAPES[shape][:MAX_SIZE])
        refused.append(caught.value)

    assert calls(read) < 25_000_000  # read to the end, some take three times as many
    assert 1 <= len(refused[0].errors) <= MOST_ERRORS + 1


def test_the_first_errors_are_listed_and_the_others_counted() -> None:
    text = "endpoint: flight-delay\nmonitors:\n  data_quality:\n" + "".join(f"    k{n}: 1\n" for n in range(250))
    with pytest.raises(InvalidDocumentError) as caught:
        document(text)
    assert [error.line for error in caught.value.errors] == [*range(4, 29), 28]
    assert caught.value.errors[-1].found == "225 more errors"
