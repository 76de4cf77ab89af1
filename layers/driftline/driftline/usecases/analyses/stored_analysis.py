"""An analysis in the bucket: `analyses/<name>/analysis_config.json` starts it, its results go beside it.

The data set is in `analyses/<name>/input/`, or where `dataset_uri` says; a model's file beside the configuration
(`model.tar.gz`, `model.json` …), or where `driftline_model` says. Only the stack's own bucket is read for data.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import load_json
from driftline.domain.keys import ANALYSES, BASELINES, analysis_folder
from driftline.kinds.analyst import Wishes
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.usecases.analyses.analyse import WholeAnalysis, analyse, model_of
from driftline.usecases.analyses.model_file import by_file
from driftline.usecases.analyses.request_budget import BudgetedPredictor, RequestBudget
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.format import FORMAT_FILE, DatasetFormat, parse_format
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.predictions import Predictor
from driftline.usecases.ports.tables import DataSetTables

CONFIG = "analysis_config.json"
ERROR = "error.json"
PAGE = "report.html"

_READABLE = (ANALYSES, BASELINES)
"""Prefixes of the stack's bucket where a data set may be."""


@dataclass(frozen=True, slots=True)
class AnalysisDone:
    """Attributes: files: Keys by name; error: Why there are none."""

    rows: int = 0
    files: Mapping[str, str] | None = None
    error: InvalidInputError | None = None


def asker_of(name: str) -> str:
    """Whose explanations they are, where others have the name of an endpoint: no endpoint may be called so."""
    return f"_analysis_{name}"


def run_analysis(
    name: str,
    *,
    store: ObjectStore,
    tables: DataSetTables,
    kinds: Kinds,
    predictor: Predictor,
    explaining: Explaining,
    asked_at: datetime,
    limit: int,
) -> AnalysisDone | None:
    """Makes the analysis, or says in error.json why it cannot be made.

    Args:
        asked_at: When it was asked for: its month's requests count.
        limit: Requests to endpoints of all analyses in a month.

    Returns:
        None: the configuration is gone.

    Raises:
        PendingError: explanations were requested.
        RetryLaterError: an endpoint cannot answer now.
    """
    folder = analysis_folder(name)
    config = store.find(folder + CONFIG)
    if config is None:
        return None
    try:
        budget = RequestBudget(store, name, config.etag, asked_at, limit)
        found = _analysed(name, config.body, store, tables, kinds, predictor, explaining, budget)
    except InvalidInputError as error:
        mend = f"Upload {CONFIG} again." if "next execution" in error.mend else error.mend
        parts = {"what": error.what, "where": error.where, "expected": error.expected, "mend": mend}
        store.put(folder + ERROR, json.dumps(parts, indent=4).encode(), content_type="application/json")
        return AnalysisDone(error=error)
    files = {each: folder + each for each in (PAGE, *sorted(found.files, reverse=True))}  # analysis.json comes last
    store.put(files[PAGE], render(page_view(found.report)), content_type="text/html; charset=utf-8")
    for each, body in sorted(found.files.items(), reverse=True):
        store.put(files[each], body, content_type="application/json" if each.endswith(".json") else "text/csv")
    store.delete(folder + ERROR)
    return AnalysisDone(found.rows, files)


def _analysed(
    name: str,
    config: bytes,
    store: ObjectStore,
    tables: DataSetTables,
    kinds: Kinds,
    predictor: Predictor,
    explaining: Explaining,
    budget: RequestBudget,
) -> WholeAnalysis:
    folder = analysis_folder(name)
    where = store.uri(folder + CONFIG)
    fields = _fields(config, where)
    keys, form = _data(store, folder, fields, where)
    model = _model(store, folder, model_of(config))
    explained = explaining.of(asker_of(name), store, budget.follow)
    asked: Predictor = BudgetedPredictor(predictor, budget)
    wishes = Wishes(most_requests=max(budget.limit, 1), read=_reader(store, where))
    if model is not None:
        by = by_file(config, model, explaining.models.read(model), where)
        config, asked = by.config, by.answers
        wishes = replace(wishes, model=by.model, features=by.features)
    data = StoredDataSet(store, keys, form, tables, predictor=asked, explained=explained)
    return analyse(config, data, where=where, kinds=kinds, wishes=wishes)


def _reader(store: ObjectStore, where: str) -> Callable[[str], bytes]:
    """Files that the configuration names."""

    def read(uri: str) -> bytes:
        found = store.find(_readable(store, uri, where, "a file"))
        if found is None:
            raise InvalidInputError("no such object", where=uri, expected="a file that the configuration names")
        return found.body

    return read


def _readable(store: ObjectStore, uri: str, where: str, what: str) -> str:
    """The key. Raises InvalidInputError: it is not in a part of the stack's bucket that analyses may read."""
    own = store.uri("")
    key = uri.removeprefix(own)
    if not uri.startswith(own) or not key.startswith(_READABLE) or ".." in key:
        raise InvalidInputError(
            f"{what} at {uri}",
            where=where,
            expected=f"{own}{ANALYSES}… or {own}{BASELINES}…: an analysis reads the stack's bucket only",
            mend="Copy it there.",
        )
    return key


def _fields(config: bytes, where: str) -> Mapping[str, Any]:
    try:
        fields = load_json(config)
    except ValueError as error:
        raise InvalidInputError(f"not JSON ({error})", where=where, expected="Clarify's analysis_config.json") from None
    if not isinstance(fields, dict):
        raise InvalidInputError("no JSON object", where=where, expected="Clarify's analysis_config.json")
    return fields


def _data(store: ObjectStore, folder: str, fields: Mapping[str, Any], where: str) -> tuple[list[str], DatasetFormat]:
    """(keys of the files, how they are read)."""
    given = fields.get("dataset_uri")
    prefix = f"{folder}input/"
    if given is not None:
        prefix = _readable(store, str(given), f"{where}: dataset_uri", "a data set")
    found = [each.key for each in store.list(prefix)]
    keys = [key for key in found if key == prefix or prefix.endswith("/") or key.startswith(f"{prefix}/")]
    data = [key for key in keys if not key.rsplit("/", 1)[-1].startswith(("_", ".")) and not key.endswith("/")]
    if not data:
        raise InvalidInputError(
            "no data set",
            where=store.uri(prefix),
            expected="CSV, JSON Lines or Parquet files",
            mend=f"Upload it there, then {CONFIG} again: its upload starts the analysis.",
        )
    stated = store.find(f"{folder}input/{FORMAT_FILE}")
    form = parse_format(stated.body, store.uri(f"{folder}input/{FORMAT_FILE}")) if stated else DatasetFormat()
    return data, form


def _model(store: ObjectStore, folder: str, given: str | None) -> str | None:
    """Where the model's file is; None: an endpoint is asked."""
    if given is not None:
        return given if "://" in given else store.uri(given)
    found = [each.key for each in store.list(f"{folder}model.")]
    if len(found) > 1:
        raise InvalidInputError(
            f"{len(found)} models: {', '.join(key.rsplit('/', 1)[-1] for key in found)}",
            where=store.uri(folder),
            expected="one model's file, such as model.tar.gz",
            mend="Delete the others.",
        )
    return store.uri(found[0]) if found else None
