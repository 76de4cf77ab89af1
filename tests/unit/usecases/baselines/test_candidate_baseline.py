"""The baseline of a model that is not in use yet: where it is written, what it is compared with, and its adoption."""

import json
from dataclasses import replace

import pytest

from driftline.adapters.aws.candidate_in import wanted_baseline
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.kinds.kind import Kind
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.candidate_baseline import Candidate, Wanted, make_candidate
from tests.executing import suggest_in
from tests.explaining import at_once
from tests.fakes import FailingStore, InMemoryStore, InMemoryStores
from tests.scores import FOLDER, Scores, trees
from tests.tables import TABLES

DOCUMENT = b"""\
endpoint: loans
columns: {output: [score], input: [sex, age]}
monitors:
  data_quality: {}
  model_quality: {problem_type: BinaryClassification, probability_attribute: score, ground_truth_attribute: paid}
  model_bias:
    facets: [{column: sex, values: [f]}]
    positive_label: 1
    probability_attribute: score
    ground_truth_attribute: paid
  model_explainability: {source: surrogate, probability_attribute: score}
"""


def rows(accepted: tuple[int, int], count: int = 400) -> bytes:
    """A data set of as many women and men, of whom so many in ten are accepted, whatever they did."""
    lines = ["score,sex,age,paid"]
    for number in range(count):
        for sex, share in zip("fm", accepted, strict=True):
            score = 0.9 if number % 10 < share else 0.1
            lines.append(f"{score + number / 10_000:.4f},{sex},{20 + number % 50},{int(number // 10 % 2 == 0)}")
    return ("\n".join(lines) + "\n").encode()


class World:
    """A watched endpoint with baselines in use, and a bucket of models."""

    def __init__(self, *monitors: str) -> None:
        self.own = InMemoryStore("stack", {"monitors/loans.yaml": DOCUMENT})
        for monitor in monitors:
            self.own.put(f"baselines/loans/{monitor}/input/people.csv", rows((6, 6)))
            suggest_in(self.own, "loans", monitor)
        self.training = InMemoryStore("training")
        self.stores = InMemoryStores(self.own, self.training)

    def make(self, monitor: str, rows: bytes, **other: object) -> Candidate:
        self.training.put("run/labelled/labelled.csv", rows)
        wanted = Wanted("loans", monitor, "s3://training/run/labelled", "s3://training/run/baselines")
        return make_candidate(
            replace(wanted, **other),  # type: ignore[arg-type]
            store=self.own,
            stores=self.stores,
            tables=TABLES,
            kinds=KINDS,
            predictor=None,
            explaining=at_once(self.own),
        )


@pytest.mark.parametrize("kind", [*KINDS], ids=[kind.name for kind in KINDS])
def test_its_files_are_those_that_a_data_set_of_the_endpoint_would_get(kind: Kind) -> None:
    world, data = World(), rows((6, 5))
    before = dict(world.own.objects)
    made = world.make(kind.name, data)
    # Given what suggest_baseline makes of the same data set in the folder of the endpoint
    there = InMemoryStore(objects={"monitors/loans.yaml": DOCUMENT, f"baselines/loans/{kind.name}/input/a.csv": data})
    suggested = suggest_in(there, "loans", kind.name)
    assert made.files == {name: f"s3://training/run/baselines/{name}" for name in kind.baseline_files}
    for name, key in suggested.files.items():
        assert world.training.objects[f"run/baselines/{name}"] == there.objects[key]
    assert made.rows == suggested.rows == 800
    # The endpoint's own folder is untouched
    written = {key: body for key, body in world.own.objects.items() if not key.startswith("state/explanations/")}
    assert written == before


def test_a_less_fair_model_is_found_by_the_monitor_s_own_rule() -> None:
    world = World("model_bias")
    fair = world.make("model_bias", rows((6, 6)), compare=True)
    assert fair.answer() | {"analysis": ""} == {
        "analysis": "",
        "rows": 800,
        "violations": 0,
        "finding": "",
        "compared": "with the baseline in use",
    }
    assert json.loads(world.training.objects["run/baselines/comparison.json"]) == []
    unfair = world.make("model_bias", rows((3, 6)), compare=True).answer()
    assert int(unfair["violations"]) > 0
    assert "sex" in str(unfair["finding"])
    assert "doesn't meet the baseline constraint requirement" in str(unfair["finding"])
    found = json.loads(world.training.objects["run/baselines/comparison.json"])
    assert sum(each["violation"] for each in found) == unfair["violations"]
    # An improvement is none, and a few rows more or less are chance
    assert World("model_bias").make("model_bias", rows((6, 6), 60), compare=True).answer()["violations"] == 0


