"""Mermaid and DOT of every bundled network, read by Mermaid's and Graphviz's own parsers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from cnncalc.core.problem import clean
from cnncalc.drawing import dot, mermaid
from cnncalc.drawing.card import Look
from cnncalc.drawing.draw import graph
from cnncalc.drawing.sketch import Sketch
from cnncalc.formats import bundled
from tests.integration.conftest import Install
from tests.running import invoke
from tests.test_diagram import SVG, analysis, hostile
from tests.test_hostile_names import HOSTILE, NET, TOGETHER, keras, quoted

pytestmark = pytest.mark.integration
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def graphs() -> dict[str, Sketch]:
    """Every bundled network folded and unfolded, and last one with hostile names."""
    found = {f"{name} {depth}": graph(analysis(name), depth) for name in bundled.names() for depth in (1, None)}
    return {**found, "hostile": graph(hostile()[0])}


def node(*arguments: object, **environment: str) -> str:
    done = subprocess.run(
        ["node", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=900,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_graphviz_reads_them(graphs: dict[str, Sketch], npm: Install, tmp_path: Path) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps([dot.render(found, Look()) for found in graphs.values()]), encoding="utf-8")
    library = npm("@hpcc-js/wasm-graphviz@1.29.2") / "dist" / "index.js"
    drawn = ElementTree.fromstring(node(HERE / "graphviz_parse.mjs", library, texts))
    shown = {element.text for element in drawn.iter(f"{SVG}text")}
    names = hostile()[1]
    assert set(names[:4] + names[5:]) <= shown


def test_mermaid_reads_them(graphs: dict[str, Sketch], npm: Install, tmp_path: Path) -> None:
    cases = [
        {
            "name": name,
            "text": mermaid.render(found, Look()),
            "nodes": len(found.vertices),
            "edges": sum(len(vertex.reads) for vertex in found.vertices),
        }
        for name, found in graphs.items()
    ]
    assert mermaid_reads(cases, npm, tmp_path) == []


def mermaid_reads(cases: list[dict[str, object]], npm: Install, folder: Path) -> Any:
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    folders = [str(npm(package).parent) for package in ("mermaid@11.17.0", "jsdom@26.1.0")]
    return json.loads(node(HERE / "mermaid_parse.mjs", folder / "cases.json", NODE_PATH=os.pathsep.join(folders)))


def test_mermaid_reads_hostile_names_as_text(npm: Install, tmp_path: Path) -> None:
    """The rows of tests/test_hostile_names.py: of a network, whose title is drawn as text, and of layers."""
    (tmp_path / "net.yaml").write_text(NET.format(name=quoted(TOGETHER)), encoding="utf-8")
    (tmp_path / "net.json").write_text(keras(HOSTILE.values()), encoding="utf-8")
    texts = [invoke("diagram", str(tmp_path / name), "-f", "mermaid").out for name in ("net.yaml", "net.json")]
    of_name, of_layers = mermaid_reads([{"name": text[:9], "text": text} for text in texts], npm, tmp_path)
    assert [found["elements"] for found in (of_name, of_layers)] == [["br"], ["br"]]
    head = yaml.safe_load(texts[0].split("---\n")[1])  # front matter, as YAML
    assert head == {"title": clean(TOGETHER).replace("<", "‹").replace(">", "›")}
    wanted = {what: clean(text).replace("/", "_") for what, text in HOSTILE.items()}
    assert [what for what, text in wanted.items() if text not in of_layers["text"].replace("/", "_")] == []
