"""`cnncalc history` and `cnncalc badge`: figures over commits, and one of them for a README."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.repository import Repository, repository
from tests.running import invoke
from tests.test_hostile_names import check, run

__all__ = ["repository"]

PARENT = "input: {channels: 3, size: 8}\nvars: {n: 4}\nlayers:\n  - conv: [n, 3]\n  - flatten\n  - dense: 10\n"
CHILD = "{extends: base.yaml, name: Child}\n"


def wide(n: int) -> str:
    return PARENT.replace("n: 4", f"n: {n}")


@pytest.fixture
def project(repository: Repository) -> Repository:
    """A network that is renamed, whose parent grows, moves and is broken for a while."""
    repository.commit(nets__base=PARENT, nets__old=CHILD)
    repository.commit(other=PARENT)  # changes nothing of it
    repository.commit(nets__base=wide(5))
    repository.git("mv", "nets/old.yaml", "nets/net.yaml")
    repository.commit()
    repository.commit(nets__base="layers: [relu\n")
    repository.put({"nets/base.yaml": None, "nets/stem.yaml": wide(6), "nets/net.yaml": CHILD.replace("base", "stem")})
    repository.commit()
    return repository


PARAMS = [2_338, None, 1_950, 1_950, 1_562]  # the newest first


def test_every_commit_that_changed_it_or_a_parent_of_then(project: Repository) -> None:
    found = json.loads(invoke("history", "nets/net.yaml", "-f", "json").out)
    assert [one["totals"] and one["totals"]["params"] for one in found["versions"]] == PARAMS
    assert [one["status"] for one in found["versions"]] == ["exact", "error", "exact", "exact", "exact"]
    assert found["versions"][1]["problem"] == "the `[` that opens here is not closed"
    commits = project.git("log", "--format=%H").split()
    assert [one["commit"] for one in found["versions"]] == [*commits[:4], commits[5]]


def test_what_is_not_committed_stands_first(project: Repository) -> None:
    project.write(nets__stem=wide(7))
    for folder in ("nets", "."):
        rows = list(csv.DictReader(io.StringIO(invoke("history", "nets/net.yaml", "-f", "csv").out)))
        assert [row["params"] for row in rows] == ["2726", *(str(one or "") for one in PARAMS)], folder
    assert (rows[0]["commit"], rows[0]["subject"]) == ("", "not committed")


def test_the_table_says_by_how_much_it_grew(project: Repository) -> None:
    lines = invoke("history", "nets/net.yaml", "-f", "markdown", "-n", "3").out.replace("&nbsp;", " ").splitlines()
    rows = [re.sub(r"`[0-9a-f]{8}`|[0-9a-f]{8}|\d{4}-\d\d-\d\d", "…", line) for line in lines if line.startswith("| ")]
    assert rows[2:] == [
        "| … | … | 2,338 (+19.9 %) | 7,992 (+20.0 %) | A change |",
        "| … | … | – | – | A change (the `[` that opens here is not closed) |",
        "| … | … | 1,950 | 6,660 | A change |",
    ]
    assert lines[-1] == "2 older commits not shown."


def test_a_plot_has_a_point_for_each_version_that_could_be_used(project: Repository) -> None:
    svg = ElementTree.fromstring(invoke("history", "nets/net.yaml", "-f", "svg").out)
    tips = [one.text or "" for one in svg.iter("{http://www.w3.org/2000/svg}title")][1:]
    assert [tip.partition(": ")[2] for tip in tips[:4]] == [
        "1.562k, A change",
        "1.950k, A change",
        "1.950k, A change",
        "2.338k, A change",
    ]


def test_several_formats_in_one_run(project: Repository) -> None:
    assert invoke("history", "nets/net.yaml", "-o", "a.csv", "-o", "a.svg", "-o", "a.html").code == 0
    assert all(Path(f"a.{suffix}").stat().st_size for suffix in ("csv", "svg", "html"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "nets/none.yaml",
            "error[unreadable]: `nets/none.yaml` is in no commit\n = help: `git add` it, and commit it\n",
        ),
        ("none/net.yaml", "error[unreadable]: cannot read `none/net.yaml`: no such folder\n"),
        ("/net.yaml", "error[unreadable]: / is in no git repository\n"),
    ],
)
def test_a_file_without_a_history(project: Repository, name: str, said: str) -> None:
    ran = invoke("history", name)
    assert (ran.code, ran.out, ran.err) == (2, "", said)


@pytest.mark.parametrize("form", ["table", "markdown", "html", "latex", "csv", "json", "svg"])
def test_what_a_commit_says_is_text(repository: Repository, form: str) -> None:
    subject = "=1+1 <script>x</script> | `a` \x1b[31m ]]> {{x}} \\input{y}"
    repository.write(net=PARENT)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", f"--message={subject}")
    ran = run("history", form, "net.yaml")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    check(ran, form)


# ------------------------------------------------------------------------------------------------ badge


BADGES = [
    # options, what the endpoint says
    ((), {"label": "params", "message": "1.562k", "color": "blue"}),
    (("--quantity", "multiplies"), {"label": "multiplies", "message": "5.328k", "color": "blue"}),
    (("--quantity", "size", "--label", "Größe"), {"label": "Größe", "message": "0.006 MB", "color": "red"}),
]


@pytest.mark.parametrize(("options", "said"), BADGES)
def test_a_badge_for_shields(project: Repository, options: tuple[str, ...], said: dict[str, str]) -> None:
    project.write(net=PARENT + "budget: {size: 6 kB, params: 2k}\n")
    assert json.loads(invoke("badge", "net.yaml", *options, "-f", "json").out) == {"schemaVersion": 1, **said}


def test_a_badge_as_a_picture(project: Repository) -> None:
    svg = ElementTree.fromstring(invoke("badge", "other.yaml", "--label", "<&\"'>").out)
    texts = [one.text for one in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["<&\"'>", "1.562k"]
    assert svg.get("aria-label") == "<&\"'>: 1.562k"


def test_no_badge_of_what_cannot_be_used(project: Repository) -> None:
    project.write(net="layers: [\n")
    ran = invoke("badge", "net.yaml")
    assert (ran.code, ran.out) == (2, "")
