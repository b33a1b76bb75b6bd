"""What the end of a run says of a failed test: its rows, and never who somebody is."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from project import ROOT
from small_project import run, write_files

SECRET = "C13800138000"
PROJECT = {
    "dbt_project.yml": """
        name: coupon_rfm
        profile: small
        flags: {send_anonymous_usage_stats: false}
        on-run-end: ["{{ explain_failures(results) }}"]
        """,
    "profiles.yml": "small: {target: local, outputs: {local: {type: duckdb, path: ':memory:'}}}",
    "models/thing.sql": f"""
        select reverse('{SECRET[::-1]}') as consumer_id, 'A' as agent_name, 5 as send_count
        from range(2)
        """,
    "models/other.sql": "select 5 as send_count, 'somebody else' as consumer_id",
    "models/thing.yml": """
        models:
          - name: thing
            data_tests:
              - expression_is_true: {arguments: {expression: send_count > 5}}
              - equals_sources:
                  arguments:
                    sources:
                      - {relation: ref('other'), key: [send_count], columns: [consumer_id]}
            columns:
              - {name: consumer_id, data_tests: [unique]}
              - {name: send_count, data_tests: [unique]}
        """,
    "tests/thing__has_a_finding.sql": "select 'Mend x.csv.' as finding from {{ ref('thing') }}",
}


def test_rows_are_told_without_who_somebody_is(tmp_path: Path) -> None:
    write_files(tmp_path, PROJECT)
    shutil.copytree(ROOT / "macros" / "check", tmp_path / "macros")
    shutil.copytree(ROOT / "tests" / "generic", tmp_path / "tests" / "generic")
    dbt = Path(sys.executable).with_name("dbt")
    done = run(dbt, "--no-use-colors", "build", folder=tmp_path)
    assert done.returncode == 1, done.stdout[-3000:]
    for line in (
        "FAILED: expression_is_true_thing_send_count_5",
        "consumer_id = (hidden), agent_name = (hidden), send_count = 5",
        "FAILED: unique_thing_consumer_id",
        "unique_field = (hidden), n_records = 2",
        "unique_field = 5, n_records = 2",
        "consumer_id is another in other.",
        "Mend x.csv.",
        "run it to see what is hidden",
    ):
        assert line in done.stdout, f"{line!r} is not said in:\n{done.stdout[-4000:]}"
    logged = (tmp_path / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert SECRET not in done.stdout + logged
