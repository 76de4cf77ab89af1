"""Names of columns in a document that contradict each other: a name that no column has would be without effect."""

from collections.abc import Iterator, Sequence

from driftline.domain.monitors.document import Columns, MonitorDocument
from driftline.domain.monitors.problem import DocumentProblem
from driftline.domain.spelling import did_you_mean


def column_problems(document: MonitorDocument) -> Iterator[DocumentProblem]:
    """In the order of the document."""
    columns = document.columns
    if columns is None:
        return
    yield from _in_list("categorical", columns.categorical, columns)
    yield from _in_list("exclude", columns.exclude, columns)
    yield from _in_list("strict", columns.strict, columns)
    for index, name in enumerate(columns.exclude):
        if name in columns.categorical:
            path = ("columns", "exclude", index)
            yield DocumentProblem(path, f"{name!r} is both categorical and excluded", "one of them")
        if name in columns.strict:
            path = ("columns", "exclude", index)
            yield DocumentProblem(path, f"{name!r} is both strict and excluded", "one of them")
    names = (*columns.output, *columns.input)
    if columns.output and columns.input and set(names) <= set(columns.exclude):
        yield DocumentProblem(("columns", "exclude"), "all columns are excluded", "at least one column that is left")
    yield from _needed(document, columns)


def _in_list(field: str, listed: Sequence[str], columns: Columns) -> Iterator[DocumentProblem]:
    """Without the names of both sides, captures and data set may have others than the document."""
    names = (*columns.output, *columns.input) if columns.output and columns.input else ()
    for index, name in enumerate(listed):
        path = ("columns", field, index)
        if name in listed[:index]:
            yield DocumentProblem(path, f"{name!r} is listed twice", "each name once")
        elif names and name not in names:
            allowed = "a name of columns.output or columns.input"
            yield DocumentProblem(path, f"{name!r} is not a column", allowed, did_you_mean(name, names))


def _needed(document: MonitorDocument, columns: Columns) -> Iterator[DocumentProblem]:
    for monitor, settings in document.monitors.by_name().items():
        for field, attribute in settings.attributes.items():
            name = _name_of(attribute, columns.output)
            if name in columns.exclude:
                yield DocumentProblem(
                    ("monitors", monitor, field),
                    f"{attribute!r} is the column {name}, which columns.exclude leaves out",
                    "a column that is not excluded",
                )


def _name_of(attribute: str, outputs: Sequence[str]) -> str:
    """An index is one of the endpoint's output."""
    index = int(attribute) if attribute.isdecimal() else len(outputs)
    return outputs[index] if index < len(outputs) else attribute
