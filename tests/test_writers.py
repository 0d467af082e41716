"""The table of formats names a writer for each, by text: it is there."""

from __future__ import annotations

from importlib import import_module

import pytest

from cnncalc.cli import command_names
from cnncalc.cli.formats import OutputFormat
from tests.running import formats

pytestmark = pytest.mark.quick
WRITTEN = [(command, form) for command in command_names() for form in formats(command).values() if form.writer]


@pytest.mark.parametrize(("command", "form"), WRITTEN, ids=[f"{command}-{form.name}" for command, form in WRITTEN])
def test_it_is_there(command: str, form: OutputFormat) -> None:
    module, _, function = form.writer.partition(":")
    assert callable(getattr(import_module(f"cnncalc.{module}"), function))
