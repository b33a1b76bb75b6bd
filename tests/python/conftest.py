"""Generated raw files and built warehouses, made once per session for the same arguments."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from project import ROOT, Run, run_dbt

Generate = Callable[..., Path]
Build = Callable[..., Run]


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("coupon_rfm")


@pytest.fixture(scope="session")
def generate(session_folder: Path) -> Generate:
    """`generate(seed=1, sends=5000)`: the folder that scripts/generate_ods.py writes."""
    made: dict[str, Path] = {}

    def make(**options: object) -> Path:
        key = json.dumps(options, sort_keys=True, default=str)
        if key not in made:
            made[key] = generate_ods(session_folder / f"ods_{len(made)}", **options)
        return made[key]

    return make


def generate_ods(folder: Path, **options: object) -> Path:
    """Write generated raw files into `folder`; a boolean is a flag, all else takes a value."""
    arguments = [sys.executable, str(ROOT / "scripts" / "generate_ods.py"), "--out", str(folder)]
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            arguments.append(option)
        elif value is not False:
            arguments += [option, str(value)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def build(session_folder: Path) -> Build:
    """`build(ods_path, variables)`: a successful build, made once for the same arguments.

    The data tests of the project run too only `with_checks=True`: they take longer than the models.
    """
    built: dict[str, Run] = {}

    def make(
        ods_path: Path,
        variables: Mapping[str, Any] | None = None,
        *,
        with_checks: bool = False,
        options: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        command = ("build", *(() if with_checks else ("--selector", "models")), *options)
        key = repr((str(ods_path), variables or {}, command, environment))
        if key not in built:
            folder = session_folder / f"run_{len(built)}"
            built[key] = run_dbt(command, ods_path, folder, variables, environment)
        return built[key].require_success()

    return make
