"""The JSON Schema of the file format."""

from __future__ import annotations

from cnncalc.cli import options, streams
from cnncalc.cli.command import REFERENCE, Command


class SchemaCommand(Command, options.WithOutput):
    """The JSON Schema (2020-12) of the architecture file, for editors and validators."""

    section = REFERENCE
    examples = (
        "cnncalc schema -o cnncalc.schema.json",
        "# first line of a file: # yaml-language-server: $schema=cnncalc.schema.json",
    )

    def run(self) -> int:
        from json import dumps

        from cnncalc.analyses.schema import schema

        streams.emit(dumps(schema(), ensure_ascii=False, indent=1) + "\n", self.output)
        return 0
