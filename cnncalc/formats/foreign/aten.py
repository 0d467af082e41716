"""The operators of PyTorch, as `torch.export` and the recorder name them: one table for both."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from cnncalc.formats.foreign.model import Foreign, Operation
from cnncalc.formats.foreign.table import EINSUM, NOTHING, PRODUCT, SAME, Match, Matches

_CONV = {"filters": "W_first", "kernel": "W_sides", "stride": "stride", "padding": "padding", "dilation": "dilation",
         "groups": "groups", "bias": "B_given"}  # fmt: skip
_POOL = {"kernel": "kernel_size", "stride": "stride", "padding": "padding"}
_PER = "position if rank > 0 else none"
_AFFINE = {"scale": "W_given", "shift": "B_given"}

ATTENDED = "q_size * k_before + q_size / q_last * k_before * v_last"  # scores, and sums weighted by them

OVER_AXES = {"type": "kind", "weights": "W_size", "biases": "B_size", "multiplies": "0"}  # a norm over several axes

ATEN = Matches(
    [
        # convolutions
        Match("conv1d conv2d conv3d convolution", "conv", _CONV, "x weights:W biases:B", "not transposed", axis="first",
              window=True, defaults={"transposed": False}),
        Match("conv_transpose1d conv_transpose2d conv_transpose3d convolution", "transposed_conv",
              {**_CONV, "filters": "W_second * groups", "output_padding": "output_padding"}, "x weights:W biases:B",
              axis="first", window=True, defaults={"groups": 1}),
        # dense
        Match("linear", "dense", {"units": "W_first", "bias": "B_given", "per": _PER}, "x weights:W biases:B",
              axis="last"),
        Match("addmm", "dense", {"units": "W_last", "bias": "B_given", "per": _PER}, "biases:B x weights:W",
              axis="last"),
        Match("mm matmul", "dense", {"units": "W_last", "bias": "false", "per": _PER}, "x weights:W", "W_rank == 2",
              axis="last"),
        Match("mm bmm matmul mv dot vdot", PRODUCT, reads="x w"),
        Match("einsum", EINSUM, reads="x*"),
        Match("baddbmm addmm", PRODUCT, reads="b x w"),
        Match("scaled_dot_product_attention", "operator", {"type": "kind", "weights": "0", "multiplies": ATTENDED},
              "q k v ignored:mask"),
        # normalisations
        Match("batch_norm native_batch_norm _native_batch_norm_legit_no_training", "batch_norm", _AFFINE,
              "x weights:W biases:B buffers:mean buffers:variance", "mean_given", axis="first"),
        Match("instance_norm batch_norm native_batch_norm", "instance_norm", _AFFINE,
              "x weights:W biases:B buffers:mean buffers:variance", axis="first", window=True),
        Match("layer_norm native_layer_norm", "layer_norm", _AFFINE, "x weights:W biases:B", "last_only", axis="last"),
        Match("rms_norm", "rms_norm", {"scale": "W_given"}, "x weights:W", "last_only", axis="last"),
        Match("layer_norm native_layer_norm rms_norm", "operator", OVER_AXES, "x weights:W biases:B",
              defaults={"W_size": 0, "B_size": 0}),
        Match("group_norm", "group_norm", {"groups": "num_groups", **_AFFINE}, "x weights:W biases:B", axis="first"),
        Match("native_group_norm", "group_norm", {"groups": "group", **_AFFINE}, "x weights:W biases:B", axis="first"),
        Match("dropout native_dropout feature_dropout alpha_dropout", "dropout", {"rate": "p"}),
        Match("stochastic_depth", "stochastic_depth", {"rate": "p"}),
        # activations
        Match("relu", "relu"), Match("relu6", "relu6"), Match("sigmoid", "sigmoid"), Match("tanh", "tanh"),
        Match("hardtanh clamp", "relu6", {}, "x", "min_val == 0 and max_val == 6"),
        Match("elu", "elu"), Match("selu", "selu"), Match("gelu", "gelu"), Match("silu", "silu"),
        Match("hardswish", "hard_swish"), Match("hardsigmoid", "hard_sigmoid"),
        Match("leaky_relu", "leaky_relu", {"slope": "negative_slope"}),
        Match("softmax _softmax _safe_softmax log_softmax _log_softmax", "softmax"),
        Match("prelu _prelu_kernel", "prelu", {"per": "all if W_size == 1 else channel"}, "x weights:W", axis="first"),
        # pooling
        Match("max_pool1d max_pool2d max_pool3d max_pool2d_with_indices max_pool3d_with_indices", "max_pool",
              {**_POOL, "dilation": "dilation", "ceil": "ceil_mode"}, axis="first", window=True),
        Match("avg_pool1d avg_pool2d avg_pool3d", "avg_pool", {**_POOL, "ceil": "ceil_mode"}, axis="first",
              window=True),
        Match("adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d _adaptive_avg_pool2d _adaptive_avg_pool3d",
              "adaptive_avg_pool", {"size": "output_size"}, axis="first", window=True),
        Match("adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d", "adaptive_max_pool",
              {"size": "output_size"}, axis="first", window=True),
        Match("pixel_shuffle", "pixel_shuffle", {"factor": "upscale_factor"}, axis="first", window=True),
        Match("pixel_unshuffle", "space_to_depth", {"factor": "downscale_factor"}, axis="first", window=True),
        Match("channel_shuffle native_channel_shuffle", "channel_shuffle", {"groups": "groups"}, axis="first"),
        Match("embedding", "embedding", {"words": "W_first", "width": "W_last"}, "weights:W x"),
        # what gives what it reads
        Match("clone contiguous alias detach to _to_copy lift_fresh_copy _assert_tensor_metadata", SAME,
              reads="x ignored:o"),
        # shapes; where the sizes are not said, they are declared
        Match("view reshape _unsafe_view unflatten flatten", "Reshape", {"shape": "shape"}),
        Match("transpose permute t movedim mT mH adjoint", "Transpose", {"perm": "perm"}),
        Match("squeeze", "Squeeze", {"axes": "dim"}), Match("unsqueeze", "Unsqueeze", {"axes": "dim"}),
        Match("cat", "Concat", {"axis": "dim"}, "x*", defaults={"dim": 0}),
        Match("chunk split split_with_sizes tensor_split unsafe_split unsafe_chunk", "Split",
              {"axis": "dim", "split": "sizes"}, defaults={"dim": 0}),
        Match("slice select unbind narrow roll expand repeat index pad constant_pad_nd reflection_pad2d stack gather "
              "index_select write flip as_strided new_zeros new_ones new_full new_empty zeros ones full arange tril "
              "triu scalar_tensor expand_as view_as reshape_as broadcast_to repeat_interleave unfold diagonal "
              "tile meshgrid "
              "swapaxes swapdims hstack vstack column_stack rot90 slice_scatter select_scatter index_put scatter "
              "one_hot glu var std var_mean std_mean prod logsumexp argmax argmin any all aminmax topk sort argsort "
              "norm linalg_vector_norm linalg_norm max min new_empty_strided empty eye linspace bucketize resize "
              "reflection_pad1d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d im2col col2im "
              "empty_like size max_unpool2d max_unpool3d",
              "Declared", reads="x*"),
        Match("mean sum amax amin", "ReduceMean", {"axes": "dim", "keepdims": "1 if keepdim else 0"},
              defaults={"keepdim": False}),
        Match("upsample_nearest2d upsample_bilinear2d upsample_bicubic2d upsample_nearest1d upsample_trilinear3d "
              "interpolate upsample_nearest3d upsample_linear1d", "Resize"),
        # sequences, after `unstacked`
        *(Match(names, layer, {"units": "R_last", "bidirectional": "bidirectional", "biases": "2 if B_given else 0"},
                "x weights:W weights:R weights:V weights:S biases:B biases:C biases:D biases:E ignored:h ignored:c",
                "plain", axis="steps", defaults={"layout": 0, "joined": True, "plain": False})
          for names, layer in (("lstm", "lstm"), ("gru", "gru"), ("rnn_tanh rnn_relu", "rnn"))),
        # values by themselves
        Match("add", "0", reads="x*"), Match("mul sub div rsub maximum minimum pow exp log sqrt rsqrt abs neg erf "
              "clamp hardtanh softplus mish celu where masked_fill eq ne lt gt le ge logical_not logical_and sin cos "
              "square reciprocal cumsum bitwise_not clamp_min log_sigmoid threshold rms copy fill zeros_like "
              "ones_like full_like clamp_max lerp floor ceil round sign trunc fmod remainder atan atan2 tan asin acos "
              "sinh cosh asinh acosh atanh expm1 log1p log2 log10 isnan isinf logical_or logical_xor "
              "bitwise_and bitwise_or "
              "bitwise_xor hardshrink softshrink tanhshrink softsign nan_to_num floor_divide addcmul addcdiv erfc sgn "
              "rand_like randn_like bernoulli exp2 signbit hypot cumprod isfinite _weight_norm _weight_norm_interface "
              "zero frac logit erfinv logaddexp xlogy",
              NOTHING, reads="x*"),
    ]
)  # fmt: skip


OVER_SIDES = re.compile(r"(?:conv|conv_transpose|_pool)([123])d")  # which also take one image alone


def plain_name(type: str) -> str:
    """An operator without the underline of those that work in place."""
    return type if type.startswith("__") else type.rstrip("_") or type


VIEWS = frozenset(
    ("slice", "select", "narrow", "view", "reshape", "expand", "permute", "transpose", "t", "squeeze", "unsqueeze",
     "split", "split_with_sizes", "chunk", "tensor_split", "unbind", "alias", "detach", "flatten", "unflatten",
     "movedim", "as_strided", "diagonal", "lift_fresh")
)  # fmt: skip


def works_in_place(type: str) -> bool:
    """Whether an operator writes into the first tensor that it reads: `add_`, and neither `add` nor `__and__`."""
    return plain_name(type) != type


def with_writes(net: Foreign, in_place: Collection[int]) -> None:
    """The order of writing: what reads a tensor after another view of its numbers was written reads what was written.

    `in_place` are the numbers of operations that write into what they read first. For each other view of the same
    numbers an operation `write` stands behind them, which leads to nothing unless it is read.
    """
    if not in_place:
        return
    roots: dict[str, str] = {}
    views: dict[str, list[str]] = {}
    latest: dict[str, str] = {}
    done: list[Operation] = []
    for number, operation in enumerate(net.operations):
        done.append(operation._replace(reads=tuple(latest.get(name, name) for name in operation.reads)))
        if not operation.reads or not operation.gives:
            continue
        source = operation.reads[0]
        if number in in_place and 0 not in net.declared.get(operation.gives[0], ()):
            new, root = operation.gives[0], roots.get(source, source)
            for other in views.get(root, ()):
                if other not in (source, new) and other in net.declared:
                    name = f"{other} written {number}"
                    reads = (latest.get(other, other), new)
                    done.append(Operation(name, "write", {}, reads, (name,), operation.place, operation.scope))
                    net.declared[name] = net.declared[other]
                    latest[other] = name
            latest[source] = new
            roots[new] = root
            views.setdefault(root, [root]).append(new)
        elif operation.type in VIEWS:
            root = roots.get(source, source)
            for given in operation.gives:
                roots[given] = root
                views.setdefault(root, [root]).append(given)
    net.operations = done
    net.outputs = tuple(latest.get(name, name) for name in net.outputs)


def unstacked(operation: Operation) -> list[Operation]:
    """A stack of recurrent layers one by one: what each reads, its matrices, its biases, and its first state.

    One with projections stays as it is.
    """
    hidden = {"lstm": 2, "gru": 1, "rnn_tanh": 1, "rnn_relu": 1}.get(operation.type)
    said = operation.attributes
    if hidden is None or "batch_first" not in said:
        return [operation]
    x, states, params = operation.reads[0], operation.reads[1 : 1 + hidden], operation.reads[1 + hidden :]
    layers, ways = said.get("num_layers", 1), 2 if said.get("bidirectional") else 1
    each = 4 if said.get("has_biases") else 2
    if len(params) != layers * ways * each:
        return [operation]
    done = []
    for layer in range(layers):
        own = [params[at : at + each] for at in range(layer * ways * each, (layer + 1) * ways * each, each)]
        own += [("",) * 4] * (2 - ways)
        weights, biases = ((*own[0][at : at + 2], *own[1][at : at + 2]) for at in (0, 2))
        last = layer == layers - 1
        gives = [operation.gives[0] if last else f"{operation.gives[0]} of {layer}"]
        gives += [name if layers == 1 else f"{name} of {layer}" for name in operation.gives[1:]]
        name = operation.name if layers == 1 else f"{operation.name}_{layer}"
        one = operation._replace(name=name, attributes={**said, "plain": True}, gives=tuple(gives))
        done.append(one._replace(reads=(x, *weights, *(*biases, *("",) * 4)[:4], *states)))
        x = gives[0]
    joins = [
        operation._replace(
            name=name, type="cat", attributes={"dim": 0}, reads=tuple(one.gives[at] for one in done), gives=(name,)
        )
        for at, name in enumerate(operation.gives[1:], 1)
    ]
    return done + joins if layers > 1 else done


def prepare(type: str, values: dict[str, Any], rank: int, gives: Sequence[tuple[Any, ...]]) -> None:
    """Attributes that our formulas need in another form; `rank` is of what is read, `gives` are the dims of results."""
    for key in ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"):
        one = values.get(key)
        if isinstance(one, tuple):
            values[key] = one[0] if len(one) == 1 else one or None
        if values.get(key) is None:
            values.pop(key, None)
    if sides := OVER_SIDES.search(type):
        values["sides"] = int(sides[1])
    if isinstance(values.get("output_size"), tuple):
        values["output_size"] = tuple("keep" if side is None else side for side in values["output_size"])
    if type in ("transpose", "t"):
        first, second = (values.get("dim0", 0) % rank, values.get("dim1", 1) % rank) if rank else (0, 0)
        order = list(range(rank))
        order[first], order[second] = order[second], order[first]
        values["perm"] = tuple(order)
    elif type in ("mT", "mH", "adjoint") and rank > 1:
        values["perm"] = (*range(rank - 2), rank - 1, rank - 2)
    elif type == "flatten" and rank and values.get("end_dim", -1) % rank == rank - 1:
        values["shape"] = (0,) * (values.get("start_dim", 0) % rank) + (-1,)
    elif type in ("view", "reshape") and values.get("size", ())[:1] == (1,) and -1 in values["size"]:
        values["shape"] = values["size"]
    elif type == "permute":
        values["perm"] = tuple(axis % rank for axis in values["dims"]) if rank else ()
    elif type in ("layer_norm", "native_layer_norm", "rms_norm"):
        values["last_only"] = len(values.get("normalized_shape", ())) == 1
    elif type in ("chunk", "split", "split_with_sizes", "tensor_split", "unsafe_split", "unsafe_chunk"):
        axis = values.get("dim", 0)
        if all(gives):
            values["sizes"] = tuple(part[axis] for part in gives)
    elif type in ("mean", "sum", "amax", "amin") and isinstance(values.get("dim"), int):
        values["dim"] = (values["dim"],)
