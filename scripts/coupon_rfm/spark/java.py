"""Checks that Spark can start here: its Python packages and a Java runtime.

`python scripts/coupon_rfm/spark/java.py` exits with 1 and one sentence when it cannot.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

PACKAGES = ("pyspark", "dbt-spark", "PyHive")
OLDEST_JAVA = 17
# The launcher of pyspark 4.3 adds this module; runtimes trimmed with jlink lack it.
NEEDED_MODULE = "jdk.incubator.vector"
INSTALL_JAVA = (
    "install openjdk-17-jre-headless (Debian, Ubuntu) or any full JDK or JRE 17 or 21, "
    "and name its folder in JAVA_HOME if it is not the `java` on the PATH."
)


@click.command(help=__doc__)
def main() -> None:
    """Check everything that Spark needs."""
    require_spark()


def require_spark() -> None:
    """Stop when Spark cannot start here.

    Raises:
        click.ClickException: a Python package or Java is missing; says what to install.
    """
    require_packages()
    require_java()


def require_packages() -> None:
    """Stop when the Python packages of the Spark targets are not installed.

    Raises:
        click.ClickException: names those that are missing and how to install them.
    """
    missing = [package for package in PACKAGES if not _is_installed(package)]
    if missing:
        raise click.ClickException(
            f"Spark is not installed in this environment ({', '.join(missing)} missing): "
            "run `make spark`, or `pip install -r requirements-spark.txt`."
        )


def require_java() -> None:
    """Stop when there is no full Java runtime that Spark runs on.

    Raises:
        click.ClickException: says what was found, if anything, and what to install.
    """
    java = _java()
    number = _java_version(java)
    if number < OLDEST_JAVA:
        raise click.ClickException(
            f"Spark needs Java {OLDEST_JAVA} or newer and {java} is Java {number}: {INSTALL_JAVA}"
        )
    if NEEDED_MODULE not in _output(java, "--list-modules"):
        raise click.ClickException(
            f"Spark needs a full Java runtime and {java} is a trimmed one without the module "
            f"{NEEDED_MODULE}: {INSTALL_JAVA}"
        )


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _java() -> str:
    """Return the `java` that the scripts of Spark will run: of JAVA_HOME, else of the PATH."""
    home = os.environ.get("JAVA_HOME")
    if home:
        java, place = shutil.which(Path(home) / "bin" / "java"), f"in JAVA_HOME, {home}"
    else:
        java, place = shutil.which("java"), "on the PATH, and JAVA_HOME is not set"
    if java is None:
        raise click.ClickException(f"Spark needs Java and there is none {place}: {INSTALL_JAVA}")
    return java


def _java_version(java: str) -> int:
    """Return the number that people call it by: 8 for 1.8.0_392, 17 for 17.0.15."""
    found = re.search(r'version "(?:1\.)?(\d+)', _output(java, "-version"))
    if found is None:  # the stub of macOS, for one
        raise click.ClickException(
            f"Spark needs Java and {java} does not tell its version: {INSTALL_JAVA}"
        )
    return int(found[1])


def _output(*command: str) -> str:
    """Return what a command prints, on whichever stream."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError:  # not a program of this machine
        return ""
    return done.stdout


if __name__ == "__main__":
    main()
