"""What other tools call things: layer types and values that this format writes otherwise, or not at all."""

from __future__ import annotations

import re
from functools import cache

from cnncalc.core.formula import WORDS

# Names of others, in lower case, without `_` and `-`, and without the number of axes behind them → layer types.
_LAYERS = {
    "affine": "dense", "fc": "dense", "fullyconnected": "dense", "innerproduct": "dense", "linear": "dense",
    "lazylinear": "dense", "connected": "dense", "gemm": "dense", "addmm": "dense",
    "convolution": "conv", "convolutional": "conv", "lazyconv": "conv",
    "deconv": "transposed_conv", "deconvolution": "transposed_conv", "convtranspose": "transposed_conv",
    "convtransposed": "transposed_conv", "transposeconv": "transposed_conv",
    "upconv": "transposed_conv", "lazyconvtranspose": "transposed_conv",
    "bn": "batch_norm", "batchnormalization": "batch_norm", "syncbatchnorm": "batch_norm",
    "lazybatchnorm": "batch_norm",
    "ln": "layer_norm", "layernormalization": "layer_norm", "gn": "group_norm", "groupnormalization": "group_norm",
    "instancenormalization": "instance_norm", "mvn": "instance_norm",
    "rmsnormalization": "rms_norm",
    "localresponsenorm": "lrn", "localresponsenormalization": "lrn", "crossmaplrn": "lrn",
    "maxpooling": "max_pool", "meanpool": "avg_pool", "averagepool": "avg_pool", "averagepooling": "avg_pool",
    "gap": "global_avg_pool", "globalaveragepool": "global_avg_pool", "globalaveragepooling": "global_avg_pool",
    "gmp": "global_max_pool", "globalmaxpooling": "global_max_pool",
    "adaptiveaveragepooling": "adaptive_avg_pool", "adaptivemaxpooling": "adaptive_max_pool",
    "swish": "silu", "hswish": "hard_swish", "hsigmoid": "hard_sigmoid", "parametricrelu": "prelu", "rectifier": "relu",
    "lrelu": "leaky_relu",
    "logsoftmax": "softmax",
    "sum": "add", "plus": "add", "mul": "multiply",
    "cat": "concat", "concatenate": "concat", "merge": "concat", "route": "concat", "depthconcat": "concat",
    "mha": "attention", "multiheadattention": "attention", "mhsa": "attention",
    "bmm": "matmul", "dot": "matmul", "mm": "matmul",
    "embed": "embedding", "lookuptable": "embedding", "tokenembedding": "embedding",
    "simplernn": "rnn", "recurrent": "rnn", "vanillarnn": "rnn", "cudnnlstm": "lstm", "cudnngru": "gru",
    "depthtospace": "pixel_shuffle", "subpixel": "pixel_shuffle",
    "pixelunshuffle": "space_to_depth", "reorg": "space_to_depth", "focus": "space_to_depth",
    "patchmerging": "space_to_depth",
    "interpolate": "resize", "interp": "resize", "resizing": "resize", "upsampling": "upsample",
    "upsamplingnearest": "upsample", "upsamplingbilinear": "upsample", "unpool": "upsample",
    "maxunpool": "upsample",
    "zeropad": "pad", "zeropadding": "pad", "reflectionpad": "pad", "replicationpad": "pad", "circularpad": "pad",
    "constantpad": "pad", "cropping": "crop", "centercrop": "crop",
    "droppath": "stochastic_depth", "spatialdropout": "dropout", "alphadropout": "dropout",
    "featurealphadropout": "dropout", "gaussiandropout": "dropout",
    "view": "reshape", "unflatten": "reshape", "squeeze": "flatten",
    "chunk": "slice", "narrow": "slice",
    "shufflechannel": "channel_shuffle", "shuffle": "channel_shuffle",
    "pairwisedistance": "distance", "noop": "identity", "linearactivation": "identity", "passthrough": "identity",
    "clstoken": "class_token", "posembedding": "position_embedding", "positionalembedding": "position_embedding",
    "positionalencoding": "position_embedding",
    "squash": "operator", "lambda": "operator", "custom": "operator", "module": "operator", "python": "operator",
}  # fmt: skip

