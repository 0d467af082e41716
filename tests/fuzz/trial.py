"""What is done with an input: by the library, and by every command in every format."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple
from xml.etree import ElementTree

import cnncalc
from cnncalc.analyses.checks.lint import lint
from cnncalc.cli import command_names
from cnncalc.core.graph import Graph
from cnncalc.render import json as as_json
from cnncalc.render import problems
from tests.fuzz.grammar import HOSTILE
from tests.running import formats, invoke

OUTCOMES = ("network", "problems", "failure")


class Tried(NamedTuple):
    """What came of a text, and the network as far as it was understood."""

    outcome: str
    graph: Graph | None

    @property
    def size(self) -> int:
        """Layers, blocks and branches, written out."""
        return len(self.graph.nodes) + len(self.graph.groups) if self.graph else 0


def attempt(text: str) -> Tried:
    """A network or problems; whatever else is raised is a fault."""
    graph = None
    try:
        graph = cnncalc.loads(text)
        analysis = cnncalc.analyze(graph)
        as_json.network(analysis, analysis.rows)
        cnncalc.check(graph)
        problems.render(lint(graph).findings)
    except cnncalc.ProblemsFound as error:
        problems.render(error.problems)
        understood = error.understood()
        return Tried("problems", graph or (understood and understood.graph))
    return Tried("network", graph)


# ----------------------------------------------------------------------------------------- every output and command

_OF_JSON = ("json", "sarif", "gitlab", "rdjson", "notebook")
_OF_XML = ("svg", "junit", "moodle")
_OF_NO_FILE = ("completion", "help", "new", "schema")


class Call(NamedTuple):
    """A command line, and its format."""

    args: tuple[str, ...]
    form: str
    typed: str = ""

    @property
    def name(self) -> str:
        return f"{self.args[0]} {self.form}".strip()


def calls(choose: Random) -> Iterator[Call]:
    """Every command in every format on `net.yaml`, which stands in a repository; options by chance."""
    level = str(choose.randint(1, 3))
    word = choose.choice([*HOSTILE, "conv", "relu", "unused-var", "lenet5", "a" * 5_000, "٣"]).replace("\0", "0")
    more = {
        "summary": ("net.yaml", "--depth", choose.choice(["0", "1", "all"])),
        "check": ("net.yaml", *choose.choice([(), ("--max-params", "1k"), ("--strict",)])),
        "explain": ("net.yaml", *choose.choice([(), (word,), ("total",)])),
        "compare": ("net.yaml", "other.yaml", *choose.choice([(), ("--by-layer",)])),
        "diff": (),
        "diagram": ("net.yaml", *choose.choice([(), ("--depth", "all"), ("--kind", "blocks")])),
        "exercise": ("net.yaml", "--level", level),
        "grade": ("sheet.json", "answers"),
        "quiz": ("net.yaml", "--level", level),
        "layers": (word,),
        "list": (word,),
        "rules": (word,),
        "show": (word,),
    }
    typed = "".join(f"{choose.choice([*HOSTILE, '1', '28x28x3', '1.5M', '-', '9' * 300])}\n" for _ in range(20))
    for command in command_names():
        if command in _OF_NO_FILE:
            continue
        for form in formats(command) or ("",):
            chosen = ("-f", form) if form else ()
            written = ("-o", "out.zip") if form == "qti" else ()
            yield Call((command, *more[command], *chosen, *written), form, typed.replace("\ud800", "?"))


class Told(NamedTuple):
    """What the calls on an input gave: exit codes by command and format, seconds, and what is wrong."""

    codes: Counter[tuple[str, int]]
    seconds: dict[str, float]
    faults: list[str]


def every_output(text: str, choose: Random) -> Told:
    """Run every command in every format in this folder, a repository; what is written holds to its format."""
    told = Told(Counter(), {}, [])
    Path("other.yaml").write_text(Path("net.yaml").read_text("utf-8", "replace"), encoding="utf-8")
    Path("net.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    for call in calls(choose):
        if call.args[0] == "grade" and call.form == "table":
            _sheet(choose)
        started = time.process_time()
        try:
            ran = invoke(*call.args, input=call.typed)
            fault = _wrong(call, ran.code, ran.out, ran.err)
            told.codes[call.name, ran.code] += 1
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        told.seconds[call.name] = time.process_time() - started
        if fault:
            told.faults.append(f"{' '.join(call.args)}: {fault}")
    return told


def _sheet(choose: Random) -> None:
    """A worksheet about the network, where it has one, and answers to it of which few are right."""
    for old in ("sheet.json", "answers/a.json"):
        Path(old).unlink(missing_ok=True)
    os.makedirs("answers", exist_ok=True)
    invoke("exercise", "net.yaml", "-f", "json", "-o", "sheet.json")
    if not os.path.exists("sheet.json"):
        invoke("exercise", "lenet5", "-f", "json", "-o", "sheet.json")
    answers = {
        str(id): choose.choice([*HOSTILE, "1", "8x8x4", "1.5M", "1e9", "٣", "=1+1", "9" * 300]) for id in range(9)
    }
    Path("answers/a.json").write_text(json.dumps(answers), encoding="utf-8")
    Path("answers/b.csv").write_bytes("\n".join(map(",".join, [answers, answers.values()])).encode("utf-8", "replace"))


def _wrong(call: Call, code: int, out: str, err: str) -> str:
    """What an output has that it should not have."""
    if code not in (0, 1, 2):
        return f"exit code {code}"
    unseen = sorted({one for one in out + err if not one.isprintable()} - {"\n", "\u200b"})
    if unseen and call.form != "csv":
        return f"unprintable {unseen}"
    try:
        if out and call.form in _OF_JSON and code != 2:
            json.loads(out)
        if out and call.form in _OF_XML and code != 2:
            ElementTree.fromstring(out)
    except (ValueError, ElementTree.ParseError) as error:
        return f"no {call.form}: {error}"
    return ""
