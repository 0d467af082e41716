"""What is done with an input: by the library, and by every command in every format."""

from __future__ import annotations

import json
import os
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch
from xml.etree import ElementTree

import click
from click.testing import CliRunner

import cnncalc
from cnncalc.analyses.checks.lint import lint
from cnncalc.cli import cli, command_names
from cnncalc.cli.command import Command
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
_BYTES = ("png", "pdf", "qti")
_OF_NO_FILE = ("completion", "help", "new", "schema")
_OF_WORDS = ("layers", "list", "rules", "show")  # they read no file, and some read all that are bundled
_ANSWERS = [*HOSTILE, "1", "8x8x4", "1.5M", "1e9", "٣", "9" * 300]


class Call(NamedTuple):
    """A command line, and what is typed."""

    args: tuple[str, ...]
    typed: str = ""


def calls(choose: Random) -> Iterator[Call]:
    """Every command on `net.yaml`, which stands in a repository; options by chance."""
    level = str(choose.randint(1, 3))
    word = choose.choice([*HOSTILE, "conv", "relu", "unused-var", "lenet5", "a" * 5_000, "٣"]).replace("\0", "0")
    more = {
        "summary": ("net.yaml", "--depth", choose.choice(["0", "1", "all"])),
        "check": ("net.yaml", *choose.choice([(), ("--max-params", "1k"), ("--strict",)])),
        "explain": ("net.yaml", *choose.choice([(), (), (word,)])),
        "compare": ("net.yaml", "other.yaml", *choose.choice([(), ("--by-layer",)])),
        "diff": (),
        "diagram": ("net.yaml", *choose.choice([(), ("--depth", "all"), ("--kind", "blocks")])),
        "exercise": ("net.yaml", "--level", level),
        "grade": ("sheet.json", "answers", *choose.choice([(), ("--key",), ("--carry",)])),
        "quiz": ("net.yaml", "--level", level),
    }
    wanted = [name for name in command_names() if name not in (*_OF_NO_FILE, *_OF_WORDS)]
    more = dict.fromkeys(wanted, ("net.yaml",)) | more
    if choose.random() < 0.02:
        more |= dict.fromkeys(_OF_WORDS, (word,))
        wanted += _OF_WORDS
    typed = "".join(f"{choose.choice([*HOSTILE, '1', '28x28x3', '1.5M', '-', '9' * 300])}\n" for _ in range(20))
    for command in wanted:
        yield Call((command, *more[command]), typed)


class Told(NamedTuple):
    """What the calls on an input gave: exit codes by command, outputs by format, seconds, and what is wrong.

    The seconds of a command are those of writing its slowest format: nobody asks for all of them at once.
    """

    codes: Counter[tuple[str, int]]
    outputs: Counter[str]
    seconds: dict[str, float]
    faults: list[str]


def every_output(text: str, choose: Random, only: str | None = None) -> Told:
    """Run every command, or `only` one, in this folder, a repository, and write all formats; each is what it says."""
    told = Told(Counter(), Counter(), {}, [])
    Path("other.yaml").write_text(Path("net.yaml").read_text("utf-8", "replace"), encoding="utf-8")
    Path("net.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    for call in calls(choose):
        command = call.args[0]
        if only not in (None, command):
            continue
        if command == "grade":
            _sheet(choose)
        for fault in _run(call, told):
            told.faults.append(f"{' '.join(call.args)}: {fault}")
    return told


def _run(call: Call, told: Told) -> Iterator[str]:
    """What is wrong with what a command writes: everything is asked of it once, and written in all its formats."""
    command = call.args[0]
    files = {f"out.{name}": form for name, form in formats(command).items() if (command, name) != ("check", "full")}
    written = [0.0]

    def outputs(self: Command) -> Iterator[tuple[Any, str | None]]:
        for form, path in [(form, path) for path, form in files.items()] or [(self.form, self.output)]:
            started = time.process_time()
            yield form, path
            written.append(time.process_time() - started)

    started = time.process_time()
    with patch.object(Command, "outputs", property(outputs)):
        ran = CliRunner().invoke(cli, call.args, input=call.typed, standalone_mode=False)
    told.seconds[command] = time.process_time() - started - sum(written) + max(written)
    code = ran.exception.exit_code if isinstance(ran.exception, click.ClickException) else ran.return_value
    if ran.exception is not None and not isinstance(ran.exception, click.ClickException):
        lines = traceback.format_exception(ran.exception)
        yield f"{ran.exception!r}\n{''.join(lines[-6:])}"
        return
    told.codes[command, code] += 1
    if code not in (0, 1, 2):
        yield f"exit code {code}"
    yield from _unseen(ran.stdout + ran.stderr)
    for path, form in files.items():
        if os.path.exists(path):
            written = Path(path).read_bytes()
            os.unlink(path)
            told.outputs[f"{command} {form.name}"] += 1
            if form.name not in _BYTES:
                yield from (f"{form.name}: {fault}" for fault in _wrong(form.name, written.decode()))


def _wrong(form: str, text: str) -> Iterator[str]:
    """What an output has that it should not have."""
    yield from _unseen(text if form != "csv" else text.replace("\r", ""))
    try:
        if form in _OF_JSON:
            json.loads(text)
        elif form in _OF_XML:
            ElementTree.fromstring(text)
    except (ValueError, ElementTree.ParseError) as error:
        yield f"is none: {error}"


def _unseen(text: str) -> Iterator[str]:
    if unseen := sorted({one for one in text if not one.isprintable()} - {"\n", "\u200b"}):
        yield f"has {unseen[:9]}"


def _sheet(choose: Random) -> None:
    """A worksheet about the network, or where it has none about another, and answers to it of which few are right."""
    os.makedirs("answers", exist_ok=True)
    Path("sheet.json").unlink(missing_ok=True)
    for file in ("net.yaml", "lenet5"):
        if not os.path.exists("sheet.json"):
            invoke("exercise", file, "-f", "json", "-o", "sheet.json")
    answers = {str(id): choose.choice(_ANSWERS) for id in range(9)}
    Path("answers/a.json").write_text(json.dumps(answers), encoding="utf-8")
    lines = (",".join(row) for row in (answers, answers.values()))
    Path("answers/b.csv").write_text("\n".join(lines), encoding="utf-8", errors="replace")