_DEPTHWISE = "write `conv: {filters: channels, groups: channels, kernel: 3}`"
_SEPARABLE = "write two entries: `conv: {filters: channels, groups: channels, kernel: 3}`, then `conv: [N, 1]`"
_POINTWISE = "write `conv: [N, 1]`; on tokens `dense: {units: N, per: position}`"
_FREE = "it learns and multiplies nothing: leave it out, or write `operator: {type: %s, weights: 0, multiplies: 0}`"
_TRAINING = "it is a part of training, and not of the network: leave it out"
_DATA = "leave it out: `input: {channels: 3, size: 224}` says what goes in"
_SPLIT = "a part of the channels is `slice: {part: 1, of: 2}`; what several read needs no split: each says `from`"
_RESHAPED = "it learns and multiplies nothing: write `operator: {type: %s, output: 7x7x64, weights: 0, multiplies: 0}`"
_SAMPLED = (
    "it learns nothing: write `operator: {type: %s, output: 7x7x64, weights: 0}`, and `multiplies` if you know them"
)
_ELEMENTWISE = "write `elementwise: {type: %s, from: [A, B]}`"
_GATE = "write `multiply: {branches: {maps: [], gate: [global_avg_pool, dense: N, relu, dense: M, sigmoid]}}`"
_TRANSFORMER = (
    "it is a block: `add` around `layer_norm` and `attention`, then `add` around `layer_norm` and two `dense`"
)

_LARGEST = "of two inputs it is `elementwise: {type: %s, from: [A, B]}`, over positions `%s`, over channels `%s`"
_DEFORMABLE = (
    "its offsets are a `conv`; it is `operator: {type: DeformConv, weights: 9 * channels * N, from: [maps, offsets]}`"
)
_REPEATED = "`repeat: 3` stands inside the entry that it repeats; a group of layers is a block"
_RESIDUAL = "write `add: {branches: {main: […], shortcut: []}}`"
_PATCHES = "write `conv: [N, 16, 16]`, then `to_sequence`"
_BEHIND = "it learns and multiplies nothing: leave it out; `outputs: [NAME, …]` names what the network gives"

# Parts of networks that have a name of their own, and a bundled network that has one.
_SHOWN = {
    "bottleneck": "resnet50", "basicblock": "resnet18", "residualblock": "resnet18", "resblock": "resnet18",
    "residualunit": "resnet18", "resnetblock": "resnet18", "invertedresidual": "mobilenet_v2",
    "mbconv": "efficientnet_b0", "fusedmbconv": "efficientnet_v2_s", "fire": "squeezenet1_1",
    "firemodule": "squeezenet1_1",
    "denseblock": "densenet121", "transition": "densenet121", "aspp": "deeplabv3_resnet50",
    "fpn": "retinanet_resnet50_fpn", "cbam": "cbam_resnet50", "channelattention": "cbam_resnet50",
    "spatialattention": "cbam_resnet50", "ghostmodule": "ghostnet_100", "ghostconv": "ghostnet_100",
    "doubleconv": "unet", "convnextblock": "convnext_tiny", "swinblock": "swin_t",
}  # fmt: skip

