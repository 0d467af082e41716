"""What Python is told of versions in git: `history` and `diff`, as the commands of these names."""

from __future__ import annotations

import json

import pytest

import cnncalc
from tests.repository import Repository, repository
from tests.running import invoke

__all__ = ["repository"]

NET = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3], flatten, dense: 10]\nbudget: {params: 2k}\n"
FORMS = ("json", "markdown", "html", "latex")


@pytest.fixture
def project(repository: Repository) -> Repository:
    """Two versions that are committed, and one that is not and breaks its budget."""
    repository.commit(net=NET)
    repository.commit(net=NET.replace("[4, 3]", "[5, 3]"))
    repository.write(net=NET.replace("[4, 3]", "[6, 3]"))
    return repository


def test_the_history_of_a_file_is_that_of_the_command(project: Repository) -> None:
    found = cnncalc.history("net.yaml")
    for form in (*FORMS, "csv"):
        assert getattr(found, f"to_{form}")() == invoke("history", "net.yaml", "-f", form).out
    assert [row["params"] for row in found.records()] == [2338, 1950, 1562]
    assert [row["params"] for row in cnncalc.history("net.yaml", 1).records()] == [2338, 1950]
    assert repr(found) == "<History of net.yaml, 3 versions>"


def test_a_file_that_is_in_no_commit_is_a_problem(project: Repository) -> None:
    project.write(new=NET)
    with pytest.raises(cnncalc.ProblemsFound, match=r"`new\.yaml` is in no commit; `git add` it, and commit it"):
        cnncalc.history("new.yaml")


@pytest.mark.parametrize("ref", ["HEAD", "HEAD~1"])
def test_a_diff_is_that_of_the_command(project: Repository, ref: str) -> None:
    found = cnncalc.diff(ref)
    for form in FORMS:
        assert getattr(found, f"to_{form}")() == invoke("diff", ref, "-f", form).out
    assert found.to_dict() == json.loads(found.to_json())
    (network,) = found.networks
    assert (found.code, network.kind, network.report is not None and network.report.errors[0].code) == (
        1,
        "changed",
        "budget",
    )
    assert repr(found) == f"<ProjectChange since {ref}, 1 network>"


def test_other_quantities_are_compared_where_they_are_asked_for(project: Repository) -> None:
    found = cnncalc.diff(figures=["peak_memory", "additions", "params"])
    args = ("diff", "--figures", "peak_memory,additions,params")
    for form in FORMS:
        assert getattr(found, f"to_{form}")() == invoke(*args, "-f", form).out
    (network,) = found.to_dict()["networks"]
    assert [network[one]["totals"]["additions"] for one in ("before", "after")] == [6660, 7992]
    assert "| 6,660 → 7,992 (**+20.0&nbsp;%**) |" in found.to_markdown(exact=True)
    with pytest.raises(ValueError, match="no quantity 'aditions'; did you mean 'additions'"):
        cnncalc.diff(figures=["aditions"])


def test_paths_and_patterns_limit_a_diff(project: Repository) -> None:
    project.write(nets__other=NET)
    assert [one.file for one in cnncalc.diff().networks] == ["net.yaml", "nets/other.yaml"]
    assert [one.file for one in cnncalc.diff("HEAD", "nets").networks] == ["nets/other.yaml"]
    assert [one.file for one in cnncalc.diff(exclude="nets").networks] == ["net.yaml"]


def test_a_version_that_is_none_is_a_problem(project: Repository) -> None:
    with pytest.raises(cnncalc.ProblemsFound, match="nowhere"):
        cnncalc.diff("nowhere")
