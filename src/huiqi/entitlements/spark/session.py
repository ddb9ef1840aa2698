"""The cluster: a session on a master, with the settings that results or messages rest on."""

from __future__ import annotations

import os
import sys

from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

ROWS = 1 << 16  # rows that go to a worker process at a time
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",  # a moment's day is the one that the file gives it, wherever the cluster stands
    "spark.sql.caseSensitive": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS),
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
    "spark.sql.maxConcurrentOutputFileWriters": "4",  # rows and sums go to their files as they come, unsorted
    "spark.sql.parquet.compression.codec": "zstd",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",  # run.json is the mark
}


def open_session(master: str | None = None, settings: dict[str, str] | None = None) -> SparkSession:
    """A session on a master (`local[2]`, `yarn`, `spark://...`, `k8s://...`); without one on that of spark-submit, or on this machine."""
    builder = SparkSession.builder.appName("huiqi")
    if master is not None:
        builder = builder.master(master)
    if master is None or master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # elsewhere this path may lead nowhere
        builder = builder.config("spark.ui.enabled", "false")
    for name, value in (settings or {}).items():
        builder = builder.config(name, value)
    try:
        session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    except PySparkRuntimeError as error:  # there is no Java, or it did not come up
        said = str(error).splitlines()[0]
        raise FaultyInput(
            [Problem("spark.no-session", f"Spark does not start: {said}", NOWHERE, "it needs Java 17 or newer: look at JAVA_HOME")]
        ) from None
    session.sparkContext.setLogLevel("FATAL")  # what went wrong is told as a problem
    return session


def with_settings(session: SparkSession) -> SparkSession:
    """A session of its own on the same cluster, with our settings; those of the given one stay as they are."""
    own = session.newSession()
    for name, value in _SETTINGS.items():
        own.conf.set(name, value)
    return own
