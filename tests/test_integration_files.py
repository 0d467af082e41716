"""What other programs read of this repository fits it: hooks, the action, and what the documentation shows of them."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
import yaml

from tests.repository import Repository, repository
from tests.running import ROOT, documented, invoke, process

__all__ = ["repository"]


def read(name: str) -> Any:
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


HOOKS = {hook["id"]: hook for hook in read(".pre-commit-hooks.yaml")}
ACTION = read("action.yml")
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
SCRIPTS = {name: step["run"] for name, step in STEPS.items() if "run" in step}


# ------------------------------------------------------------------------------------------------ pre-commit


@pytest.mark.parametrize("id", HOOKS)
def test_the_command_of_a_hook_is_one_of_ours(id: str, repository: Repository) -> None:
    program, *args = shlex.split(HOOKS[id]["entry"])
    assert program == "cnncalc"
    repository.commit()
    ran = invoke(*args)
    assert ran.code == 0
    assert ran.out.startswith("nothing to check: ")


@pytest.mark.parametrize("id", HOOKS)
def test_a_hook_is_given_no_files_and_always_runs(id: str) -> None:
    """Else pre-commit would skip a commit that deletes a parent, and start a process for each part of a long list."""
    hook = HOOKS[id]
    assert (hook["always_run"], hook["pass_filenames"], hook["require_serial"]) == ("true", "false", "true")
    assert not {"files", "types"} & set(hook)


def test_the_documented_configuration_names_our_hooks() -> None:
    (repository,) = yaml.safe_load(documented("ci.md", "yaml")[".pre-commit-config.yaml"])["repos"]
    assert {hook["id"] for hook in repository["hooks"]} == set(HOOKS)


def test_no_page_pipes_the_names_of_files() -> None:
    """`git diff | xargs` loses files of odd names, those that a rename hides, and the exit code."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / ".pre-commit-hooks.yaml"]
    assert [page.name for page in pages if "xargs" in page.read_text(encoding="utf-8")] == []


# ------------------------------------------------------------------------------------------------ the action


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_expression_stands_in_a_script(name: str) -> None:
    """GitHub would put the value into the script before it runs: whoever chooses the value chooses the script."""
    assert "${{" not in SCRIPTS[name]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_reads_only_what_it_is_given(name: str) -> None:
    script = SCRIPTS[name]
    own = set(re.findall(r"\b([a-z_]+)=|read -r ([a-z]+)", script))
    given = {word for pair in own for word in pair} | set(STEPS[name].get("env", {}))
    wanted = set(re.findall(r"\$\{?([A-Za-z_]\w*)", script))
    assert {word for word in wanted - given if not word.startswith(("GITHUB_", "RUNNER_"))} == set()


def test_every_input_is_used() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])


def test_the_documented_workflow_uses_inputs_that_there_are() -> None:
    workflow = yaml.safe_load(documented("ci.md", "yaml")[".github/workflows/architectures.yml"])
    (given,) = (step["with"] for step in workflow["jobs"]["check"]["steps"] if "cnncalc@" in step["uses"])
    assert set(given) <= set(ACTION["inputs"])


# ------------------------------------------------------------------------------------------------ editors

NET = "input: {channels: 3, size: 8}\nlayers: [flatten]\nexpect: {total: {params: 5, activations: 100}}\n"


def test_the_problem_matcher_reads_the_lines_of_check(tmp_path: Any) -> None:
    text = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    (tasks,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if "tasks" in block)
    (task,) = tasks["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    (tmp_path / "architectures").mkdir()
    (tmp_path / "architectures" / "my net.yaml").write_text(NET, encoding="utf-8")
    program, *args = shlex.split(task["command"])
    assert program == "cnncalc"
    ran = process(*args, cwd=tmp_path)
    lines = ran.out.splitlines()
    found = [re.search(pattern["regexp"], line) for line in lines]
    assert len(lines) == 2
    assert [match and match[pattern["file"]] for match in found] == ["architectures/my net.yaml"] * 2
    assert [match and int(match[pattern["line"]]) for match in found] == [3, 3]
    assert [match and int(match[pattern["column"]]) for match in found] == [26, 42]
    assert [match and (match[pattern["severity"]], match[pattern["code"]]) for match in found] == [
        ("error", "expectation")
    ] * 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_for_shell_completion_prints_a_script(shell: str) -> None:
    assert f"_CNNCALC_COMPLETE={shell}_source cnncalc" in (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    ran = process(env={"_CNNCALC_COMPLETE": f"{shell}_source"})
    assert ran.code == 0
    assert "cnncalc" in ran.out
