"""PyTorch's exported programs (`.pt2`): JSON in an archive. Weights are passed over, and nothing is unpickled."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Label, clean, fail
from cnncalc.formats.foreign.aten import ATEN, plain_name, prepare, unstacked, with_writes, works_in_place
from cnncalc.formats.foreign.base import DAMAGE, Format, Stream, opened, why_not
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import MOST_OPERATORS, Foreign, Operation, Stored
from cnncalc.formats.foreign.symbols import Size, of_sympy
from cnncalc.formats.source import Source

LARGEST_PROGRAM = 32 * 2**20
WEIGHTS = re.compile(r"(?:[^/]+/)?data/weights/[^/]+_weights_config\.json")  # which file of the archive has which
PROGRAM = re.compile(r"(?:[^/]+/)?(?:models/[^/]+\.json|serialized_exported_program\.json)")
DTYPES = {1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64",
          9: "complex32", 10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16"}  # fmt: skip


class Pt2(Format):
    """An exported program of PyTorch; see `ATEN` for its operators."""

    called = "an exported program of PyTorch"
    suffixes = (".pt2",)
    binary = True
    table = ATEN

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins so is an exported program."""
        archive = (
            rb"PK\x03\x04.{26}[^/]{1,200}/(?:archive_format|archive_version|models/|data/weights/|data/constants/)"
        )
        return bool(re.match(archive, head, re.DOTALL)) or super().recognises(name, head)

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of a program; raises ProblemsFound, also where `vars` are given."""
        self.refuse_vars(vars)
        return lower(self.foreign(source), ATEN, input_size)

    def foreign(self, source: Source) -> Foreign:
        """The network as the file says it; raises ProblemsFound where it is no program."""
        place = Label(source.name, "")
        try:
            whole = json.loads(_json(source, PROGRAM))
            weights = json.loads(_json(source, WEIGHTS) or "{}")
            return _Program(source.name, whole, weights.get("config", {})).read()
        except RecursionError:
            raise fail("limit", f"`{source.name}` is nested too deeply", place) from None
        except DAMAGE as error:
            message = f"`{source.name}` is no whole exported program: {why_not(error)}"
            raise fail("unreadable", message, place, "save it by `torch.export.save`") from None


def _json(source: Source, called: re.Pattern[str]) -> str:
    """The text of the file in the archive that is called so; empty where there is none but the program."""
    with zipfile.ZipFile(Stream(source.data)) as archive:
        name = next((name for name in archive.namelist() if called.fullmatch(name)), None)
        if name is None and called is PROGRAM:
            raise zipfile.BadZipFile("there is no program in it")
        if name is None:
            return ""
        with opened(archive, name) as file:
            text = file.read(LARGEST_PROGRAM + 1)
    if len(text) > LARGEST_PROGRAM:
        most = f"limit: program {LARGEST_PROGRAM // 2**20} MB"
        raise fail("limit", f"`{source.name}` is too large ({most})", Label(source.name, ""))
    return text.decode()


class _Program:
    def __init__(self, file: str, whole: dict[str, Any], weights: dict[str, Any]) -> None:
        self.file = file
        self.weights = weights
        module = whole["graph_module"]
        self.graph, self.signature = module["graph"], module["signature"]
        self.net = Foreign(file, file, {}, (), [], keeps_books=True, tells_buffers=True, counts_once=True)
        self.named = {name: _plain(value) for name, value in self.graph.get("sym_int_values", {}).items()}
        self.in_place: set[int] = set()

    def read(self) -> Foreign:
        net = self.net
        sizes = {name: _sizes(value) for name, value in self.graph["tensor_values"].items()}
        net.declared = {name: dims for name, dims in sizes.items() if dims is not None}
        places: dict[str, list[str]] = {}
        for spec in self.signature["input_specs"]:
            (kind, said), *_ = spec.items()
            arg = said["arg"]
            name = arg.get("name") or arg.get("as_tensor", {}).get("name")
            if name is None or name not in sizes:
                continue
            if kind == "user_input":
                net.inputs[name] = net.declared[name]
            else:
                places.setdefault(self._where(said) or name, []).append(name)
                dtype = DTYPES.get(self.graph["tensor_values"][name]["dtype"], "float32")
                net.stored[name] = Stored(name, sizes[name] or (), dtype, None, kind == "parameter")
        if len(self.graph["nodes"]) > MOST_OPERATORS:
            message = f"more than {MOST_OPERATORS:,} operators (limit: operators {MOST_OPERATORS:,})"
            raise fail("limit", message, Label(self.file, ""))
        for node in self.graph["nodes"]:
            self._node(node)
        specs = [one["user_output"]["arg"] for one in self.signature["output_specs"] if "user_output" in one]
        net.outputs = tuple(one["as_tensor"]["name"] for one in specs if "as_tensor" in one)
        read = {name for one in net.operations for name in one.reads}
        for names in places.values():  # of a tensor that several modules share one name is read
            if not read.isdisjoint(names):
                for name in names:
                    if name not in read:
                        del net.stored[name]
        with_writes(net, self.in_place)
        return net

    def _node(self, node: dict[str, Any]) -> None:
        target = node["target"].removeprefix("torch.ops.")
        namespace, _, rest = target.partition(".")
        type = rest.partition(".")[0] if namespace == "aten" else target
        if works_in_place(type):
            self.in_place.add(len(self.net.operations))
        type = plain_name(type)
        reads: list[str] = []
        values: dict[str, Any] = {}
        for argument in node["inputs"]:
            (kind, said), *_ = argument["arg"].items()
            name = argument["name"]
            if kind == "as_tensor":
                reads.append(said["name"])
            elif kind in ("as_tensors", "as_optional_tensors"):
                for one in said:
                    one = one.get("as_tensor", one)
                    reads.append(one.get("name", "") if isinstance(one, dict) else "")
            elif kind == "as_none":
                if name in ("weight", "bias", "running_mean", "running_var"):
                    reads.append("")
            elif kind in ("as_sym_ints", "as_sym_int"):
                values[name] = self._sized(_plain(said))
            else:
                values[name] = tuple(said) if isinstance(said, list) else said
        gives: list[str] = []
        for output in node["outputs"]:
            for kind, said in output.items():
                if kind == "as_tensors":
                    gives += [one["name"] for one in said]
                elif isinstance(said, dict) and not kind.startswith("as_sym"):
                    gives.append(said.get("name", ""))
        if not gives:  # an assertion, or a size
            return
        scope = self._scope(node.get("metadata", {}).get("nn_module_stack", ""))
        called = str(node.get("name") or (gives[0] if gives else type))
        sizes = self.net.declared
        prepare(type, values, len(sizes.get(reads[0], ())) if reads else 0, [sizes.get(one, ()) for one in gives])
        place = Label(self.file, f"node {clean(called)}")
        one = Operation(called, type, values, tuple(reads), tuple(gives), place, scope)
        self.net.operations += unstacked(one)

    def _sized(self, value: Any) -> Any:
        """A size among attributes; one that is worked out on the way as a formula of those of the inputs."""
        if isinstance(value, tuple):
            return tuple(map(self._sized, value))
        return Size(self.named.get(value, value)) if isinstance(value, str) else value

    def _where(self, said: dict[str, Any]) -> str:
        """Where in the archive the numbers of a parameter or buffer stand; empty where it does not say so.

        Those of a program that was exported without data stand nowhere, and share a file for it.
        """
        found = self.weights.get(str(said.get("parameter_name") or said.get("buffer_name")))
        if not found or not found["tensor_meta"] or found["tensor_meta"]["device"]["type"] == "meta":
            return ""
        return json.dumps([found["path_name"], found["tensor_meta"]], sort_keys=True)

    def _scope(self, stack: str) -> tuple[str, ...]:
        """The modules that a node stands in, and their classes, which are kept beside."""
        found: list[str] = []
        before = ""
        for entry in stack.split(";"):
            _, _, rest = entry.partition(",")
            path, _, kind = rest.partition(",")
            if path:
                found.append(path.removeprefix(f"{before}.") if before else path)
                before = path
                self.net.kinds[tuple(found)] = kind.rpartition(".")[2]
        return tuple(found)


def _sizes(value: dict[str, Any]) -> tuple[Any, ...] | None:
    return tuple(_plain(side) for side in value["sizes"])


def _plain(value: Any) -> Any:
    """A size: a number, or the letters that stand for one."""
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if not isinstance(value, dict):
        return value
    if "as_int" in value:
        return value["as_int"]
    said = value.get("as_expr") or value.get("as_name") or value.get("as_sym_int") or ""
    if isinstance(said, dict):
        return of_sympy(str(said.get("expr_str", "")))
    return str(said)
