"""Settings: every unit test pins those that its model reads."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from project import ROOT, run_dbt

SETTING = re.compile(r"""\bsetting\(\s*['"](\w+)['"]""")
# What the check of a setting reads besides (macros/check).
READ_BY_CHECKS = {"rfm_window_days": {"rfm_thresholds"}}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("manifest")
    run = run_dbt(["parse"], ROOT / "seeds" / "ods", folder).require_success()
    return json.loads((run.target / "manifest.json").read_text(encoding="utf-8"))


def macros_behind(manifest: dict[str, Any], names: list[str]) -> set[str]:
    """The macros of this project that these call, on any engine; without those that check."""
    macros, found, waiting = manifest["macros"], set(), list(names)
    while waiting:
        macro = macros.get(waiting.pop())
        if macro is None or macro["unique_id"] in found:
            continue
        if macro["package_name"] != "coupon_rfm" or macro["name"] == "setting":
            continue
        found.add(macro["unique_id"])
        waiting += macro["depends_on"]["macros"]
        waiting += [name for name in macros if name.endswith(f"__{macro['name']}")]
    return found


def settings_read(manifest: dict[str, Any], model: dict[str, Any]) -> set[str]:
    """The settings that a model reads, itself and through macros."""
    macros = macros_behind(manifest, model["depends_on"]["macros"])
    texts = [model["raw_code"], *(manifest["macros"][name]["macro_sql"] for name in macros)]
    names = {name for text in texts for name in SETTING.findall(text)}
    return names.union(*(READ_BY_CHECKS.get(name, set()) for name in names))


def test_every_unit_test_pins_the_settings_that_its_model_reads(manifest: dict[str, Any]) -> None:
    read = {
        node["name"]: settings_read(manifest, node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    assert {"as_of_date", "business_timezone", "rfm_levels"} <= set().union(*read.values())
    forgotten = {
        test["name"]: sorted(missing)
        for test in manifest["unit_tests"].values()
        if (missing := read[test["model"]] - (test["overrides"] or {}).get("vars", {}).keys())
    }
    assert not forgotten, f"add these to overrides.vars of the unit tests: {forgotten}"
