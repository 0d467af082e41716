"""GitHub's runner in small: the shell steps of a composite action, with the values and variables they are given."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ACTION = Path(__file__).resolve().parents[2] / "action.yml"
BASH = shutil.which("bash") or "bash"
NOT_OURS = re.compile(r"(GITHUB|RUNNER|GIT|INPUT)_|CI$|PYTEST_|COV_")


class Step(NamedTuple):
    """What one step did: exit code, standard output and error, and the outputs that it set."""

    code: int
    out: str
    err: str
    outputs: dict[str, str]


def action() -> dict[str, Any]:
    """action.yml, as text: no value is anything but what is written."""
    found: dict[str, Any] = yaml.load(ACTION.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return found


class Runner:
    """Runs the steps of the action in a folder; `context` holds what GitHub knows (`github.event_name`)."""

    def __init__(self, workspace: Path, temporary: Path, inputs: dict[str, str], context: dict[str, str]) -> None:
        temporary.mkdir(exist_ok=True)
        self.environment: dict[str, str] = {}  # of the job
        self.workspace, self.temporary = workspace, temporary
        defaults = {name: self.evaluate(kind.get("default", ""), context) for name, kind in action()["inputs"].items()}
        assert set(inputs) <= set(defaults)
        self.context = {f"inputs.{name}": value for name, value in (defaults | inputs).items()} | context
        self.context["runner.temp"] = str(temporary)
        self.summary = temporary / "summary.md"
        self.path = os.environ["PATH"]

    def step(self, name: str) -> Step:
        """Run the step of that name, as `shell: bash` does."""
        (step,) = (step for step in action()["runs"]["steps"] if step["name"] == name)
        return self.run(step)

    def run(self, step: dict[str, Any]) -> Step:
        """Run a step, of the action or of a workflow."""
        given = {key: self.evaluate(value, self.context) for key, value in step.get("env", {}).items()}
        output = self.temporary / "output"
        output.write_text("")
        script = self.temporary / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        folder = self.evaluate(step.get("working-directory", str(self.workspace)), self.context)
        known = {
            "CI": "true",
            "GITHUB_ACTION": "__owner_cnncalc",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION.parent),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": "owner/nets",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "PATH": self.path,
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.temporary),
        }
        inherited = {name: value for name, value in os.environ.items() if not NOT_OURS.match(name)}
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=folder,
            env=inherited | known | self.environment | given,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        if "id" in step:
            self.context |= {f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items()}
        return Step(done.returncode, done.stdout, done.stderr, outputs)

    @staticmethod
    def evaluate(text: str, context: dict[str, str]) -> str:
        """A value with its `${{ }}` worked out; what the context does not have is empty, as on GitHub."""

        def value(match: re.Match[str]) -> str:
            python = re.sub(r"\b[a-z][\w-]*(?:\.[\w-]+)+", lambda name: repr(context.get(name[0], "")), match[1])
            python = python.replace("&&", " and ").replace("||", " or ")
            return str(eval(python, {"__builtins__": {}, "format": lambda text, *values: text.format(*values)}))

        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", value, text)
