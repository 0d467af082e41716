"""Work that a small file asks for: it is done in two seconds and 500 MB, or refused by the name of a limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from cnncalc.core import builder, problem
from cnncalc.core.problem import Problem, Problems, nearest
from cnncalc.formats.yaml.expanding import values
from cnncalc.formats.yaml.expanding.expand import ANEW
from tests.pace import allowed
from tests.test_hostile_input import INPUT, MOST_MEGABYTES, MOST_SECONDS, measured

GROWS = "conv: {filters: channels + 1, kernel: 1}"  # never twice on equal shapes: nothing is copied


class Case(NamedTuple):
    """What makes a file, the limit by which it is refused (nothing: it is done; `?`: for another fault), a command."""

    what: str
    text: Callable[[], str]
    limit: str = ""
    command: tuple[str, ...] = ("check",)


def many(text: str, count: int) -> str:
    """A text so many times, `#` its number."""
    return "".join(text.replace("#", str(number)) for number in range(count))


def layers(entries: str, before: str = "", behind: str = "") -> str:
    """A network of these entries, with what stands before and behind them."""
    return f"{INPUT}{before}layers: [{entries}]\n{behind}"


def nested(name: str, last: str, deep: int = 90) -> str:
    """Blocks in each other."""
    inner = "".join(f"  {name}{number}: {{layers: [{name}{number + 1}]}}\n" for number in range(deep))
    return f"blocks:\n{inner}  {name}{deep}: {{layers: [{last}]}}\n"


def block(layer: str, params: str = "", vars: str = "") -> str:
    """A block `b` of one layer."""
    return f"blocks:\n  b: {{params: [{params}], vars: {{{vars}}}, layers: [{layer}]}}\n"


def long(expression: str) -> str:
    """An expression of nearly a thousand letters."""
    return expression + " + 0" * 240


def note_of_30_megabytes() -> str:
    return layers("relu", "note: |\n" + many("  all work and no play\n", 1_400_000))


def different_expressions() -> str:
    return layers(many(f"conv: {{filters: {long('1#')}, kernel: 1}}, ", 3_000))


def lists() -> str:
    inner = f"  c: {{params: [n], layers: [{GROWS}]}}\n"
    return layers(f"b: {{n: [{many('1, ', 100_000)}]}}", block("c: {n: n, repeat: 10000}", "n") + inner)


MEMORY = [
    Case("a long name", lambda: layers(f"relu: {{name: {'a' * 5_000}, repeat: 100000}}"), "name length 200"),
    Case("a longish name", lambda: layers(f"relu: {{name: {'a' * 200}, repeat: 190000}}"), "letters 20,000,000"),
    Case(
        "long names in each other",
        lambda: layers(f"{'b' * 890}0", nested("b" * 890, "relu: {repeat: 10000}")),
        "name length 200",
    ),
    Case(
        "longish names in each other",
        lambda: layers(f"{'b' * 190}0", nested("b" * 190, "relu: {repeat: 10000}")),
        "letters 20,000,000",
    ),
    Case("a note of 30 MB", note_of_30_megabytes, "text length 20,000"),
    Case("a title of 30 MB", lambda: layers("relu", f"name: {'a' * 30_000_000}\n"), "text length 20,000"),
    Case("a million comments", lambda: layers("relu", "# cnncalc: ignore[x]\n" * 10**6), "comments 10,000"),
    Case("a million codes", lambda: layers("relu", f"# cnncalc: ignore[{'x,' * 10**6}]\n"), "comments 10,000"),
]
FILE_VARS = "vars:\n" + many("  v#: #\n", 10_000)
EXPRESSIONS = [
    Case(
        "a long expression",
        lambda: layers("b: {repeat: 190000}", block(f"conv: {{filters: {long('channels + 1')}, kernel: 1}}")),
        "steps 1,000,000",
    ),
    Case("a list", lists, "steps 1,000,000"),
    Case("different expressions", different_expressions, "steps 1,000,000"),
    Case(
        "vars of a block",
        lambda: layers("b: {repeat: 60000}", block(GROWS, vars="v: channels, " + many("v#: v + #, ", 100))),
        "steps 1,000,000",
    ),
    Case(
        "numbers as vars of a block",
        lambda: layers("b: {repeat: 60000}", block(GROWS, vars=many("v#: #, ", 9_000))),
        "steps 1,000,000",
    ),
    Case(
        "params of a block",
        lambda: layers("b: {repeat: 5000}", block(GROWS, many("p#=1, ", 1_000))),
        "steps 1,000,000",
    ),
    Case("vars of the file", lambda: layers("b: {repeat: 50000}", FILE_VARS + block(GROWS)), "steps 1,000,000"),
    Case(
        "vars of the file, deep",
        lambda: layers("b0: {repeat: 5000}", FILE_VARS + nested("b", GROWS)),
        "steps 1,000,000",
    ),
    Case(
        "channels that double each time",
        lambda: layers("concat: {branches: [[relu], [relu]], repeat: 60000}"),
        "numbers 10^15",
    ),
    Case("100,000 vars", lambda: layers("relu", "vars:\n" + many("  v#: #\n", 100_000)), "vars 10,000"),
    Case("20,000 params", lambda: layers("relu", block("relu", many("p#, ", 20_000))), "params 1,000"),
]
AGAIN = """blocks:
  net: {network: efficientnet_b0, params: [n], set: {classes: n}}
  b: {params: [n], layers: [net: n, reshape: [1, 1, channels], conv: [3, 1], upsample: 32]}
