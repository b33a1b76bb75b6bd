"""Generated raw files and built warehouses, made once per session for the same arguments.

That is once for all workers of xdist together: whoever comes second waits for the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from project import ROOT, WAREHOUSE_NAME, Run, parsed_folder, run_dbt

Generate = Callable[..., Path]
Build = Callable[..., Run]
Manifest = dict[str, Any]

SAMPLE = ROOT / "seeds" / "ods"
# The folder of a build of the sample with every test, and of what scripts/build_warehouse.py wrote
# of it into `output`, if there is one already: `make test`.
SAMPLE_BUILT = "COUPON_RFM_TESTS_SAMPLE_BUILT"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, so that no worker is left with one when the others have ended."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session, the same for all workers."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "shared"


def made_once(folder: Path, key: str, make: Callable[[Path], object]) -> Path:
    """The subfolder for a key, which `make` fills for the first who asks."""
    made = folder / hashlib.sha256(key.encode()).hexdigest()[:16]
    made.mkdir(parents=True, exist_ok=True)
    with (made / "made").open("a+", encoding="utf-8") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        if os.fstat(mark.fileno()).st_size == 0:
            make(made)
            mark.write(key)
    return made


@pytest.fixture(scope="session")
def generate(shared_folder: Path) -> Generate:
    """`generate(seed=1, sends=5000)`: the folder that scripts/generate_ods.py writes."""

    def make(**options: object) -> Path:
        key = json.dumps(options, sort_keys=True, default=str)
        made = made_once(shared_folder, key, lambda made: generate_ods(made / "ods", **options))
        return made / "ods"

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


def content(folder: Path) -> str:
    """A digest of all that a folder of raw files holds."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        held = os.readlink(path).encode() if path.is_symlink() else b""
        held = path.read_bytes() if path.is_file() else held
        digest.update(f"{name}\n{len(held)}\n".encode() + held)
    return digest.hexdigest()


@pytest.fixture(scope="session")
def build(shared_folder: Path) -> Build:
    """`build(ods_path, variables)`: a successful build, made once for the same files and arguments.

    Several tests and processes may look at it, so whoever changes or opens it for writing takes a
    copy. The data tests of the project run too only `with_checks=True`: they take longer than the
    models.
    """

    def make(
        ods_path: Path,
        variables: Mapping[str, Any] | None = None,
        *,
        with_checks: bool = False,
        options: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        if ods_path == SAMPLE and not variables and not options and SAMPLE_BUILT in os.environ:
            folder = Path(os.environ[SAMPLE_BUILT]).absolute()
            return Run(0, "", folder / WAREHOUSE_NAME, folder)
        command = ("build", *(() if with_checks else ("--selector", "models")), *options)

        def run(folder: Path) -> None:
            run_dbt(command, ods_path, folder, variables, environment).require_success()

        key = repr((ods_path.name, content(ods_path), variables or {}, command, environment))
        return Run.of(made_once(shared_folder, key, run))

    return make


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    """The manifest of the checkout: what dbt has parsed."""
    return json.loads((parsed_folder() / "manifest.json").read_text(encoding="utf-8"))
