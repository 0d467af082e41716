"""The quiz: what is asked, what is said to an answer, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.running import ROOT, environment, invoke

TRANSCRIPT = """\
LeNet-5: one layer at a time
2 questions, 2 points. Write a shape as height × width × channels, like 55×55×96. Params are weights and biases.
Type ? for a hint (the formula, then the numbers), Enter to pass, q to stop.

1/2 S4 reads 10×10×16: avg_pool 2×2, stride 2. What is its output (height × width × channels)?
> 5x5x16
  ✓ right

2/2 OUT reads 84: dense, 10 units. How many params?
> ?
  weights: C_in·units; biases: units; params: weights + biases   (? for another one)
> hint
  weights: 84·10; biases: 10
> ?
  no more hints: Enter shows the working
> 840
  ✗ wrong
  forgot the bias: each filter, each unit has one bias: add them to the weights
  850
    weights: C_in·units = 84·10 = 840
    biases: units = 10
    params: weights + biases = 840 + 10 = 850

1 of 2 points, 50%
slips: forgot the bias
"""


def test_a_whole_quiz() -> None:
    result = invoke("quiz", "--count", "2", input="5x5x16\n?\nhint\n?\n840\n")
    assert (result.code, result.out) == (0, TRANSCRIPT)
    assert "note: lenet5.yaml is a bundled architecture" in result.err


@pytest.mark.parametrize(
    ("input", "score"),
    [
        ("", "no question answered"),
        ("5x5x16\n", "1 of 1 points, 100%; 1 not asked"),
        ("5x5x16", "1 of 1 points, 100%; 1 not asked"),
        ("5x5x16\nq\n", "1 of 1 points, 100%; 1 not asked"),
        ("\n\n", "0 of 2 points, 0%"),
        ("?\n", "no question answered"),
        ("5 × 5 × 16\n850\nmore\n", "2 of 2 points, 100%"),
    ],
)
def test_it_ends_with_the_score_so_far(input: str, score: str) -> None:
    result = invoke("quiz", "--count", "2", input=input)
    assert result.code == 0
    assert result.out.rstrip().splitlines()[-1] == score


UNREADABLE = """\
> abc
  a shape is asked for, like 55x55x96: once more
> 12
  3 numbers are asked for: once more
> ?
"""
AGAIN: list[tuple[tuple[str, ...], str, str]] = [
    ((), "12x12", "3 numbers are asked for"),
    (("--ask", "params"), "abc", "a whole number is asked for"),
    (("--ask", "params"), "3.5", "a whole number is asked for"),
    (("--ask", "params", "--exact"), "2k", "an exact number is asked for"),
    (("--ask", "params"), "9" * 30, "more than 18 digits"),
]


def test_an_answer_that_cannot_be_read_costs_nothing() -> None:
    result = invoke("quiz", "--count", "1", input="abc\n12\n?\n5x5x16\n")
    assert UNREADABLE in result.out
    assert result.out.endswith("> 5x5x16\n  ✓ right\n\n1 of 1 points, 100%\n")
    assert "✗" not in result.out


@pytest.mark.parametrize(("options", "answer", "says"), AGAIN)
def test_a_question_is_asked_again(options: tuple[str, ...], answer: str, says: str) -> None:
    result = invoke("quiz", "alexnet", "--count", "1", *options, input=f"{answer}\n" * 3)
    assert result.out.count(f"> {answer}\n  {says}: once more\n") == 3
    assert result.out.endswith("> \n\nno question answered\n")
    passed = invoke("quiz", "alexnet", "--count", "1", *options, input=f"{answer}\n\n")
    assert "\n0 of 1 points, 0%" in passed.out


def test_a_choice_is_one_of_the_letters_that_are_shown() -> None:
    result = invoke("quiz", "alexnet", "--ask", "mistake", input="\n7\nZ\nb\n")
    letters = "  a letter from A to D is asked for: once more\n"
    assert f"> 7\n{letters}> Z\n{letters}> b\n  " in result.out


def test_what_was_passed_is_shown_with_its_working() -> None:
    result = invoke("quiz", "--count", "1", "--ask", "multiplies", input="\n")
    assert "  passed\n" in result.out
    assert "multiplies: C_in·units = 120·84 = 10,080" in result.out
    assert "1 question, 1 point." in result.out


def test_a_chain_is_shown_before_its_first_question_and_once() -> None:
    result = invoke("quiz", "vgg11", "--level", "2", "--seed", "2", "--count", "6", input="\n" * 6)
    assert result.out.count("conv1/1/conv1 to conv5/2/conv1, given: input is 224×224×3") == 1
    assert result.out.index("given: input") < result.out.index("1/6 ")
    assert "A cell with" not in result.out


def test_a_listing_is_shown_with_its_questions() -> None:
    result = invoke("quiz", "alexnet", "--ask", "mistake", input="\nx\n")
    assert result.out.count("alexnet.yaml was changed in one place") == 1
    assert "  A: the window is larger than its padded input: nothing is left" in result.out
    assert "a letter is asked for" not in result.out, "x is a letter"


def test_hostile_input_stays_text() -> None:
    result = invoke("quiz", "--count", "2", input=b"\x1b[31m\xff\xfe\n" + b"9" * 100_000 + b"\n")
    assert result.code == 0
    assert "\x1b" not in result.out
    assert "Traceback" not in result.out + result.err


@pytest.mark.parametrize("arguments", [("-",), ("lenet5", "--level", "3"), ("no_such_net",), ("lenet5", "--ask", "x")])
def test_a_wrong_command_line(arguments: tuple[str, ...]) -> None:
    assert invoke("quiz", *arguments, input="").code == 2


def test_ascii() -> None:
    result = invoke("quiz", "--count", "2", "--ascii", input="5x5x16\n1\n")
    assert result.out.isascii()


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_with_the_score(tmp_path: Path) -> None:
    said = tmp_path / "out.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cnncalc", "quiz", "--count", "2"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd=ROOT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which a shell's background ignores
        )
        assert process.stdin is not None
        process.stdin.write(b"5x5x16\n")
        process.stdin.flush()
        deadline = time.monotonic() + 30
        while not said.read_bytes().partition(b"2/2")[2].endswith(b"> ") and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)  # now it waits for an answer
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.read_text(encoding="utf-8").endswith("\n1 of 1 points, 100%; 1 not asked\n")
    assert b"Traceback" not in complaints
