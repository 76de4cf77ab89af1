"""A model that is the user's own function: imported from a folder, called with rows, its errors shown as the user's.

    def predict(rows, features):
        '''rows: a list of lists, a cell for each feature: a float, a text, True, False, or None where it is missing.
        features: their names. Returns a number for each row, or a list of numbers, one for each output.'''

A function with one parameter gets the rows alone.
"""

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import Cells, Model

_EXPECTED = "module:function, for example scoring:predict for the function predict in scoring.py"
_ALL = 2
"""Parameters of a function that gets the features' names, too."""


@dataclass
class OwnPredictor:
    """A `NamedModel` of explanations.

    Attributes:
        name: module:function.
        file: Where it is written.
        etag: Of that file's bytes; other files that it imports are not looked at.
        answered: How many rows it has answered.
    """

    name: str
    function: Callable[..., object]
    file: str
    etag: str
    answered: int = field(default=0, init=False)

    def __call__(self, features: Sequence[str]) -> Model:
        """Asks the function; an error of it is an InvalidInputError that says where."""
        return lambda rows: self._answers(rows, features)

    def _answers(self, rows: Cells, features: Sequence[str]) -> object:
        listed = [[_plain(cell) for cell in row] for row in rows.tolist()]
        given = (listed, list(features)) if self._takes_features else (listed,)
        with _users_errors(self.name, self.file, "failed"):
            found = self.function(*given)
            found = list(found) if isinstance(found, Iterator) else found
        self.answered += len(listed)
        return found

    @property
    def _takes_features(self) -> bool:
        try:
            parameters = inspect.signature(self.function).parameters.values()
        except (TypeError, ValueError):  # written in C
            return False
        placed = [each for each in parameters if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
        return len(placed) >= _ALL or any(each.kind is each.VAR_POSITIONAL for each in parameters)


def load_predictor(name: str, folder: Path) -> OwnPredictor:
    """Imports the function; the folder comes first on the path.

    Raises:
        InvalidInputError: not module:function, no such module or function, or the module failed when it was imported.
    """
    module_name, colon, function_name = name.partition(":")
    if not colon or not function_name or not all(part.isidentifier() for part in module_name.split(".")):
        raise InvalidInputError(f"{name!r} is not module:function", where="--predictor", expected=_EXPECTED)
    place = str(folder.resolve())
    if place not in sys.path:
        sys.path.insert(0, place)
    importlib.invalidate_caches()
    try:
        with _users_errors(name, "", "could not be imported"):
            module = importlib.import_module(module_name)
    except InvalidInputError as error:
        missing = isinstance(error.__cause__, ModuleNotFoundError) and error.__cause__.name in module_name.split(".")
        if missing:
            raise InvalidInputError(
                f"there is no module {module_name}",
                where="--predictor",
                expected=f"{module_name.replace('.', '/')}.py in {place}, or an installed module",
                mend="Go to the folder of the file, or correct the name.",
            ) from None
        raise
    function = getattr(module, function_name, None)
    file = getattr(module, "__file__", None) or ""
    if not callable(function):
        there = [each for each, value in vars(module).items() if inspect.isfunction(value) and not each.startswith("_")]
        raise InvalidInputError(
            f"{module_name} has no function {function_name}",
            where=file,
            expected=f"one of {', '.join(sorted(there)[:10])}" if there else "a function",
            mend="Correct the name.",
        )
    body = Path(file).read_bytes() if file and Path(file).is_file() else name.encode()
    return OwnPredictor(name, function, file, sha256(body).hexdigest()[:32])


@contextmanager
def _users_errors(name: str, file: str, what: str) -> Iterator[None]:
    """Errors of the user's code, with its file and line."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except (Exception, SystemExit) as error:
        place = _place(error) or file or name
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise InvalidInputError(
            f"your function {name} {what}: {said}",
            where=place,
            expected="a function that takes rows and features, and returns a number for each row",
            mend="Correct it there; work that is done is kept.",
        ) from error


def _place(error: BaseException) -> str:
    """`file, line n` of the innermost frame of the user's own code: not of ours, nor of a library."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    libraries = ("site-packages", "dist-packages", "<frozen", str(Path(inspect.__file__).parent), _OURS)
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(part in frame.filename for part in libraries)
    ]
    return f"{own[-1].filename}, line {own[-1].lineno}" if own else ""


_OURS = str(Path(__file__).parents[2])


def _plain(cell: object) -> object:
    return None if isinstance(cell, float) and np.isnan(cell) else cell
