"""A client of yaml-language-server, just large enough to ask what an editor would ask."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

Message = dict[str, Any]


class Fault(NamedTuple):
    """A diagnostic: what is underlined, and why."""

    text: str
    message: str


class LanguageServer:
    """The server as a process of its own; `¦` in a text is the cursor."""

    def __init__(self, command: list[str], schema: Path) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._ids, self._names = count(1), count(1)
        yaml = {"schemas": {schema.as_uri(): "*.yaml"}, "validate": True, "hover": True, "completion": True}
        self._settings: dict[str, Any] = {"yaml": {**yaml, "schemaStore": {"enable": False}}, "http": {}, "[yaml]": {}}
        completion = {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}}
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"completion": completion}}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})
        self._until(lambda message: message.get("method") == "workspace/configuration")
        while not self.completions("¦"):  # until it has read the schema
            sleep(0.05)

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.communicate()

    def completions(self, text: str) -> dict[str, str]:
        """What is offered at the cursor: label → the text that is put in."""
        found = self._ask("textDocument/completion", self._open(text))
        return {item["label"]: item.get("insertText", "") for item in found["items"]}

    def help(self, text: str, label: str) -> str:
        """What is said of one completion, as Markdown."""
        found = self._ask("textDocument/completion", self._open(text))
        (help,) = (item["documentation"] for item in found["items"] if item["label"] == label)
        return str(help["value"] if isinstance(help, dict) else help)

    def hover(self, text: str) -> str:
        """What is shown for the word at the cursor, as Markdown, without the line that names the schema."""
        found = self._ask("textDocument/hover", self._open(text))
        return str(found["contents"]["value"].partition("\n\nSource: [")[0]) if found else ""

    def faults(self, text: str) -> list[Fault]:
        """What the editor underlines."""
        uri = self._open(text)["textDocument"]["uri"]
        said = self._until(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri
            )
        )
        lines = text.splitlines()
        return [
            Fault(lines[start["line"]][start["character"] : end["character"]], fault["message"])
            for fault in said["params"]["diagnostics"]
            for start, end in [(fault["range"]["start"], fault["range"]["end"])]
        ]

    def _open(self, text: str) -> Message:
        before, _, after = text.partition("¦")
        uri = f"file:///net{next(self._names)}.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", {"textDocument": document})
        cursor = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return {"textDocument": {"uri": uri}, "position": cursor}

    def _tell(self, method: str, params: Message) -> None:
        self._send({"method": method, "params": params})

    def _ask(self, method: str, params: Message) -> Any:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        answer = self._until(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _until(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message that is wanted; the server's own questions are answered on the way."""
        while True:
            message = self._receive()
            if message.get("method") == "workspace/configuration":
                items = message["params"]["items"]
                self._send({"id": message["id"], "result": [self._settings.get(item["section"]) for item in items]})
            elif "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            if wanted(message):
                return message

    def _send(self, message: Message) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _receive(self) -> Message:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        assert length, "the language server ended"
        message: Message = json.loads(self._process.stdout.read(length))
        return message
