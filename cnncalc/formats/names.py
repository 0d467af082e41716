"""What is meant by words and expressions that other tools have and this format has not."""

from __future__ import annotations

import re

from cnncalc.core.formula import WORDS

# Other names, in lower case and without `_` and `-` → the format's own.
_CALLED = {
    # layer types
    "affine": "dense", "fc": "dense", "fullyconnected": "dense", "innerproduct": "dense", "linear": "dense",
    "convolution": "conv", "convolutional": "conv", "conv1d": "conv", "conv2d": "conv", "conv3d": "conv",
    "deconv": "transposed_conv", "deconvolution": "transposed_conv", "convtranspose": "transposed_conv",
    "convtranspose1d": "transposed_conv", "convtranspose2d": "transposed_conv", "convtranspose3d": "transposed_conv",
    "conv1dtranspose": "transposed_conv", "conv2dtranspose": "transposed_conv", "conv3dtranspose": "transposed_conv",
    "upconv": "transposed_conv",
    "bn": "batch_norm", "batchnormalization": "batch_norm", "batchnorm1d": "batch_norm", "batchnorm2d": "batch_norm",
    "batchnorm3d": "batch_norm",
    "ln": "layer_norm", "layernormalization": "layer_norm", "groupnormalization": "group_norm",
    "localresponsenorm": "lrn", "localresponsenormalization": "lrn",
    "maxpooling": "max_pool", "maxpool1d": "max_pool", "maxpool2d": "max_pool", "maxpool3d": "max_pool",
    "maxpooling1d": "max_pool", "maxpooling2d": "max_pool", "maxpooling3d": "max_pool",
    "averagepool": "avg_pool", "averagepooling": "avg_pool", "meanpool": "avg_pool", "avgpool1d": "avg_pool",
    "avgpool2d": "avg_pool", "avgpool3d": "avg_pool", "averagepooling1d": "avg_pool", "averagepooling2d": "avg_pool",
    "averagepooling3d": "avg_pool",
    "gap": "global_avg_pool", "globalaveragepool": "global_avg_pool", "globalaveragepooling": "global_avg_pool",
    "globalaveragepooling2d": "global_avg_pool", "globalmaxpooling": "global_max_pool",
    "globalmaxpooling2d": "global_max_pool",
    "adaptiveavgpool2d": "adaptive_avg_pool", "adaptivemaxpool2d": "adaptive_max_pool",
    "swish": "silu", "hswish": "hard_swish", "hsigmoid": "hard_sigmoid",
    "sum": "add", "eltwise": "add", "residual": "add", "skip": "add", "shortcut": "add", "mul": "multiply",
    "cat": "concat", "concatenate": "concat", "merge": "concat", "route": "concat",
    "mha": "self_attention", "attention": "self_attention", "multiheadattention": "self_attention",
    "depthtospace": "pixel_shuffle", "interpolate": "resize", "upsampling": "upsample", "upsampling2d": "upsample",
    "zeropad2d": "pad", "zeropadding2d": "pad", "cropping2d": "crop", "droppath": "stochastic_depth",
    "view": "reshape",
    # attributes
    "outchannels": "filters", "outputchannels": "filters", "numfilters": "filters", "numoutput": "filters",
    "outfeatures": "units", "features": "units", "neurons": "units",
    "kernelsize": "kernel", "ksize": "kernel", "filtersize": "kernel", "poolsize": "kernel", "window": "kernel",
    "strides": "stride", "pads": "padding", "dilationrate": "dilation", "dilations": "dilation", "rate": "dilation",
    "group": "groups", "numgroups": "groups", "usebias": "bias", "ceilmode": "ceil", "numheads": "heads",
    "scalefactor": "factor", "negativeslope": "slope",
}  # fmt: skip

# Words for which the format has no word, but another way.
_OTHERWISE = {
    "activation": "an activation is an entry of its own: `- relu`",
    "branches": "branches stand in what joins them: `add: {branches: …}` or `concat: {branches: …}`",
    "depthwise": "write `conv: {filters: channels, groups: channels, kernel: 3}`",
    "depthwiseconv": "write `conv: {filters: channels, groups: channels, kernel: 3}`",
    "depthwiseconv2d": "write `conv: {filters: channels, groups: channels, kernel: 3}`",
    "identity": "leave it out; as a branch it is `[]`",
    "inchannels": "leave it out: what a layer reads is known",
    "infeatures": "leave it out: what a layer reads is known",
    "inputshape": "leave it out: what a layer reads is known",
    "repeat": "`repeat: 3` stands inside the entry that it repeats; a group of layers is a block",
    "separableconv": "write two entries: `conv: {groups: channels, …}`, then `conv: {kernel: 1, …}`",
    "separableconv2d": "write two entries: `conv: {groups: channels, …}`, then `conv: {kernel: 1, …}`",
    "sequential": "entries read one another as they are listed; a group with a name is a block",
}

_FILLED = (
    "reflect", "reflection", "replicate", "replication", "circular", "symmetric", "edge", "mirror", "wrap", "constant",
    "zero", "zeros",
)  # fmt: skip
_VALUES = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false",
           "same": "same", "valid": "valid"}  # fmt: skip


def other_name(word: str) -> str | None:
    """The format's own name of a layer type or attribute that others call `word`.

    >>> other_name("BatchNorm2d"), other_name("out_channels"), other_name("conv")
    ('batch_norm', 'filters', None)
    """
    return _CALLED.get(_plain(word))


def otherwise(word: str) -> str | None:
    """How the format says what others have a layer type or an attribute for.

    >>> otherwise("activation")
    'an activation is an entry of its own: `- relu`'
    """
    return _OTHERWISE.get(_plain(word))


def value_meant(text: str) -> str | None:
    """How a value is written that is no expression.

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
    """How a padding is written that others have a word for; None for any other word.

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


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
