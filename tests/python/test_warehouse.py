"""The warehouse stands alone: readers, backups and commands that do not build need no raw file."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pyarrow.csv
import pyarrow.parquet
import pytest

from comparison import require_same_contents, table_contents
from conftest import Build
from oracle.tables import TABLES
from project import ROOT, WAREHOUSE_NAME, Run, run_dbt
from raw_files import write_ods

SCHEMAS = ("dim", "ods", "dwd", "dws", "ads")
AS_TEXT = pyarrow.csv.ConvertOptions(
    column_types={column: "string" for table in TABLES.values() for column in table.columns}
)
RELATIONS = """
select schema_name || '.' || table_name from duckdb_tables() where not internal
union all
select schema_name || '.' || view_name from duckdb_views() where not internal
order by all
"""


@pytest.fixture(scope="module")
def run(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A build whose raw folder is gone."""
    ods_path = write_ods(tmp_path_factory.mktemp("alone") / "ods that no other test shares")
    built = build(ods_path)
    shutil.rmtree(ods_path)
    return built


def test_every_relation_is_read_from_another_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = require_readable_relations(run)
    assert "ods.ods_coupon_send" in names
    assert "ods.coupon_send" not in names


def require_readable_relations(run: Run) -> list[str]:
    """The names of all tables and views, each of which can be read."""
    with run.connect() as connection:
        names = [name for (name,) in connection.execute(RELATIONS).fetchall()]
        for name in names:
            connection.execute(f"select count(*) from {name}").fetchall()
    return names


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
    run.copy_to(tmp_path)
    done = run_dbt(command, tmp_path / "no such folder", tmp_path).require_success()
    require_same_contents(table_contents(done, SCHEMAS), table_contents(run, SCHEMAS))
    if command == ["compile"]:
        assert done.warehouse.read_bytes() == run.warehouse.read_bytes()


def write_parquet_ods(folder: Path) -> Path:
    """An ods folder of Parquet files, with one optional table."""
    for path in write_ods(folder, refund=[]).glob("*.csv"):
        table = pyarrow.csv.read_csv(path, convert_options=AS_TEXT)
        pyarrow.parquet.write_table(table, path.with_suffix(".parquet"))
        path.unlink()
    return folder


def test_views_over_parquet_files_end_with_every_command(run: Run, tmp_path: Path) -> None:
    """They are there when a command needs them, after a build of CSV files or one that failed."""
    run.copy_to(tmp_path)
    ods_path = write_parquet_ods(tmp_path / "ods")
    tables = {"ods_source_file", "ods_chat_session", "ods_shop_order"}  # these have no file

    def dbt(*command: str, project: Path | None = None, **variables: str) -> Run:
        done = run_dbt(command, ods_path, tmp_path, variables, project=project)
        assert set(done.names("ods")) == tables
        return done

    before_the_first_event = "2025-03-01"
    failing = (
        "build",
        "--write-json",
        "--select",
        "+dws_as_of",
        "--exclude",
        "resource_type:unit_test",
    )
    failed = dbt(*failing, as_of_date=before_the_first_event)
    assert "No event on or before as_of_date" in failed.output
    assert "No event on or before as_of_date" in dbt("retry", project=ROOT).output
    built = dbt("build", "--selector", "models").require_success()
    require_readable_relations(built)
    dbt("run", "--select", "dim_product").require_success()
    dbt("test", "--select", "ods_coupon_send").require_success()
    shutil.rmtree(ods_path)
    dbt("test", "--select", "ads_trend").require_success()
    write_ods(ods_path)
    done = run_dbt(["run", "--select", "ods"], ods_path, tmp_path).require_success()
    assert done.types("ods.ods_coupon_send") == run.types("ods.ods_coupon_send")


def test_parquet_files_that_change_while_they_are_read_stop_the_build(tmp_path: Path) -> None:
    ods_path = write_parquet_ods(tmp_path / "ods")

    def change_a_file_once_it_is_read() -> None:
        printed = tmp_path / "output.txt"
        while not (printed.exists() and "OK created" in printed.read_text(encoding="utf-8")):
            time.sleep(0.05)
        os.utime(ods_path / "product.parquet")

    changing = threading.Thread(target=change_a_file_once_it_is_read, daemon=True)
    changing.start()
    done = run_dbt(["run", "--select", "+dim_product"], ods_path, tmp_path)
    assert done.exit_code != 0
    assert "product.parquet was changed while it was read" in done.output
    assert "Run the build again." in done.output


def test_views_of_older_versions_go_and_foreign_relations_stay(run: Run, tmp_path: Path) -> None:
    warehouse = run.copy_to(tmp_path)
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


def test_tables_and_columns_carry_their_descriptions(run: Run) -> None:
    with run.connect() as connection:
        uncommented = connection.execute(
            """
            select table_name as name from duckdb_tables() where comment is null
            union all
            select table_name || '.' || column_name from duckdb_columns()
            where comment is null and not internal and schema_name in ?
            """,
            [list(SCHEMAS)],
        ).fetchall()
        (comment,) = connection.execute(
            "select comment from duckdb_tables() where table_name = 'ads_trend'"
        ).fetchone()
    assert uncommented == []
    assert comment.startswith("趋势 – ")
    assert comment.endswith("(is_full_window).")
