"""Makes asked_figures.md from tests/data/asked_figures.yaml; docs/generate.py calls `render`.

Each command's answer is held true by tests/test_reconcile.py.
"""

from __future__ import annotations

from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "tests" / "data" / "asked_figures.yaml"

INTRODUCTION = """\
<!-- written by docs/evidence/asked_figures.py from tests/data/asked_figures.yaml: change those, not this page -->
# Figures that people asked about

People ask, in the threads of the tools that printed it, where a figure comes from. `cnncalc reconcile FILE --figure
FIGURE` answers these {count} with one command each, which a test runs. `net.yaml` is the layer that is asked about.

| thread | what was asked | command | who prints it | why |
|---|---|---|---|---|
"""


def render() -> str:
    """The whole page."""
    cases = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    rows = []
    for case in cases:
        name, figure, *changes = case["answer"]
        who = f"`{name}`: {figure:,}{f', {changes[0]}' if changes else ''}"
        command = f"`cnncalc reconcile {case.get('file', 'net.yaml')} --figure {case['figure']}`"
        rows.append(f"| {_linked(case['thread'])} | {case['asked']} | {command} | {who} | {case['why']} |")
    files = [f"- {case['thread']}: `{'` and `'.join(case['text'].splitlines())}`" for case in cases if "text" in case]
    networks = "\n\nThe lines of `net.yaml`:\n\n" + "\n".join(files)
    return INTRODUCTION.format(count=len(cases)) + "\n".join(rows) + networks + "\n"


def _linked(thread: str) -> str:
    repository, number, issue = thread.partition("#")
    return f"[{thread}](https://github.com/{repository}/issues/{issue})" if number else thread
