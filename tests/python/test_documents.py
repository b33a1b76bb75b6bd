"""What the project's text cites is there, and the documents say what the YAML says."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest
import yaml

from project import ROOT

FOLDERS = (".ci", "docs", "macros", "models", "scripts", "seeds", "spark", "tests")
SUFFIXES = {"", ".cfg", ".md", ".properties", ".py", ".sql", ".toml", ".txt", ".yml"}
DOCUMENT = re.compile(r"(?<![\w./-])[\w./-]+\.md\b")
DECISION = re.compile(r"\bdocs/decisions/(\d{4})\b(?!-)")
TOP = "docs|macros|models|scripts|seeds|spark|tests"
# A path with a placeholder, such as models/ods/ods_<table>.sql, or with a pattern is none.
PATH = re.compile(rf"(?<![\w./$}}-])(?:{TOP})/[\w./-]*+(?![<*({{])")
LINK = re.compile(r"\]\((?!https?:|#!)([^)#\s]*)(#[^)\s]*)?\)")
NUMBERS = r"sections? (\d+)(?:(?:, \d+)* (?:and|to) (\d+))?"
SECTIONS_AFTER = re.compile(rf"(?:([\w-]+)\.md`?,? )?\b{NUMBERS}\b")
SECTIONS_BEFORE = re.compile(rf"\b{NUMBERS} of `?(?:docs/)?([\w-]+)\.md", re.IGNORECASE)
LINE_BREAK = re.compile(r"\s*\n[ \t]*(?:--|#)?[ \t]*")


def own_texts() -> dict[Path, str]:
    """What people read of every text file of the project: of Python its comments and docstrings."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths.extend(path for path in (ROOT / folder).rglob("*") if path.is_file())
    texts = {}
    for path in paths:
        if path.suffix in SUFFIXES and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8")
            texts[path] = python_prose(text) if path.suffix == ".py" else text
    return texts


def python_prose(text: str) -> str:
    """The comments and docstrings of Python text."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join(
        token.string
        for token in tokens
        if token.type == tokenize.COMMENT
        or (token.type == tokenize.STRING and token.string.startswith('"""'))
    )


@pytest.fixture(scope="module")
def texts() -> dict[Path, str]:
    found = own_texts()
    assert len(found) > 200
    return found


def place(path: Path, what: str) -> str:
    return f"{path.relative_to(ROOT).as_posix()}: {what}"


def test_every_file_cited_is_in_the_project(texts: dict[Path, str]) -> None:
    """Documents by name wherever they are cited, other files by their path from the top."""
    missing = []
    for path, text in texts.items():
        for name in DOCUMENT.findall(text):
            if not ((ROOT / name).exists() or (path.parent / name).exists()):
                missing.append(place(path, name))
        for number in DECISION.findall(text):
            if not [*ROOT.glob(f"docs/decisions/{number}-*.md")]:
                missing.append(place(path, f"docs/decisions/{number}"))
        if path.name == "CHANGELOG.md":  # tells of files as they were
            continue
        for name in PATH.findall(DECISION.sub("", text)):
            if not (ROOT / name.rstrip(".-")).exists():
                missing.append(place(path, name))
    assert sorted(set(missing)) == []


def test_every_section_cited_exists(texts: dict[Path, str]) -> None:
    """By number; one without a document's name is of the document itself, else of docs/rules.md."""
    numbers = {
        path.stem: set(re.findall(r"^## (\d+)\.", text, re.MULTILINE))
        for path, text in texts.items()
        if path.parent == ROOT / "docs" and path.suffix == ".md"
    }
    assert len(numbers["rules"]) >= 5
    assert len(numbers["contract"]) >= 8
    missing = []
    for path, text in texts.items():
        itself = path.stem if path.parent == ROOT / "docs" else "rules"
        flat = LINE_BREAK.sub(" ", text)
        cited = [(match[3], match[1], match[2]) for match in SECTIONS_BEFORE.finditer(flat)]
        rest = SECTIONS_BEFORE.sub("", flat)
        cited += [
            (match[1] or itself, *match.groups()[1:]) for match in SECTIONS_AFTER.finditer(rest)
        ]
        for document, *ends in cited:
            missing.extend(
                place(path, f"{document}.md section {number}")
                for number in ends
                if number and number not in numbers.get(document, set())
            )
    assert missing == []


