"""`help()` of what is public: what a network may be, what is raised, what is counted."""

from __future__ import annotations

import inspect

import pytest

import cnncalc
from cnncalc import api

OF_NETWORKS = [
    name for name in api.__all__ if {"network", "networks"} & {*inspect.signature(getattr(api, name)).parameters}
]


def test_all_that_a_network_can_be_is_said_at_length() -> None:
    text = inspect.getdoc(api) or ""
    for word in (
        "a path",
        "bundled",
        "a Graph",
        "an Analysis",
        "TypeError",
        "ProblemsFound",
        "ValueError",
        "(C, H, W)",
    ):
        assert word in text


@pytest.mark.parametrize("name", OF_NETWORKS)
def test_a_function_says_what_it_takes_and_raises(name: str) -> None:
    text = inspect.getdoc(getattr(cnncalc, name)) or ""
    for word in ("path", "bundled", "Graph", "Anal"):
        assert word in text
    assert ("ProblemsFound" if name != "check" else "raises\nnothing") in text


@pytest.mark.parametrize("name", sorted({*OF_NETWORKS} - {"check", "lint"}))
def test_a_network_that_is_not_there_raises_what_is_said(name: str) -> None:
    several = ("nosuch",) if name != "compare" else ("nosuch", "lenet5")
    with pytest.raises(cnncalc.ProblemsFound, match="cannot read `nosuch`"):
        getattr(cnncalc, name)(*several)


@pytest.mark.parametrize("name", ["check", "lint"])
def test_a_check_reports_it_instead(name: str) -> None:
    assert getattr(cnncalc, name)("nosuch").code == 2


def test_it_is_said_that_a_multiply_is_a_multiply_accumulate() -> None:
    for one in (cnncalc, api, cnncalc.analyze, cnncalc.Counts):
        assert "MACs)" in (inspect.getdoc(one) or "")


def test_the_top_is_that_of_every_format() -> None:
    found = cnncalc.summary("alexnet", top=2)
    assert len(found.to_dict()["layers"]) == len(found.records()) == len(found.to_csv().splitlines()) - 1 == 2
