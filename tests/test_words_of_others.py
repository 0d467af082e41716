"""Quantities by the words of others: whoever looks for MACs, FLOPs or memory is led to what they are called here."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.analyses.measures import MEASURES
from tests.running import invoke

pytestmark = pytest.mark.quick


def test_no_word_means_two_quantities_or_is_one() -> None:
    words = [word for measure in MEASURES.values() for word in measure.also]
    assert len(words) == len(set(words))
    assert not set(words) & MEASURES.keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("summary lenet5 --columns macs", "no column 'macs'; did you mean 'multiplies'?"),
        ("summary lenet5 --columns layer,GFLOPs", "no column 'GFLOPs'; did you mean 'flops'?"),
        ("summary lenet5 --columns MACs", "no column 'MACs'; did you mean 'multiplies'?"),
        ("summary lenet5 --sort MACs", "no value 'MACs'; did you mean 'multiplies'?"),
        ("summary lenet5 --sort mult-adds", "no value 'mult-adds'; did you mean 'multiplies'?"),
        ("badge lenet5 --quantity MACs", "no value 'MACs'; did you mean 'multiplies'?"),
        ("quiz --ask MACs", "no kind of question 'MACs'; did you mean 'multiplies'?"),
        ("explain lenet5 --of MACs", "no quantity 'MACs'; it is called 'multiplies', and there are weight_memory, "),
        ("diagram lenet5 --counts parameters", "no count 'parameters'; did you mean 'params'?"),
        ("compare lenet5 alexnet --figures rf", "no quantity 'rf'; did you mean 'receptive_field'?"),
        ("explain lenet5 --of memory", "no quantity 'memory'; did you mean 'peak_memory'?"),
        ("check lenet5 --max-macs 5M", "No such option '--max-macs'. Did you mean '--max-multiplies'?"),
        ("check lenet5 --max-parameters 5M", "No such option '--max-parameters'. Did you mean '--max-params'?"),
        ("check lenet5 --max-growth macs=5%", "did you mean 'multiplies'?"),
    ],
)
def test_on_the_command_line(arguments: str, message: str) -> None:
    ran = invoke(*arguments.split())
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


@pytest.mark.parametrize(
    "promise",
    ["expect: {total: {macs: 1}}", "budget: {macs: 5M}", "budget: {total: {macs: 5M}}", "budget: {growth: {macs: 5%}}"],
)
def test_in_a_file(promise: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"input: {{channels: 3, size: 9}}\nlayers: [max_pool: 2]\n{promise}\n", encoding="utf-8")
    ran = invoke("check", str(path))
    assert ran.code == 2
    assert "  = help: did you mean `multiplies`?\n" in ran.err


@pytest.mark.parametrize("quantity", ["MACs", "multiplies"])
def test_an_expectation_names_of_what_it_is(quantity: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        f"input: {{channels: 3, size: 9}}\nlayers: [max_pool: 2]\nexpect: {{{quantity}: 5M}}\n", encoding="utf-8"
    )
    ran = invoke("check", str(path))
    assert ran.code == 2
    assert "  = help: a quantity stands below a name: `total: {multiplies: …}`\n" in ran.err


def test_in_the_choices_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.cnncalc]\nmax-macs = "5M"\n', encoding="utf-8")
    ran = invoke("check")
    assert (ran.code, "unknown key `max-macs`: did you mean `max-multiplies`?" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        ("summary lenet5 -f htlm", "html"),
        ("summary lenet5 --dtype flot32", "float32"),
        ("summary lenet5 --from onx", "onnx"),
        ("diagram lenet5 --style flwo", "flow"),
        ("completion zhs", "zsh"),
    ],
)
def test_a_word_that_is_nearly_one_of_some(arguments: str, near: str) -> None:
    ran = invoke(*arguments.split())
    assert ran.code == 2
    assert f"id you mean {near}?" in ran.err.replace("'", "").replace("`", "")