def test_every_link_leads_somewhere(texts: dict[Path, str]) -> None:
    missing = []
    for path, text in texts.items():
        if path.suffix == ".md" and "models/docs" not in path.as_posix():
            for name, anchor in LINK.findall(text):
                target = (path.parent / name).resolve() if name else path
                if not target.exists() or (anchor and anchor[1:] not in anchors(target)):
                    missing.append(place(path, name + anchor))
    assert missing == []


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a Markdown file."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(document: str, number: int) -> str:
    """The text of a numbered section of a document."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    return re.split(r"^## ", text.split(f"\n## {number}. ")[1], flags=re.MULTILINE)[0]


def table_rows(text: str, cells: int) -> list[list[str]]:
    """The rows of the Markdown tables with so many cells, without their headers."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return [row for row in rows if len(row) == cells][1:]


def without_remarks(text: str) -> str:
    return re.sub(r" \([^)]*\)", "", text)


def models(layer: str) -> dict[str, dict]:
    """The models of a layer by name, as their YAML says."""
    found = {}
    for path in (ROOT / "models" / layer).rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            found[model["name"]] = model
    return found


def test_contract_lists_the_columns_of_every_ads_table() -> None:
    measures = [row[0].strip("`") for row in table_rows(section("contract.md", 2), 2)]
    people = {"consumer_count", "paying_consumer_count"}
    listed = {}
    for name, _, columns in table_rows(section("contract.md", 3), 3):
        table = without_remarks(name)
        block = [m for m in measures if not (table == "ads_trend" and m in people)]
        listed[table] = [
            column
            for part in columns.split(", ")
            for column in (block if part == "measures" else [part])
        ]
    assert listed == {
        name: [column["name"] for column in model["columns"]]
        for name, model in models("ads").items()
    }


def test_contract_gives_the_key_of_every_ads_table() -> None:
    listed = {
        without_remarks(row[0]): row[1].split(", ")
        for row in table_rows(section("contract.md", 3), 3)
    }
    found = {}
    for name, model in models("ads").items():
        keys = [test["primary_key"] for test in model["data_tests"] if "primary_key" in test]
        found[name] = keys[0]["arguments"]["columns"]
    assert listed == found


def test_contract_lists_columns_of_dwd_that_there_are() -> None:
    dwd = models("dwd")
    rows = table_rows(section("contract.md", 7), 3)
    assert len(rows) == 4
    for name, _, columns in rows:
        there = [column["name"] for column in dwd[name]["columns"]]
        assert [column for column in there if column in columns.split(", ")] == columns.split(", ")


def test_types_of_the_contract_are_those_of_the_models() -> None:
    """Each column by the rule of section 1 that its name falls under."""
    wrong = []
    of_dwd = {name: columns for name, _, columns in table_rows(section("contract.md", 7), 3)}
    for name, model in {**models("ads"), **models("dwd")}.items():
        for column in model["columns"]:
            expected = type_by_name(column["name"])
            if name.startswith("ads_") or column["name"] in of_dwd.get(name, "").split(", "):
                found = column.get("data_type")
                if found != expected:
                    wrong.append((name, column["name"], found, expected))
    assert wrong == []


def type_by_name(name: str) -> str:
    """The type of a column of this name; of two rules that match the later one holds."""
    rules = {
        "bigint": r".*_count|.*_rank|frequency|frequency_sum|source_line",
        "decimal(18,2)": r"(.*_)?amount|(avg_)?monetary|.*_per_consumer|target_change|.*at_stake",
        "integer": r"._score|rfm_total|.*_days|.*_hours",
        "decimal(18,6)": r".*_(rate|share)|roi|.*_sensitivity|share_of_from|avg_(recency.*|freq.*)",
        "date": r".*_date",
        "timestamp": r".*_time",
        "boolean": r"is_.*|counts_as_.*",
    }
    kinds = [kind for kind, pattern in rules.items() if re.fullmatch(pattern, name)]
    return kinds[-1] if kinds else "string"


def test_rules_list_the_columns_of_every_raw_table() -> None:
    """Their names, their order, and which may be missing, as the YAML of the sources says."""
    sources = yaml.safe_load((ROOT / "models/ods/_sources.yml").read_text(encoding="utf-8"))
    found = {}
    for table in sources["sources"][0]["tables"]:
        if table["name"] == "source_file":
            continue
        columns = {
            column["name"]: column.get("config", {}).get("meta", {}) for column in table["columns"]
        }
        found[table["name"]] = (
            [name for name, meta in columns.items() if not meta.get("added_by_reader")],
            [name for name, meta in columns.items() if meta.get("optional")],
            table.get("config", {}).get("meta", {}).get("optional", False),
        )
    listed = {}
    for name, text, required in table_rows(section("rules.md", 1), 3):
        columns = text.split(":")[0]
        listed[name] = (
            without_remarks(columns).split(", "),
            re.findall(r"(\w+) \(optional\)", columns),
            required == "optional",
        )
    assert listed == found