# Layers for which the format has no one word, but another way.
_OTHERWISE = {
    "frozenbatchnorm": "write `batch_norm: {trainable: false}`",
    "max": _LARGEST % ("maximum", "global_max_pool", "channel_max_pool"),
    "min": "of two inputs it is `elementwise: {type: minimum, from: [A, B]}`",
    **dict.fromkeys(("residual", "skip", "shortcut", "skipconnection"), _RESIDUAL),
    **dict.fromkeys(
        ("parallel", "fork", "paths"), "paths stand in what joins them: `concat: {branches: {a: […], b: […]}}`"
    ),
    **dict.fromkeys(("if", "when", "condition"), "`when: n > 1` stands inside the entry that it leaves out"),
    **dict.fromkeys(("for", "loop", "times"), _REPEATED),
    "stack": "write `concat: {from: [A, B]}`; on another axis it takes `axis: height`",
    **dict.fromkeys(("deformconv", "dcn", "dcnv2", "deformableconv"), _DEFORMABLE),
    **dict.fromkeys(
        ("contiguous", "clone", "detach", "cast", "astype", "stopgradient"),
        "leave it out: it changes no shape and no count",
    ),
    "stridedslice": "each second position is `max_pool: {kernel: 1, stride: 2}`; a range of channels is `slice`",
    "expand": "leave it out: a side of 1, or one channel, is spread where it is added or multiplied",
    "pow": _ELEMENTWISE % "power",
    "norm": "say which: `batch_norm`, `layer_norm`, `group_norm: 32`, `instance_norm`, `rms_norm`",
    **dict.fromkeys(
        ("convnormactivation", "convbnrelu", "convbnact", "convbn", "convbnactivation", "basicconv", "cbr", "cba"),
        "it is a block of `conv: {…, bias: false}`, `batch_norm` and `relu`",
    ),
    **dict.fromkeys(
        ("scaleddotproductattention", "sdpa"),
        "two `matmul`, the first with `transpose: second`; with its projections it is `attention`",
    ),
    "multiheadselfattention": "write `attention: {heads: N}`",
    "crossattention": "write `attention: {heads: N, from: [queries, memory]}`",
    "groupqueryattention": "write `attention: {heads: N, kv_heads: M}`",
    "windowattention": "write `attention: {heads: N, window: 7, position_table: true}`",
    "patchembed": _PATCHES, "patchembedding": _PATCHES,
    "parameter": "write `scale`, `position_embedding` or `operator: {type: Parameter, weights: N, multiplies: 0}`",
    "globalpool": "write `global_avg_pool` or `global_max_pool`",
    "globalpooling": "write `global_avg_pool` or `global_max_pool`",
    "embeddingbag": "write `embedding`, then `global_avg_pool`",
    **{f"{kind}cell": f"write `{name}: N`, which goes through all positions"
       for kind, name in (("lstm", "lstm"), ("gru", "gru"), ("rnn", "rnn"), ("simplernn", "rnn"))},
    "conv1x1": _POINTWISE, "conv3x3": "write `conv: [N, 3, padding: 1]`", "conv5x5": "write `conv: [N, 5, padding: 2]`",
    "conv7x7": "write `conv: [N, 7, padding: 3]`",
    "convsame": "write `conv: {filters: N, kernel: 3, padding: same}`",
    "subpixelconv": "write `conv: [4 * N, 3, padding: 1]`, then `pixel_shuffle: 2`",
    "weightnorm": "it learns a length for each filter: `operator: {type: weight_norm, weights: N, multiplies: 0}`",
    "maxout": "write `elementwise: {type: maximum, from: [A, B]}` of two layers, or of two slices",
    "crelu": "write `concat: {branches: [[], []]}`, then `relu`",
    **dict.fromkeys(("gather", "indexselect"), "a range of channels is `slice: {first: 1, last: N}`"),
    **dict.fromkeys(("swiglu", "geglu"), "write `multiply: {branches: [[slice: [1, 2]], [slice: [2, 2], silu]]}`"),
    **dict.fromkeys(("yolo", "detect", "detection", "region", "priorbox", "detectionoutput", "proposal"), _BEHIND),
    **{word: f"it is a block: `cnncalc show {shown}` has one" for word, shown in _SHOWN.items()},
    "activation": "an activation is an entry of its own: `- relu`",
    "branches": "branches stand in what joins them: `add: {branches: …}` or `concat: {branches: …}`",
    "depthwise": _DEPTHWISE, "depthwiseconv": _DEPTHWISE, "depthwiseconvolution": _DEPTHWISE, "dwconv": _DEPTHWISE,
    "convolutiondepthwise": _DEPTHWISE,
    "split": _SPLIT,
    "separableconv": _SEPARABLE, "depthwiseseparableconv": _SEPARABLE, "sepconv": _SEPARABLE,
    "pointwise": _POINTWISE, "pointwiseconv": _POINTWISE, "networkinnetwork": _POINTWISE, "nin": _POINTWISE,
    "groupedconv": "write `conv: {filters: N, kernel: 3, groups: 32}`",
    "groupconv": "write `conv: {filters: N, kernel: 3, groups: 32}`",
    "dilatedconv": "write `conv: {filters: N, kernel: 3, dilation: 2}`",
    "atrousconv": "write `conv: {filters: N, kernel: 3, dilation: 2}`",
    "causalconv": "write `conv: {filters: N, kernel: 3, padding: causal}`",
    "locallyconnected": "write `conv: {filters: N, kernel: 3, shared: false}`",
    "pooling": "write `max_pool: 2` or `avg_pool: 2`; of all there is `global_avg_pool`",
    "pool": "write `max_pool: 2` or `avg_pool: 2`; of all there is `global_avg_pool`",
    "spp": "write `adaptive_max_pool` of several sizes, each flattened, in one `concat: {branches: …}`",
    "bidirectional": "write `lstm: {units: N, bidirectional: true}`",
    "timedistributed": "a layer per step is `dense: {units: N, per: position}`; a convolution sees each axis by itself",
    "einsumdense": "write `dense: {units: N, per: position}`", "einsum": "of two inputs it is `matmul`",
    "permute": "positions and channels are swapped by `transpose`; maps become positions by `to_sequence`",
    "movedim": "positions and channels are swapped by `transpose`; maps become positions by `to_sequence`",
    "unsqueeze": "write the shape: `reshape: [1, 1, channels]`",
    "expanddims": "write the shape: `reshape: [1, 1, channels]`",
    "repeatvector": "write `reshape: [1, channels]`, then `upsample: N`",
    "mean": "over positions it is `global_avg_pool`, over channels `channel_avg_pool`",
    "reducemean": "over positions it is `global_avg_pool`, over channels `channel_avg_pool`",
    "reduction": "over positions it is `global_avg_pool`, over channels `channel_avg_pool`",
    "unfold": "patches are taken by `conv` with a stride; `space_to_depth` only rearranges",
    "im2col": "patches are taken by `conv` with a stride; `space_to_depth` only rearranges",
    "eltwise": "a sum is `add`, a product `multiply`, the larger `elementwise: {type: maximum, from: [A, B]}`",
    "subtract": _ELEMENTWISE % "subtract", "sub": _ELEMENTWISE % "subtract", "divide": _ELEMENTWISE % "divide",
    "div": _ELEMENTWISE % "divide", "maximum": _ELEMENTWISE % "maximum", "minimum": _ELEMENTWISE % "minimum",
    "average": "write `add: {from: [A, B]}`: dividing by their number learns nothing",
    "glu": "write `multiply: {branches: [[slice: [1, 2]], [slice: [2, 2], sigmoid]]}`",
    "power": _ELEMENTWISE % "power",
    "bias": "write `operator: {type: bias, biases: channels, multiplies: 0}`",
    "input": _DATA, "inputlayer": _DATA, "data": _DATA, "imagedata": _DATA, "hdf5data": _DATA, "dummydata": _DATA,
    "memorydata": _DATA,
    "sequential": "entries read one another as they are listed; a group with a name is a block",
    "model": "entries read one another as they are listed; a group with a name is a block",
    "modulelist": "entries read one another as they are listed; a group with a name is a block",
    "repeat": _REPEATED,
    "inception": "a group of layers is a block; its paths are `concat: {branches: …}`",
    "transformerencoderlayer": _TRANSFORMER, "transformerdecoderlayer": _TRANSFORMER, "transformer": _TRANSFORMER,
    "transformerblock": _TRANSFORMER, "transformerencoder": _TRANSFORMER,
    "mlp": "write `dense: 4 * channels`, `gelu`, `dense: N`; on tokens each with `per: position`",
    "se": _GATE,
    "squeezeexcite": _GATE,
    **dict.fromkeys(("squeezeandexcitation", "squeezeexcitation", "seblock", "selayer", "semodule"), _GATE),
    "outputs": "`outputs: [NAME, …]` stands beside `layers`", "output": "`outputs: [NAME, …]` stands beside `layers`",
    **dict.fromkeys(
        ("softmaxwithloss", "accuracy", "gaussiannoise", "spectralnormalization", "spectralnorm", "silence",
         "activityregularization"),
        _TRAINING,
    ),
}  # fmt: skip

