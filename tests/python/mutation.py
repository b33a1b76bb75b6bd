"""Mutants of the models and macros: small changes of their text that some test should notice.

One process parses the project once and compiles in memory. A mutant meets the unit tests of the
models it changes first, each by what the model gives for the test's rows now and before; if all
agree, the models and what follows them are built anew in a transaction on a copy of the warehouse,
and the data tests on them run; if those pass too, the tables are compared with the unchanged ones.
"""

from __future__ import annotations

import copy
import hashlib
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

from project import ROOT

MODEL_PREFIX = "model.coupon_rfm."
MUTATED_LAYERS = ("dim", "dwd", "dws", "ads")
NOT_MUTATED = (  # text that makes no row on DuckDB, or that runs before the models
    *("macros/check/", "macros/ods/", "macros/cross_db/reader/", "macros/generate_schema_name"),
)
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*|\{\{\s*config\(.*?\)\s*\}\}", re.DOTALL)
STILLBORN = (
    *(duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException),
    *(duckdb.SyntaxException, duckdb.NotImplementedException),
)


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    node: str  # unique id of the model or macro
    path: str
    line: int
    kind: str
    before: str
    after: str
    text: str  # all of the node's text, changed

    @property
    def name(self) -> str:
        """What was changed, in one line."""
        before, after = (" ".join(part.split()) for part in (self.before, self.after))
        return f"{self.path}:{self.line} {self.kind}: {before} -> {after}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the mutant wherever its line has moved to."""
        return Path(self.path).name, self.kind, self.name.partition(f"{self.kind}: ")[2]


@dataclass
class Verdict:
    """What became of a mutant, and by which test.

    stillborn: the SQL is none; same: it is the same SQL; unit, data, contract: what noticed it;
    alive: a table of the sample differs and nothing noticed; equal: no table of the sample differs.
    """

    mutant: Mutant
    outcome: str
    by: str = ""


# The changes ----------------------------------------------------------------------------------

SWAPS = {
    "comparison": (
        *(
            (r"<=", "<"),
            (r"(?<![<>!=])<(?![=>])", "<="),
            (r">=", ">"),
            (r"(?<![<=>-])>(?!=)", ">="),
        ),
        *((r"<>", "="), (r"(?<=[\w)'] )=(?= [\w('])", "<>")),
    ),
    "logic": ((r"\band\b", "or"), (r"\bor\b", "and"), (r"\bnot (?=\w|\()", "")),
    "null test": ((r"\bis null\b", "is not null"), (r"\bis not null\b", "is null")),
    "aggregate": (
        *((r"\bmin\(", "max("), (r"\bmax\(", "min("), (r"\bsum\(", "max("), (r"\bsum\(", "min(")),
        (r"\bcount\(distinct ", "count("),
    ),
    "distinct": ((r"\bselect distinct\b", "select"), (r"\bunion\b(?! all)", "union all")),
    "join": (
        *((r"\bleft join\b", "inner join"), (r"\binner join\b", "left join")),
        (r"\bcross join\b", "left join"),
    ),
    "order": (
        *((r" desc\b", ""), (r"\bnulls last\b", "nulls first"), (r"\bnulls first\b", "nulls last")),
    ),
    "window": ((r"\brow_number\(\)", "dense_rank()"), (r"\bdense_rank\(\)", "row_number()")),
    "arithmetic": ((r"(?<=[\w)'] )\+(?= [\w('])", "-"), (r"(?<=[\w)'] )-(?= [\w('])", "+")),
    "constant": ((r"\btrue\b", "false"), (r"\bfalse\b", "true")),
}
INTEGER = re.compile(r"(?<![\w.'\[{,-])\b\d{1,3}\b(?![\w.'\]-]|\s*\)\s*(?:as|\}))")
LITERAL = re.compile(r"(?<=[=>] )'[^'{}\n]+'|(?<=then )'[^'{}\n]+'|(?<=else )'[^'{}\n]+'")
IDENTIFIER = re.compile(
    r"(?<![\w{'])(?:(\w+)\.)?([a-z_]+_(id|key|date|time|amount|count|name|score|level))\b"
)
CALL = re.compile(r"\b(coalesce|nullif)\(")
CASE_BRANCH = re.compile(
    r"\n[ \t]+when (?:(?!\bcase\b).)*?(?=\n[ \t]+(?:when|else|end)\b)", re.DOTALL
)
UNION_BRANCH = re.compile(
    r"\n[ \t]*union all\n(?:(?!\{%|\n\)|\bunion all\b).)*?(?=\n\)|\n\s*union all\b)", re.DOTALL
)


