"""A macro is found by its name, and its YAML says what it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from project import ROOT
from small_project import write_files

MACRO = re.compile(r"{%-? macro (\w+)\((.*?)\) -?%}")
MATERIALIZATION = re.compile(r"{%-? materialization (\w+), adapter='(\w+)' -?%}")
ARGUMENT = re.compile(r"(\w+)(?:=(?:'[^']*'|\[[^]]*\]|[^,])*)?(?:, )?")
ENGINE = re.compile(r"^(duckdb|spark|default)__")
USERS = ("macros/**/*.sql", "models/**/*.sql", "models/**/*.yml", "tests/**/*.sql")


def misplaced(root: Path) -> Iterator[str]:
    """The macros that another file uses and that do not stand in the file of their name."""
    users = [path for pattern in USERS for path in root.glob(pattern)]
    texts = {path: path.read_text("utf-8") for path in (*users, root / "dbt_project.yml")}
    for path in root.glob("macros/**/*.sql"):
        for name, _ in MACRO.findall(texts[path]):
            call = re.compile(rf"\b{name}\(")
            others = [other for other in texts if other != path and call.search(texts[other])]
            file = path.relative_to(root).as_posix()
            if others and name != path.stem:
                yield f"{name} in {file}, which {others[0].relative_to(root)} uses"


def undescribed(root: Path) -> Iterator[str]:
    """The macros whose YAML lacks an argument, its type or its description, or has another."""
    described = {
        macro["name"]: macro.get("arguments", [])
        for path in root.glob("macros/**/*.yml")
        for macro in yaml.safe_load(path.read_text("utf-8"))["macros"]
    }
    for path in root.glob("macros/**/*.sql"):
        text = path.read_text("utf-8")
        for names in MATERIALIZATION.findall(text):  # dbt-bouncer sees that they are described
            described.pop("_".join(("materialization", *names)), None)
        for name, signature in MACRO.findall(text):
            found = described.pop(name, None)
            if found is None:
                yield f"{name} is not described"
            elif ENGINE.match(name) and not found:
                continue  # as the macro that it is a side of
            elif [argument["name"] for argument in found] != ARGUMENT.findall(signature):
                yield f"{name} takes ({signature})"
            elif not all(
                argument.get("type") and argument.get("description") for argument in found
            ):
                yield f"{name} has an argument without a type or a description"
    yield from (f"{name} is described, but not there" for name in described)


def test_macros_are_in_files_of_their_names() -> None:
    assert not list(misplaced(ROOT))


def test_macros_are_described_with_their_arguments() -> None:
    assert not list(undescribed(ROOT))


def test_a_macro_in_another_file_is_found(tmp_path: Path) -> None:
    macro = "{{% macro {}(a, b=[1, 2], c=', ') -%}}{{%- endmacro %}}\n".format
    arguments = "arguments: [{name: a, type: any, description: A.}, {name: b}]"
    files = {
        "dbt_project.yml": "name: small",
        "macros/one.sql": macro("one") + macro("two") + macro("alone") + macro("spark__one"),
        "macros/three.sql": macro("three"),
        "macros/_macros.yml": f"""
            macros:
              - {{name: one, {arguments}}}
              - {{name: spark__one}}
              - {{name: gone}}
            """,
        "models/model.sql": "{{ one(1) }}{{ two(1) }}{{ three(1) }}",
    }
    write_files(tmp_path, files)
    assert list(misplaced(tmp_path)) == ["two in macros/one.sql, which models/model.sql uses"]
    assert sorted(undescribed(tmp_path)) == [
        "alone is not described",
        "gone is described, but not there",
        "one takes (a, b=[1, 2], c=', ')",
        "three is not described",
        "two is not described",
    ]
