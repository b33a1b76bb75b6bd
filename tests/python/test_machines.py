"""Other people's machines: their encodings, their folders, their environment."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from comparison import require_same_contents, table_contents
from conftest import Build
from project import ROOT, WAREHOUSE_NAME, Run, run_dbt
from raw_files import write_ods
from small_project import write_files

DBT = Path(sys.executable).with_name("dbt")
OWN_VARIABLES = ("COUPON_RFM_", "DBT_", "LC_", "LANG", "PYTHON")


def run(
    *command: object, folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with these COUPON_RFM_* and DBT_* variables and no others."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(OWN_VARIABLES)}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """What a command printed, which must have succeeded without a traceback."""
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed[-3000:]
    assert "Traceback" not in printed and "Logging error" not in printed, printed[-3000:]
    return printed


def own_paths(folder: Path) -> dict[str, str]:
    """Variables that keep what dbt writes in a folder."""
    return {"DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder / "logs")}


@pytest.fixture(scope="module")
def ods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder of raw files with Chinese names in it."""
    return write_ods(tmp_path_factory.mktemp("machines") / "ods")


# Encodings ------------------------------------------------------------------------------------

LOCALES = {"zh_CN.GBK": ("zh_CN", "GBK"), "en_US.CP1252": ("en_US", "CP1252")}
MADE = "made of Debian's package `locales`, which is not installed"


@pytest.fixture(scope="module")
def locale_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the locales of a Chinese and of a Western Windows."""
    folder = tmp_path_factory.mktemp("locales")
    for name, (language, charmap) in LOCALES.items():
        if shutil.which("localedef") is None:
            pytest.skip(f"the locale {name} is {MADE}")
        command = ["localedef", "-i", language, "-f", charmap, str(folder / name)]
        made = subprocess.run(command, capture_output=True, check=False)
        if made.returncode and not (folder / name).exists():
            pytest.skip(f"the locale {name} is {MADE}")
    return folder


@pytest.fixture(params=LOCALES)
def windows(request: pytest.FixtureRequest, locale_folder: Path) -> dict[str, str]:
    """Variables of a machine whose files and console are not in UTF-8, as on Windows."""
    return {
        "LOCPATH": str(locale_folder),
        "LC_ALL": request.param,
        "PYTHONUTF8": "0",
        "PYTHONWARNDEFAULTENCODING": "1",
    }


# Runs dbt, and lists the files of the project that it opens in the machine's encoding.
WATCHED_DBT = """
import builtins, io, os, sys

root, listed, *arguments = sys.argv[1:]
opened, plain_open = set(), io.open

def watched_open(file, mode="r", buffering=-1, encoding=None, *rest, **named):
    if "b" not in mode and encoding is None and not isinstance(file, int):
        path = os.path.abspath(os.fspath(file))
        if path.startswith(root + os.sep):
            opened.add(path)
    return plain_open(file, mode, buffering, encoding, *rest, **named)

builtins.open = io.open = watched_open
from dbt.cli.main import dbtRunner

success = dbtRunner().invoke(arguments).success
with plain_open(listed, "w", encoding="utf-8") as file:
    file.write("\\n".join(sorted(opened)))
