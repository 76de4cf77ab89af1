"""The data of each tutorial, laid out as a reader gets them from where they were published."""

import gzip
from collections.abc import Callable
from pathlib import Path

type LayOut = Callable[[Path, Path], None]


def bike_sharing(shared: Path, folder: Path) -> None:
    """UCI's archive 275, unpacked."""
    (folder / "hour.csv").write_bytes(gzip.decompress((shared / "bike_sharing" / "hour.csv.gz").read_bytes()))


def bank_marketing(shared: Path, folder: Path) -> None:
    """The table of UCI's archive 222."""
    packed = shared / "bank_marketing" / "bank-additional-full.csv.gz"
    (folder / "bank-additional-full.csv").write_bytes(gzip.decompress(packed.read_bytes()))


def adult(shared: Path, folder: Path) -> None:
    """The file of evidentlyai/evidently."""
    (folder / "adults.parquet").write_bytes((shared / "adult" / "adults.parquet").read_bytes())


def churn(shared: Path, folder: Path) -> None:
    """Two files of SageMaker's examples."""
    for name in ("training-dataset-with-header.csv", "validation-dataset-with-header.csv"):
        (folder / name).write_bytes((shared / "churn_sagemaker" / name).read_bytes())


def taxis(shared: Path, folder: Path) -> None:
    """The folder black-belt-part2 of aws-samples/aws-ml-jp, as far as the data have it."""
    reports = shared / "nyc_taxi_15min_sagemaker" / "sagemaker_reports"
    for file in reports.rglob("*.json*"):
        monitor, day, name = file.relative_to(reports).parts
        dated = "baseline" if day == "baseline" else f"reports/{day.replace('-', '/')}/01"
        target = folder / f"{monitor}_samples" / dated / name.removesuffix(".gz")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes())


DATA: dict[str, LayOut] = {
    "bank-marketing": bank_marketing,
    "batch-transform": churn,
    "census": adult,
    "fastapi": bike_sharing,
    "pipeline": bike_sharing,
    "taxis": taxis,
}
"""By the name of the tutorial."""