"""
TWICE = """blocks:
  r:
    params: [d, n]
    layers:
      - add: {branches: [[], {when: d > 1, layers: [r: [d - 1, 2*n]]}, {when: d > 1, layers: [r: [d - 1, 2*n + 1]]}]}
"""
EQUAL = TWICE.replace("2*n + 1", "2*n")
UNKNOWN = EQUAL.replace("[d, n]", "[d, n, x=y]")
PARTS = [
    Case(
        "a network with another var each time",
        lambda: layers("conv: [3, 1], b: {n: copy, repeat: 100000}", AGAIN),
        "steps 1,000,000",
    ),
    Case("a block that uses itself twice", lambda: layers("r: [40, 1]", TWICE), "letters 20,000,000"),
    Case("a block that uses itself twice on what failed", lambda: layers("relu: {from: x}, r: [40, 1]", TWICE), "?"),
    Case("a block that uses itself twice with what failed", lambda: layers("r: [40, 1]", UNKNOWN), "?"),
    Case(
        "the rest of a network of long paths",
        lambda: layers(f"{'b' * 50}0: {{repeat: 900}}", nested("b" * 50, "relu")),
        "letters 20,000,000",
        ("explain",),
    ),
]
ALIKE = "abcdefghijklmnopqrstuvwxyz_abcdefghi"
FAULTS = [
    Case(
        "unknown names in expect",
        lambda: layers("relu: {repeat: 100000}", behind=f"expect: {{{many('reluu#: {params: 1}, ', 20)}}}\n"),
        "?",
    ),
    Case(
        "unknown names in budget",
        lambda: layers("relu: {repeat: 100000}", behind=f"budget: {{{many('reluu#: {params: 1}, ', 90)}}}\n"),
        "?",
    ),
    Case(
        "unknown names in from",
        lambda: layers(many("relu: {name: relu_#}, ", 20_000) + many("relu: {from: reluu_#}, ", 100)),
        "?",
    ),
    Case(
        "unknown sizes",
        lambda: layers(many("relu: {name: relu_#}, ", 40_000) + many("dense: reluu_#.channels, ", 99)),
        "?",
    ),
    Case(
        "unknown sizes of names that no expression holds",
        lambda: layers(many("relu: {name: relu-#}, ", 40_000) + many("dense: reluu-#.channels, ", 99)),
        "?",
    ),
    Case(
        "unknown blocks",
        lambda: layers(many("blockk_#, ", 100), "blocks:\n" + many("  block_#: {layers: [relu]}\n", 20_000)),
        "?",
    ),
    Case("unknown vars", lambda: layers(many("dense: varr_#, ", 100), "vars:\n" + many("  var_#: 1\n", 9_000)), "?"),
    Case(
        "unknown vars among those that are alike",
        lambda: layers(many(f"dense: {ALIKE}x#, ", 100), "vars:\n" + many(f"  {ALIKE}#: 1\n", 990)),
        "?",
    ),
    Case(
        "one unknown var",
        lambda: layers("b, " * 100_000, block("conv: {filters: chanels, kernel: 1}")),
        "?",
    ),
    Case(
        "one bad value",
        lambda: layers("b, " * 100_000, block(f"conv: {{filters: {long('channels - 3')}, kernel: 1}}")),
        "?",
    ),
    Case("brackets as a layer", lambda: layers(f"'{'[' * 100_000}'"), "?", ("check", "-f", "sarif")),
]
OTHERS = [
    Case(
        "empty branches",
        lambda: layers(f"add: {{branches: [{'[], ' * 100_000}], repeat: 1000}}"),
        "steps 1,000,000",
    ),
    Case(
        "much that is read",
        lambda: layers("b: {repeat: 1000}", block(f"relu: {{name: x}}, add: {{from: [{'x, ' * 100_000}]}}")),
        "steps 1,000,000",
    ),
    Case(
        "the working of many layers",
        lambda: layers(many("conv: {filters: 1#, kernel: 1}, ", 3_000)),
        "explained 2,000",
        ("explain",),
    ),
    Case(
        "a worksheet of many layers",
        lambda: layers("conv: {filters: 3, kernel: 1, repeat: 60000}"),
        "worksheet 3,000",
        ("exercise",),
    ),
    Case(
        "a worksheet about a large network with faults",
        lambda: layers(many("relu: {name: relu_#}, ", 15_000) + many("dense: reluu_#.channels, ", 90)),
        "?",
        ("exercise",),
    ),
    Case(
        "a diagram of one block many times",
        lambda: layers("b: {repeat: 2900}", block("relu")),
        command=("diagram",),
    ),
    Case(
        "sizes of what fits at none",
        lambda: layers("lstm: 2, b: {repeat: 30000}", "blocks:\n  b: {layers: [relu, crop: {by: 1}]}\n"),
        "?",
        ("sizes",),
    ),
    Case(
        "a worksheet of chains",
        lambda: layers("conv: {filters: 3, kernel: 1, repeat: 1900}"),
        command=("exercise", "--level", "2"),
    ),
    Case(
        "a worksheet of mistakes",
        lambda: layers(many("conv: {filters: 1#, kernel: [1, 1]}, ", 1_900)),
        command=("exercise", "--level", "2", "--count", "100", "--ask", "shapes,inverse,mistake"),
    ),
    Case(
        "a worksheet of hidden layers",
        lambda: layers(
            "conv: {filters: 3, kernel: 1, name: x}, relu: {repeat: 900}, relu: {name: y}, "
            + "add: {from: [y, previous]}, " * 900
        ),
        command=("exercise", "--level", "3", "--count", "100"),
    ),
]
CASES = [*MEMORY, *EXPRESSIONS, *PARTS, *FAULTS, *OTHERS]


@pytest.mark.sweep
@pytest.mark.parametrize("case", CASES, ids=[case.what.replace(" ", "-") for case in CASES])
def test_small_files_ask_for_little_work(case: Case, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(case.text(), encoding="utf-8")
    command, *options = case.command
    ran = measured(command, "net.yaml", *options, cwd=tmp_path)
    if ran.seconds > allowed(MOST_SECONDS):  # once more, for a machine that was busy
        ran = measured(command, "net.yaml", *options, cwd=tmp_path)
    assert ran.seconds <= allowed(MOST_SECONDS)
    assert ran.megabytes <= MOST_MEGABYTES
    assert len(ran.out + ran.err) < 1_000_000
    if case.limit == "?":
        assert ran.code == 2
    elif case.limit:
        assert (ran.code, f"(limit: {case.limit})" in ran.err) == (2, True), ran.err[:2000]
    else:
        assert ran.code == 0, ran.err[:2000]


@pytest.mark.sweep
def test_an_expression_costs_nothing_where_its_names_stay_the_same(tmp_path: Path) -> None:
    for name, filters in ("long.yaml", long("495")), ("plain.yaml", "495"):
        text = layers(f"conv: {{filters: {filters}, kernel: 1, repeat: 199999}}")
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran, plain = (
        min((measured("check", name, cwd=tmp_path) for _ in range(2)), key=lambda one: one.seconds)
        for name in ("long.yaml", "plain.yaml")
    )
    assert (ran.code, plain.code) == (0, 0)
    assert ran.seconds <= 1.5 * plain.seconds
    assert ran.megabytes <= 1.1 * plain.megabytes


def test_a_search_for_a_likeness_is_made_among_few_words() -> None:
    words = [f"var_{number}" for number in range(problem.MOST_KNOWN)]
    assert nearest("varr_7", words) == "var_7"
    assert nearest("varr_7", [*words, "one more"]) is None
    assert nearest("k" * problem.LONGEST_WORD, ["k" * problem.LONGEST_WORD]) is not None
    assert nearest("k" * (problem.LONGEST_WORD + 1), ["k" * problem.LONGEST_WORD]) is None
    assert nearest("kernel", ["kernel" * 10, "kernels"]) == "kernels"


def test_few_searches_are_made_in_a_file() -> None:
    text = layers(many("dense: filterz + #, ", problem.MOST_SEARCHES + 5), "vars: {filters: 3}\n")
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(text)
    helps = [one.help for one in found.value.problems]
    assert helps == ["did you mean `filters`?"] * problem.MOST_SEARCHES + [None] * 5


def test_a_call_that_failed_on_what_is_not_known_is_looked_at_once() -> None:
    """Without it each level would double the calls: what is wrong in the block is said once, and not 2^30 times."""
    for text, faults in ((layers("relu: {from: x}, r: [30, 1]", EQUAL), 1), (layers("r: [30, 1]", UNKNOWN), 2)):
        with pytest.raises(cnncalc.ProblemsFound) as found:
            cnncalc.loads(text)
        assert [one.code for one in found.value.problems] == ["unknown-name", "limit"][:faults], text


def test_a_message_is_cut_in_its_middle() -> None:
    most = problem.LONGEST_MESSAGE
    assert Problem("x", "a" * most).message == "a" * most
    cut = Problem("x", f"begins {'a' * most} ends", notes=("n" * 10**6,), help="h" * 10**6)
    assert cut.message.startswith("begins a")
    assert " … " in cut.message
    assert cut.message.endswith("a ends")
    assert [len(text) for text in (cut.message, cut.help or "", *cut.notes)] == [most] * 3


def test_notes_beyond_a_number_are_counted() -> None:
    most = problem.MOST_NOTES
    assert Problem("x", "", notes=("n",) * most).notes == ("n",) * most
    assert Problem("x", "", notes=("n",) * (most + 5)).notes == (*("n",) * (most - 1), "and 6 more")


def test_problems_that_come_again_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem, "MOST_TIMES", 3)
    problems = Problems()
    for _ in range(4):
        problems.add("x", "the same")
    with pytest.raises(cnncalc.ProblemsFound):
        problems.add("x", "the same")
    assert [one.message for one in problems.found] == [
        "the same",
        "the same problems more than 3 times: the rest is not looked at (limit: times 3)",
    ]


def test_letters_of_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """`b1`, `b1/relu1` and the same for `b2`: each path counts, also where a block is copied."""
    text = f"{INPUT}blocks: {{b: {{layers: [relu]}}}}\nlayers: [b, b]\n"
    monkeypatch.setattr(builder, "MOST_LETTERS", 20)
    monkeypatch.setattr("cnncalc.formats.yaml.expanding.expand.MOST_LETTERS", 20)
    assert len(cnncalc.loads(text).nodes) == 2
    monkeypatch.setattr(builder, "MOST_LETTERS", 19)
    monkeypatch.setattr("cnncalc.formats.yaml.expanding.expand.MOST_LETTERS", 19)
    with pytest.raises(cnncalc.ProblemsFound, match=r"more than 19 letters \(limit: letters 19\)"):
        cnncalc.loads(text)


def test_steps_of_expressions(monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression of 5 letters, 3 steps and a name: read, looked up and worked out once, then only looked up."""
    text = layers("flatten, dense: n + 1, dense: n + 1, dense: n + 1", "vars: {n: 4}\n")
    steps = 5 + 3 + 3 * 2
    monkeypatch.setattr(values, "MOST_STEPS", steps)
    assert len(cnncalc.loads(text).nodes) == 4
    monkeypatch.setattr(values, "MOST_STEPS", steps - 1)
    with pytest.raises(cnncalc.ProblemsFound, match=rf"more than {steps - 1} steps \(limit: steps {steps - 1}\)"):
        cnncalc.loads(text)


