"""PySpark on this machine, two threads: the work of Deequ's profiler, which SageMaker Model Monitor runs on Spark.

First pass, all columns: rows, missing values, types by Deequ's regular expressions, distinct values (HyperLogLog);
numeric columns also mean, standard deviation, minimum, maximum and deciles from a quantile sketch. Second pass: a
histogram of the columns with at most 120 distinct values. The start of the session is not in the figures.
"""

import os
import sys
from pathlib import Path

from measuring import measured, peak_memory
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as fn

COLUMNS = [f"c{n}" for n in range(30)]
NUMBERS = COLUMNS[:25]
MAX_CATEGORIES = 120
FRACTIONAL = r"^(-|\+)? ?\d+((\.\d+)|((?:\.\d+)?[Ee][-+]?\d+))$"
INTEGRAL = r"^(-|\+)? ?\d+$"
BOOLEAN = r"^(true|false)$"
SCHEMA = """captureData struct<
    endpointInput: struct<observedContentType: string, data: string, encoding: string>,
    endpointOutput: struct<observedContentType: string, data: string, encoding: string>>"""


def session() -> SparkSession:
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def statistics_of(name: str) -> list[Column]:
    text = fn.col(name)
    found = [
        fn.count(text).alias(f"{name}_present"),
        fn.approx_count_distinct(text).alias(f"{name}_distinct"),
        *(
            fn.sum(text.rlike(pattern).cast("long")).alias(f"{name}_{kind}")
            for kind, pattern in (("fractional", FRACTIONAL), ("integral", INTEGRAL), ("boolean", BOOLEAN))
        ),
    ]
    if name in NUMBERS:
        number = text.cast("double")
        found += [
            fn.avg(number),
            fn.stddev_pop(number),
            fn.min(number),
            fn.max(number),
            fn.percentile_approx(number, [tenth / 10 for tenth in range(1, 10)], 2048),
        ]
    return found


def profile(spark: SparkSession, paths: list[str]) -> None:
    records = spark.read.schema(SCHEMA).json(paths)
    joined = fn.concat_ws(",", "captureData.endpointOutput.data", "captureData.endpointInput.data")
    cells = records.select(fn.split(joined, ",").alias("cells"))
    rows = cells.select(*(fn.nullif(fn.col("cells")[n], fn.lit("")).alias(name) for n, name in enumerate(COLUMNS)))
    first = rows.agg(fn.count(fn.lit(1)), *(column for name in COLUMNS for column in statistics_of(name))).collect()[0]
    few = [name for name in COLUMNS if first[f"{name}_distinct"] <= MAX_CATEGORIES]
    pairs = fn.explode(
        fn.array(*(fn.struct(fn.lit(name).alias("column"), fn.col(name).alias("value")) for name in few))
    )
    rows.select(pairs.alias("pair")).groupBy("pair.column", "pair.value").count().collect()


def cpu_seconds(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    spark = session()
    # The launcher replaces itself by Java, so its process id is the JVM's.
    jvm = str(spark.sparkContext._gateway.proc.pid)  # noqa: SLF001 - no public way to the JVM's process
    started = cpu_seconds(jvm)
    with measured() as others:
        profile(spark, sys.argv[1:])
        others["cpu_seconds"] = cpu_seconds(jvm) - started
        others["peak_rss_mb"] = peak_memory(jvm)
    spark.stop()
