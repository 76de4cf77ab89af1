"""Driftline: the files of a data set → analysis.json and groups.json of the bias monitor, as suggest_baseline does."""

import sys
from pathlib import Path

from measuring import measured

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "driftline"))

from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.suggest_baseline import suggest_baseline


class Nobody:
    """Operators that need not be told."""

    def notify(self, subject: str, text: str) -> None:
        raise AssertionError(subject, text)


def main(folder: str) -> None:
    store = FolderStore(Path(folder))
    KINDS.named("model_bias").engine  # noqa: B018 - imports are not measured
    with measured():
        found = suggest_baseline(
            "loans",
            "model_bias",
            store=store,
            tables=DuckTables(),
            operators=Nobody(),
            kinds=KINDS,
            predictor=None,
            explaining=explaining(),
        )
    assert set(found.files) == {"analysis.json", "groups.json"}, found.files


if __name__ == "__main__":
    main(*sys.argv[1:])
