"""Makes verification.md from the records in records/; docs/generate.py calls `render`.

Each record is written by the very command that measured; this file only sets them out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

import cnncalc
from cnncalc.formats import bundled

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "tests" / "data"
RECORDS = HERE / "records"
OUTCOMES = ("named", "lower bound", "refused", "not compared", "wrong")  # of files of other programs, besides exact
MOST_NAMED = 5

INTRODUCTION = """\
<!-- written by docs/evidence/verification.py from the records beside it: change those, not this page -->
# Verification

Nobody should have to trust our formulas: every number is checked against something that is not ours. Each figure on
this page was written by the command above it; `--record FILE` makes it write a record, and this page is made from the
records in [docs/evidence/records](records). The small versions of all of it run with the tests and in `.ci/run`.
"""


def render() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for name, section in SECTIONS.items():
        path = RECORDS / f"{name}.json"
        if not path.exists():  # not measured yet
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        title, body = section(record)
        parts.append(f"## {title}\n\n```console\n$ {record['command']}\n```\n{record['python']}.\n\n{body}\n")
    parts.append(f"## Published figures\n\n{_published()}\n")
    return "\n".join(parts)


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = [list(head), *([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows)]
    numeric = [all(line[i][:1].isdigit() for line in lines[1:]) for i in range(len(lines[0]))]
    rule = ["---:" if right else "---" for right in numeric]
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])


def _oracles(record: dict[str, Any]) -> tuple[str, str]:
    libraries = " and ".join(f"{name} {version}" for name, version in record["libraries"].items())
    rows = [(run["what"], run["cases"], run["disagreements"]) for run in record["runs"]]
    body = f"""\
With {libraries}.

A graph becomes a `torch.nn` program on the meta device; shapes, weights, biases and buffers must be
equal layer by layer, and multiplies equal to half of what `torch.utils.flop_counter` counts. A Keras 3 layer is run on
its torch backend and compared in the same. One random case in ten may be wrong on purpose: then both must refuse it.

{_table(("", "cases", "disagreements"), rows)}

How the cases came out:

{_table(("verdict", "cases"), _sums(record, "verdicts"))}

Layers that were not compared, because PyTorch itself has no such case (the oracle that counts one by one has them all):

{_table(("reason", "layers"), _sums(record, "not_compared"))}

Layers whose multiplies were not compared, because PyTorch's counter does not see them:

{_table(("type", "layers"), _sums(record, "not_counted"))}"""
    return "PyTorch and Keras", body


def _sums(record: dict[str, Any], what: str) -> list[tuple[str, int]]:
    """How often each of these was met in all runs, the most frequent first."""
    found: Counter[str] = Counter()
    for run in record["runs"]:
        found.update(run[what])
    return found.most_common()


def _conventions(record: dict[str, Any]) -> tuple[str, str]:
    tools = record["tools"]
    kinds = [
        kind
        for kind in ("networks", "figures of networks", "layers", "figures of layers")
        if any(kind in counts for counts in tools.values())
    ]
    rows = [(tool, *(counts.get(kind, 0) for kind in kinds)) for tool, counts in tools.items()]
    figures = sum(counts[kind] for counts in tools.values() for kind in kinds if "figures" in kind and kind in counts)
    body = f"""\
