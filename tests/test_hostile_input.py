"""Files that mean harm, or are broken in ways nobody means: each is refused quickly, in little memory, and by name.

Every case runs as a process of its own; its processor time and its largest memory are measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from cnncalc.core.formula import DEEPEST as DEEPEST_FORMULA
from cnncalc.formats.yaml.expanding.expand import MOST_ENTRIES
from tests.pace import allowed
from tests.running import environment, invoke, sample

MOST_SECONDS = 6.0  # two on a quiet machine; a busy one, measuring coverage, takes three times as long
MOST_MEGABYTES = 500

INPUT = "input: {channels: 3, size: 32}\n"
CONV = "conv: {filters: 4, kernel: 3, padding: same}"
LAYERS = f"layers:\n  - {CONV}\n"


class Case(NamedTuple):
    """What `net.yaml` holds (or what prepares a folder), and what the message must say."""

    what: str
    says: tuple[str, ...]
    text: str | bytes = ""
    prepare: Callable[[Path], None] | None = None
    file: str = "net.yaml"
    passes: bool = False  # may also be fine


def doubled(levels: int, leaf: str) -> str:
    """Blocks that each call the next one twice."""
    blocks = "".join(f"  b{i}: {{layers: [b{i + 1}, b{i + 1}]}}\n" for i in range(levels))
    return f"{INPUT}blocks:\n{blocks}  b{levels}: {{layers: [{leaf}]}}\nlayers: [b0]\n"


def alias_bomb(levels: int, width: int) -> str:
    """The billion laughs: every list holds the one above it many times."""
    lists = "".join(f"  - &a{i + 1} [{', '.join([f'*a{i}'] * width)}]\n" for i in range(levels))
    return f"{INPUT}note:\n  - &a0 [lol, lol]\n{lists}{LAYERS}"


def nested_block(depth: int) -> str:
    """Lists in lists, by indentation."""
    return f"{INPUT}layers:\n" + "".join("  " * level + "- \n" for level in range(depth))


def squares(count: int) -> str:
    """Each var is the square of the one before it."""
    vars = "".join(f"  v{i + 1}: v{i} * v{i}\n" for i in range(count))
    return f"{INPUT}vars:\n  v0: 3\n{vars}layers:\n  - conv: {{filters: v{count}, kernel: 3}}\n"


def chain_of_vars(count: int) -> str:
    """Each var reads the one after it."""
    vars = "".join(f"  v{i}: v{i + 1}\n" for i in range(count))
    return f"{INPUT}vars:\n{vars}  v{count}: 4\nlayers:\n  - conv: {{filters: v0, kernel: 3}}\n"


def sized(text: str) -> str:
    """A network whose number of filters is this expression."""
    return f'{INPUT}layers:\n  - conv: {{filters: "{text}", kernel: 3}}\n'


def linked(files: dict[str, str]) -> Callable[[Path], None]:
    """Files that extend each other: name → the parent's name, or nothing."""

    def prepare(folder: Path) -> None:
        for name, parent in files.items():
            (folder / name).write_text(f"extends: {parent}\n" if parent else INPUT + LAYERS, encoding="utf-8")

    return prepare


def sparse(folder: Path) -> None:
    with open(folder / "net.yaml", "wb") as file:
        file.truncate(100 * 2**20)


def within_the_limit_of_zeros(folder: Path) -> None:
    with open(folder / "net.yaml", "wb") as file:
        file.truncate(63 * 2**20)


def absolute(folder: Path) -> None:
    (folder / "parent.yaml").write_text(INPUT + LAYERS, encoding="utf-8")
    (folder / "net.yaml").write_text(f"extends: {folder / 'parent.yaml'}\n", encoding="utf-8")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "parent.yaml")
    (folder / "net.yaml").write_text("extends: parent.yaml\n", encoding="utf-8")


def folder_as_parent(folder: Path) -> None:
    (folder / "parent.yaml").mkdir()
    (folder / "net.yaml").write_text("extends: parent.yaml\n", encoding="utf-8")


def large_list_many_times(folder: Path) -> None:
    branch = ", ".join(["relu"] * 10_000)
    uses = "".join("  - concat: {branches: [*many, *many]}\n" for _ in range(400))
    text = f"{INPUT}layers:\n  - concat: {{branches: [&many [{branch}], []]}}\n{uses}"
    (folder / "net.yaml").write_text(text, encoding="utf-8")


