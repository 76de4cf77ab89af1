"""One analysis, made here: what SageMaker's processing job would have made of the same analysis_config.json."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from driftline.adapters.by_hand.explaining import located
from driftline.adapters.folder.data_files import data_files
from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError
from driftline.kinds.analyst import Wishes
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.sagemaker.clarify.analysis_config import FILE
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.data_format import data_only, format_of
from driftline.sagemaker.clarify.model_config import names_file
from driftline.sagemaker.fields import Config, encoded
from driftline.sagemaker.locations import below, check_output, local_files, write
from driftline.sagemaker.models import endpoints_of, models_of
from driftline.usecases.analyses.analyse import WholeAnalysis, analyse
from driftline.usecases.analyses.model_file import by_file
from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.explanations.requested import RequestedExplanations
from driftline.usecases.explanations.solve import Solver
from driftline.usecases.pages.render_report import PAGE

_ANY = 1_000_000
"""Requests: a model's file takes none."""

_log = logging.getLogger("driftline.sagemaker")


@dataclass(frozen=True, slots=True)
class Limits:
    """Attributes: rows: To explain; None: 10,000 of a model's file, 300 of an endpoint. requests: To an endpoint."""

    rows: int | None = None
    requests: int = 1_000


def check_places(data: DataConfig, session: object) -> None:
    """Raises InvalidInputError: results would go where the stack's own files are."""
    check_output(data.s3_output_path, session, "s3_output_path")
    if data.s3_analysis_config_output_path is not None:
        check_output(data.s3_analysis_config_output_path, session, "s3_analysis_config_output_path")


def write_config(data: DataConfig, config: Config, session: object) -> str:
    """Writes analysis_config.json; returns its place."""
    place = below(data.s3_analysis_config_output_path or data.s3_output_path, FILE)
    write(place, encoded(config), session)
    return place


def analysed(data: DataConfig, config: Config, session: object, limits: Limits) -> Mapping[str, str]:
    """Makes the analysis and writes its files; returns their places by name.

    Raises:
        InvalidInputError: the configuration cannot be used, or the data set or the model does not fit. Nothing is
            written then.
    """
    check_places(data, session)
    with local_files(data.s3_data_input_path, session) as found:
        made = _made(data, config, found, session, limits)
    files = {**made.files, PAGE: render(page_view(made.report, over_time=None))}
    places = {FILE: write_config(data, config, session)}
    for name, body in files.items():
        places[name] = below(data.s3_output_path, name)
        write(places[name], body, session)
    for part in made.parts.values():
        _log.info("%s", part.headline)
        for reason, rows in part.unusable.items():
            _log.warning("not used: %s: %d", reason, rows)
    for note in made.notes:
        _log.warning("%s", note)
    return places


def model_file(config: Config) -> str | None:
    """Where the model's file is; None: there is none."""
    name = config.get("predictor", {}).get("model_name")
    return located(name) if name is not None and names_file(name) else None


def _made(
    data: DataConfig, config: Config, found: Mapping[str, Path], session: object, limits: Limits
) -> WholeAnalysis:
    files = data_only(found)
    if not files:
        raise InvalidInputError("no data set", where=data.s3_data_input_path, expected="a file with rows")
    models, endpoints = models_of(session), endpoints_of(session)
    file, body = model_file(config), encoded(config)
    by = by_file(body, file, models.read(file), FILE) if file is not None else None
    wishes = Wishes(most_rows=limits.rows, most_requests=limits.requests, read=models.read)
    if by is not None:
        body = by.config
        wishes = replace(wishes, model=by.model, features=by.features, most_requests=_ANY)
    with TemporaryDirectory(prefix="driftline-") as scratch:
        store = FolderStore(scratch, "explained")
        explained = RequestedExplanations(store, "analysis", models, Solver(models, endpoints))
        rows = data_files(list(files.values()), None, by.answers if by is not None else endpoints, explained)
        rows = replace(rows, options=DatasetFormat.model_validate(format_of(data, files)))
        try:
            made = analyse(body, rows, where=FILE, kinds=KINDS, wishes=wishes)
        except InvalidInputError as error:
            raise _in_a_notebook(error) from None
        for each in rows.assumed:
            _log.warning("%s", each)
        return made


def _in_a_notebook(error: InvalidInputError) -> InvalidInputError:
    """Fixes that name options of the command line."""
    mend = error.mend.replace("--most-requests", "most_requests of the processor").replace(
        "--rows", "most_rows of the processor"
    )
    return InvalidInputError(error.what, where=error.where, expected=error.expected, mend=mend)