def test_steps_of_what_is_worked_out_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block and a copy cost steps from the second time on, and none where they are copied."""
    once = "blocks: {b: {params: [n], layers: [relu, dense: n, relu]}}\n"
    grows = "concat: {branches: [[], [relu]], repeat: "

    def steps(text: str) -> int:
        spent: list[int] = []
        spend = values.Values.spend
        with monkeypatch.context() as patched:
            patched.setattr(values.Values, "spend", lambda self, n, node: (spent.append(n), spend(self, n, node)))
            cnncalc.loads(text)
        return sum(spent)

    def more(first: str, second: str, before: str = "") -> int:
        return steps(layers(second, before)) - steps(layers(first, before))

    of_a_call = 1 + 2  # what is given to its param
    assert more("flatten, b: 1", "flatten, b: 1, b: 2", once) == of_a_call + 3 * ANEW
    assert more("flatten, b: 4, b: 4", "flatten, b: 4, b: 4, b: 4", once) == of_a_call
    assert more(f"{grows}1}}", f"{grows}2}}") == 3 * ANEW  # the copy, its empty branch, its relu
    assert more("relu: {repeat: 2}", "relu: {repeat: 9}") == 0


def test_an_expression_is_worked_out_anew_for_values_of_another_type() -> None:
    block = "blocks: {b: {params: [n], layers: [relu: {when: n == 1}]}}\n"
    assert len(cnncalc.loads(f"{INPUT}{block}layers: [b: 1, b: 1.0, b: 2]\n").nodes) == 2


@pytest.mark.parametrize("key", ["name", "source", "note"])
def test_a_long_text(key: str) -> None:
    most = "a" * 20_000
    assert getattr(cnncalc.loads(f"{key}: {most}\n{INPUT}layers: [relu]"), key) == most
    with pytest.raises(cnncalc.ProblemsFound, match=rf"`{key}` has 20,001 letters \(limit: text length 20,000\)"):
        cnncalc.loads(f"{key}: {most}a\n{INPUT}layers: [relu]")
