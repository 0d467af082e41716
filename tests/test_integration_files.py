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
    own = set(re.findall(r"\b([a-z_]+)=|read -r (?:-d '' )?([a-z]+)", script))
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


# ------------------------------------------------------------------------------------------------ nothing of a checkout

DOCUMENTED = {
    f"{page.name} {name}": yaml.load(text, Loader=yaml.BaseLoader)
    for page in sorted((ROOT / "docs").glob("*.md"))
    for name, text in documented(page.name, "yaml").items()
}


def steps() -> list[tuple[str, str, str]]:
    """(where it stands, the folder in which it runs, script) of every step that is ours or that the docs show."""
    found = [(f"action.yml {name}", STEPS[name].get("working-directory", ""), run) for name, run in SCRIPTS.items()]
    for place, shown in DOCUMENTED.items():
        jobs = [job for job in shown.values() if isinstance(job, dict)] if isinstance(shown, dict) else []
        found += [(place, "", line) for job in jobs for line in job.get("script", ())]  # GitLab
        for job in shown.get("jobs", {}).values() if jobs else ():
            found += [(place, step.get("working-directory", ""), step["run"]) for step in job["steps"] if "run" in step]
    return found


def test_all_workflows_are_found() -> None:
    assert [place for place, _, _ in steps()] == [
        *(f"action.yml {name}" for name in ("Install cnncalc", "Check", "Comment")),
        *["ci.md .github/workflows/check.yml"] * 2,
        *["ci.md .gitlab-ci.yml"] * 2,
    ]
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    lines = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if re.match(r"\s*(- )?run:", line)]) == 2
    assert len([line for line in lines if re.match(r"\s*script:", line)]) == 1


@pytest.mark.parametrize(("place", "folder", "script"), steps())
def test_python_imports_nothing_of_the_checkout(place: str, folder: str, script: str) -> None:
    calls = [line.strip() for line in script.splitlines() if re.match(r"""\s*(python|pip|cnncalc|["']?\$)""", line)]
    ours = place.startswith("action.yml")
    for call in calls:
        function = ours and re.match(r'(cnncalc|"\$\{command\[@\]\}") ', call)  # of action/apart.sh
        assert function or re.match(r'(python|"\$INTERPRETER") -I (-m (venv|pip|cnncalc)|-X utf8 -c) ', call), call
        if re.search(r"-m (venv|pip) ", call) and ".gitlab-ci" not in place:
            assert folder == "${{ runner.temp }}"
    assert calls or place == "action.yml Comment"
    text = (ROOT / "action" / "apart.sh").read_text(encoding="utf-8")
    assert 'cnncalc() { "$INTERPRETER" -I -X utf8 -m cnncalc "$@"; }' in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_step_first_sets_itself_apart(name: str) -> None:
    script = SCRIPTS[name] if name != "Comment" else (ROOT / "action" / "comment.sh").read_text(encoding="utf-8")
    first = next(line for line in script.splitlines() if not line.startswith("#"))
    assert first == 'source "$GITHUB_ACTION_PATH/action/apart.sh"'


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
    line = f"cnncalc completion {shell}"
    assert line in (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    ran = process(*line.split()[1:])
    assert (ran.code, ran.out) == (0, process(env={"_CNNCALC_COMPLETE": f"{shell}_source"}).out)
