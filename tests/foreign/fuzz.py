"""Files of other programs with something wrong in them: each is a network or a list of problems, soon enough.

python -m tests.foreign.fuzz --count 1000000 --seed 1    print how the inputs came out, and what failed
python -m tests.foreign.fuzz --show 1/42                 write one input to `fuzzed`

Whole files of every format, small ones written here, are damaged: bytes, words, numbers and lines are changed, doubled,
cut, swapped with those of another file. JSON in archives is damaged as JSON, too, so that what lies behind the parser
is reached.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import sys
import time
import traceback
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import cnncalc
from cnncalc.formats.foreign import FORMATS
from cnncalc.formats.foreign.wire import BYTES, VARINT, Malformed, Span, Wire
from cnncalc.formats.source import Source
from tests.foreign import onnx_file as onnx
from tests.foreign import test_keras as keras
from tests.foreign import test_pt2 as pt2
from tests.records import record

SLOW = 2.0  # seconds of the processor
MOST_MEGABYTES = 500
OUTCOMES = ("network", "problems", "failure")
NUMBERS = (0, 1, 2, 3, 5, 7, 8, 64, 255, 4096, 2**31 - 1, 2**31, 2**40, 2**63 - 1, 10**30, -1, -2, -(2**31), 0.5, 1e308)
WORDS = ("", "same", "valid", "SAME_UPPER", "x", "y", "conv", "relu", "null", "channels_first", "é", "\x1b[31m", "/",
         "..", "a" * 300)  # fmt: skip

PROTOTXT = """\
name: "net"
input: "data"
input_shape { dim: 1 dim: 3 dim: 16 dim: 16 }
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 8 kernel_size: 3 pad: 1 group: 1 bias_term: false } }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" }
layer { name: "s" type: "Scale" bottom: "c" top: "c" scale_param { bias_term: true } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "p" type: "Pooling" bottom: "c" top: "p" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "k" type: "Concat" bottom: "p" bottom: "p" top: "k" concat_param { axis: 1 } }
layer { name: "e" type: "Eltwise" bottom: "k" bottom: "k" top: "e" eltwise_param { operation: SUM } }
layer { name: "d" type: "Dropout" bottom: "e" top: "e" include { phase: TEST } dropout_param { dropout_ratio: 0.5 } }
layer { name: "fc" type: "InnerProduct" bottom: "e" top: "fc" inner_product_param { num_output: 10 } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
"""
CFG = """\
[net]
height=32
width=32
channels=3

[convolutional]
batch_normalize=1
filters=8
size=3
stride=1
pad=1
groups=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
filters=8
size=1
activation=mish

[shortcut]
from=-2
activation=linear

[route]
layers=-1,1
[upsample]
stride=2
[yolo]
mask=0,1
classes=80
num=6
[avgpool]
[connected]
output=10
activation=linear
[softmax]
"""


LEARNED = pt2.program(
    [
        pt2.node("slice.Tensor", {"self": "p_w"}, "q", dim=0, start=0, end=6),
        pt2.node("slice.Tensor", {"self": "p_w"}, "k", dim=0, start=6, end=12),
        pt2.node("linear.default", {"input": "x", "weight": "q", "bias": None}, "a"),
        pt2.node("linear.default", {"input": "a", "weight": "k", "bias": None}, "b"),
        pt2.node("slice.Tensor", {"self": "b"}, "e", dim=1, start=0, end=0),
        pt2.node("slice.Tensor", {"self": "b"}, "f", dim=1, start=1, end=5),
        pt2.node("mul_.Tensor", {"self": "f", "other": "p_t"}, "g"),
        pt2.node("cat.default", {"one": "e", "other": "b"}, "c", dim=1),
        pt2.node("permute.default", {"self": "c"}, "d", dims=[0, 2, 1]),
        pt2.node("bmm.default", {"self": "c", "mat2": "d"}, "m"),
        pt2.node("softmax.int", {"self": "m"}, "y", dim=-1),
    ],
    {"p_w": [12, 6], "p_t": [4, 6], "x": [1, 5, 6], "q": [6, 6], "k": [6, 6], "a": [1, 5, 6], "b": [1, 5, 6],
     "e": [1, 0, 6], "f": [1, 4, 6], "g": [1, 4, 6], "c": [1, 5, 6], "d": [1, 6, 5], "m": [1, 5, 5], "y": [1, 5, 5]},
    "y",
)  # fmt: skip


def exported() -> bytes:
    """A model with what exporters write beside it and out: a function, a branch, scopes, parts, a gelu and a norm."""
    scopes = onnx.field(9, onnx.entry("pkg.torch.onnx.name_scopes", "['', 'body', 'body.0', '']"))
    dims = dict.fromkeys(["a", "c", "d", "e", "f", "g", "g0", "g1", "g2", "g3", "n1", "n2", "n6", "n7"], (1, 5, 6))
    dims |= dict.fromkeys(["n0", "n3", "n4", "n5"], (1, 5, 1)) | {"q": (6, 6), "k": (6, 6), "part": (5, 6)}
    dims |= {"steps": (5, 1, 6), "h": (5, 1, 1, 3), "j": (1, 10, 6), "sizes": (3,), "side": (1,), "is": (1,)}
    branches = {
        "then_branch": onnx.body(
            [onnx.node("Add", ["d", "table"], ["then"], "placed")], [], [onnx.value("then", [1, 5, 6])]
        ),
        "else_branch": onnx.body(
            [onnx.node("Mul", ["d", "s"], ["else"], "scaled")],
            [],
            [onnx.value("else", [1, 5, 6])],
            [onnx.tensor("s", [6])],
        ),
    }
    nodes = [
        onnx.node("Split", ["w"], ["q", "k"], axis=1),
        onnx.node("MatMul", ["x", "q"], ["a"], "node_linear") + scopes,
        onnx.node("block", ["a", "k"], ["c"], "called", domain="own"),
        onnx.node("Div", ["c", "root"], ["g0"]),
        onnx.node("Erf", ["g0"], ["g1"]),
        onnx.node("Add", ["g1", "one"], ["g2"]),
        onnx.node("Mul", ["c", "g2"], ["g3"]),
        onnx.node("Mul", ["g3", "half"], ["d"], "gelu"),
        onnx.node("Shape", ["d"], ["sizes"]),
        onnx.node("Gather", ["sizes", "zero"], ["side"], axis=0),
        onnx.node("Equal", ["side", "zero"], ["is"]),
        onnx.node("If", ["is"], ["e"], "choice", **branches),
        onnx.node("ReduceMean", ["e"], ["n0"], axes=[-1]),
        onnx.node("Sub", ["e", "n0"], ["n1"]),
        onnx.node("Pow", ["n1", "two"], ["n2"]),
        onnx.node("ReduceMean", ["n2"], ["n3"], axes=[-1]),
        onnx.node("Add", ["n3", "little"], ["n4"]),
        onnx.node("Sqrt", ["n4"], ["n5"]),
        onnx.node("Div", ["n1", "n5"], ["n6"]),
        onnx.node("Mul", ["n6", "norm.weight"], ["n7"]),
        onnx.node("Add", ["n7", "norm.bias"], ["f"], "norm"),
        onnx.node("Slice", ["onnx::Add_7", "zero", "five", "zero"], ["part"]),
        onnx.node("Add", ["f", "part"], ["g"]),
        onnx.node("Transpose", ["g"], ["steps"], perm=[1, 0, 2]),
        onnx.node("LSTM", ["steps", "lstm.w", "lstm.r"], ["h"], "lstm", hidden_size=3),
        onnx.node("Squeeze", ["h", "one_axis"], ["i"]),
        onnx.node("Resize", ["x", "", "", "to"], ["j"]),
        onnx.node("ReduceSum", ["j", "one_axis"], ["y"], keepdims=1),
    ]
    block = onnx.field(1, "block") + onnx.field(4, "in") + onnx.field(4, "m") + onnx.field(5, "out")
    block += onnx.field(7, onnx.node("MatMul", ["in", "m"], ["p"], "inner"))
    block += onnx.field(7, onnx.node("Sigmoid", ["p"], ["t"])) + onnx.field(7, onnx.node("Mul", ["p", "t"], ["out"]))
    stored = [
        onnx.tensor("w", [6, 12]), onnx.tensor("table", [5, 6]), onnx.tensor("norm.weight", [6]),
        onnx.tensor("norm.bias", [6]), onnx.tensor("onnx::Add_7", [9, 6]), onnx.tensor("lstm.w", [1, 12, 6]),
        onnx.tensor("lstm.r", [1, 12, 3]), onnx.tensor("zero", [1], [0]), onnx.tensor("five", [1], [5]),
        onnx.tensor("one_axis", [1], [1]), onnx.tensor("to", [3], [1, 10, 6]), onnx.scalar("root", 2**0.5),
        onnx.scalar("one", 1.0), onnx.scalar("half", 0.5), onnx.scalar("two", 2.0), onnx.scalar("little", 1e-5),
    ]  # fmt: skip
    folded = onnx.value("table", [5, 6], {"pkg.onnxscript.optimizer.folded_from": "['table', 'index']"})
    signature = "table: PARAMETER target='table'\nindex: BUFFER target='index' persistent=True\n"
    return onnx.model(
        nodes,
        [onnx.value("x", ["batch", 5, 6])],
        [onnx.value("y", ["batch", 1, 6]), onnx.value("i", [5, 1, 3])],
        stored,
        [*(onnx.value(*one) for one in dims.items()), folded],
        [block + onnx.field(10, "own")],
        {"pkg.torch.export.ExportedProgram.graph_signature": signature},
    )


@cache
def files() -> dict[str, list[bytes]]:
    """Whole files of each format."""
    conv = onnx.node("Conv", ["x", "w"], ["a"], "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1], group=1)
    moves = [
        conv,
        onnx.node("Shape", ["a"], ["s"]),
        onnx.node("Gather", ["s", "zero"], ["n"], axis=0),
        onnx.node("Unsqueeze", ["n", "zeros"], ["u"]),
        onnx.node("Concat", ["u", "minus"], ["t"], axis=0),
        onnx.node("Reshape", ["a", "t"], ["f"]),
        onnx.node("MatMul", ["f", "m"], ["g"]),
        onnx.node("Add", ["g", "b"], ["h"]),
        onnx.node("Einsum", ["h", "h"], ["i"], equation="ij,kj->ik"),
        onnx.node("Softmax", ["i"], ["y"], axis=-1),
    ]
    stored = [
        onnx.tensor("w", [4, 3, 3, 3]),
        onnx.tensor("m", [256, 10]),
        onnx.tensor("b", [10]),
        onnx.tensor("zero", [], [0]),
        onnx.tensor("zeros", [1], [0]),
        onnx.tensor("minus", [1], [-1]),
    ]
    dynamic = onnx.model(moves, [onnx.value("x", [1, 3, 8, 8])], [onnx.value("y", [1, 1])], stored)
    texts = {"caffe": [PROTOTXT.encode()], "darknet": [CFG.encode()]}
    models = [keras.SMALL, keras.functional(
        [keras.X, keras.layer("SeparableConv2D", "a", filters=3, kernel_size=[3, 3], padding="same"),
         keras.layer("Add", "b"), keras.layer("GRU", "c", units=4), keras.layer("Reshape", "d", target_shape=[8, 24])],
        "c", {"a": [[keras.tensor("x")]], "b": [[[keras.tensor("x"), keras.tensor("a")]]], "d": [[keras.tensor("b")]],
              "c": [[keras.tensor("d")]]},
    )]  # fmt: skip
    programs = [json.dumps(one).encode() for one in (pt2.SMALL, LEARNED)]
    return {
        "onnx": [onnx.small(), dynamic, exported()],
        "keras": [json.dumps(one).encode() for one in models],
        "pt2": programs,
        **texts,
    }


def packed(format: str, data: bytes, choose: random.Random) -> bytes:
    """What a program would have written: JSON in an archive, sometimes a damaged one."""
    if format == "pt2" or (format == "keras" and choose.random() < 0.3):
        data = archive(format, data, zipfile.ZIP_DEFLATED if choose.random() < 0.2 else zipfile.ZIP_STORED)
        return damaged_bytes(data, choose) if choose.random() < 0.2 else data
    return data


def archive(format: str, data: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    """JSON where a program puts it into an archive."""
    name = "net/models/model.json" if format == "pt2" else "config.json"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        file.writestr("net/archive_format" if format == "pt2" else "metadata.json", "{}")
        file.writestr(name, data)
    return stream.getvalue()


def damaged_bytes(data: bytes, choose: random.Random) -> bytes:
    """Some bytes are others, gone, doubled or moved."""
    found = bytearray(data)
    at = choose.randrange(len(found) + 1)
    pick = choose.random()
    if pick < 0.35 and found:
        found[at % len(found)] = choose.randrange(256)
    elif pick < 0.5:
        del found[at : at + choose.choice((1, 1, 2, 4, 16))]
    elif pick < 0.65:
        found[at:at] = bytes(choose.randrange(256) for _ in range(choose.choice((1, 2, 8))))
    elif pick < 0.8:
        found[at:at] = found[at : at + choose.randrange(1, 40)]
    elif pick < 0.9:
        other = choose.choice([one for ones in files().values() for one in ones])
        start = choose.randrange(len(other))
        found[at : at + 20] = other[start : start + 20]
    else:
        del found[at:]
    return bytes(found)


def damaged_message(data: bytes, choose: random.Random) -> bytes:
    """A field somewhere in a message of protobuf is another one, is gone, or stands twice; all lengths are right."""
    try:
        fields = list(Wire(data).fields(Span(0, len(data))))
    except Malformed:
        fields = []
    if not fields or any(number == 0 for number, _, _ in fields):
        return damaged_bytes(data, choose) if choose.random() < 0.5 else choose.choice(WORDS).encode("utf-8", "replace")
    parts = [
        onnx.varint(number << 3 | kind)
        + (
            onnx.varint(value)
            if kind == VARINT
            else bytes(value)
            if kind != BYTES
            else onnx.varint(value.stop - value.start) + data[value.start : value.stop]
        )
        for number, kind, value in fields
    ]
    at = choose.randrange(len(fields))
    number, kind, value = fields[at]
    pick = choose.random()
    if pick < 0.06:
        del parts[at]
    elif pick < 0.12:
        parts.insert(choose.randrange(len(parts)), parts[at])
    elif pick < 0.18:
        other = choose.randrange(len(parts))
        parts[at], parts[other] = parts[other], parts[at]
    elif kind == VARINT:
        parts[at] = onnx.field(number, int(choose.choice(NUMBERS)) % 2**64)
    elif kind == BYTES:
        parts[at] = onnx.field(number, damaged_message(data[value.start : value.stop], choose))
    return b"".join(parts)


def damaged_text(text: str, choose: random.Random) -> str:
    """A line, a word or a number is another one."""
    lines = text.split("\n")
    at = choose.randrange(len(lines))
    pick = choose.random()
    if pick < 0.15:
        del lines[at]
    elif pick < 0.3:
        lines.insert(at, choose.choice(lines))
    elif pick < 0.4:
        other = choose.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    else:
        words = lines[at].replace("=", " = ").split(" ")
        place = choose.randrange(len(words))
        words[place] = str(choose.choice(NUMBERS)) if choose.random() < 0.7 else choose.choice(WORDS)
        lines[at] = " ".join(words).replace(" = ", "=")
    return "\n".join(lines)


def damaged_json(value: Any, choose: random.Random) -> Any:
    """A value somewhere in it is another one, is gone, or stands elsewhere."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys: Any = one.keys() if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            places.append((one, key))
            waiting.append(one[key])
    if not places:
        return value
    holder, key = choose.choice(places)
    pick = choose.random()
    if pick < 0.5:
        holder[key] = choose.choice(NUMBERS)
    elif pick < 0.65:
        holder[key] = choose.choice(WORDS)
    elif pick < 0.75:
        holder[key] = choose.choice(([], {}, None, True, False, [[]], [1, 2, 3], {"config": {}}))
    elif pick < 0.85:
        other, place = choose.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
    elif isinstance(holder, dict):
        del holder[key]
    else:
        holder.insert(key, holder[key])
    return value


def damaged(format: str, data: bytes, choose: random.Random) -> bytes:
    """A file with one thing wrong in it, as its format is written."""
    if format in ("keras", "pt2") and choose.random() < 0.8:
        try:
            return json.dumps(damaged_json(json.loads(data), choose)).encode()
        except ValueError:
            return damaged_bytes(data, choose)
    if format == "onnx" and choose.random() < 0.7:
        return damaged_message(data, choose)
    if format in ("caffe", "darknet") and choose.random() < 0.7:
        return damaged_text(data.decode("utf-8", "replace"), choose).encode("utf-8", "replace")
    return damaged_bytes(data, choose)


def an_input(seed: str) -> tuple[str, bytes]:
    """The format and the bytes of the input with this seed, such as `1/42`."""
    choose = random.Random(seed)
    format = choose.choice(list(files()))
    data = choose.choice(files()[format])
    for _ in range(choose.choice((0, 1, 1, 1, 2, 5))):
        data = damaged(format, data, choose)
    return format, packed(format, data, choose)


def attempt(format: str, data: bytes) -> str:
    """`network` or `problems`: what came of a file; anything else is raised."""
    reader = FORMATS[format]
    source = Source("fuzzed", "" if reader.binary else data.decode("utf-8", "replace"), format=reader, data=data)
    try:
        graph = reader.graph(source, {}, None)
        analysis = cnncalc.analyze(graph)
        assert analysis.totals.params >= 0
    except cnncalc.ProblemsFound:
        return "problems"
    return "network"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", metavar="HH:MM", help="stop at that time of the day, whatever is left")
    parser.add_argument("--show", metavar="SEED/NUMBER", help="write one input to `fuzzed`, and stop")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    options = parser.parse_args()
    if options.show:
        format, data = an_input(options.show)
        Path("fuzzed").write_bytes(data)
        print(format, attempt(format, data))
        return 0
    counts: Counter[tuple[str, str]] = Counter()
    failures, slowest, done = 0, 0.0, 0

    def write() -> None:
        if options.record:
            kinds = {one: {outcome: counts[one, outcome] for outcome in OUTCOMES} for one in files()}
            megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            figures = {"inputs": done, "failures": failures, "kinds": kinds, "slowest_seconds": round(slowest, 2),
                       "peak_megabytes": megabytes}  # fmt: skip
            record(options.record, f"python -m tests.foreign.fuzz --count {done} --seed {options.seed}", figures)

    for number in range(options.count):
        format, data = an_input(f"{options.seed}/{number}")
        started = time.process_time()
        try:
            counts[format, attempt(format, data)] += 1
        except Exception:
            counts[format, "failure"] += 1
            failures += 1
            print(f"--- input {options.seed}/{number}, {format}\n{traceback.format_exc(limit=-4)}", flush=True)
        taken = time.process_time() - started
        slowest = max(slowest, taken)
        if taken > SLOW:
            failures += 1
            print(f"--- input {options.seed}/{number}, {format}, took {taken:.1f} s", flush=True)
        done += 1
        if done % 10_000 == 0:
            write()
            if options.until and time.strftime("%H:%M") >= options.until:
                break
    write()
    for kind in files():
        print(f"{kind:10} {', '.join(f'{counts[kind, outcome]:,} {outcome}' for outcome in OUTCOMES)}")
    print(f"{done:,} inputs (seed {options.seed}), {failures} failures; slowest {slowest:.2f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
