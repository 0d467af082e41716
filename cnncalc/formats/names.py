"""What other tools call things: layer types, attributes and values that this format writes otherwise, or not at all."""

from __future__ import annotations

import re
from functools import cache

from cnncalc.core.formula import WORDS

# Names of others, in lower case, without `_` and `-`, and without the number of axes behind them → layer types.
_LAYERS = {
    "affine": "dense", "fc": "dense", "fullyconnected": "dense", "innerproduct": "dense", "linear": "dense",
    "lazylinear": "dense",
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
    "logsoftmax": "softmax",
    "sum": "add", "residual": "add", "skip": "add", "shortcut": "add", "plus": "add", "mul": "multiply",
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

# The like of attributes.
_ATTRIBUTES = {
    "outchannels": "filters", "outputchannels": "filters", "numfilters": "filters", "numoutput": "filters",
    "outfeatures": "units", "features": "units", "neurons": "units", "hiddensize": "units", "hiddenunits": "units",
    "kernelsize": "kernel", "ksize": "kernel", "filtersize": "kernel", "poolsize": "kernel", "window": "kernel",
    "strides": "stride", "pads": "padding", "pad": "padding", "dilationrate": "dilation", "dilations": "dilation",
    "rate": "dilation", "group": "groups", "numgroups": "groups", "usebias": "bias", "biasterm": "bias",
    "ceilmode": "ceil", "numheads": "heads", "nhead": "heads", "numkvheads": "kv_heads", "windowsize": "window",
    "scalefactor": "factor", "upscalefactor": "factor", "downscalefactor": "factor", "blocksize": "factor",
    "negativeslope": "slope", "alpha": "slope", "p": "rate", "dropprob": "rate", "dropoutratio": "rate",
    "numembeddings": "words", "vocabsize": "words", "inputdim": "words", "embeddingdim": "width", "outputdim": "width",
    "targetshape": "shape", "outputsize": "size", "localsize": "size", "center": "shift",
}  # fmt: skip

_DEPTHWISE = "write `conv: {filters: channels, groups: channels, kernel: 3}`"
_SEPARABLE = "write two entries: `conv: {filters: channels, groups: channels, kernel: 3}`, then `conv: [N, 1]`"
_POINTWISE = "write `conv: [N, 1]`; on tokens `dense: {units: N, per: position}`"
_FREE = "it learns and multiplies nothing: leave it out, or write `operator: {type: %s, weights: 0, multiplies: 0}`"
_TRAINING = "it is a part of training, and not of the network: leave it out"
_DATA = "leave it out: `input: {channels: 3, size: 224}` says what goes in"
_SPLIT = "a part of the channels is `slice: {part: 1, of: 2}`; what several read needs no split: each says `from`"
_RESHAPED = "it learns and multiplies nothing: write `operator: {type: %s, output: 7x7x64, weights: 0, multiplies: 0}`"
_ELEMENTWISE = "write `elementwise: {type: %s, from: [A, B]}`"
_GATE = "write `multiply: {branches: {maps: [], gate: [global_avg_pool, dense: N, relu, dense: M, sigmoid]}}`"
_TRANSFORMER = (
    "it is a block: `add` around `layer_norm` and `attention`, then `add` around `layer_norm` and two `dense`"
)

# Layers for which the format has no one word, but another way.
_OTHERWISE = {
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
    "repeat": "`repeat: 3` stands inside the entry that it repeats; a group of layers is a block",
    "inception": "a group of layers is a block; its paths are `concat: {branches: …}`",
    "transformerencoderlayer": _TRANSFORMER, "transformerdecoderlayer": _TRANSFORMER, "transformer": _TRANSFORMER,
    "transformerblock": _TRANSFORMER, "transformerencoder": _TRANSFORMER,
    "mlp": "write `dense: 4 * channels`, `gelu`, `dense: N`; on tokens each with `per: position`",
    "se": _GATE,
    "squeezeexcite": _GATE,
    "squeezeandexcitation": _GATE,
    "outputs": "`outputs: [NAME, …]` stands beside `layers`", "output": "`outputs: [NAME, …]` stands beside `layers`",
    **dict.fromkeys(
        ("crossentropyloss", "mseloss", "nllloss", "bceloss", "softmaxwithloss", "euclideanloss", "loss",
         "accuracy", "gaussiannoise", "randomflip", "randomrotation", "spectralnormalization", "silence"),
        _TRAINING,
    ),
}  # fmt: skip

# What learns and multiplies nothing, and has no layer type.
_ACTIVATIONS = frozenset(
    ("mish", "softplus", "softsign", "hardtanh", "celu", "tanhshrink", "softshrink", "hardshrink", "softmin",
     "threshold", "logsigmoid", "bnll", "absval", "abs", "exp", "log", "sqrt", "clip", "clamp", "masking", "mask",
     "rescaling", "normalization", "normalize", "quantize", "round", "rrelu", "l2norm", "flip", "roll",
     "unitnormalization")
)  # fmt: skip

_RESHAPING = frozenset(("tile", "argmax", "fold", "roialign", "roipool", "nonmaxsuppression"))

# Attributes for which the format has another way, or which no count depends on.
_TOLD = "leave it out: no count depends on it"
_KNOWN = "leave it out: what a layer reads is known"
_OTHER_ATTRIBUTES = {
    "activation": "an activation is an entry of its own: `- relu`",
    "branches": "branches stand in what joins them: `add: {branches: …}` or `concat: {branches: …}`",
    "inchannels": _KNOWN, "infeatures": _KNOWN, "inputshape": _KNOWN, "inputsize": _KNOWN, "numfeatures": _KNOWN,
    "numchannels": _KNOWN, "embeddim": _KNOWN, "normalizedshape": _KNOWN,
    "numlayers": "`repeat: 2` stacks an entry", "recurrentlayers": "`repeat: 2` stacks an entry",
    "returnsequences": "write `gives: all` or `gives: last`",
    "keydim": "write `inner`: heads times the width of one", "headdim": "write `inner`: heads times the width of one",
    "kernelh": "write `kernel: [H, W]`", "kernelw": "write `kernel: [H, W]`",
    "strideh": "write `stride: [H, W]`", "stridew": "write `stride: [H, W]`",
    "padh": "write `padding: [H, W]`", "padw": "write `padding: [H, W]`",
    "globalpooling": "write `global_avg_pool` or `global_max_pool`",
    "bottom": "what an entry reads is `from: NAME`", "top": "what an entry is called is `name: NAME`",
    "elementwiseaffine": "write `scale: false, shift: false`",
    **dict.fromkeys(("requiresgrad", "frozen", "freeze"), "what training leaves as it is has `trainable: false`"),
    **dict.fromkeys(
        ("inplace", "eps", "epsilon", "momentum", "trackrunningstats", "paddingmode", "device", "dtype", "batchfirst",
         "dropout", "kernelinitializer", "biasinitializer", "kernelregularizer", "weightfiller", "biasfiller", "param",
         "lrmult", "decaymult", "dataformat", "mode", "aligncorners", "batchsize", "nonlinearity",
         "returnindices", "countincludepad", "startdim", "enddim", "engine", "phase", "seed"),
        _TOLD,
    ),
}  # fmt: skip

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


def other_attribute(word: str) -> str | None:
    """The format's own name of an attribute that others call `word`.

    >>> other_attribute("out_channels"), other_attribute("kernel")
    ('filters', None)
    """
    return _ATTRIBUTES.get(_flat(word))


def otherwise(word: str) -> str | None:
    """The format's way to say what others have a layer type for.

    >>> otherwise("DepthwiseConv2D")
    'write `conv: {filters: channels, groups: channels, kernel: 3}`'
    """
    plain = _plain(word)
    if plain in _ACTIVATIONS or plain in _RESHAPING:
        return (_FREE if plain in _ACTIVATIONS else _RESHAPED) % word
    return _OTHERWISE.get(plain)


def otherwise_attribute(word: str) -> str | None:
    """The format's way to say what others have an attribute for, or that it needs none.

    >>> otherwise_attribute("in_channels")
    'leave it out: what a layer reads is known'
    """
    return _OTHER_ATTRIBUTES.get(_flat(word))


def value_meant(text: str) -> str | None:
    """The spelling of a value that is no expression.

    >>> [value_meant(text) for text in ("3x3", "(2, 1)", "50%", "stride=2", "SAME", "No", "n + 1")]
    ['write `[3, 3]`', 'write `[2, 1]`', 'write `0.5`', 'write `stride: 2`', 'write `same`', 'write `false`', None]
    """
    if text.lower() in _VALUES:
        return f"write `{_VALUES[text.lower()]}`"
    if sides := re.fullmatch(r"\(?\s*[1-9]\d{0,8}(?:\s*[,x×]\s*[1-9]\d{0,8}){1,2}\s*\)?", text):
        return f"write `[{', '.join(re.findall('[0-9]+', sides[0]))}]`"
    if percent := re.fullmatch(r"(\d{1,2}(?:\.\d{1,9})?)\s*%", text):
        return f"write `{float(percent[1]) / 100:g}`"
    if given := re.fullmatch(r"([A-Za-z_]\w{0,30})\s*=\s*([\w.]{1,30})", text, re.ASCII):
        return f"write `{given[1]}: {given[2]}`"
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