Each tool is run on networks of torchvision or Keras, and prints what its [convention](../reconcile.md#the-conventions)
says, to the digit: {figures:,} figures. No environment has all of them, so each was asked in one that has it;
`torch` is PyTorch's own counter. Where torchvision's code takes a tool further than any file says, the test says how
far (`APART`).

{_table(("tool", *kinds), rows)}"""
    return "The conventions, and their tools", body


def _fuzz(record: dict[str, Any]) -> tuple[str, str]:
    rows = [(kind, *outcomes.values()) for kind, outcomes in record["kinds"].items()]
    largest = record["largest"]
    body = f"""\
{record["inputs"]:,} files through `load`, `analyze`, `check`, lint and the renderers, by one process for each thousand
of them, the CPU of each measured. {record["mended"]:,} failed when they were first tried, for
{record["causes"]};
each of them was run again when that was mended. What is left, {record["failures"]}: {record["left"]}.

2 seconds of the processor and 500 MB are allowed, and more only to what is large by right: at most half as much again
as a plain network of as many layers. {record["slow"]:,} took longer; the largest had {largest["size"]:,} layers, blocks
and branches written out, and took {largest["seconds"]:.1f} s. The largest process had {record["peak_megabytes"]:,} MB,
the middle one of {record["workers"]:,} {record["middle_megabytes"]:,} MB.

{_table(("", "networks", "lists of problems", "failures at first"), rows)}"""
    return "Fuzzing", body


def _outputs(record: dict[str, Any]) -> tuple[str, str]:
    rows = [
        (name, sum(codes.get(str(code), 0) for code in (0, 1, 2)), *(codes.get(str(code), 0) for code in (0, 1, 2)))
        for name, codes in record["calls"].items()
    ]
    body = f"""\
{record["inputs"]:,} of such files through every command, and of each command that made a result every format, read
again where it is JSON or XML, and held to be free of what cannot be seen: {sum(record["outputs"].values()):,} outputs
in {len(record["outputs"])} formats.

One command may take 2 seconds of the processor for its slowest format, and more only for what is large by right, as
above. {record["slow"]:,} took longer when first tried; {_by_right(record["by_right"])}. {record["mended"]:,} had to
be mended: {record["causes"]}. What is left, {record["failures"]}: {record["left"]}. The largest process had
{record["peak_megabytes"]:,} MB.

{_table(("command", "times", "exit code 0", "1", "2"), rows)}"""
    return "Fuzzing every output", body


def _by_right(large: list[dict[str, Any]]) -> str:
    told = "; ".join(
        f"`{one['command']}` of {one['size']:,} layers and blocks {one['seconds']:.1f} s, "
        f"of a plain network as large {one['beside']:.1f} s"
        for one in large
    )
    return f"large by right are {len(large):,}" + (f" ({told})" if told else "")


def _mutation(record: dict[str, Any]) -> tuple[str, str]:
    body = f"""\
The core is changed in one place at a time (an operator, a constant, a condition, a word, a factor of a declared
formula), and the tests must notice. They are run until the first fails; tests that never end kill, too.

{_killed(record)}"""
    return "Mutation testing", body


def _guards(record: dict[str, Any]) -> tuple[str, str]:
    total = record["total"]
    body = f"""\
The same of what guards files and exit codes: what is written and what is not, what a command ends with, verdicts of
grading, limits of problems and files; of the largest modules that function which decides. {_part(total)} were
put in, spread evenly over each module. Those that went through at first have been looked at, and most got a test
(`tests/test_guards.py`): the rate of mutants that nobody has looked at is lower than that of these. One that survives
without a reason is a gap that is not closed.

{_killed(record)}"""
    return "Mutation testing of what guards", body


def _part(total: dict[str, int]) -> str:
    """How many of how many mutants."""
    whole = total["mutants"] == total["of"]
    return f"All {total['of']:,} mutants" if whole else f"{total['mutants']:,} of {total['of']:,} mutants"


def _killed(record: dict[str, Any]) -> str:
    """The share of mutants that tests noticed, by module, and why the others survive."""
    total, rows = record["total"], []
    for module, counts in (*record["modules"].items(), ("**total**", total)):
        share = 100 * (counts["mutants"] - counts["survived"]) / counts["mutants"]
        of = [counts["of"]] if total.get("of", total["mutants"]) != total["mutants"] else []
        rows.append((module, counts["mutants"], *of, counts["mutants"] - counts["survived"], f"{share:.1f} %"))
    head = ("", "mutants", *(["of"] if len(rows[0]) > 4 else []), "killed", "")
    reasons = "\n".join(f"- {times} × {reason or 'not looked into yet'}" for reason, times in record["reasons"].items())
    listed = "\n".join(f"- `{one['mutant']}`, line {one['line']}" for one in record["survivors"])
    return f"""\
{_table(head, rows)}

The {total["survived"]} survivors, by reason (`tests/mutation/survivors.yaml`):

{reasons}

<details><summary>Each survivor</summary>

{listed}

</details>"""


def _coverage(record: dict[str, Any]) -> tuple[str, str]:
    body = f"""\
{record["passed"]:,} tests passed; they reach {record["percent_covered"]} % of {record["statements"]:,} statements and
{record["branches"]:,} branches."""
    return "Tests and coverage", body


def _determinism(record: dict[str, Any]) -> tuple[str, str]:
    tried = ", ".join(record["circumstances"])
    body = f"""\
{record["outputs"]:,} outputs (every bundled file as table, JSON, CSV and Markdown, explained, checked and drawn) in
other circumstances: {record["differing"]} differ. Tried: {tried}."""
    return "Determinism", body


def _foreign(record: dict[str, Any]) -> tuple[str, str]:
    libraries = ", ".join(f"{name} {version}" for name, version in record["libraries"].items())
    rows, listed = [], []
    for part in record["parts"].values():
        others: dict[str, list[str]] = {}
        for name, outcome in part["others"].items():
            others.setdefault(outcome, []).append(name)
        counts = Counter(outcome.partition(":")[0] for outcome in part["others"].values())
        exact = len(part["exact"].split())
        measured = f"{exact + counts.total():,} of {part['of']:,}, {part['measured']}"
        rows.append((part["what"], measured, exact, *(counts[one] for one in OUTCOMES)))
        entries = [f"- {outcome} ({_named(names)})" for outcome, names in sorted(others.items())]
        if entries:
            many = f"{counts.total():,} of {exact + counts.total():,}"
            what = f"{part['what']}: {many} that are not exact"
            listed.append(f"<details><summary>{what}</summary>\n\n{chr(10).join(entries)}\n\n</details>")
    body = f"""\
With {libraries}.

Networks as their own programs build them, read from what these write, and held to what these say: parameters as
listed, multiplies as PyTorch's counter meets them. How many there are is counted in the libraries. *Named* are files
that store other numbers than the network learns, where a note says which. Node models have one operator each, and no
figures of their own: they are read, or what is not read is named.

{_table(("", "networks", "exact", *OUTCOMES), rows)}"""
    return (
        "Files of other programs",
        "\n\n".join([body, *listed, "[Files that nobody tuned to](other_files.md) were read besides."]),
    )


def _named(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(f"`{name}`" for name in names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _foreign_fuzz(record: dict[str, Any]) -> tuple[str, str]:
    rows = [(kind, *outcomes.values()) for kind, outcomes in record["kinds"].items()]
    body = f"""\
{record["inputs"]:,} damaged files through the readers and `analyze`: {record["failures"]} tracebacks, hangs or other
failures. The slowest took {record["slowest_seconds"]} s of the processor (2 s are allowed), the process {
        record["peak_megabytes"]
    } MB (500 are allowed).
What failed was mended, and stays in the tests.

{_table(("", "networks", "lists of problems", "failures"), rows)}"""
    return "Fuzzing files of other programs", body


def _foreign_mutation(record: dict[str, Any]) -> tuple[str, str]:
    rows = [
        (name, counts["noticed"] + counts["missed"], counts["noticed"], counts["no change"])
        for name, counts in record["networks"].items()
    ]
    share = 100 * record["noticed"] / record["changes"]
    listed = "\n\nNot noticed:\n\n" + "\n".join(f"- {one}" for one in record["missed"]) if record["missed"] else ""
    body = f"""\
One number among the attributes of an operator is another one, in networks of torchvision as PyTorch exports them. It
counts where it changes a shape or how many numbers are stored, by the operator's own formulas; it is noticed where the
file is then refused, or a note names both figures. Of {record["changes"]:,} such changes {record["noticed"]:,} are
noticed ({share:.1f} %).

{_table(("", "changes", "noticed", "changed nothing"), rows)}{listed}"""
    return "Changed attributes in files of other programs", body


def _foreign_guided(record: dict[str, Any]) -> tuple[str, str]:
    rows = [
        (reader, *(kind[outcome] for outcome in ("network", "problems", "failure")), kind["first_reached"],
         kind["reached"])
        for reader, kind in record["kinds"].items()
    ]  # fmt: skip
    slowest = max(kind["slowest_seconds"] for kind in record["kinds"].values())
    body = f"""\
{record["inputs"]:,} inputs that find their own way: what reaches a new branch of a reader is kept and changed
further, by atheris, with the judgement of the fuzzer above. The slowest took {slowest:.2f} s of the processor.

{_table(("", "networks", "lists of problems", "failures", "branches of whole files", "branches reached"), rows)}"""
    return "Fuzzing the readers by what they reach", body


SECTIONS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "oracles": _oracles,
    "conventions": _conventions,
    "mutation": _mutation,
    "guards": _guards,
    "fuzz": _fuzz,
    "outputs": _outputs,
    "foreign": _foreign,
    "foreign_fuzz": _foreign_fuzz,
    "foreign_guided": _foreign_guided,
    "foreign_mutation": _foreign_mutation,
    "tests": _coverage,
    "determinism": _determinism,
}


def _published() -> str:
    def rows(name: str) -> Any:
        return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))

    published, exercises, lectures = rows("published.yaml"), rows("exercises.yaml"), rows("lecture_figures.yaml")
    held = sum(cnncalc.check(cnncalc.load(name)).figures for name in bundled.names())
    wrong = sum(row.get("agrees") is False for row in exercises["exercises"])
    stated = sum(len(network["figures"]) for network in published["networks"].values())
    found = [
        ("figures in `expect` of the bundled files", held, "`cnncalc check architectures/`"),
        ("figures of papers and documentation", stated, "`tests/test_published.py`"),
        ("contradictions between publications, each explained", len(published["contradictions"]),
         "[conventions](../conventions.md#published-figures-that-contradict-each-other)"),
        (f"answers to exercises of public courses, {wrong} of them wrong as published", len(exercises["exercises"]),
         "`tests/test_exercises.py`"),
        ("figures of the lecture notes", len(lectures["figures"]), "[lecture figures](lecture_figures.md)"),
    ]  # fmt: skip
    return _table(("", "rows", "held by"), found)
