"""Small dbt projects, written by a test into its folder and run as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write texts under their relative paths; return the folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder


def run(
    *command: object, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; return its exit code and output, whatever comes of it."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def run_dbt(folder: Path, *command: str) -> None:
    """Run dbt on the project in `folder`, which must succeed."""
    done = run(Path(sys.executable).with_name("dbt"), "--no-use-colors", *command, folder=folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
