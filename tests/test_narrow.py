"""Problems in a terminal: every line fits, is broken between words, and loses nothing; in a pipe none is broken."""

from __future__ import annotations

import re
from functools import cache

import pytest

import cnncalc
from cnncalc.core.problem import Label, Place, Problem
from cnncalc.render.fold import cells
from cnncalc.render.problems import render
from tests.running import in_a_terminal, process, sample
from tests.test_messages import CASES, Case

WIDTHS = [60, 80, 200]
LONG = Problem(
    "bad-value",
    "`kernel: 7` is larger than what it reads, " * 4 + "as conv2/unit1/main_branch/downsampling/conv_1 says",
    Place(
        "some/folders/below/each_other/with/long_names/architecture.yaml", 1234, 140, 9, "- conv: {kernel: 7} # " * 9
    ),
    ("used by `conv2/unit1/main/conv`: " + "first, second, third, " * 9,),
    "did you mean " + "`kernel: 3`, or " * 9,
)


@cache
def problems(case: Case) -> tuple[Problem, ...]:
    file = re.sub(r"\A(?:(?:set|input size): .*\n)+", "", case.file)
    try:
        cnncalc.check(cnncalc.loads(file))
    except cnncalc.ProblemsFound as found:
        return tuple(found.problems)
    return ()


def said(drawn: str) -> str:
    """The text of a drawing, without what stands in the margin and without the excerpt."""
    lines = [line for line in drawn.splitlines() if not re.match(r" *\d* \|", line)]
    return "".join("".join(lines).split())


@pytest.mark.parametrize("width", WIDTHS)
def test_every_line_of_every_message_fits(width: int) -> None:
    found = [problem for case in CASES for problem in problems(case)]
    assert len(found) > 200
    for problem in [*found, LONG, LONG._replace(where=Label("model.onnx", "node " + "Conv_12/" * 20))]:
        folded = render([problem], width=width)
        assert [line for line in folded.splitlines() if cells(line) > width] == []
        assert said(folded) == said(render([problem]))


def test_a_message_that_fits_is_drawn_as_in_a_pipe() -> None:
    for drawn, problem in [(render([one]), one) for case in CASES for one in problems(case)]:
        if "…" in drawn:  # a shorter excerpt
            continue
        assert render([problem], width=max(map(cells, drawn.splitlines()))) == drawn


def test_it_is_broken_between_words_below_where_it_began() -> None:
    assert render([LONG._replace(notes=())], width=60) == (
        "error[bad-value]: `kernel: 7` is larger than what it reads,\n"
        "  `kernel: 7` is larger than what it reads, `kernel: 7` is\n"
        "  larger than what it reads, `kernel: 7` is larger than what\n"
        "  it reads, as conv2/unit1/main_branch/downsampling/conv_1\n"
        "  says\n"
        "    --> some/folders/below/each_other/with/long_names/\n"
        "        architecture.yaml:1234:140\n"
        "     |\n"
        "1234 | …nv: {kernel: 7} # - conv: {kernel: 7} # - conv: {ke…\n"
        "     |                           ^^^^^^^^^\n"
        "     = help: did you mean `kernel: 3`, or `kernel: 3`, or\n"
        "             `kernel: 3`, or `kernel: 3`, or `kernel: 3`, or\n"
        "             `kernel: 3`, or `kernel: 3`, or `kernel: 3`, or\n"
        "             `kernel: 3`, or\n"
    )


def test_colours_take_no_room() -> None:
    colored = render([LONG], width=60, color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == render([LONG], width=60)
    assert all(line.count("\x1b[") % 2 == 0 for line in colored.splitlines())  # each line ends as it began


@pytest.mark.sweep
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "command",
    sample(
        4,
        [
            "summary lenet5 --set clases=5 --set another=1",
            "summary no_such_file_with_a_long_name_that_is_nowhere_to_be_found_in_this_folder.yaml",
            "explain lenet5 nothing",
            "check lenet5 --max-params 1 --max-multiplies 1",
            "check lenet5 --since nowhere",
            "summary lenet5 --columns nothing",
            "summary lenet5 --nothing",
            "exercise lenet5 --count 99 -o /dev/null",
            "quiz lenet5 --level 3 --ask mistake",
            "diagram densenet121 no_such_block",
            "sumary",
        ],
    ),
)
def test_every_line_on_standard_error_fits_the_terminal(command: str, width: int) -> None:
    shown = in_a_terminal(*command.split(), COLUMNS=str(width), NO_COLOR="1", typed="q\n")
    assert [line for line in shown.splitlines() if cells(line) > width] == []


def test_in_a_pipe_no_line_is_broken() -> None:
    ran = process("summary", "lenet5", "--set", "clases=5", "--columns", "layer", env={"COLUMNS": "60"})
    assert [line for line in ran.err.splitlines() if line.startswith("  ")] == []
