"""Numbers on the command line are written in ASCII digits, as in a file: those of other scripts and `_` are none."""

from __future__ import annotations

import click
import pytest

from cnncalc.cli import command_names
from cnncalc.cli.options import Whole
from tests.running import command, invoke

pytestmark = pytest.mark.quick
ODD = ("٣", "१", "²", "1_0", "+3", "３", "x", "")
OPTIONS = [
    ("exercise", "--count"),
    ("exercise", "--level"),
    ("exercise", "--seed"),
    ("exercise", "--room"),
    ("quiz", "--count"),
    ("summary", "--top"),
    ("summary", "--depth"),
    ("summary", "--input-size"),
    ("diagram", "--depth"),
    ("check", "--max-params"),
    ("check", "--max-growth"),
]


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=["".join(one) for one in OPTIONS])
@pytest.mark.parametrize("number", ODD)
def test_what_is_no_number_is_refused(name: str, option: str, number: str) -> None:
    ran = invoke(name, "lenet5", option, number, input="")
    assert (ran.code, ran.out) == (2, "")


def test_every_option_of_whole_numbers_reads_them_so() -> None:
    numbers = [
        (name, param.name)
        for name in command_names()
        for param in command(name).params
        if isinstance(param.type, click.types.IntParamType | click.types.FloatParamType)
        and not isinstance(param.type, Whole)
    ]
    assert numbers == []