# What learns and multiplies nothing, and has no layer type.
_ACTIVATIONS = frozenset(
    ("mish", "softplus", "softsign", "hardtanh", "celu", "tanhshrink", "softshrink", "hardshrink", "softmin",
     "threshold", "logsigmoid", "bnll", "absval", "abs", "exp", "log", "sqrt", "clip", "clamp", "masking", "mask",
     "rescaling", "normalization", "normalize", "quantize", "round", "rrelu", "l2norm", "flip", "roll",
     "unitnormalization", "pixelnorm", "rotary", "rope", "rotaryembedding", "alibi", "neg", "cumsum", "exponential",
     "thresholdedrelu")
)  # fmt: skip

_RESHAPING = frozenset(("tile", "argmax", "fold", "roipool", "roipooling", "nonmaxsuppression", "topk", "scatter"))
_SAMPLING = frozenset(("roialign", "psroialign", "psroipooling", "gridsample"))  # values between positions: multiplies

_FILLED = (
    "reflect", "reflection", "replicate", "replication", "circular", "symmetric", "edge", "mirror", "wrap", "constant",
    "zero", "zeros",
)  # fmt: skip
_VALUES = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false",
           "same": "same", "valid": "valid"}  # fmt: skip


def other_name(word: str) -> str | None:
    """The format's own name of a layer type that others call `word`; None where it has none, or the same.

    >>> other_name("BatchNorm2d"), other_name("Conv2DTranspose"), other_name("conv"), other_name("frob")
    ('batch_norm', 'transposed_conv', None, None)
    """
    plain = _plain(word)
    found = _LAYERS.get(plain) or _own().get(plain)
    return None if found == word else found