def test_without_a_baseline_in_use_nothing_is_compared() -> None:
    made = World().make("model_bias", rows((1, 9)), compare=True)
    assert made.findings is None
    assert made.answer()["compared"] == "no baseline is in use"
    assert made.answer()["violations"] == 0


def test_the_answer_has_plain_values_only() -> None:
    """A Lambda step's output parameters are scalars."""
    answer = World("data_quality").make("data_quality", rows((6, 6))).answer()
    assert {"statistics", "constraints", "rows", "violations", "finding"} <= set(answer)
    assert all(isinstance(value, str | int) for value in answer.values())


def test_it_is_the_same_again() -> None:
    world = World("model_bias")
    world.make("model_bias", rows((6, 5)), compare=True)
    first = dict(world.training.objects)
    world.make("model_bias", rows((6, 5)), compare=True)
    assert world.training.objects == first


def test_an_interrupted_one_is_not_taken_for_complete() -> None:
    """suggestion.json, by which adopt_model recognises Driftline's files, comes last."""
    world = World()
    stopped = FailingStore(world.training, 2, ["put"])
    world.stores = lambda bucket: stopped if bucket == "training" else world.own  # type: ignore[assignment]
    with pytest.raises(Exception, match="put, call 2"):
        world.make("data_quality", rows((6, 6)))
    assert "run/baselines/suggestion.json" not in world.training.objects


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"data": "s3://stack/capture/loans/"}, "not kept there"),
        ({"output": "s3://stack/baselines/loans/model_bias/"}, "not kept there"),
        ({"output": "somewhere"}, "not the address of a folder in S3"),
        ({"data": "s3://training/none/"}, "no data set"),
        ({"monitor": "bias"}, "there is no kind of monitor bias"),
    ],
)
def test_what_is_not_allowed_or_not_there_is_refused(changed: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        World().make(changed.pop("monitor", "model_bias"), rows((6, 6)), **changed)


def test_below_models_in_the_stack_s_own_bucket_is_allowed() -> None:
    world = World()
    made = world.make("data_quality", rows((6, 6)), output="s3://stack/models/loans/1/baselines/")
    assert made.files["constraints.json"] == "s3://stack/models/loans/1/baselines/constraints.json"
    assert "models/loans/1/baselines/statistics.json" in world.own.objects


def test_an_endpoint_without_a_document_is_refused_where_it_is_needed() -> None:
    world = World()
    del world.own.objects["monitors/loans.yaml"]
    assert world.make("data_quality", rows((6, 6))).rows == 800
    with pytest.raises((InvalidInputError, ObjectNotFoundError)):
        world.make("model_bias", rows((6, 6)))


def test_the_request_of_a_step_is_read() -> None:
    event = {
        "endpoint": "loans",
        "monitor": "model_bias",
        "data_uri": "s3://training/a",
        "output_uri": "s3://training/b",
    }
    assert wanted_baseline(event) == Wanted("loans", "model_bias", "s3://training/a", "s3://training/b")
    full = wanted_baseline(event | {"compare": True, "model_uri": "s3://training/model.tar.gz"})
    assert (full.compare, full.model) == (True, "s3://training/model.tar.gz")
    for wrong, why in (({"data_uri": "data"}, "data_uri"), ({"datauri": "s3://a/b"}, "datauri")):
        with pytest.raises(InvalidInputError, match=why):
            wanted_baseline(event | wrong)


def test_the_file_of_the_new_model_is_explained_not_that_of_the_document() -> None:
    risk = Scores()
    risk.baseline(400)
    training = InMemoryStore("training")
    training.put("run/labelled/data.csv", risk.data_set(400))
    other = trees(8, (0.0, -1.5, 2.0, 0.0))
    risk.store.put("models/risk/new/model.json", other)
    made = make_candidate(
        Wanted(
            "risk",
            "model_explainability",
            "s3://training/run/labelled",
            "s3://training/run/baselines",
            model=risk.store.uri("models/risk/new/model.json"),
        ),
        store=risk.store,
        stores=InMemoryStores(risk.store, training),
        tables=TABLES,
        kinds=KINDS,
        predictor=None,
        explaining=at_once(risk.store),
    )
    assert list(made.files) == ["analysis.json"]
    analysis = json.loads(training.get("run/baselines/analysis.json").body)
    values = analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert max(values, key=values.__getitem__) == "age"
    in_use = json.loads(risk.store.get(f"{FOLDER}analysis.json").body)
    values = in_use["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert max(values, key=values.__getitem__) == "income"


def test_nothing_is_written_beside_the_model_s_own_files() -> None:
    with pytest.raises(InvalidInputError, match="beside those of the model") as raised:
        World().make("data_quality", rows((6, 6)), output="s3://training/run/output")
    assert "baselines" in raised.value.expected
