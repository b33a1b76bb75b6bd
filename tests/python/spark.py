"""Spark in tests: the target spark_local with a catalog in memory and a JVM that starts fast."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from coupon_rfm.spark.java import require_spark

# What compiles longer and collects garbage in parallel pays only in long runs.
FAST_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m"


def why_not() -> str:
    """Why Spark cannot run here, '' where it can."""
    try:
        require_spark()
    except click.ClickException as error:
        return error.message
    return ""


WHY_NOT = why_not()
needs_spark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


def spark_environment(folder: Path, tasks: int = 1) -> dict[str, str]:
    """The variables of a Spark of its own, with everything it writes in `folder`."""
    return {
        "COUPON_RFM_TARGET": "spark_local",
        "COUPON_RFM_SPARK_MASTER": "local[2]",
        "COUPON_RFM_SPARK_MEMORY": "2g",
        "COUPON_RFM_SPARK_CATALOG": "in-memory",
        "COUPON_RFM_SPARK_WAREHOUSE": str(folder / "spark"),
        "COUPON_RFM_SPARK_SHUFFLE_PARTITIONS": str(tasks),
        "JDK_JAVA_OPTIONS": FAST_START,
    }