def changes(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Every change of a text: kind, start, end, and what stands there instead."""
    for kind, pairs in SWAPS.items():
        for pattern, new in pairs:
            for match in re.finditer(pattern, text):
                yield kind, *match.span(), new
    for match in INTEGER.finditer(text):
        if not re.search(r"decimal\([\w{} ,]*$", text[: match.start()]):
            for step in (1, -1):
                yield "constant", *match.span(), str(int(match[0]) + step)
    for match in LITERAL.finditer(text):
        yield "literal", *match.span(), f"{match[0][:-1]}x'"
    for match in CALL.finditer(text):
        parts = arguments(text, match.end())
        if parts:
            end, first = parts
            yield f"{match[1]} dropped", match.start(), end, first
    for match in CASE_BRANCH.finditer(text):
        yield "case branch dropped", *match.span(), ""
    for match in UNION_BRANCH.finditer(text):
        yield "union branch dropped", *match.span(), ""
    yield from column_swaps(text)


def arguments(text: str, start: int) -> tuple[int, str] | None:
    """Where a call ends, and its first argument."""
    depth, first = 1, None
    for place in range(start, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
        elif text[place] == "," and depth == 1 and first is None:
            first = text[start:place]
        if not depth:
            return (place + 1, first) if first else None
    return None


def column_swaps(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Each column, where it is read, replaced by another of the same kind in the file."""
    found = defaultdict(list)
    for match in IDENTIFIER.finditer(text):
        if match[2] not in found[match[3]]:
            found[match[3]].append(match[2])
    for match in IDENTIFIER.finditer(text):
        others = found[match[3]]
        is_named = re.search(r"\bas $", text[: match.start()])
        if len(others) > 1 and not is_named and text[match.end() : match.end() + 1] != "(":
            other = others[(others.index(match[2]) + 1) % len(others)]
            yield "column", *match.span(2), other


def mutants_of(node: str, path: str, text: str, first_line: int = 1) -> list[Mutant]:
    """Every mutant of one model or macro; comments stay as they are."""
    hidden = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    result, seen = [], set()
    for kind, start, end, new in changes(hidden):
        changed = text[:start] + new + text[end:]
        if changed not in seen and changed != text:
            seen.add(changed)
            line = first_line + text.count("\n", 0, start)
            before, after = in_context(text, start, end, new)
            result.append(Mutant(node, path, line, kind, before, after, changed))
    return result


def in_context(text: str, start: int, end: int, new: str) -> tuple[str, str]:
    """The changed lines before and after."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return text[first:last], text[first:start] + new + text[end:last]


# The project ----------------------------------------------------------------------------------


@dataclass
class Project:
    """The project parsed once, and the copy of its warehouse on which mutants are built."""

    warehouse: Path
    folder: Path
    config: Any = None
    manifest: Any = None
    compiler: Any = None
    connection: Any = None
    models: dict[str, Any] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    children: dict[str, set[str]] = field(default_factory=dict)
    unit_tests: dict[str, list[Any]] = field(default_factory=dict)
    data_tests: list[Any] = field(default_factory=list)
    baseline: dict[str, Any] = field(default_factory=dict)
    noticed: Counter[str] = field(default_factory=Counter)
    given: dict[str, Any] = field(default_factory=dict)

    def open(self) -> Project:
        """Parse, compile and remember what every test and model gives unchanged."""
        self._parse()
        nodes = self.manifest.nodes
        self.models = {
            key: node
            for key, node in nodes.items()
            if node.resource_type == "model" and node.fqn[1] in MUTATED_LAYERS
        }
        self.children = {
            key: {child for child in self.manifest.child_map[key] if child in self.models}
            for key in self.models
        }
        self.order = self._in_order()
        self.data_tests = [node for node in nodes.values() if node.resource_type == "test"]
        for test in self.manifest.unit_tests.values():
            self.unit_tests.setdefault(test.depends_on.nodes[0], []).append(test)
        self.connection = self._copy_of_warehouse()
        for node in [*self.models.values(), *self.data_tests]:
            self.baseline[node.unique_id] = self.compiled(node)
        for tests in self.unit_tests.values():
            for test in tests:
                self.baseline[test.unique_id] = self.unit_test_rows(test)
        return self

    def _parse(self) -> None:
        import dbt.compilation
        from dbt import flags, tracking
        from dbt.adapters.factory import get_adapter, register_adapter
        from dbt.compilation import Compiler
        from dbt.config.runtime import RuntimeConfig
        from dbt.context.providers import generate_runtime_macro_context
        from dbt.mp_context import get_mp_context
        from dbt.parser.manifest import ManifestLoader
        from dbt_common.clients.system import get_env
        from dbt_common.context import set_invocation_context

        dbt.compilation.inject_ctes_into_sql = with_ctes  # dbt's takes the SQL to pieces, slowly
        set_invocation_context(get_env())
        tracking.do_not_track()
        options = DbtArguments(
            project_dir=str(ROOT),
            profiles_dir=str(ROOT),
            target_path=str(self.folder / "target"),
            log_path=str(self.folder / "logs"),
            vars={},
            threads=1,
            inject_ephemeral_ctes=True,
        )
        flags.set_from_args(options, None)
        self.config = RuntimeConfig.from_args(options)
        register_adapter(self.config, get_mp_context())
        self.manifest = ManifestLoader.get_full_manifest(self.config)
        self.manifest.build_parent_and_child_maps()
        self.compiler = Compiler(self.config)
        self.adapter = get_adapter(self.config)
        self.adapter.set_macro_resolver(self.manifest)
        self.adapter.set_macro_context_generator(generate_runtime_macro_context)

    def _copy_of_warehouse(self) -> duckdb.DuckDBPyConnection:
        for name in ("changed", "unchanged"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(self.warehouse, self.folder / name / self.warehouse.name)
        connection = duckdb.connect()
        name = self.warehouse.stem
        connection.execute(f"attach '{self.folder / 'changed' / self.warehouse.name}' as {name}")
        connection.execute(
            f"attach '{self.folder / 'unchanged' / self.warehouse.name}' as unchanged (read_only)"
        )
        connection.execute(f"use {name}")
        return connection

    def _in_order(self) -> list[str]:
        done: list[str] = []

        def visit(key: str) -> None:
            for parent in self.models[key].depends_on.nodes:
                if parent in self.models and parent not in done:
                    visit(parent)
            if key not in done:
                done.append(key)

        for key in sorted(self.models):
            visit(key)
        return done

    def compiled(self, node: Any) -> str:
        """The SQL of a model or data test as its text is now."""
        node = copy.copy(node)
        node.compiled, node.compiled_code, node.extra_ctes = False, None, []
        with self.adapter.connection_named("mutation"):
            return self.compiler.compile_node(node, self.manifest, {}, write=False).compiled_code

    def unit_test_rows(self, test: Any) -> Any:
        """What the tested model gives for the rows of a unit test, in the columns expected."""
        from dbt.parser.unit_tests import UnitTestManifestLoader

        with self.adapter.connection_named("mutation"):
            if test.unique_id not in self.given:
                loader = UnitTestManifestLoader(self.manifest, self.config, {test.unique_id})
                manifest = loader.load()
                node = manifest.nodes[test.unique_id]
                self.compiler.compile_node(node, manifest, {}, write=False)
                self.given[test.unique_id] = manifest, node.extra_ctes
            manifest, given_rows = self.given[test.unique_id]
            node = copy.copy(manifest.nodes[test.unique_id])
            node.raw_code = self.models[node.tested_node_unique_id].raw_code
            node.extra_ctes, node.extra_ctes_injected = [], False
            sql = self.compiler._compile_code(node, manifest, {}).compiled_code
        rows = test.expect.rows
        columns = list(rows[0]) if rows and not isinstance(rows, str) else ["*"]
        sql = with_ctes(sql, given_rows)
        return rows_of(self.connection, f"select {', '.join(columns)} from (\n{sql}\n) as actual")

    def users(self, macro: str) -> set[str]:
        """The nodes that use a macro, directly or through others."""
        macros, grown = {macro}, True
        while grown:
            more = {
                key
                for key, node in self.manifest.macros.items()
                if node.package_name == "coupon_rfm" and macros & set(node.depends_on.macros)
            }
            grown = not more <= macros
            macros |= more
        names = {key.rpartition(".")[2] for key in macros}
        pattern = re.compile(r"\b(?:" + "|".join(re.escape(name) for name in names) + r")\b")
        return {
            node.unique_id
            for node in [*self.models.values(), *self.data_tests]
            if macros & set(node.depends_on.macros) or pattern.search(node.raw_code)
        }

    def descendants(self, keys: Iterable[str]) -> list[str]:
        """The models and all that follow them, in order of building."""
        found, queue = set(keys), list(keys)
        while queue:
            for child in self.children[queue.pop()] - found:
                found.add(child)
                queue.append(child)
        return [key for key in self.order if key in found]

    def all_mutants(self) -> list[Mutant]:
        """The mutants of every model of the mutated layers, and of every macro they use.

        In an order that depends on nothing but the change itself, and mixed: the first few hundred
        have every kind of change of every file among them.
        """
        groups: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
        for mutant in self._every_mutant():
            groups[mutant.node, mutant.kind].append(mutant)
        numbered = [
            (number, digest(mutant), mutant)
            for group in groups.values()
            for number, mutant in enumerate(sorted(group, key=digest))
        ]
        return [mutant for *_, mutant in sorted(numbered, key=lambda row: row[:2])]

    def _every_mutant(self) -> Iterator[Mutant]:
        for key in self.order:
            node = self.models[key]
            yield from mutants_of(key, node.original_file_path, node.raw_code)
        for key, macro in sorted(self.manifest.macros.items()):
            path = macro.original_file_path
            if macro.package_name != "coupon_rfm" or not path.startswith("macros/"):
                continue
            if path.startswith(NOT_MUTATED) or macro.name.startswith("spark__"):
                continue
            if self.users(key):
                file = (ROOT / path).read_text(encoding="utf-8")
                line = 1 + file[: file.find(macro.macro_sql.strip()[:40])].count("\n")
                yield from mutants_of(key, path, macro.macro_sql, line)

    # What becomes of a mutant ------------------------------------------------------------------

    def mutant(self, path: str, before: str, after: str) -> Mutant:
        """The mutant of a model or macro in which one text stands instead of another."""
        found = [
            (key, node.raw_code)
            for key, node in self.models.items()
            if node.original_file_path == path
        ] + [
            (key, macro.macro_sql)
            for key, macro in self.manifest.macros.items()
            if macro.original_file_path == path and macro.package_name == "coupon_rfm"
        ]
        key, text = next((key, text) for key, text in found if before in text)
        assert text.count(before) == 1, f"{path} has {text.count(before)} times {before!r}"
        changed = text.replace(before, after)
        return Mutant(
            key, path, text[: text.index(before)].count("\n") + 1, "named", before, after, changed
        )

    def judge(self, mutant: Mutant) -> Verdict:
        """Put a mutant in place, test it, and take it out again."""
        is_macro = mutant.node in self.manifest.macros
        node = self.manifest.macros[mutant.node] if is_macro else self.models[mutant.node]
        attribute = "macro_sql" if is_macro else "raw_code"
        kept = getattr(node, attribute)
        setattr(node, attribute, mutant.text)
        try:
            users = self.users(mutant.node) if is_macro else {mutant.node}
            return self._judge(mutant, users)
        finally:
            setattr(node, attribute, kept)

    def _judge(self, mutant: Mutant, users: set[str]) -> Verdict:
        models = [key for key in self.order if key in users]
        try:
            code = self._changed_code(models)
        except Exception as error:
            return Verdict(mutant, "stillborn", one_line(error))
        for sql in code.values():
            try:
                self.connection.execute(f"explain {sql}")
            except STILLBORN as error:
                return Verdict(mutant, "stillborn", one_line(error))
            except duckdb.Error:
                pass
        tests = [test for key in models for test in self.unit_tests.get(key, ())]
        for test in sorted(tests, key=lambda test: -self.noticed[test.unique_id]):
            try:
                is_same = self.unit_test_rows(test) == self.baseline[test.unique_id]
            except Exception:
                is_same = False
            if not is_same:
                self.noticed[test.unique_id] += 1
                return Verdict(mutant, "unit", test.name)
        if not code:
            return Verdict(mutant, "same")
        self.connection.execute("begin")
        try:
            code |= self._changed_code(users - set(models))
            return self._judge_by_data(mutant, code, [key for key in models if key in code])
        except duckdb.Error as error:
            return Verdict(mutant, "data", f"the build fails: {one_line(error)}")
        finally:
            self.connection.execute("rollback")

    def _changed_code(self, keys: Iterable[str]) -> dict[str, str]:
        """The SQL of the nodes whose SQL is not what it was."""
        code = {key: self.compiled(self.manifest.nodes[key]) for key in keys}
        return {key: sql for key, sql in code.items() if sql != self.baseline[key]}

    def _judge_by_data(self, mutant: Mutant, code: dict[str, str], changed: list[str]) -> Verdict:
        built = self.descendants(changed)
        for key in built:
            node = self.models[key]
            kind = "view" if node.config.materialized == "view" else "table"
            self.connection.execute(
                f"create or replace {kind} {node.schema}.{node.alias} as\n"
                + code.get(key, self.baseline[key])
            )
            if node.config.contract.enforced and self.types(key) != self.types(key, "unchanged"):
                return Verdict(mutant, "contract", node.name)
        for test in self.data_tests:
            if test.config.severity.lower() != "error":
                continue
            if set(test.depends_on.nodes) & set(built) or test.unique_id in code:
                sql = code.get(test.unique_id, self.baseline[test.unique_id])
                if self.connection.execute(f"select 1 from (\n{sql}\n) limit 1").fetchone():
                    return Verdict(mutant, "data", test.name)
        differing = [self.models[key].name for key in built if self.differs(key)]
        if differing:
            return Verdict(mutant, "alive", f"differs: {', '.join(differing)}")
        return Verdict(mutant, "equal", "no table of the sample differs")

    def relation(self, key: str, database: str = "") -> str:
        """The name of a model's table."""
        node = self.models[key]
        return f"{database or self.warehouse.stem}.{node.schema}.{node.alias}"

    def types(self, key: str, database: str = "") -> dict[str, str]:
        """The type of every column of a model's table."""
        described = self.connection.execute(f"describe {self.relation(key, database)}").fetchall()
        return {row[0]: row[1] for row in described}

    def differs(self, key: str) -> bool:
        """Whether a table has other rows than the unchanged one."""
        if self.models[key].config.materialized == "view":
            return False
        one, other = self.relation(key), self.relation(key, "unchanged")
        columns = ", ".join(self.types(key, "unchanged"))
        if self.types(key).keys() != self.types(key, "unchanged").keys():
            return True
        sql = (
            f"select 1 from ((select {columns} from {one} except all select {columns} from {other})"
            f" union all (select {columns} from {other} except all select {columns} from {one}))"
            " limit 1"
        )
        return self.connection.execute(sql).fetchone() is not None


class DbtArguments(SimpleNamespace):
    """Options as dbt wants them; one that is not given is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


def with_ctes(sql: str, ctes: list[Any]) -> str:
    """The SQL of a model after the rows of a unit test as common table expressions."""
    if not ctes:
        return sql
    head = "with" + ",".join(cte.sql for cte in ctes)
    begun = re.match(r"(?:\s|--[^\n]*\n)*with\b", sql)
    return f"{head},{sql[begun.end() :]}" if begun else f"{head}\n{sql}"


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> Counter[tuple[str, ...]]:
    """The rows of a query as texts, however they are ordered."""
    rows = connection.execute(sql).fetchall()
    return Counter(tuple(map(repr, row)) for row in rows)


def digest(mutant: Mutant) -> str:
    """A number that only the change itself decides, not where it stands."""
    return hashlib.sha256(repr(mutant.key).encode()).hexdigest()


def one_line(error: BaseException) -> str:
    """The first line of an error."""
    return str(error).strip().split("\n")[0][:160]