sys.exit(not success)
"""


def test_dbt_builds_where_files_are_not_utf8(
    windows: dict[str, str], build: Build, ods: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "opened.txt"
    environment = own_paths(tmp_path) | {
        "COUPON_RFM_ODS_PATH": str(ods),
        "COUPON_RFM_DB_PATH": str(tmp_path / WAREHOUSE_NAME),
    }
    command = [sys.executable, "-c", WATCHED_DBT, ROOT, listed, "build"]
    command += ["--selector", "models"]
    succeeded(run(*command, folder=ROOT, environment=windows | environment))
    built = Run(0, "", tmp_path / WAREHOUSE_NAME, tmp_path / "target")
    schemas = ("dim", "dwd", "dws", "ads")
    require_same_contents(table_contents(built, schemas), table_contents(build(ods), schemas))

    opened = [Path(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    assert ROOT / "dbt_project.yml" in opened
    not_ascii = [str(path) for path in opened if not path.read_bytes().isascii()]
    assert not not_ascii, f"dbt opens them in the machine's encoding: {not_ascii}"


# dbt opens these in the machine's encoding, some of them only in commands that no test runs.
ASCII_FILES = (
    "dbt_project.yml",
    "profiles.yml",
    "selectors.yml",
    "packages.yml",
    "dependencies.yml",
    "profile_template.yml",
    ".dbtignore",
)


@pytest.mark.parametrize("name", ASCII_FILES)
def test_a_file_that_dbt_opens_in_the_machines_encoding_is_ascii(name: str) -> None:
    content = (ROOT / name).read_bytes() if (ROOT / name).exists() else b""
    odd = [number for number, line in enumerate(content.split(b"\n"), 1) if not line.isascii()]
    assert not odd, f'{name} is not ASCII in lines {odd}: write "\\u9AD8" for such a character'


CHINESE_PROJECT = {
    "dbt_project.yml": """
        name: chinese
        profile: chinese
        flags: {send_anonymous_usage_stats: false}
        models: {+materialized: table}
        """,
    "profiles.yml": """
        chinese: {target: local, outputs: {local: {type: duckdb, path: chinese.duckdb}}}
        """,
    "selectors.yml": """
        selectors: [{name: everything, definition: "*"}]
        """,
    "models/ads/ads_name.sql": "select '高价值用户𠮷é' as user_level",
    "models/ads/ads_name.yml": """
        models:
          - name: ads_name
            columns:
              - name: user_level
                data_tests:
                  - accepted_values:
                      name: name__fails
                      arguments: {values: []}
                      config: {meta: {test_id: T1, name_zh: 人群名称, expected: 没有人群}}
        """,
}


def test_scripts_read_write_and_print_where_the_console_is_not_utf8(
    windows: dict[str, str], tmp_path: Path
) -> None:
    def script(name: str, *options: object) -> str:
        command = [sys.executable, ROOT / "scripts" / name, *options]
        done = run(*command, folder=tmp_path, environment=windows | own_paths(tmp_path))
        printed = done.stdout + done.stderr
        # 1: a test of the report has failed, as it should.
        has_failed = name in ("build_warehouse.py", "test_report.py")
        assert done.returncode == has_failed, printed
        ours = [line for line in printed.splitlines() if "EncodingWarning" in line]
        ours = [line for line in ours if str(ROOT / "scripts") in line]
        assert "Traceback" not in printed and not ours, printed
        return printed

    project = write_files(tmp_path / "project", CHINESE_PROJECT)
    command = [DBT, "run"]
    succeeded(run(*command, folder=project, environment=windows | own_paths(tmp_path)))

    options = ("--project-dir", project, "--out", tmp_path)
    assert "1 tests: 1 failed" in script("build_warehouse.py", *options)
    assert "1 tests: 1 failed" in script("test_report.py", *options)
    report = (tmp_path / "test_report.csv").read_text(encoding="utf-8-sig")
    assert "人群名称" in report and '""高价值用户𠮷é""' in report

    assert "1 tables written to" in script("export_ads.py", *options)
    exported = (tmp_path / "ads" / "ads_name.csv").read_text(encoding="utf-8-sig")
    assert exported.splitlines() == ["user_level", "高价值用户𠮷é"]

    assert "coupon_send" in script("generate_ods.py", "--out", tmp_path / "ods", "--sends", 1000)
    assert "固定" in (tmp_path / "ods" / "activity.csv").read_text(encoding="utf-8")


def test_seeds_of_unit_tests_are_given_row_by_row() -> None:
    """A unit test that names a seed without rows reads its file in the machine's encoding."""
    import yaml

    seeds = {f"ref('{path.stem}')" for path in (ROOT / "seeds" / "reference").glob("*.csv")}
    for path in (ROOT / "models").rglob("*.yml"):
        for test in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("unit_tests", []):
            for given in test["given"]:
                assert given["input"] not in seeds or "rows" in given, (path.name, test["name"])


