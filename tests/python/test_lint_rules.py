"""Every rule of dbt-bouncer.yml fires: a clean small project passes, each violation is found.

All violations go into one manifest, each as a copy of a clean model with one fault, so that one
run of dbt-bouncer proves them all.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from small_project import run, run_dbt, write_files

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "dbt-bouncer.yml"
BOUNCER = Path(os.environ.get("COUPON_RFM_BOUNCER", ROOT / ".venv-bouncer/bin/dbt-bouncer"))

pytestmark = pytest.mark.skipif(
    not BOUNCER.exists() and "COUPON_RFM_BOUNCER" not in os.environ,
    reason="dbt-bouncer is not installed: make test installs it",
)

PROJECT_FILES = {
    "dbt_project.yml": """
        name: coupon_rfm
        profile: lint
        flags: {send_anonymous_usage_stats: false}
        models: {+materialized: table}
        on-run-start: [create or replace table main.raw_thing as select 1 as thing_id]
        """,
    "profiles.yml": """
        lint: {target: local, outputs: {local: {type: duckdb, path: lint.duckdb}}}
        """,
    "models/ods/_sources.yml": """
        sources:
          - name: raw
            schema: main
            description: Raw files.
            tables: [{name: thing, identifier: raw_thing, description: Raw things.}]
        """,
    "models/exposure.yml": """
        exposures:
          - name: page
            type: dashboard
            description: The page that people read.
            owner: {name: nobody}
            depends_on: [ref('ads_thing')]
        """,
    "macros/one.sql": "{% macro one() %}1{% endmacro %}",
    "macros/one.yml": "{macros: [{name: one, description: The number one.}]}",
    "seeds/level.csv": "thing_id\n1\n",
    "seeds/level.yml": """
        seeds:
          - name: level
            description: Levels.
            columns: [{name: thing_id, description: The thing.}]
        """,
}
UPSTREAM = {
    "ods_thing": "source('raw', 'thing')",
    "dim_thing": "ref('ods_thing')",
    "dwd_thing": "ref('ods_thing')",
    "dws_thing": "ref('dwd_thing')",
    "ads_thing": "ref('dws_thing')",
}
MODEL_YAML = """
    models:
      - name: NAME
        description: Things, one row each.
        config: {contract: {enforced: true}}
        columns:
          - name: thing_id
            description: The thing.
            data_type: integer
            data_tests:
              - unique:
                  name: NAME__key
                  config: {meta: {test_id: NAME, name_zh: 主键唯一, expected: 不合格行数 = 0}}
    """


Artifacts = dict[str, Any]
# What a layer may read, beside the sources (ods) and the seeds (dim, ads).
LAW = {
    "ods": set(),
    "dim": {"ods", "dim"},
    "dwd": {"ods", "dim", "dwd"},
    "dws": {"dwd", "dim", "dws"},
    "ads": {"dws", "dim"},
}
READS_SEEDS = {"dim", "ads"}


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    """The manifest and the catalog of the clean project."""
    folder = write_files(tmp_path_factory.mktemp("lint"), PROJECT_FILES)
    for name, upstream in UPSTREAM.items():
        path = f"models/{name.split('_')[0]}/{name}"
        sql = f"select thing_id from {{{{ {upstream} }}}}\n"
        write_files(folder, {f"{path}.sql": sql, f"{path}.yml": MODEL_YAML.replace("NAME", name)})
    run_dbt(folder, "build")
    run_dbt(folder, "docs", "generate")
    return {
        name: json.loads((folder / f"target/{name}.json").read_text(encoding="utf-8"))
        for name in ("manifest", "catalog")
    }


def bounce(artifacts: Artifacts, folder: Path) -> list[dict[str, Any]]:
    """Run dbt-bouncer with the project's rules on these artifacts; return what failed."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    config["dbt_artifacts_dir"] = "."
    files = {f"{name}.json": json.dumps(content) for name, content in artifacts.items()}
    write_files(folder, {**files, "dbt-bouncer.yml": yaml.safe_dump(config)})
    options = ("--output-file", "failed.json", "--output-only-failures")
    done = run(BOUNCER, "run", *options, folder=folder)
    failed = json.loads((folder / "failed.json").read_text(encoding="utf-8"))
    assert done.returncode == (1 if failed else 0), done.stdout + done.stderr
    return failed


class Violations:
    """Artifacts into which violations are put, and what dbt-bouncer must say about each."""

    def __init__(self, artifacts: Artifacts) -> None:
        self.artifacts = copy.deepcopy(artifacts)
        self.manifest = self.artifacts["manifest"]
        self.expected: set[tuple[str, str]] = set()
        self.permitted: set[tuple[str, str]] = set()

    def model(self, check: str, name: str, like: str, **changes: Any) -> None:
        """Add a copy of a clean model with one fault."""
        node = self._copy("nodes", f"model.coupon_rfm.{like}", f"model.coupon_rfm.{name}", changes)
        node["name"] = name
        if "original_file_path" not in changes:
            node["original_file_path"] = f"models/{like.split('_')[0]}/{name}.sql"
        self.expected.add((check, node["unique_id"]))

    def reader(self, layer: str, upstream: str, check: str, permitted: bool) -> None:
        """Add a model of the layer that reads `upstream`."""
        name = f"{layer}_reads_{upstream.split('.')[-1]}"
        self.model(check, name, f"{layer}_thing", depends_on={"macros": [], "nodes": [upstream]})
        if permitted:
            self.expected.remove((check, f"model.coupon_rfm.{name}"))
            self.permitted.add((check, f"model.coupon_rfm.{name}"))

    def resource(
        self, check: str, kind: str, unique_id: str, suffix: str = "_broken", **changes: Any
    ) -> None:
        """Add a copy of another resource with one fault."""
        broken = self._copy(kind, unique_id, unique_id + suffix, changes)
        broken["name"] += suffix
        self.expected.add((check, broken["unique_id"]))

    def catalog_column(self, check: str, unique_id: str) -> None:
        """Give a relation a column that its YAML does not list."""
        kept = self._copy("nodes", unique_id, f"{unique_id}_wider", {})
        kept["name"] += "_wider"
        relation = copy.deepcopy(self.artifacts["catalog"]["nodes"][unique_id])
        relation["unique_id"] = kept["unique_id"]
        relation["columns"]["extra"] = {"type": "INTEGER", "index": 2, "name": "extra"}
        self.artifacts["catalog"]["nodes"][kept["unique_id"]] = relation
        self.expected.add((check, kept["unique_id"]))

    def _copy(self, kind: str, like: str, unique_id: str, changes: Artifacts) -> Artifacts:
        node = copy.deepcopy(self.manifest[kind][like]) | changes | {"unique_id": unique_id}
        self.manifest[kind][unique_id] = node
        return node