NESTING = "(limit: nesting 100)"
NUMBERS = "(limit: numbers 10^15)"
FORMULA_NESTING = f"(limit: formula nesting {DEEPEST_FORMULA})"
REFUSED = [
    Case("aliases of aliases", ("error[limit]", "(limit: aliases 1,000)"), alias_bomb(12, 10)),
    Case("aliases of aliases, few and wide", ("error[limit]", "(limit: aliases 1,000)"), alias_bomb(2, 300)),
    Case("a large list under many aliases", ("error[limit]", "(limit: "), prepare=large_list_many_times),
    Case(
        "an alias of itself",
        ("error[yaml-feature]", "`*a` holds itself"),
        f"{INPUT}layers:\n  - concat: {{branches: &a [*a, *a]}}\n",
    ),
    Case(
        "a repeat of a million",
        ("error[limit]", "`repeat: 1,000,000` (limit: layers 200,000)"),
        f"{INPUT}layers:\n  - relu: {{repeat: 1000000}}\n",
    ),
    Case(
        "repeats in blocks that multiply",
        ("error[limit]", "(limit: layers 200,000)"),
        f"{INPUT}blocks:\n  a: {{layers: [relu: {{repeat: 1000}}]}}\n  b: {{layers: [a: {{repeat: 1000}}]}}\n"
        "layers: [b]\n",
    ),
    Case(
        "repeats of nothing that multiply",
        ("error[limit]", f"(limit: entries {MOST_ENTRIES:,})"),
        f"{INPUT}blocks:\n  a: {{layers: []}}\n  b: {{layers: [a: {{repeat: 200000}}]}}\n"
        f"layers: [b: {{repeat: 200000}}, relu]\n",
    ),
    Case(
        "a block that calls itself",
        ("error[recursive-block]", "a → a"),
        f"{INPUT}blocks:\n  a: {{layers: [relu, a]}}\nlayers: [a]\n",
    ),
    Case(
        "blocks that call each other",
        ("error[recursive-block]", "a → b → a"),
        f"{INPUT}blocks:\n  a: {{layers: [b, b]}}\n  b: {{layers: [a, a]}}\nlayers: [a]\n",
    ),
    Case("blocks that double forty deep, with layers", ("error[limit]", "(limit: "), doubled(40, "relu")),
    Case("blocks that double forty deep, without layers", ("error[limit]", "(limit: letters "), doubled(40, "")),
    Case(
        "blocks that double forty deep, absent",
        ("error[limit]", "(limit: letters "),
        doubled(40, "relu: {when: false}"),
    ),
    Case(
        "blocks two hundred deep",
        ("error[limit]", NESTING),
        f"{INPUT}blocks:\n"
        + "".join(f"  b{i}: {{layers: [b{i + 1}]}}\n" for i in range(200))
        + "  b200: {layers: [relu]}\nlayers: [b0]\n",
    ),
    Case("two hundred brackets", ("error[limit]", NESTING), f"{INPUT}layers: {'[' * 200}{']' * 200}\n"),
    Case("two hundred braces", ("error[limit]", NESTING), f"{INPUT}layers: {'{a: ' * 200}b{'}' * 200}\n"),
    Case("a hundred thousand brackets, never closed", ("error[limit]", NESTING), f"{INPUT}layers: {'[' * 100_000}\n"),
    Case("two hundred indents", ("error[limit]", NESTING), nested_block(200)),
    Case("two hundred dashes on a line", ("error[limit]", NESTING), f"{INPUT}layers:\n{'- ' * 200}relu\n"),
    Case("an integer of nine hundred digits", ("error[limit]", NUMBERS), sized("9" * 900)),
    Case(
        "an integer beyond expression length", ("error[limit]", "(limit: expression length 1,000)"), sized("9" * 10**6)
    ),
    Case("a huge exponent", ("error[limit]", NUMBERS), sized("1e999999999")),
    Case("a tiny exponent", ("error[limit]", NUMBERS), sized("1e-999999999")),
    Case(
        "a kernel of a billion",
        ("error[empty-output]", "`conv` leaves nothing"),
        f"{INPUT}layers:\n  - conv: {{filters: 1, kernel: 1000000000}}\n",
    ),
    Case(
        "a size of a billion",
        ("error[limit]", "(limit: input size 4096)"),
        f"input: {{channels: 3, size: 1000000000}}\n{LAYERS}",
    ),
    Case("vars that square each other thirty times", ("error[limit]", NUMBERS), squares(30)),
    Case("a chain of 9,000 vars", ("error[",), chain_of_vars(9_000), passes=True),
    Case("a circle of 9,000 vars", ("error[recursive-var]",), chain_of_vars(9_000).replace("v9000: 4", "v9000: v0")),
    Case("brackets in a formula", ("error[limit]", FORMULA_NESTING), sized("(" * 400 + "4" + ")" * 400)),
    Case("minuses in a formula", ("error[limit]", FORMULA_NESTING), sized("-" * 900 + "4")),
    Case("nots in a formula", ("error[limit]", FORMULA_NESTING), sized("not " * 200 + "true")),
    Case(
        "choices in a formula",
        ("error[limit]", FORMULA_NESTING),
        sized("1 if true else " * 40 + "(" * 70 + "4" + ")" * 70),
    ),
    Case("a long expression", ("error[limit]", "(limit: expression length 1,000)"), sized("1" + " + 1" * 300_000)),
    Case(
        "a tag", ("error[yaml-feature]", "YAML tags are not read"), f"{INPUT}layers: !!python/object:os.system [ls]\n"
    ),
    Case(
        "a tag of a scalar",
        ("error[yaml-feature]", "`tag:yaml.org,2002:int`"),
        f"{INPUT}layers:\n  - conv: [!!int 4, 3]\n",
    ),
    Case("a tag of one's own", ("error[yaml-feature]", "`!include`"), f"{INPUT}layers: !include /etc/passwd\n"),
    Case(
        "a merge key", ("error[yaml-feature]", "merge keys `<<`"), f"{INPUT}layers:\n  - conv: {{<<: {{filters: 4}}}}\n"
    ),
    Case("a NUL byte", ("error[encoding]", "NUL byte"), (INPUT + LAYERS).encode() + b"\0"),
    Case("sixty megabytes of NUL bytes", ("error[encoding]", "NUL byte"), prepare=within_the_limit_of_zeros),
    Case("a control character", ("error[encoding]", "U+0007"), f"{INPUT}note: a\x07b\n{LAYERS}"),
    Case("no UTF-8", ("error[encoding]", "not UTF-8: byte 0xff"), b"\xff" + (INPUT + LAYERS).encode()),
    Case("UTF-16", ("error[encoding]", "not UTF-8"), (INPUT + LAYERS).encode("utf-16")),
    Case("half a character", ("error[encoding]", "not UTF-8"), (INPUT + LAYERS).encode() + "# é".encode()[:-1]),
    Case("an empty file", ("error[not-an-architecture]", "`net.yaml` is empty"), ""),
    Case("only comments", ("error[not-an-architecture]", "`net.yaml` is empty"), "# nothing\n\n"),
    Case("only a byte order mark", ("error[not-an-architecture]", "`net.yaml` is empty"), b"\xef\xbb\xbf"),
    Case("a word", ("error[not-an-architecture]", "plain text"), "relu\n"),
    Case("a PNG", ("error[encoding]",), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    Case("two documents", ("error[yaml-syntax]", "second document"), f"{INPUT}{LAYERS}---\n{INPUT}{LAYERS}"),
    Case("a missing file", ("error[unreadable]", "no such file"), file="folder/none.yaml"),
    Case("a name with a line break", ("error[unreadable]",), file="a\nb.yaml"),
    Case("a hundred sparse megabytes", ("error[limit]", "(limit: file size 64 MB)"), prepare=sparse),
    Case("a device", ("error[unreadable]", "not a regular file"), file="/dev/zero"),
    Case("a file that extends itself", ("error[",), prepare=linked({"net.yaml": "net.yaml"})),
    Case(
        "files that extend each other",
        ("error[limit]", "(limit: extends 8)"),
        prepare=linked({"net.yaml": "b.yaml", "b.yaml": "net.yaml"}),
    ),
    Case(
        "nine parents",
        ("error[limit]", "(limit: extends 8)"),
        prepare=linked(
            {"net.yaml": "n1.yaml"} | {f"n{i}.yaml": f"n{i + 1}.yaml" for i in range(1, 9)} | {"n9.yaml": ""}
        ),
    ),
    Case("a parent by its whole path", ("error[extends]", "write a relative path"), prepare=absolute),
    Case("a parent that is a pipe", ("error[extends]", "not a regular file"), prepare=pipe),
    Case("a parent that is a folder", ("error[extends]", "is a folder"), prepare=folder_as_parent),
    Case(
        "a hundred thousand mistakes",
        ("error[limit]", "more than 100 problems"),
        f"{INPUT}layers:\n" + "  - nonsense\n" * 100_000,
    ),
    Case(
        "a hundred thousand branches of nothing",
        ("error[",),
        f"{INPUT}layers:\n  - add: {{branches: [{', '.join(['[]'] * 100_000)}]}}\n",
        passes=True,
    ),
    Case(
        "a network with many sides",
        ("error[limit]", "(limit: sides "),
        f"input: {{channels: 3, size: [{', '.join(['2'] * 1000)}]}}\n{LAYERS}",
    ),
    Case("a long line", ("error[",), f"{INPUT}layers: [{'relu, ' * 50_000}convv]\n"),
]


class Measured(NamedTuple):
    """What a process said, its processor time, and the most memory that it had."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float


# A small process between: memory is measured from that of the process which starts another.
LAUNCH = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], timeout=60).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 2**20 if sys.platform == "darwin" else 2**10
with open(sys.argv[1], "w") as file:
    print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / unit, file=file)
"""


def measured(*args: str, cwd: Path, input: bytes = b"") -> Measured:
    """Run the program in a folder, and measure it."""
    report = cwd / ".measured"
    command = [sys.executable, "-S", "-c", LAUNCH, str(report), sys.executable, "-m", "cnncalc", *args]
    plain = {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}  # time counts
    done = subprocess.run(command, cwd=cwd, input=input, capture_output=True, env=plain, check=True)
    code, seconds, megabytes = report.read_text(encoding="utf-8").split()
    return Measured(int(code), done.stdout.decode(), done.stderr.decode(), float(seconds), float(megabytes))


@pytest.mark.parametrize("case", sample(6, REFUSED, lambda case: case.what.replace(" ", "-")))
def test_it_is_refused_quickly_and_by_name(case: Case, tmp_path: Path) -> None:
    if case.prepare is not None:
        case.prepare(tmp_path)
    elif case.file == "net.yaml":
        data = case.text if isinstance(case.text, bytes) else case.text.encode()
        (tmp_path / "net.yaml").write_bytes(data)
    ran = measured("summary", case.file, "--depth", "0", cwd=tmp_path)
    if ran.seconds > allowed(MOST_SECONDS):  # once more, for a machine that was busy
        ran = measured("summary", case.file, "--depth", "0", cwd=tmp_path)
    assert "Traceback" not in ran.err
    assert ran.seconds <= allowed(MOST_SECONDS)
    assert ran.megabytes <= MOST_MEGABYTES
    assert len(ran.err) < 100_000
    if case.passes and ran.code == 0:
        return
    assert (ran.code, ran.out) == (2, "")
    assert [text for text in case.says if text not in ran.err] == [], ran.err[:2000]


def test_half_a_character_is_refused() -> None:
    """A text of Python's may hold one; libyaml, which reads bytes, cannot be told."""
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads("input: {channels: 3, size: 8}\nlayers: [relu\ud800]\n")
    (problem,) = found.value.problems
    assert (problem.code, problem.message) == ("encoding", "the character U+D800 is not allowed in YAML")
    assert problem.where is not None
    assert (problem.where.line, problem.help) == (2, "remove it")


def test_a_folder_is_not_read_as_a_file(tmp_path: Path) -> None:
    ran = measured("summary", ".", cwd=tmp_path)
    assert ran.code == 2
    assert "error[unreadable]: `.` is a folder" in ran.err


def test_endless_standard_input_is_refused(tmp_path: Path) -> None:
    ran = measured("summary", "-", cwd=tmp_path, input=b"# much\n" * (10 * 2**20))
    assert ran.code == 2
    assert "(limit: file size 64 MB)" in ran.err
    assert ran.seconds <= allowed(MOST_SECONDS)
    assert ran.megabytes <= MOST_MEGABYTES


@pytest.mark.parametrize("command", ["check", "explain"])
def test_the_other_commands_refuse_it_too(command: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(alias_bomb(12, 10), encoding="utf-8")
    ran = measured(command, "net.yaml", cwd=tmp_path)
    assert ran.code == 2
    assert "(limit: aliases 1,000)" in ran.err
    assert ran.seconds <= allowed(MOST_SECONDS)


DISTINCT = "".join(
    f"  - conv: {{filters: {i % 97 + 1}, kernel: 3, padding: same, name: c{i}}}\n" for i in range(100_000)
)
LARGE = {
    "distinct": f"{INPUT}layers:\n{DISTINCT}",
    "copies": f"{INPUT}layers:\n  - {CONV[:-1]}, repeat: 100000}}\n",
    "copies of a block": f"{INPUT}blocks:\n  b: {{layers: [{CONV}, relu]}}\nlayers: [b: {{repeat: 50000}}]\n",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=[name.replace(" ", "-") for name in LARGE])
@pytest.mark.sweep
def test_a_hundred_thousand_layers_pass(text: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    ran = measured("summary", "net.yaml", "--depth", "0", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.seconds <= allowed(15)
    assert ran.megabytes <= MOST_MEGABYTES


# ------------------------------------------------------------------------------------- what reaches the terminal

ESCAPES = ("\\e[31m", "\\e]0;title\\a", "\\e[2J", "\\u009b31m", "\\u202e", "\\r", "\\b\\b")
PLACES = {
    "the network's name": 'name: "a{}b"\n' + INPUT + LAYERS,
    "its note": 'note: "a{}b"\n' + INPUT + LAYERS,
    "its source": 'source: "a{}b"\n' + INPUT + LAYERS,
    "an entry's name": INPUT + 'layers:\n  - relu: {{name: "a{}b"}}\n',
    "a layer type": INPUT + 'layers:\n  - "relu{}"\n',
    "a key": INPUT + LAYERS + '"a{}b": 1\n',
    "an attribute": INPUT + 'layers:\n  - conv: {{"filters{}": 4, kernel: 3}}\n',
    "an expression": INPUT + 'layers:\n  - conv: {{filters: "4{}", kernel: 3}}\n',
    "a var": 'vars: {{"a{}b": 1}}\n' + INPUT + LAYERS,
    "a parent": 'extends: "a{}b"\n',
    "an uncounted operator": INPUT + 'layers:\n  - operator: {{type: "a{}b"}}\n',
    "an expectation": INPUT + LAYERS + 'expect: {{"a{}b": {{params: 1}}}}\n',
    "a figure": INPUT + LAYERS + 'expect: {{total: {{params: "1{}"}}}}\n',
    "an input": 'inputs: {{"a{}b": {{channels: 3, size: 8}}}}\nlayers:\n  - relu: {{from: "a{}b"}}\n',
}
COMMANDS = (("summary",), ("summary", "-f", "markdown"), ("check",), ("explain",))


@pytest.mark.parametrize("place", PLACES)
def test_escapes_in_a_file_never_reach_the_terminal(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for escape in ESCAPES:
        Path("net.yaml").write_text(PLACES[place].replace("{}", escape).replace("{{", "{").replace("}}", "}"))
        for command in COMMANDS:
            ran = invoke(command[0], "net.yaml", *command[1:])
            shown = (ran.out + ran.err).replace("\n", "")
            control = sorted({character for character in shown if not character.isprintable()})
            assert control == [], f"{escape} in {' '.join(command)}"


def test_escapes_in_a_file_name_never_reach_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = "a\x1b[31mb.yaml"
    for text in (INPUT + LAYERS, INPUT + "layers: [convv]\n"):
        Path(name).write_text(text)
        for command in COMMANDS:
            ran = invoke(command[0], name, *command[1:])
            assert "\x1b" not in ran.out + ran.err, " ".join(command)
        assert "\x1b" not in "".join(invoke("check", ".")[1:])
    Path(name).unlink()
    assert "\x1b" not in invoke("summary", name).err
    assert "\x1b" not in invoke("explain", "lenet5", "a\x1b[31mb").err
    assert "\x1b" not in invoke("summary", "lenet5", "--set", "a\x1b[31mb=1").err
