"""ONNX: a model in protobuf. Weights are passed over; nothing beside the file is opened."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cnncalc.core.figures import many
from cnncalc.core.graph import Graph
from cnncalc.core.problem import Label, clean, fail
from cnncalc.formats.foreign.aten import ATTENDED, OVER_AXES
from cnncalc.formats.foreign.base import Format
from cnncalc.formats.foreign.books import listed, several
from cnncalc.formats.foreign.constants import with_constants
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import MOST_OPERATORS, NUMBERS, Dims, Foreign, Operation, Stored
from cnncalc.formats.foreign.moves import MOST_AXES, MOST_VALUES, REDUCTIONS
from cnncalc.formats.foreign.patterns import with_patterns
from cnncalc.formats.foreign.table import EINSUM, NOTHING, PRODUCT, SAME, Match, Matches
from cnncalc.formats.foreign.wire import BYTES, FIXED32, VARINT, Malformed, Span, Wire, signed
from cnncalc.formats.source import Source

DEEPEST_CALL = 20
MOST_ALIKE = 2**14  # numbers of a tensor of which is known that all are one
SOME, SPREAD = 16, 2_654_435_761  # numbers of a tensor by which copies are told, and how far apart they stand
MOST_LOOKED_AT = 4_000  # tensors
LONGEST_LIST = 2**22  # bytes of what an exporter wrote down of all tensors
DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
    17: "float8", 18: "float8", 19: "float8", 20: "float8", 21: "uint4", 22: "int4", 23: "float4", 24: "float8",
    25: "uint2", 26: "int2",
}  # fmt: skip
CODES = {"float32": "f", "uint8": "B", "int8": "b", "uint16": "H", "int16": "h", "int32": "i", "int64": "q",
         "bool": "?", "float16": "e", "float64": "d", "uint32": "I", "uint64": "Q"}  # fmt: skip
UNNAMED = re.compile(r"onnx::(Add|Sub|Mul|Div)_\d+")  # what it calls a table that it has worked out
COPY = re.compile(r"onnx::(?!Conv_)\w+_\d+")  # and a tensor that it has turned, or given another shape
ANONYMOUS = re.compile(r"onnx::Conv_(\d+)")  # what an exporter calls a kernel into which it has folded a norm
SIGNATURE = "pkg.torch.export.ExportedProgram.graph_signature"
SIGNED = re.compile(r"^\w+: ([A-Z_]+) target='([^']*)'", re.MULTILINE)
FOLDED = "pkg.onnxscript.optimizer.folded_from"
RULES = "pkg.onnxscript.rewriter.rule_name"
QUOTED = re.compile(r"'([^']*)'")

Names = Mapping[str, str]  # of tensors inside a function or a branch, and what they are called here
When = tuple[tuple[str, bool], ...]
Said = Mapping[str, Any]  # attributes of the call of a function

_CONV = {
    "kernel": "kernel_shape if kernel_given else W_sides", "stride": "strides", "padding": "padding",
    "dilation": "dilations", "groups": "group", "bias": "B_given",
}  # fmt: skip
_POOL = {"kernel": "kernel_shape", "stride": "strides", "padding": "padding"}
_AFFINE = {"scale": "W_given", "shift": "B_given"}
_ATTENDS = "q k v ignored:mask past ignored:values"
_ATTENTION = {"type": "kind", "weights": "0", "multiplies": ATTENDED.replace("k_before", "(k_before + past_before)")}
_PER = "position if rank > 0 else none"

MICROSOFT = frozenset(  # operators of its domain that are what the table says
    ("FusedConv", "FusedMatMul", "Gelu", "FastGelu", "SimplifiedLayerNormalization", "QuantizeLinear",
     "DequantizeLinear")
)  # fmt: skip

TABLE = Matches(
    [
        # convolutions
        Match("Conv FusedConv", "conv", {"filters": "W_first", **_CONV}, "x weights:W biases:B", axis="first",
            window=True, defaults={"group": 1}),
        Match("ConvInteger", "conv", {"filters": "W_first", **_CONV}, "x weights:W ignored:x0 ignored:w0",
            axis="first", window=True, defaults={"group": 1, "B_given": False}),
        Match("QLinearConv", "conv", {"filters": "W_first", **_CONV},
            "x ignored:xs ignored:x0 weights:W ignored:ws ignored:w0 ignored:ys ignored:y0 biases:B", axis="first",
            window=True, defaults={"group": 1}),
        Match("ConvTranspose", "transposed_conv",
            {"filters": "W_second * group", "output_padding": "output_padding", **_CONV}, "x weights:W biases:B",
            axis="first", window=True, defaults={"group": 1}),
        # dense
        Match("Gemm", "dense", {"units": "W_first", "bias": "B_given", "per": _PER}, "x weights:W biases:B",
            "transB == 1 and transA == 0", axis="last", defaults={"transA": 0, "transB": 0}),
        Match("Gemm", "dense", {"units": "W_last", "bias": "B_given", "per": _PER}, "x weights:W biases:B",
            "transA == 0", axis="last", defaults={"transA": 0, "transB": 0}),
        Match("MatMul", "dense", {"units": "W_last", "bias": "B_given", "per": _PER}, "x weights:W biases:B",
            "W_rank == 2", axis="last"),
        *(Match("FusedMatMul", "dense", {"units": units, "bias": "false", "per": _PER}, "x weights:W",
            f"W_rank == 2 and transA == 0 and transB == {turned}", axis="last", defaults={"transA": 0, "transB": 0})
          for turned, units in enumerate(("W_last", "W_first"))),
        Match("MatMulInteger", "dense", {"units": "W_last", "bias": "false", "per": _PER},
            "x weights:W ignored:x0 ignored:w0", "W_rank == 2", axis="last"),
        Match("QLinearMatMul", "dense", {"units": "W_last", "bias": "false", "per": _PER},
            "x ignored:xs ignored:x0 weights:W ignored:ws ignored:w0", "W_rank == 2", axis="last"),
        Match("MatMul Gemm", PRODUCT, reads="x w bias"),
        Match("FusedMatMul", PRODUCT, {}, "x w", "transBatchA == 0 and transBatchB == 0",
            defaults={"transBatchA": 0, "transBatchB": 0}),
        Match("Einsum", EINSUM, reads="x*"),
        Match("MatMulInteger", PRODUCT, reads="x w ignored:x0 ignored:w0"),
        Match("QLinearMatMul", PRODUCT, reads="x ignored:xs ignored:x0 w ignored:ws ignored:w0"),
        Match("Attention", "operator", _ATTENTION, _ATTENDS, "q_last == k_last and v_last == q_last",
            defaults={"past_before": 0}),
        *(Match("Attention", "operator", {**_ATTENTION, "output": (*sides, "v_last")}, _ATTENDS,
            f"q_last == k_last and q_first == 1 and q_rank == {len(sides) + 2}", axis="last",
            defaults={"past_before": 0})
          for sides in (("dim_1",), ("dim_2", "dim_1"))),
        # normalisations
        Match("BatchNormalization SpatialBN", "batch_norm", {"scale": "scale_given", "shift": "shift_given"},
            "x weights:scale biases:shift buffers:mean buffers:variance", axis="first"),
        Match("LRN", "lrn", {"size": "size", "alpha": "alpha", "beta": "beta", "k": "bias"}, axis="first"),
        Match("InstanceNormalization", "instance_norm", _AFFINE, "x weights:W biases:B",
              axis="first", window=True),
        Match("SimplifiedLayerNormalization RMSNormalization", "rms_norm", {"scale": "W_given"}, "x weights:W",
              "axis == -1 or axis == dims_rank - 1", axis="last", defaults={"axis": -1}),
        Match("LayerNormalization", "layer_norm", _AFFINE,
            "x weights:W biases:B", "axis == -1 or axis == dims_rank - 1", axis="last", defaults={"axis": -1}),
        Match("LayerNormalization SimplifiedLayerNormalization RMSNormalization", "operator", OVER_AXES,
            "x weights:W biases:B", defaults={"W_size": 0, "B_size": 0}),
        Match("GroupNormalization", "group_norm", {"groups": "num_groups", **_AFFINE}, "x weights:W biases:B",
              axis="first"),
        # activations
        Match("Relu", "relu"), Match("LeakyRelu", "leaky_relu", {"slope": "alpha"}),
        Match("Sigmoid", "sigmoid"),
        Match("Tanh", "tanh"), Match("Elu", "elu"), Match("Selu", "selu"), Match("Gelu FastGelu", "gelu"),
        Match("Swish", "silu"), Match("HardSwish", "hard_swish"), Match("HardSigmoid", "hard_sigmoid"),
        Match("Softmax LogSoftmax", "softmax"),
        Match("PRelu", "prelu", {"per": "all if W_size == 1 else channel"}, "x weights:W", axis="first"),
        Match("Clip", "relu6", {}, "x constant:min constant:max", "min_value == 0 and max_value == 6"),
        Match("Clip", "relu", {}, "x constant:min constant:max", "min_value == 0 and not max_given"),
        # pooling
        Match("MaxPool", "max_pool", {**_POOL, "ceil": "ceil_mode == 1", "dilation": "dilations"}, axis="first",
            window=True, defaults={"ceil_mode": 0, "strides": 1}),
        Match("AveragePool", "avg_pool", {**_POOL, "ceil": "ceil_mode == 1"}, "x", "not dilated", axis="first",
            window=True, defaults={"ceil_mode": 0, "strides": 1}),
        Match("GlobalAveragePool", "adaptive_avg_pool", {"size": "1"}, axis="first", window=True),
        Match("GlobalMaxPool", "adaptive_max_pool", {"size": "1"}, axis="first", window=True),
        Match("DepthToSpace", "pixel_shuffle", {"factor": "blocksize"}, axis="first", window=True),
        Match("SpaceToDepth", "space_to_depth", {"factor": "blocksize"}, axis="first", window=True),
        Match("Gather", "embedding", {"words": "W_first", "width": "W_last"}, "weights:W x",
              "W_rank == 2 and axis == 0 and W_measures", defaults={"axis": 0}),
        # sequences: steps in front, then images
        *(Match(name, layer, {"units": "hidden_size", "bidirectional": "both_ways", "biases": "2 if B_given else 0"},
            "x weights:W weights:R biases:B ignored:lengths state:h state:c weights:P", axis="steps",
            defaults={"both_ways": False, "joined": False})
          for name, layer in (("LSTM", "lstm"), ("GRU", "gru"), ("RNN", "rnn"))),
        # joins
        Match("Add Mul Sub Div Sum Max Min Mean Pow", NOTHING, reads="x*"),
        # what gives what it reads
        Match("Identity Cast CastLike DequantizeLinear QuantizeLinear DynamicQuantizeLinear", SAME,
            reads="x ignored:scale ignored:zero"),
        Match("Dropout", "dropout", {"rate": "ratio"}, "x constant:r constant:t"),
        # moves
        *(Match(name, name) for name in (
            "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Slice", "Split", "Gather", "Pad", "Expand",
            "Tile", "Resize", "Upsample", "ArgMax", "ArgMin", "TopK", "CumSum", "CumProd", "Trilu", "GatherElements",
            "GatherND", "OneHot", "ReverseSequence", *REDUCTIONS, "AveragePool",
        )),
        *(Match(name, name, reads="ignored:x") for name in ("Shape", "Size", "ConstantOfShape", "Range")),
        *(Match(name, name, reads="x ignored:places updates") for name in ("ScatterND", "ScatterElements")),
        Match("Concat", "Concat", {"axis": "axis"}, "x*", defaults={"axis": 1}),
        # values by themselves
        Match("Clip Abs Neg Sqrt Exp Log Erf Reciprocal Floor Ceil Round Sign Sin Cos Tan Asin Acos Atan Sinh Cosh "
            "Asinh Acosh Atanh Softplus Softsign ThresholdedRelu Celu Mish Shrink Hardmax Not IsNaN Where Equal Less "
            "IsInf Greater LessOrEqual GreaterOrEqual And Or Xor Mod BitShift PRelu LpNormalization BitwiseAnd "
            "BitwiseOr BitwiseXor BitwiseNot BitCast", NOTHING,
            reads="x*"),
    ]
)  # fmt: skip


class Onnx(Format):
    """A model of ONNX, of every version; see `TABLE` for its operators."""

    called = "a model of ONNX"
    suffixes = (".onnx",)
    binary = True
    table = TABLE

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins so is a model of ONNX."""
        return bool(
            re.match(rb"\x08[\x01-\x14](?:\x12.{1,60}(?:\x1a|\x22|\x3a)|\x3a)", head, re.DOTALL)
        ) or super().recognises(name, head)

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of a model; raises ProblemsFound, also where `vars` are given."""
        self.refuse_vars(vars)
        return lower(self.foreign(source), TABLE, input_size)

    def foreign(self, source: Source) -> Foreign:
        """The network as the file says it; raises ProblemsFound where it is no model."""
        try:
            return _Model(source).read()
        except (Malformed, struct.error, RecursionError) as error:
            raise fail(
                "unreadable", f"`{source.name}` is no whole model of ONNX: {error}", Label(source.name, "")
            ) from None


class _Model:
    def __init__(self, source: Source) -> None:
        self.file = source.name
        self.whole = Span(0, len(source.data))
        self.wire = Wire(source.data)
        self.same: dict[str, str] = {}  # other names of stored tensors
        self.functions: dict[tuple[str, str, str], Span] = {}  # by domain, name and overload
        self.homes: dict[str, str] = {}  # before the tensors of a call, and before those that all calls have in common
        self.inside: Counter[str] = Counter()  # what stands before the tensors of graphs and functions inside nodes
        self.seen = 0  # nodes, also those that are called again
        self.kinds: dict[str, str] = {}  # what each tensor is in the program that the model was exported from
        self.made_of: dict[str, list[str]] = {}  # stored tensors that an exporter worked out of others
        self.raw: dict[str, Span] = {}  # where the numbers of tensors stand that the exporter may have two copies of
        self.looked_at = 0  # how many tensors were, to tell copies
        self.sparse: list[str] = []
        self.constants: list[str] = []  # tensors that nodes give which hold them
        self.norms: dict[str, str] = {}  # batch norms that it folded, by what the layers give that they are in
        self.net = Foreign(source.name, source.name, {}, (), [], keeps_books=True)

    def read(self) -> Foreign:
        graph = None
        producer = ""
        for number, kind, value in self.wire.fields(self.whole):
            if number == 2 and kind == BYTES:
                producer = self.wire.text(kind, value)
            elif number == 7 and kind == BYTES:
                graph = value
            elif number == 25 and kind == BYTES:
                found = {n: self.wire.text(k, v) for n, k, v in self.wire.fields(value) if n in (1, 10, 13)}
                self.functions[found.get(10, ""), found.get(1, ""), found.get(13, "")] = value
        if graph is None:
            raise Malformed("there is no graph in it")
        inputs: dict[str, Dims] = {}
        outputs = []
        nodes = []
        for number, kind, value in self.wire.fields(graph):
            if kind != BYTES:
                continue
            if number == 1:
                nodes.append(value)
                if len(nodes) > MOST_OPERATORS:
                    message = f"more than {MOST_OPERATORS:,} operators (limit: operators {MOST_OPERATORS:,})"
                    raise fail("limit", message, Label(self.file, ""))
            elif number == 2:
                self.net.name = self.wire.text(kind, value) or self.file
            elif number == 5:
                stored = self._tensor(value)
                self.net.stored[stored.name] = stored
            elif number == 15:
                stored = self._sparse(value, learned=True)
                self.net.stored[stored.name] = stored
            elif number == 11:
                name, dims = self._declaration(value)
                if dims is not None:
                    inputs[name] = dims
                else:
                    self.net.unsized.add(name)
            elif number == 12:
                name, dims = self._declaration(value)
                outputs.append(name)
                if dims is not None:
                    self.net.declared[name] = dims
            elif number == 13:
                name, dims = self._declaration(value)
                if dims is not None:
                    self.net.declared[name] = dims
            elif number == 16 and kind == BYTES and (text := self._beside(value, SIGNATURE)):
                self.kinds = {name: kind for kind, name in SIGNED.findall(text)}
        self._with_kinds()
        for value in nodes:
            self._node(value, "", (), 0, {})
        self.net.inputs = {name: dims for name, dims in inputs.items() if name not in self.net.stored}
        self.net.outputs = tuple(outputs)
        if self.net.name in ("main_graph", "torch_jit", "torch-jit-export"):
            self.net.name = self.file
        self._with_biases()
        with_patterns(self.net)
        with_constants(self.net, self.constants, producer)
        self._say_folded()
        self._say_unnamed()
        self._say_states()
        self._with_ties()
        if self.sparse:
            self.net.notes.append(
                f"sparse tensors count whole, with what is 0: stored are {several(self.sparse, ', ')}"
            )
        return self.net

    # ------------------------------------------------------------------------------------------ messages

    def _declaration(self, span: Span) -> tuple[str, Dims | None]:
        """A value_info: its name, and its dims where it is a tensor whose rank is known."""
        name, dims = "", None
        for number, kind, value in self.wire.fields(span):
            if number == 1:
                name = self.wire.text(kind, value)
            elif number == 2 and kind == BYTES:
                for n, k, type_ in self.wire.fields(value):
                    if n == 1 and k == BYTES:
                        for n2, k2, shape in self.wire.fields(type_):
                            if n2 == 2 and k2 == BYTES:
                                dims = self._shape(shape)
            elif number == 4 and kind == BYTES and (text := self._beside(value, FOLDED)):
                self.made_of[name] = QUOTED.findall(text)
        return name, dims

    def _beside(self, span: Span, wanted: str) -> str:
        """The text that a program wrote beside something under that key; nothing where it is another one."""
        found = {number: (kind, value) for number, kind, value in self.wire.fields(span)}
        if 1 not in found or 2 not in found or self.wire.text(*found[1]) != wanted:
            return ""
        return self.wire.text(*found[2], LONGEST_LIST)

    def _shape(self, span: Span) -> Dims:
        dims: list[Any] = []
        for number, kind, value in self.wire.fields(span):
            if number == 1 and kind == BYTES:
                dims.append(None)
                for n, k, side in self.wire.fields(value):
                    if n == 1 and k == VARINT:
                        dims[-1] = signed(side) if signed(side) >= 0 else None
                    elif n == 2 and k == BYTES:
                        dims[-1] = self.wire.text(k, side) or None
        if len(dims) > MOST_AXES:
            raise Malformed(f"a tensor has more than {MOST_AXES} axes")
        return tuple(dims)

    def _tensor(self, span: Span, name: str = "", learned: bool = True) -> Stored:
        """A TensorProto: its dims, and the numbers only of a small one that is in the file."""
        dims: list[int] = []
        dtype = "float32"
        raw: Span | None = None
        values: list[Any] = []
        size: int | None = None
        for number, kind, value in self.wire.fields(span):
            if number == 1:
                dims += self.wire.numbers(kind, value)
                size = None
            elif number == 2 and kind == VARINT:
                dtype = DTYPES.get(value, f"type {value}")
            elif number == 8 and not name:
                name = self.wire.text(kind, value)
            elif number == 9 and kind == BYTES:
                raw = value
            elif number in (4, 5, 7) and (kind != BYTES or value.stop - value.start <= MOST_VALUES * 4):
                values += self.wire.floats(kind, value) if number == 4 else self.wire.numbers(kind, value)
                if len(values) > MOST_VALUES:
                    values = []
        if raw is not None and learned:
            self.raw[name] = raw
        if any(side < 0 for side in dims) or len(dims) > MOST_AXES:
            raise Malformed(f"the tensor `{clean(name)}` has a size below 0, or more than {MOST_AXES} axes")
        found = Stored(name, tuple(dims), dtype, None, learned)
        size = found.size
        code = CODES.get(dtype)
        if size <= MOST_VALUES and raw and code and raw.stop - raw.start == size * struct.calcsize(code):
            values = list(struct.unpack(f"<{size}{code}", self.wire.bytes(raw)))
        if len(values) == size:
            return found._replace(values=tuple(values), fill=_alike(values))
        if size <= MOST_ALIKE and raw and code and raw.stop - raw.start == size * struct.calcsize(code):
            one = self.wire.bytes(Span(raw.start, raw.start + struct.calcsize(code)))
            last = self.wire.bytes(Span(raw.stop - len(one), raw.stop))
            if one == last and self.wire.bytes(raw) == one * size:
                return found._replace(fill=struct.unpack(f"<{code}", one)[0])
        return found

    def _node(
        self,
        span: Span,
        prefix: str,
        scope: tuple[str, ...],
        depth: int,
        names: Names,
        when: When = (),
        said: Said = MappingProxyType({}),
    ) -> None:
        self._see()
        reads: list[str] = []
        gives: list[str] = []
        name = type = domain = overload = rules = ""
        borrowed = False  # attributes of the call of the function that it stands in
        attributes: dict[str, Any] = {}
        for number, kind, value in self.wire.fields(span):
            if number == 1:
                reads.append(self.wire.text(kind, value))
            elif number == 2:
                gives.append(self.wire.text(kind, value))
            elif number == 3:
                name = self.wire.text(kind, value)
            elif number == 4:
                type = self.wire.text(kind, value)
            elif number == 5 and kind == BYTES:
                key, found = self._attribute(value, said)
                attributes[key] = found
                borrowed = borrowed or (bool(said) and self._attribute(value)[1] is None)
            elif number == 7:
                domain = self.wire.text(kind, value)
            elif number == 8:
                overload = self.wire.text(kind, value)
            elif number == 9 and kind == BYTES:
                scope = self._scopes(value) or scope
                rules += self._beside(value, RULES)
        attributes = {key: found for key, found in attributes.items() if found is not None}
        bodies = {key: attributes.pop(key) for key, found in list(attributes.items()) if isinstance(found, Span)}
        reads += dict.fromkeys(one for body in bodies.values() for one in self._captured(body, depth))
        if prefix or names:
            reads = [names.get(one, prefix + one) if one else "" for one in reads]
            gives = [names.get(one, prefix + one) if one else "" for one in gives]
        called = name or (gives[0] if gives else type)
        place = Label(self.file, f"node {clean(called)}")
        if (domain, type, overload) in self.functions:
            function = domain, type, overload
            self._inline(function, called, reads, gives, attributes, (*scope, called), depth, when)
            return
        if "FuseBatchNormInto" in rules and gives:
            self.norms[gives[0]] = ".".join(scope)
        if domain not in ("", "ai.onnx") and not (domain == "com.microsoft" and type in MICROSOFT):
            type = f"{domain}::{type}"  # of which no row speaks
        reads = [self.same.get(one, one) for one in reads]
        if type == "Identity" and reads and gives and reads[0] in self.net.stored:
            self.same[gives[0]] = reads[0]
            return
        if type == "Constant":
            given = gives[0] if gives else ""
            self._constant(given if borrowed else self._common(prefix, given), attributes)
            return
        if not scope and name.startswith("/") and name.strip("/"):
            scope, called = _module_path(name)
        elif not scope:
            called = self._called(type, called, reads)
        branches: list[tuple[str, ...]] = []
        if type == "If" and {"then_branch", "else_branch"} <= bodies.keys():
            for key in ("then_branch", "else_branch"):
                decided = (*when, (reads[0], key == "then_branch"))
                inner = self._within(f"{prefix}{called}/{key}")
                branches.append(self._branch(bodies[key], inner, prefix, scope, depth, names, decided, said))
            self._declare_alike(gives, branches)
        else:
            reads += [
                one
                for key, body in bodies.items()
                for one in self._stored_in(body, self._body(prefix, f"{prefix}{called}/{key}"), depth)
            ]
        self.net.operations.append(
            Operation(
                called,
                type,
                _prepared(attributes),
                tuple(reads),
                tuple(gives),
                place,
                scope,
                when=when,
                branches=tuple(branches),
            )
        )

    def _see(self) -> None:
        """One more node, also of those that are called again."""
        self.seen += 1
        if self.seen > MOST_OPERATORS:
            message = f"more than {MOST_OPERATORS:,} operators (limit: operators {MOST_OPERATORS:,})"
            raise fail("limit", message, Label(self.file, ""))

    def _within(self, path: str) -> str:
        """What stands before the names of tensors inside a node: of nodes of one name each its own."""
        self.inside[path] += 1
        many = self.inside[path]
        return f"{path}/" if many == 1 else f"{path} {many}/"

    def _body(self, prefix: str, path: str) -> str:
        """What stands before the names of tensors in the body of a loop: of a function those of all its calls."""
        home, inner = self.homes.get(prefix), self._within(path)
        return home + inner.removeprefix(prefix) if home else inner

    def _common(self, prefix: str, name: str) -> str:
        """The name of a tensor that is stored in a function, which is the same for all its calls."""
        home = self.homes.get(prefix)
        if home and name.startswith(prefix):
            self.same[name] = name = home + name.removeprefix(prefix)
        return name

    def _stored_in(self, span: Span, inner: str, depth: int, nodes: int = 1) -> list[str]:
        """The tensors that are stored in a graph inside a node, or in a function, and in those inside it."""
        self._deeper(depth, inner)
        found = []
        for number, kind, value in self.wire.fields(span):
            if number == 5 and nodes == 1 and kind == BYTES:
                stored = self._tensor(value)
                found.append(inner + stored.name)
                self.net.stored[found[-1]] = stored._replace(name=found[-1])
            elif number == nodes and kind == BYTES:
                found += self._stored_at(value, inner, depth)
        return list(dict.fromkeys(found))

    def _stored_at(self, span: Span, inner: str, depth: int) -> list[str]:
        """The tensors that are stored at a node inside a graph, and in what stands in it."""
        self._see()
        texts: dict[int, str] = {}
        attributes: dict[str, Any] = {}
        for number, kind, value in self.wire.fields(span):
            if number in (2, 4, 7, 8):
                texts[number] = self.wire.text(kind, value)
            elif number == 5 and kind == BYTES:
                attributes.update([self._attribute(value)])
        type, called = texts.get(4, ""), (texts.get(7, ""), texts.get(4, ""), texts.get(8, ""))
        if called in self.functions:
            return self._stored_in(self.functions[called], _home(*called), depth + 1, nodes=7)
        if type == "Constant" and 2 in texts:
            self._constant(inner + texts[2], attributes)
            return [inner + texts[2]]
        bodies = [one for one in attributes.values() if isinstance(one, Span)]
        return [name for body in bodies for name in self._stored_in(body, inner, depth + 1)]

    def _branch(
        self,
        span: Span,
        inner: str,
        prefix: str,
        scope: tuple[str, ...],
        depth: int,
        names: Names,
        when: When,
        said: Said,
    ) -> tuple[str, ...]:
        """The nodes of a graph inside a node, each with what decides that it runs; returns what the graph gives."""
        self._deeper(depth, inner)
        nodes, outputs, own = [], [], set()
        for number, kind, value in self.wire.fields(span):
            if kind != BYTES:
                continue
            if number == 1:
                nodes.append(value)
                own |= {self.wire.text(k, v) for n, k, v in self.wire.fields(value) if n == 2}
            elif number == 5:
                stored = self._tensor(value)
                own.add(stored.name)
                name = self._common(prefix, inner + stored.name)
                self.net.stored[name] = stored._replace(name=name)
            elif number in (12, 13):
                name, dims = self._declaration(value)
                if number == 12:
                    outputs.append(name)
                if dims is not None:
                    self.net.declared[inner + name] = dims
        names = {**names, **{name: inner + name for name in own}}
        for value in nodes:
            self._node(value, prefix, scope, depth + 1, names, when, said)
        given = [names.get(name, prefix + name) for name in outputs]
        return tuple(self.same.get(name, name) for name in given)

    def _declare_alike(self, gives: list[str], branches: list[tuple[str, ...]]) -> None:
        """What a choice gives has the dims that both branches say."""
        for name, *both in zip(gives, *branches, strict=False):
            stored = {one: self.net.stored[one].dims for one in both if one in self.net.stored}
            said = {stored.get(one, self.net.declared.get(one)) for one in both}
            if len(said) == 1 and (dims := said.pop()) is not None:
                self.net.declared.setdefault(name, dims)

    def _captured(self, span: Span, depth: int) -> list[str]:
        """The tensors that a graph inside a node reads from around it."""
        self._deeper(depth, "")
        own, reads = set(), []
        for number, kind, value in self.wire.fields(span):
            if kind != BYTES:
                continue
            if number == 1:
                for n, k, part in self.wire.fields(value):
                    if n == 1:
                        reads.append(self.wire.text(k, part))
                    elif n == 2:
                        own.add(self.wire.text(k, part))
                    elif n == 5 and k == BYTES:
                        body = self._attribute(part)[1]
                        reads += self._captured(body, depth + 1) if isinstance(body, Span) else []
            elif number in (5, 11):
                own.add(self._tensor(value).name if number == 5 else self._declaration(value)[0])
            elif number == 12:
                reads.append(self._declaration(value)[0])
        return [name for name in dict.fromkeys(reads) if name and name not in own]

    def _deeper(self, depth: int, name: str) -> None:
        if depth >= DEEPEST_CALL:
            message = f"functions and branches stand more than {DEEPEST_CALL} deep in each other"
            raise fail("limit", message, Label(self.file, f"node {clean(name)}" if name else ""))

    def _attribute(self, span: Span, said: Said = MappingProxyType({})) -> tuple[str, Any]:
        """An attribute: its name, and what it is; inside a function also what its call `said`."""
        name, found, other = "", None, ""
        listed: list[Any] = []
        for number, kind, value in self.wire.fields(span):
            if number == 1:
                name = self.wire.text(kind, value)
            elif number == 2 and kind == FIXED32:
                found = struct.unpack("<f", value)[0]
            elif number == 3 and kind == VARINT:
                found = signed(value)
            elif number == 4 and kind == BYTES:
                found = self.wire.text(kind, value)
            elif number == 5 and kind == BYTES:
                found = self._tensor(value, learned=False)
            elif number == 6 and kind == BYTES:
                found = value  # a graph
            elif number == 7:
                listed += self.wire.floats(kind, value)
            elif number == 8:
                listed += self.wire.numbers(kind, value)
            elif number == 9:
                listed.append(self.wire.text(kind, value))
            elif number == 20 and kind == VARINT and value in (6, 7, 8) and found is None:
                found = ()
            elif number == 21 and kind == BYTES:
                other = self.wire.text(kind, value)
            elif number == 22 and kind == BYTES:
                found = self._sparse(value)
        if other:
            return name, said.get(other)
        return name, tuple(listed) if listed else found

    def _sparse(self, span: Span, learned: bool = False) -> Stored:
        """A SparseTensorProto: a tensor of which only the numbers are in the file that are not 0."""
        dims: list[int] = []
        stored = None
        for number, kind, value in self.wire.fields(span):
            if number == 1 and kind == BYTES:
                stored = self._tensor(value, learned=learned)
            elif number == 3:
                dims += self.wire.numbers(kind, value)
        if stored is None or any(side < 0 for side in dims) or len(dims) > MOST_AXES:
            raise Malformed("a sparse tensor has no numbers, or no sizes")
        whole = stored._replace(dims=tuple(dims), values=None)
        if stored.size < whole.size:
            self.sparse.append(f"{stored.size:,} of {whole.size:,} numbers of `{clean(stored.name)}`")
        return whole

    def _constant(self, name: str, attributes: dict[str, Any]) -> None:
        value: Any = next(iter(attributes.values()), None)
        self.constants.append(name)
        if isinstance(value, Stored):
            self.net.stored[name] = value._replace(name=name)
            return
        many = isinstance(value, tuple)
        values: tuple[Any, ...] = value if many else (value,)
        dtype = "int64" if any(key.startswith("value_int") for key in attributes) else "float32"
        self.net.stored[name] = Stored(name, (len(values),) if many else (), dtype, values, False, _alike(values))

    def _inline(
        self,
        function: tuple[str, str, str],
        name: str,
        reads: list[str],
        gives: list[str],
        attributes: dict[str, Any],
        scope: tuple[str, ...],
        depth: int,
        when: When,
    ) -> None:
        """The nodes of a model-local function, in the place of its call."""
        self._deeper(depth, name)
        takes, returns, nodes = [], [], []
        said: dict[str, Any] = {}
        for number, kind, value in self.wire.fields(self.functions[function]):
            if number == 4:
                takes.append(self.wire.text(kind, value))
            elif number == 5:
                returns.append(self.wire.text(kind, value))
            elif number == 7 and kind == BYTES:
                nodes.append(value)
            elif number == 11 and kind == BYTES:
                said.update([self._attribute(value)])
        said |= attributes
        names = dict(zip(takes, reads, strict=False)) | dict(zip(returns, gives, strict=False))
        prefix = self._within(name)
        self.homes[prefix] = _home(*function)
        for value in nodes:
            self._node(value, prefix, scope, depth + 1, names, when, said)

    def _scopes(self, span: Span) -> tuple[str, ...]:
        """The path of modules that the exporter of PyTorch wrote beside a node."""
        paths = QUOTED.findall(self._beside(span, "pkg.torch.onnx.name_scopes"))
        return _segments([path for path in paths[:-1] if path])

    def _called(self, type: str, called: str, reads: list[str]) -> str:
        """A layer by the module whose weights it reads, else as the exporter calls it."""
        for name in reads[1:2]:
            stored = self.net.stored.get(name)
            if stored is not None and stored.learned and name.endswith((".weight", ".kernel")):
                return name.rpartition(".")[0]
        return called.removeprefix("node_")

    # ------------------------------------------------------------------------------------------ the whole

    def _with_kinds(self) -> None:
        """What is learned, where the exporter says it: also of tensors that it worked out of others ahead."""
        if not self.kinds:
            return
        self.net.tells_buffers = True
        ahead: dict[str, int] = {}
        made: dict[str, None] = {}
        for name, stored in self.net.stored.items():
            made_of = self.made_of.get(name, [name])
            kinds = {self.kinds[one] for one in made_of if one in self.kinds}
            learned = "PARAMETER" in kinds and stored.dtype.startswith(NUMBERS)  # else the sizes of such a tensor
            if name in self.made_of or kinds or stored.size == 1:
                self.net.stored[name] = stored._replace(learned=learned)
            if learned and len(made_of) > 1:
                ahead[name] = stored.size
                made |= {one: None for one in made_of if self.kinds.get(one) == "PARAMETER"}
        if ahead:
            self.net.notes.append(
                f"the exporter worked out ahead what is made of {listed(list(made))}, "
                f"whose own sizes are not in the file: counted are the {sum(ahead.values()):,} numbers that are"
            )

    def _with_ties(self) -> None:
        """A copy of a parameter in another form, as what is made of it: it is that parameter."""
        moves = []
        for copy, held in [*self._told_ties(), *self._turned_ties()]:
            move, said = "Reshape", {"shape": copy.dims}
            if copy.dims == held.dims[::-1]:
                move, said = "Transpose", {"perm": tuple(range(len(copy.dims)))[::-1]}
            place = Label(self.file, f"node {clean(copy.name)}")
            moves.append(Operation(copy.name, move, said, (held.name,), (copy.name,), place))
            self.net.tied.add(held.name)
            del self.net.stored[copy.name]
        self.net.operations[:0] = moves

    def _told_ties(self) -> Iterator[tuple[Stored, Stored]]:
        """Copies of which the new exporter says what they are made of, each with the parameter."""
        first = {name: name for name, kind in self.kinds.items() if kind == "PARAMETER" and name in self.net.stored}
        for name, made_of in self.made_of.items():
            copy, learned = self.net.stored.get(name), [one for one in made_of if self.kinds.get(one) == "PARAMETER"]
            if copy is None or not copy.learned or len(learned) != 1:
                continue
            held = self.net.stored[first.setdefault(learned[0], name)]
            if held.name == name or held.size != copy.size or copy.fill is not None:
                continue
            if held.name == learned[0] or self._is_copy(copy, held):  # and no other part of it
                yield copy, held

    def _turned_ties(self) -> Iterator[tuple[Stored, Stored]]:
        """Tensors that the TorchScript exporter turned or reshaped, each with the one that has the same numbers."""
        tensors = [one for one in self.net.stored.values() if len(one.dims) > 1 and one.learned and one.fill is None]
        tensors = sorted(tensors, key=lambda one: COPY.fullmatch(one.name) is not None) if not self.kinds else []
        many = Counter(one.size for one in tensors)
        copied = {one.size for one in tensors if many[one.size] > 1 and COPY.fullmatch(one.name)}
        seen: dict[tuple[int, Any], Stored] = {}
        for one in tensors if copied else ():
            if one.size not in copied or (some := self._some_of(one)) is None:
                continue
            if COPY.fullmatch(one.name):
                held = (seen.get((one.size, found)) for found in (self._some_of(one, turned=True), some))
                if first := next(filter(None, held), None):
                    yield one, first
                    continue
            seen.setdefault((one.size, some), one)

    def _is_copy(self, copy: Stored, held: Stored) -> bool:
        """Whether two tensors have the same numbers, in the same order or with their axes reversed."""
        some = self._some_of(held)
        ways = (False, True) if copy.dims == held.dims[::-1] else (False,)
        return some is not None and any(self._some_of(copy, turned) == some for turned in ways)

    def _some_of(self, stored: Stored, turned: bool = False) -> tuple[Any, ...] | None:
        """A few numbers of a tensor, from all over it, or those that stand there in the matrix of which it is turned.

        They tell copies apart without reading the weights. None where they stand in another file, or are all alike.
        """
        size, many = stored.bytes // max(1, stored.size), stored.size
        raw = self.raw.get(stored.name)
        rows = stored.dims[-1] if stored.dims else 1
        places = [(at * SPREAD) % many for at in range(1, SOME + 1)] if many else []
        places = [_turned(place, rows, many // rows) for place in places] if turned and many else places
        if stored.values is not None:
            found = tuple(stored.values[place] for place in places)
        elif raw is None or self.looked_at > MOST_LOOKED_AT or not size or raw.stop - raw.start != size * many:
            return None
        else:
            self.looked_at += 1
            offsets = [raw.start + size * place for place in places]
            found = tuple(bytes(self.wire.data[offset : offset + size]) for offset in offsets)
        return found if len(set(found)) > 1 else None

    def _with_biases(self) -> None:
        """A product with a stored matrix, to which only a stored vector is added, has that for its bias."""
        operators, stored = self.net.operations, self.net.stored
        readers: dict[str, int] = {}
        for operator in operators:
            for name in operator.reads:
                readers[name] = readers.get(name, 0) + 1
        products = {
            one.gives[0]: at for at, one in enumerate(operators) if one.type == "MatMul" and one.gives and one.reads
        }
        outputs = set(self.net.outputs)
        gone = set()
        for at, operator in enumerate(operators):
            if operator.type != "Add" or len(operator.reads) != 2:
                continue
            for product_, bias in (operator.reads, operator.reads[::-1]):
                place = products.get(product_)
                if place is None or readers[product_] != 1 or product_ in outputs or place in gone:
                    continue
                matrix, vector = stored.get(operators[place].reads[-1]), stored.get(bias)
                if matrix and vector and len(matrix.dims) == 2 and vector.dims == matrix.dims[-1:]:
                    one = operators[place]
                    operators[at] = one._replace(reads=(*one.reads, bias), gives=operator.gives)
                    gone.add(place)
                    self.net.declared.pop(product_, None)
                    break
        if gone:
            self.net.operations = [one for at, one in enumerate(operators) if at not in gone]

    def _say_folded(self) -> None:
        """How many numbers went with the batch norms that the exporter folded, and what else it left out."""
        folded = scales = shifts = 0
        gone: set[str] = set()
        for operator in self.net.operations:
            kernel, bias = (*operator.reads[1:3], "", "")[:2]
            stored = self.net.stored.get(kernel)
            if stored is None or not stored.dims or not operator.gives:
                continue
            norm = self.norms.get(operator.gives[0])
            if norm is None and not self._is_folded(operator.type, kernel, bias):
                continue
            folded += 1
            channels = _channels(operator, stored)
            if norm is None:
                scales += channels
                continue
            parts = (f"{norm}.weight", f"{norm}.bias", f"{kernel.removesuffix('.weight')}.bias")
            learned = [one for one in parts if self.kinds.get(one) == "PARAMETER"]
            gone.update(learned)
            scales += channels * (parts[0] in learned)
            shifts += channels * max(0, len(learned) - (parts[0] in learned) - bool(bias))
        if folded:
            fewer = f"{scales:,} scales" + (f" and {shifts:,} shifts" if shifts else "")
            self.net.notes.append(f"batch norm is folded into {many(folded, 'layer')}: {fewer} fewer than in training")
        self._say_missing(gone)

    def _is_folded(self, type: str, kernel: str, bias: str) -> bool:
        """Whether the names are those that exporters give to a kernel and a bias with a norm in them."""
        numbers = [ANONYMOUS.fullmatch(name) for name in (kernel, bias)]
        # It makes both at once; of equal biases the first one is read
        anonymous = numbers[0] and numbers[1] and int(numbers[1][1]) <= int(numbers[0][1]) + 1
        return type == "Conv" and (bool(anonymous) or bias == f"{kernel}_bias")

    def _say_missing(self, told: set[str]) -> None:
        """What the program learns and the file has not, besides what is `told` already."""
        made_of = {one for parts in self.made_of.values() for one in parts}
        learned = [name for name, kind in self.kinds.items() if kind == "PARAMETER"]
        if gone := [one for one in learned if one not in self.net.stored and one not in made_of | told]:
            self.net.notes.append(
                f"learned, but not in the file: {listed(gone)}; the exporter leaves out what nothing "
                "reads, what is zero and what is equal to others"
            )

    def _say_states(self) -> None:
        """States of which nobody sees whether they are zero, for their numbers stand in another file."""
        names = [
            name
            for operator in self.net.operations
            if operator.type in ("LSTM", "GRU", "RNN")
            for name in operator.reads[5:7]
        ]
        states = [self.net.stored[name] for name in dict.fromkeys(names) if name in self.net.stored]
        unseen = [one for one in states if one.learned and one.values is None and one.name not in self.raw]
        if unseen and not self.net.tells_buffers:
            self.net.notes.append(
                f"layers begin with {listed([one.name for one in unseen])}, whose numbers are not in the file: counted "
                f"are these {sum(one.size for one in unseen):,}, of which the network may learn fewer"
            )

    def _of_groups(self, makers: Mapping[str, Operation], operator: Operation, name: str) -> bool:
        """Whether a vector is the scale or the shift of a norm over groups, which the exporter has only reshaped."""
        stored = self.net.stored.get(name)
        if stored is None or sum(side > 1 for side in stored.dims) > 1:
            return False
        behind = {"Add": ["Mul", "Reshape", "InstanceNormalization"], "Mul": ["Reshape", "InstanceNormalization"]}
        for type in behind.get(operator.type, [""]):
            others = [makers[one] for one in operator.reads if one != name and one in makers]
            found = next((one for one in others if one.type == type), None)
            if found is None:
                return False
            operator, name = found, ""
        return True

    def _say_unnamed(self) -> None:
        makers = {one.gives[0]: one for one in self.net.operations if one.gives}
        reads = dict.fromkeys(
            name
            for one in self.net.operations
            for name in one.reads
            if UNNAMED.fullmatch(name) and not self._of_groups(makers, one, name)
        )
        tables = [self.net.stored[name] for name in reads if name in self.net.stored]
        if tables := [one for one in tables if one.size > 1]:
            names = several([f"`{clean(one.name)}`" for one in tables], ", ")
            self.net.notes.append(
                f"the exporter worked out {names} ahead: counted are the {sum(one.size for one in tables):,} numbers "
                "in the file, of which the network may learn fewer"
            )


def _home(domain: str, name: str, overload: str) -> str:
    """What stands before the names of what all calls of a function have in common."""
    return f"{domain}.{name}{overload and ':'}{overload}/"


def _turned(place: int, rows: int, columns: int) -> int:
    """Where a number of a matrix stands in the turned one.

    >>> [_turned(place, 2, 3) for place in range(6)]
    [0, 2, 4, 1, 3, 5]
    """
    row, column = divmod(place, columns)
    return column * rows + row


def _alike(values: Sequence[Any]) -> Any:
    """The number that all are; None where there are several."""
    return values[0] if values and values.count(values[0]) == len(values) else None


def _channels(operator: Operation, kernel: Stored) -> int:
    """The channels that a layer gives which has this kernel."""
    if operator.type == "ConvTranspose":
        return kernel.dims[1] * operator.attributes.get("group", 1) if len(kernel.dims) > 1 else 0
    return kernel.dims[-1 if operator.type == "Gemm" and not operator.attributes.get("transB") else 0]


def _prepared(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a node, and `padding` as ours: both ends of each axis, or `same`."""
    found = {key: value for key, value in attributes.items() if value is not None}
    if "mode" in found and isinstance(found["mode"], bytes):
        del found["mode"]
    pads = found.get("pads")
    auto = found.get("auto_pad", "NOTSET")
    if isinstance(auto, str) and auto.startswith("SAME"):
        found["padding"] = "same"
    elif isinstance(pads, tuple) and auto != "VALID" and len(pads) % 2 == 0:
        half = len(pads) // 2
        found["padding"] = tuple(zip(pads[:half], pads[half:], strict=True))
    found["both_ways"] = found.get("direction") == "bidirectional"
    found["batch_first"] = found.get("layout") == 1
    found["dilated"] = isinstance(found.get("dilations"), tuple) and any(one != 1 for one in found["dilations"])
    found["kernel_given"] = "kernel_shape" in found
    for key in ("min", "max"):  # of Clip, before version 11
        if isinstance(found.get(key), float):
            found[f"{key}_value"], found[f"{key}_given"] = found[key], True
    return found


def _module_path(name: str) -> tuple[tuple[str, ...], str]:
    """The modules of a node of the TorchScript exporter, and its own name.

    >>> _module_path("/layer1/layer1.0/conv1/Conv")
    (('layer1', '0', 'conv1'), 'Conv')
    """
    *path, leaf = [part for part in name.split("/") if part]
    return _segments(path), leaf


def _segments(path: list[str]) -> tuple[str, ...]:
    """Modules, each without the whole path of the one that it stands in."""
    found = []
    before = ""
    for part in path:
        found.append(part.removeprefix(f"{before}.") if before else part)
        before = part
    return tuple(found)
