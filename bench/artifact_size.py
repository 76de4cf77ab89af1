"""Unzipped size of what Lambda gets: each function's code and its layers, limit 250 MiB."""

from collections.abc import Iterator

from bench.data import temporary_folder
from bench.layers import ROOT, layers_by_function, make_layers, size
from bench.results import Limit, Options, Row, skipped
from tools.layer import LayerError

LIMIT = Limit(170, 120, "MiB")
LIMIT_OF_EXPLAIN_MODEL = Limit(230, 120, "MiB")


def run(_options: Options) -> Iterator[Row]:
    """A row for each function: its own package and layers, compiled modules included."""
    with temporary_folder() as folder:
        try:
            made = {name: size(packages) for name, packages in make_layers(folder).items()}
        except LayerError as error:
            yield skipped("code and layers", LIMIT, str(error))
            return
        for name, layers in sorted(layers_by_function().items()):
            limit = LIMIT_OF_EXPLAIN_MODEL if name == "explain_model" else LIMIT
            code = size(ROOT / "functions" / name)
            parts = ", ".join(f"{layer} {made[layer]:.1f}" for layer in layers)
            yield Row(name, limit, code + sum(made[layer] for layer in layers), f"{parts}, code {code:.2f} MiB")