def break_lineage(into: Violations) -> None:
    for layer, permitted in LAW.items():
        for upstream in LAW:
            into.reader(
                layer,
                f"model.coupon_rfm.{upstream}_thing",
                "check_lineage_permitted_upstream_models",
                permitted=upstream in permitted,
            )
        into.reader(
            layer,
            "source.coupon_rfm.raw.thing",
            "check_lineage_source_cannot_be_used",
            permitted=layer == "ods",
        )
        into.reader(
            layer,
            "seed.coupon_rfm.level",
            "check_lineage_seed_cannot_be_used",
            permitted=layer in READS_SEEDS,
        )


def break_names(into: Violations) -> None:
    for path in ("models/staging/stg_thing.sql", "models/loose.sql"):
        name = Path(path).stem
        into.model("check_model_directories", name, "ods_thing", original_file_path=path)
    for layer in LAW:
        into.model("check_model_names", f"x{layer}_thing", f"{layer}_thing")
        into.model("check_model_names", f"{layer}_Thing", f"{layer}_thing")
        into.model("check_model_names", f"my_{layer}", f"{layer}_thing")


def break_descriptions(into: Violations) -> None:
    column = into.manifest["nodes"]["model.coupon_rfm.ads_thing"]["columns"]["thing_id"]
    blank = {"thing_id": column | {"description": ""}}
    into.model("check_model_description_populated", "ads_blank", "ads_thing", description="")
    into.model("check_model_column_description_populated", "ads_gap", "ads_thing", columns=blank)
    for kind, check, unique_id in (
        ("nodes", "check_seed_description_populated", "seed.coupon_rfm.level"),
        ("sources", "check_source_description_populated", "source.coupon_rfm.raw.thing"),
        ("macros", "check_macro_description_populated", "macro.coupon_rfm.one"),
        ("exposures", "check_exposure_description_populated", "exposure.coupon_rfm.page"),
    ):
        into.resource(check, kind, unique_id, description="")
    into.catalog_column("check_columns_are_all_documented", "model.coupon_rfm.ads_thing")
    into.catalog_column("check_seed_columns_are_all_documented", "seed.coupon_rfm.level")


def break_quality(into: Violations) -> None:
    for layer in ("dim", "dwd", "dws", "ads"):
        name = f"{layer}_loose"
        into.model(
            "check_model_has_contracts_enforced",
            name,
            f"{layer}_thing",
            contract={"enforced": False, "alias_types": True, "checksum": None},
        )
    for name, longest in (("dwd_long", 120), ("dwd_coupon_send_cleaned", 180)):
        long = "select 1 as thing_id" + longest * "\n"
        into.model("check_model_max_number_of_lines", name, "dwd_thing", raw_code=long)
    into.model("check_model_has_unique_test", "dwd_untested", "dwd_thing")
    key_test = next(
        unique_id
        for unique_id, node in into.manifest["nodes"].items()
        if node["resource_type"] == "test"
    )
    for missing in ("test_id", "name_zh", "expected"):
        meta = {"test_id": "T", "name_zh": "名", "expected": "0"}
        del meta[missing]
        into.resource("check_test_has_meta_keys", "nodes", key_test, f"_no_{missing}", meta=meta)


@pytest.fixture(scope="module")
def violations(artifacts: Artifacts) -> Violations:
    """All violations, put into one pair of artifacts."""
    into = Violations(artifacts)
    for break_rules in (break_lineage, break_names, break_descriptions, break_quality):
        break_rules(into)
    return into


@pytest.fixture(scope="module")
def failed(violations: Violations, tmp_path_factory: pytest.TempPathFactory) -> list[Artifacts]:
    return bounce(violations.artifacts, tmp_path_factory.mktemp("violations"))


def failures(failed: list[Artifacts]) -> set[tuple[str, str]]:
    return {(failure["check_run_id"].split(":")[0], failure["unique_id"]) for failure in failed}


def test_the_clean_project_passes(artifacts: Artifacts, tmp_path: Path) -> None:
    assert bounce(artifacts, tmp_path) == []


def test_every_violation_is_found(violations: Violations, failed: list[Artifacts]) -> None:
    assert violations.expected - failures(failed) == set()


def test_what_the_law_permits_is_not_flagged(
    violations: Violations, failed: list[Artifacts]
) -> None:
    assert violations.permitted & failures(failed) == set()


def test_every_rule_has_a_violation(failed: list[Artifacts]) -> None:
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    rules = {
        f"{rule['name']}:{index}"
        for category in ("manifest_checks", "catalog_checks")
        for index, rule in enumerate(config[category])
    }
    fired = {":".join(failure["check_run_id"].split(":")[:2]) for failure in failed}
    assert rules - fired == set()
