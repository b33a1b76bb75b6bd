"""The warehouse stands alone: readers, backups and commands that do not build need no raw file."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from comparison import require_same_contents, table_contents
from conftest import Build
from project import WAREHOUSE_NAME, Run, run_dbt
from raw_files import write_ods

SCHEMAS = ("dim", "ods", "dwd", "dws", "ads")
RELATIONS = """
select schema_name || '.' || table_name from duckdb_tables() where not internal
union all
select schema_name || '.' || view_name from duckdb_views() where not internal
order by all
"""


@pytest.fixture(scope="module")
def run(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A build whose raw folder is gone."""
    ods_path = write_ods(tmp_path_factory.mktemp("alone") / "ods")
    built = build(ods_path)
    shutil.rmtree(ods_path)
    return built


def test_every_relation_is_read_from_another_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with run.connect() as connection:
        names = [name for (name,) in connection.execute(RELATIONS).fetchall()]
        assert "ods.ods_coupon_send" in names
        assert "ods.coupon_send" not in names
        for name in names:
            connection.execute(f"select count(*) from {name}").fetchall()


def test_a_backup_is_restored_whole(run: Run, tmp_path: Path) -> None:
    with run.connect() as connection:
        names = connection.execute(RELATIONS).fetchall()
        connection.execute(f"export database '{tmp_path / 'backup'}'")
    restored = Run(0, "", tmp_path / WAREHOUSE_NAME, tmp_path)
    with duckdb.connect(str(restored.warehouse)) as connection:
        connection.execute(f"import database '{tmp_path / 'backup'}'")
        assert connection.execute(RELATIONS).fetchall() == names
    require_same_contents(table_contents(restored, SCHEMAS), table_contents(run, SCHEMAS))


@pytest.mark.parametrize(
    "command",
    [
        ["compile"],
        ["docs", "generate"],
        *(
            pytest.param(command, marks=pytest.mark.soak)
            for command in (
                ["docs", "generate", "--static"],
                ["show", "--select", "ads_trend"],
                ["ls"],
                ["seed"],
                ["test", "--select", "ads_trend"],
            )
        ),
    ],
    ids=" ".join,
)
def test_commands_that_read_need_no_raw_files_and_change_nothing(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    shutil.copy(run.warehouse, tmp_path / WAREHOUSE_NAME)
    done = run_dbt(command, tmp_path / "no such folder", tmp_path).require_success()
    require_same_contents(table_contents(done, SCHEMAS), table_contents(run, SCHEMAS))
    if command == ["compile"]:
        assert done.warehouse.read_bytes() == run.warehouse.read_bytes()


def test_views_of_older_versions_go_and_foreign_relations_stay(run: Run, tmp_path: Path) -> None:
    warehouse = tmp_path / WAREHOUSE_NAME
    shutil.copy(run.warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create view ods.agent as select '' as source_batch, '' as corrupt_record"
        )
        connection.execute("create view ods.source_file as select '' as ignored_columns")
        connection.execute("create view ods.product as select 'of somebody else' as name")
        connection.execute("create table ods.activity as select 'of somebody else' as name")
    ods_path = write_ods(tmp_path / "ods")
    done = run_dbt(["build", "--selector", "models"], ods_path, tmp_path).require_success()
    names = done.names("ods")
    assert {"activity", "product"} <= set(names)
    assert not {"agent", "source_file"} & set(names)
    assert done.table("ods.activity") == [{"name": "of somebody else"}]