def otherwise(word: str) -> str | None:
    """The format's way to say what others have a layer type for.

    >>> otherwise("DepthwiseConv2D")
    'write `conv: {filters: channels, groups: channels, kernel: 3}`'
    """
    plain = _plain(word)
    for words, said in ((_ACTIVATIONS, _FREE), (_RESHAPING, _RESHAPED), (_SAMPLING, _SAMPLED)):
        if plain in words:
            return said % word
    return _OTHERWISE.get(plain) or (_TRAINING if plain.endswith("loss") or plain.startswith("random") else None)


def value_meant(text: str) -> str | None:
    """The spelling of a value that is no expression.

    >>> [value_meant(text) for text in ("3x3", "(2, 1)", "50%", "stride=2", "SAME", "No", "n + 1")]
    ['write `[3, 3]`', 'write `[2, 1]`', 'write `0.5`', 'write `stride: 2`', 'write `same`', 'write `false`', None]
    """
    if text.lower() in _VALUES:
        return f"write `{_VALUES[text.lower()]}`"
    if sides := re.fullmatch(r"\(?\s*[1-9]\d{0,8}(?:\s*[,x×]\s*[1-9]\d{0,8}){1,2}\s*\)?", text):
        return f"write `[{', '.join(re.findall('[0-9]+', sides[0]))}]`"
    if re.fullmatch(r"\d{1,9}( +\d{1,9}){1,2}", text):
        return f"write `[{', '.join(text.split())}]`"
    if percent := re.fullmatch(r"(\d{1,2}(?:\.\d{1,9})?)\s*%", text):
        return f"write `{float(percent[1]) / 100:g}`"
    if given := re.fullmatch(r"([A-Za-z_]\w{0,30})(\s*)=\s*([\w.]{1,30})", text, re.ASCII):
        return f"write `{given[1]} == {given[3]}`" if given[2] else f"write `{given[1]}: {given[3]}`"
    return None


def padding_meant(word: str, kernel: int | tuple[int, ...] | None, axes: int) -> str | None:
    """The spelling of a padding that others have a word for; None for any other word.

    >>> padding_meant("full", 5, 2)
    'it takes `same`, `valid` or how much: `full` is `[[4, 4], [4, 4]]`, the kernel less one at each end'
    >>> padding_meant("reflect", (3, 5), 2).partition(": ")[2]
    'with what it is filled changes no count, write `[[1, 1], [2, 2]]`'
    """
    if (plain := word.lower()) not in ("full", *_FILLED):
        return None
    kernels = kernel if isinstance(kernel, tuple) else (kernel,) * axes
    sizes = [size - 1 if plain == "full" else size // 2 for size in kernels if type(size) is int] or [1] * axes
    pairs = f"`[{', '.join(f'[{size}, {size}]' for size in sizes)}]`"
    words = ", ".join(f"`{known}`" for known in WORDS)
    if plain == "full":
        return f"it takes {words} or how much: `full` is {pairs}, the kernel less one at each end"
    return f"it takes {words} or how much: with what it is filled changes no count, write {pairs}"


@cache
def _own() -> dict[str, str]:
    """The format's own layer types as others may write them: `ReLU`, `LeakyRelu`."""
    from cnncalc.core.layers import LAYERS

    return {_plain(name): name for name in LAYERS}


def _flat(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def _plain(word: str) -> str:
    """A word without what tells the number of axes, or where it is from: `nn.Conv2d`, `Conv2DTranspose`."""
    return re.sub(r"(?<=[a-z])[123]d", "", _flat(word.rpartition(".")[2]))