# Folders --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder with blanks, quotes and Chinese in its path, with raw files in it."""
    project = tmp_path_factory.mktemp("folder") / "王's 店 (1)" / "coupon_rfm"
    for name in ("macros", "models", "scripts", "seeds/reference", "spark", "tests"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml"):
        shutil.copy(ROOT / name, project / name)
    write_ods(project / "exports" / "今天")
    return project


def test_every_command_finds_the_same_folders_wherever_it_runs(
    copied: Path, build: Build, ods: Path, tmp_path: Path
) -> None:
    """Variables that are empty count as unset; relative paths begin at the project's folder."""
    environment = {
        "HOME": str(tmp_path / "home"),
        "COUPON_RFM_ODS_PATH": "exports/今天/",
        "COUPON_RFM_DB_PATH": "",
        "COUPON_RFM_MEMORY_LIMIT": "",
        "COUPON_RFM_TARGET": "",
        "DBT_TARGET_PATH": "",
        "DBT_PROFILES_DIR": "",
    }
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [DBT, "build", "--selector", "models"]
    command += ["--project-dir", copied, "--profiles-dir", copied]
    succeeded(run(*command, folder=elsewhere, environment=environment))
    warehouse = copied / "warehouse" / WAREHOUSE_NAME
    built = Run(0, "", warehouse, copied / "target")
    schemas = ("dim", "dwd", "dws", "ads")
    require_same_contents(table_contents(built, schemas), table_contents(build(ods), schemas))

    for folder, project in ((elsewhere, copied), (copied / "models", Path(".."))):
        script = [sys.executable, copied / "scripts" / "export_ads.py", "--table", "ads_trend"]
        script += ["--project-dir", project, "--out", "out"]
        succeeded(run(*script, folder=folder, environment=environment))
        assert (folder / "out" / "ads" / "ads_trend.csv").is_file()
    assert [path.name for path in elsewhere.iterdir()] == ["out"]


def test_a_folder_that_cannot_be_made_is_named(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    path = tmp_path / "file" / "folder" / "w.duckdb"
    environment = own_paths(tmp_path) | {"COUPON_RFM_DB_PATH": str(path)}
    done = run(DBT, "seed", folder=copied, environment=environment)
    said = f"The folder of the warehouse, {path.parent}, cannot be made: Not a directory."
    assert done.returncode and said in done.stdout and "Traceback" not in done.stdout, done.stdout


HOME = "/home/王 五"
PATHS = {
    "exports": "PROJECT/exports",
    "../exports": "PROJECT/../exports",
    "my data\\new": "PROJECT/my data/new",
    "/data/原始": "/data/原始",
    "C:\\data\\exports": "C:/data/exports",
    "c:/data/exports": "c:/data/exports",
    "\\\\server\\share\\x": "//server/share/x",
    "~/exports": HOME + "/exports",
    "~\\exports": HOME + "/exports",
    "~tilde": "PROJECT/~tilde",
    '"C:\\my data" ': "C:/my data",
    "hdfs:///data/shop": "hdfs:///data/shop",
    "s3://bucket/x": "s3://bucket/x",
}


def test_paths_of_raw_files(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "dbt_project.yml": """
                name: coupon_rfm
                profile: small
                vars: {ods_path: null}
                flags: {send_anonymous_usage_stats: false}
                on-run-start: "{{ tell() }}"
                """,
            "profiles.yml": "small: {target: a, outputs: {a: {type: duckdb, path: ':memory:'}}}",
            "macros/ods_path.sql": (ROOT / "macros/ods/ods_path.sql").read_text(encoding="utf-8"),
            "macros/tell.sql": """
                {% macro tell() %}
                    {% if execute %}{% do print('path: ' ~ ods_path()) %}{% endif %}
                {% endmacro %}
                """,
            "models/one.sql": "select 1 as one",
        },
    )

    def path_of(value: str, **environment: str) -> str:
        environment |= {"COUPON_RFM_ODS_PATH": value, "PYTHONUTF8": "1"}
        printed = succeeded(run(DBT, "-q", "run", folder=tmp_path, environment=environment))
        (path,) = [line for line in printed.splitlines() if line.startswith("path: ")]
        return path.removeprefix("path: ")

    assert path_of("", HOME=HOME) == f"{tmp_path}/seeds/ods"
    found = {value: path_of(value, HOME=HOME) for value in ("~/exports", '"C:\\my data" ')}
    assert found == {value: PATHS[value] for value in found}
    assert path_of("~/x", HOME="", USERPROFILE="C:\\Users\\王") == "C:/Users/王/x"

    (tmp_path / "macros" / "tell.sql").write_text(
        "{% macro tell() %}{% if execute %}{% for path in "
        + json.dumps(list(PATHS))
        + " %}{% do print(project_path(path.strip(' \"') | replace('\\\\', '/'))) %}"
        + "{% endfor %}{% endif %}{% endmacro %}",
        encoding="utf-8",
    )
    environment = {"HOME": HOME, "PYTHONUTF8": "1"}
    printed = succeeded(run(DBT, "-q", "run", folder=tmp_path, environment=environment))
    expected = [path.replace("PROJECT", str(tmp_path)) for path in PATHS.values()]
    assert printed.split("\n")[: len(PATHS)] == expected

    nowhere = {"HOME": "", "USERPROFILE": "", "COUPON_RFM_ODS_PATH": "~/x"}
    (tmp_path / "macros" / "tell.sql").write_text(
        "{% macro tell() %}{% if execute %}{% do ods_path() %}{% endif %}{% endmacro %}",
        encoding="utf-8",
    )
    done = run(DBT, "-q", "run", folder=tmp_path, environment=nowhere)
    assert done.returncode and "neither HOME nor USERPROFILE names it" in done.stdout


# Prints what dbt makes of profiles.yml under each of the given environments: the values of the
# target, or what it says instead.
PROFILE_READER = """
import json, os, sys
from argparse import Namespace

import dbt.flags
from dbt.config.runtime import load_profile
from dbt_common.context import set_invocation_context

target, folder, environments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
given = {k: v for k, v in os.environ.items()}
for environment in environments:
    set_invocation_context(given | environment)
    dbt.flags.set_from_args(Namespace(profiles_dir=folder, project_dir=folder), {})
    try:
        credentials = load_profile(folder, {}, target_override=target or None).credentials
        print(json.dumps(credentials.to_dict()))
    except Exception as error:
        print(json.dumps(str(error)))
"""


def read_profile(target: str, *environments: Mapping[str, str]) -> list[Any]:
    """What dbt reads in the project's profile under each of the environments."""
    command = [sys.executable, "-c", PROFILE_READER, target, ROOT, json.dumps(environments)]
    printed = succeeded(run(*command, folder=ROOT, environment={}))
    return [json.loads(line) for line in printed.splitlines() if line[0] in '{"']


def test_path_of_the_warehouse() -> None:
    values = {value.replace("exports", "w.duckdb"): path for value, path in PATHS.items()}
    read = read_profile(
        "", *({"HOME": HOME, "COUPON_RFM_DB_PATH": f"{value}"} for value in ("", *values))
    )
    default, *found = [credentials["path"] for credentials in read]
    assert default == f"{ROOT}/warehouse/{WAREHOUSE_NAME}"
    expected = [path.replace("exports", "w.duckdb") for path in values.values()]
    assert found == [path.replace("PROJECT", str(ROOT)) for path in expected]


# A Spark server ------------------------------------------------------------------------------

TLS = {
    **dict.fromkeys(("1", "true", "TRUE", "yes", "Yes", "on", " true "), True),
    **dict.fromkeys(("", "0", "false", "False", "no", "off"), False),
}


@pytest.fixture
def spark_adapter() -> None:
    pytest.importorskip("dbt.adapters.spark", reason="dbt-spark is not installed: make spark")


@pytest.mark.usefixtures("spark_adapter")
def test_tls_in_every_spelling() -> None:
    read = read_profile("cluster", *({"COUPON_RFM_SPARK_TLS": text} for text in TLS))
    assert [credentials["use_ssl"] for credentials in read] == list(TLS.values())


@pytest.mark.usefixtures("spark_adapter")
def test_tls_in_no_spelling_stops_with_a_sentence() -> None:
    for text in ("maybe", "tru", "2", "真"):
        (said,) = read_profile("cluster", {"COUPON_RFM_SPARK_TLS": text})
        assert f"COUPON_RFM_SPARK_TLS is {text}, but must be true or false" in said


@pytest.mark.usefixtures("spark_adapter")
def test_empty_variables_of_a_server_count_as_unset() -> None:
    variables = ("HOST", "PORT", "USER", "AUTH", "TLS", "KERBEROS_SERVICE", "SHUFFLE_PARTITIONS")
    empty = {f"COUPON_RFM_SPARK_{name}": "" for name in variables}
    unset, found = read_profile("cluster", {}, empty | {"DBT_ENV_SECRET_SPARK_PASSWORD": ""})
    assert found == unset
    assert (found["auth"], found["password"], found["port"]) == ("NONE", None, 10000)


# Connects as dbt does, once; what the server says of it does not matter.
CONNECT = """
import os, sys
from argparse import Namespace

import dbt.flags
from dbt.adapters.contracts.connection import Connection
from dbt.adapters.spark.connections import SparkConnectionManager
from dbt.config.runtime import load_profile
from dbt_common.context import set_invocation_context

set_invocation_context(os.environ)
dbt.flags.set_from_args(Namespace(profiles_dir=sys.argv[1], project_dir=sys.argv[1]), {})
credentials = load_profile(sys.argv[1], {}, target_override="cluster").credentials
assert credentials.retry_all and credentials.connect_retries
credentials.connect_retries = 0
SparkConnectionManager.open(Connection(type="spark", name=None, credentials=credentials))
"""


@pytest.mark.usefixtures("spark_adapter")
@pytest.mark.parametrize(
    ("auth", "tls", "warning"),
    [
        ("LDAP", "no", "the password goes to 127.0.0.1 in clear"),
        ("ldap", "1", ""),
        ("", "", "DBT_ENV_SECRET_SPARK_PASSWORD is set but not sent"),
    ],
)
def test_what_a_server_gets_to_hear(auth: str, tls: str, warning: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment = {
            "COUPON_RFM_SPARK_PORT": str(server.getsockname()[1]),
            "COUPON_RFM_SPARK_AUTH": auth,
            "COUPON_RFM_SPARK_TLS": tls,
            "DBT_ENV_SECRET_SPARK_PASSWORD": "swordfish",
        }
        heard: list[bytes] = []
        listener = threading.Thread(target=lambda: heard.append(first_bytes(server)))
        listener.start()
        done = run(sys.executable, "-c", CONNECT, ROOT, folder=ROOT, environment=environment)
        listener.join()
    is_hello = heard[0].startswith(b"\x16\x03")
    assert is_hello == (tls == "1"), heard
    assert (b"swordfish" in heard[0]) == (auth == "LDAP"), heard
    printed = done.stdout + done.stderr
    assert printed.count("WARNING") == bool(warning) and warning in printed, printed


def first_bytes(server: socket.socket) -> bytes:
    """What the first client says before it waits for an answer."""
    server.settimeout(120)
    client, _ = server.accept()
    with client:
        client.settimeout(1)
        heard = b""
        with contextlib.suppress(TimeoutError):
            while piece := client.recv(4096):
                heard += piece
        return heard


# dbt and pip ---------------------------------------------------------------------------------


def test_pip_install_takes_the_requirements_and_no_code(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("macros", "models", "scripts", "seeds", "tests"):  # what setuptools would find
        write_files(tmp_path / name, {"__init__.py": ""})
    pip = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--wheel-dir", "wheel"]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(pip, cwd=tmp_path, env=inherited, capture_output=True, encoding="utf-8")
    if "No matching distribution found for setuptools" in done.stderr:
        pytest.skip("no package index to take setuptools from")
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = (tmp_path / "wheel").iterdir()
    names = zipfile.ZipFile(wheel).namelist()
    assert all(name.startswith("coupon_rfm-0.1.0.dist-info/") for name in names), names
    metadata = zipfile.ZipFile(wheel).read("coupon_rfm-0.1.0.dist-info/METADATA").decode()
    assert "Requires-Dist: dbt-duckdb" in metadata


def test_a_build_without_rows_passes_its_tests(ods: Path, tmp_path: Path) -> None:
    run = run_dbt(["build", "--empty"], ods, tmp_path).require_success()
    assert "ERROR=0 SKIP=0" in run.output and "WARN=0" in run.output
    assert not run.table("ods.ods_coupon_send")


def test_a_schema_that_has_no_effect_is_warned_of(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "dbt_project.yml": """
                name: coupon_rfm
                profile: small
                flags: {send_anonymous_usage_stats: false}
                """,
            "profiles.yml": """
                small:
                  target: mine
                  outputs:
                    mine: {type: duckdb, path: ':memory:', schema: mine}
                    main: {type: duckdb, path: ':memory:', schema: main}
                """,
            "macros/warn.sql": (ROOT / "macros/warn_of_schema.sql").read_text(encoding="utf-8"),
        },
    )
    for schema in ("mine", "main"):
        command = [DBT, "run-operation", "warn_of_schema", "--target", schema]
        printed = succeeded(run(*command, folder=tmp_path, environment=own_paths(tmp_path)))
        assert ("The schema 'mine' of the profile is not used" in printed) == (schema == "mine")
