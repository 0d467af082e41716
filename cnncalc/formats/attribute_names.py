"""What other tools call attributes: those that this format writes otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Collection

from cnncalc.core.problem import nearest

# Names of others, in lower case and without `_` and `-` → the format's own; of several the first that the layer has.
_CALLED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("outchannels", "outputchannels", "numfilters", "numfilter", "nfilters", "channels"), ("filters",)),
    **dict.fromkeys(("numoutput", "numoutputs", "out"), ("filters", "units", "width")),
    **dict.fromkeys(
        ("outfeatures", "features", "neurons", "hiddensize", "hiddenunits", "numhidden", "numunits", "classes",
         "numclasses"),
        ("units",),
    ),
    **dict.fromkeys(("kernelsize", "ksize", "filtersize", "poolsize", "window"), ("kernel",)),
    **dict.fromkeys(("strides",), ("stride",)),
    **dict.fromkeys(("pads", "pad"), ("padding",)),
    **dict.fromkeys(("dilationrate", "dilations", "atrousrate", "rate"), ("dilation",)),
    **dict.fromkeys(("group", "numgroups", "cardinality"), ("groups",)),
    **dict.fromkeys(("usebias", "biasterm", "qkvbias"), ("bias", "shift")),
    "bias": ("shift",),
    "ceilmode": ("ceil",), "center": ("shift",),
    "numheads": ("heads",), "nhead": ("heads",), "nheads": ("heads",), "numkvheads": ("kv_heads",),
    "windowsize": ("window",),
    **dict.fromkeys(("scalefactor", "upscalefactor", "downscalefactor", "blocksize", "scale"), ("factor",)),
    "size": ("kernel", "factor", "shape"),  # Darknet's kernel, Keras' upsampling, PyTorch's view
    "negativeslope": ("slope",), "alpha": ("slope",),
    **dict.fromkeys(("p", "dropprob", "dropoutratio", "droprate"), ("rate",)),
    **dict.fromkeys(("numembeddings", "vocabsize", "inputdim"), ("words",)),
    **dict.fromkeys(("embeddingdim", "outputdim"), ("width",)),
    **dict.fromkeys(("targetshape", "dims"), ("shape",)),
    "outputsize": ("size",), "localsize": ("size",), "outputshape": ("shape", "size", "output_width", "output"),
    "dim": ("axis", "shape"), "concatdim": ("axis",),
    "chunks": ("of",), "cropping": ("by",), "operation": ("type",),
}  # fmt: skip

_UNCOUNTED = "leave it out: no count depends on it"
_KNOWN = "leave it out: what a layer reads is known"
_CHANNELS = "leave it out: it is always the channels"
_ENTRY = "%s is an entry of its own: `- %s`"
_ACTIVATION = _ENTRY % ("an activation", "relu")
_READS = "what an entry reads is `from: NAME`"
_FROZEN = "what training leaves as it is has `trainable: false`"
_BIASES = "write `biases`: 0, 1 or 2; PyTorch has 2, Keras 1, and 2 in its GRU"
_PER = "write `per: all` for one slope, `per: channel` or `per: value`"
_VECTOR = "leave it out: it gives a vector; `adaptive_avg_pool: 1` gives 1×1 maps"
_SIDES = "write `size: [H, W]`"
_FACTOR = "write `upsample: 2`, or `size: [2 * height, 2 * width]`"
_RANGE = "write `first` and `last`: channels, counted from 1"
_LENGTH = "write `%s`: heads times the width of one"
_OPERATOR = "it changes what is counted, and has no word here: write `operator: {type: %s, weights: N, multiplies: N}`"
_THE_TYPE = "the type says it: `max_pool`, `avg_pool`, `global_avg_pool`"
_A_SUM = "the type says it: `add`, `multiply`, `elementwise: {type: maximum, from: [A, B]}`"

# The way to say it, or why it need not be said.
_OTHERWISE = {
    **dict.fromkeys(("activation", "act", "activationfn"), _ACTIVATION),
    **dict.fromkeys(("batchnorm", "batchnormalize", "usebatchnorm", "bn"), _ENTRY % ("a batch norm", "batch_norm")),
    **dict.fromkeys(
        ("inchannels", "infeatures", "inputshape", "inputsize", "inputchannels", "inputdim", "numfeatures",
         "numchannels", "embeddim", "dmodel", "kdim", "vdim", "normalizedshape", "inputlength"),
        _KNOWN,
    ),
    "branches": "branches stand in what joins them: `add: {branches: …}` or `concat: {branches: …}`",
    **dict.fromkeys(("numlayers", "recurrentlayers", "times"), "`repeat: 2` stacks an entry"),
    "returnsequences": "write `gives: all` or `gives: last`",
    **dict.fromkeys(("keydim", "headdim", "dimhead"), _LENGTH % "inner"), "valuedim": _LENGTH % "value_width",
    **{f"{side}{axis}": f"write `{name}: [H, W]`" for side, name in
       (("kernel", "kernel"), ("stride", "stride"), ("pad", "padding"), ("dilation", "dilation")) for axis in "hw"},
    "globalpooling": "write `global_avg_pool` or `global_max_pool`", "pool": _THE_TYPE, "pooltype": _THE_TYPE,
    **dict.fromkeys(("bottom", "input", "inputs", "other", "others"), _READS),
    "top": "what an entry is called is `name: NAME`",
    "condition": "write `when`, with an expression that is true or false",
    **dict.fromkeys(("elementwiseaffine", "affine"), "write `scale: false, shift: false`"),
    **dict.fromkeys(("requiresgrad", "frozen", "freeze"), _FROZEN),
    "trackrunningstats": "leave it out: only buffers depend on it",
    **dict.fromkeys(("axis", "dim"), _CHANNELS),
    **dict.fromkeys(
        ("inplace", "eps", "epsilon", "momentum", "paddingmode", "device", "batchfirst", "dropout", "param",
         "lrmult", "decaymult", "dataformat", "mode", "aligncorners", "interpolation", "batchsize", "nonlinearity",
         "returnindices", "countincludepad", "divisoroverride", "startdim", "enddim", "endaxis", "engine", "phase",
         "seed", "noiseshape", "approximate", "init", "initvalues", "value", "coeff", "normregion",
         "useglobalstats", "movingaveragefraction", "synchronized", "paddingidx", "maxnorm",
         "maskzero", "recurrentactivation", "recurrentdropout", "returnstate", "gobackwards", "stateful", "unroll",
         "unitforgetbias", "acrosschannels", "normalizevariance", "alpha", "beta", "gamma", "negativeslope",
         "maxvalue", "threshold", "offset", "numaxes"),
        _UNCOUNTED,
    ),
}  # fmt: skip

# The same for one layer type, where it means something else there.
_OF_A_TYPE = {
    **dict.fromkeys(
        ((layer, word) for layer in ("lstm", "gru", "rnn") for word in ("bias", "usebias", "biasterm")), _BIASES
    ),
    **dict.fromkeys(
        ((layer, word) for layer in ("lstm", "gru", "rnn") for word in ("activation", "act", "activationfn")),
        _UNCOUNTED,
    ),
    ("lstm", "projsize"): _OPERATOR % "LSTM", ("gru", "resetafter"): _BIASES,
    ("attention", "addbiaskv"): _OPERATOR % "attention",
    ("dense", "axis"): "write `per: position`: it is applied at every position",
    ("layer_norm", "axis"): "write `over: all` where it is over more than the channels",
    ("layer_norm", "rmsscaling"): "it is `rms_norm`",
    ("instance_norm", "affine"): "write `scale: true, shift: true`",
    ("rms_norm", "elementwiseaffine"): "write `scale: false`", ("rms_norm", "affine"): "write `scale: false`",
    ("prelu", "numparameters"): _PER, ("prelu", "sharedaxes"): _PER, ("prelu", "channelshared"): _PER,
    ("relu", "negativeslope"): "it is `leaky_relu: 0.01`", ("relu", "maxvalue"): "of 6 it is `relu6`",
    ("scale", "axis"): "write `per: channel`, `per: value` or `per: all`",
    ("conv", "depthmultiplier"): "write `conv: {filters: 2 * channels, groups: channels, kernel: 3}`",
    ("upsample", "size"): "how many times is `factor`; a size is `resize: {size: [H, W]}`",
    ("upsample", "outputsize"): "write `resize: {size: [H, W]}`",
    ("softmax", "axis"): _UNCOUNTED, ("softmax", "dim"): _UNCOUNTED,
    ("resize", "height"): _SIDES, ("resize", "width"): _SIDES,
    ("resize", "scalefactor"): _FACTOR, ("resize", "zoomfactor"): _FACTOR, ("resize", "factor"): _FACTOR,
    ("slice", "start"): _RANGE, ("slice", "end"): _RANGE, ("slice", "slicepoint"): _RANGE,
    ("slice", "slicedim"): _CHANNELS,
    ("crop", "size"): "write `like: NAME`, or `by` how much at each end",
    ("transpose", "dims"): _UNCOUNTED, ("transpose", "dim0"): _UNCOUNTED, ("transpose", "dim1"): _UNCOUNTED,
    ("flatten", "axis"): _UNCOUNTED, ("reshape", "axis"): _UNCOUNTED, ("crop", "axis"): _UNCOUNTED,
    **dict.fromkeys(
        ((layer, word) for layer in ("global_avg_pool", "global_max_pool")
         for word in ("keepdim", "keepdims", "outputsize")),
        _VECTOR,
    ),
    ("matmul", "transposea"): "write `transpose: first`", ("matmul", "transposeb"): "write `transpose: second`",
    ("matmul", "axes"): "write `transpose: first` or `transpose: second`", ("dense", "transpose"): _UNCOUNTED,
    **dict.fromkeys(((layer, "operation") for layer in ("add", "multiply", "concat")), _A_SUM),
    ("max_pool", "globalpooling"): "write `global_max_pool`", ("avg_pool", "globalpooling"): "write `global_avg_pool`",
    ("lrn", "n"): "here it is called `size`",
}  # fmt: skip

_ENDINGS = ("initializer", "regularizer", "constraint", "filler")  # of what training begins with and holds on to


def attribute_meant(layer: str, word: str, known: Collection[str]) -> str | None:
    """The way to say what others call `word` in a layer that has the attributes `known`; None where nobody says it.

    >>> attribute_meant("conv", "out_channels", ["filters", "kernel"])
    'here it is called `filters`'
    >>> attribute_meant("conv", "in_channels", ["filters", "kernel"])
    'leave it out: what a layer reads is known'
    """
    plain = word.lower().replace("_", "").replace("-", "")
    if said := _OF_A_TYPE.get((layer, plain)):
        return said
    if called := next((name for name in _CALLED.get(plain, ()) if name in known), None):
        return f"here it is called `{called}`"
    return _UNCOUNTED if plain.endswith(_ENDINGS) else _OTHERWISE.get(plain)


# Words that an attribute takes, as others say them.
_WORDS = {
    "max": "maximum", "min": "minimum", "sub": "subtract", "minus": "subtract", "div": "divide", "pow": "power",
    "values": "all", "every": "all", "shared": "all", "element": "value", "filter": "channel", "channels": "channel",
    "channel": "channels", "token": "position", "sequence": "all", "sequences": "all", "final": "last", "state": "last",
    "pytorch": "torch", "a": "first", "b": "second", "rows": "height", "columns": "width", "time": "length",
}  # fmt: skip
_SUMS = ("add", "sum", "plus", "mul", "multiply", "prod", "product")


def word_meant(word: str, choices: Collection[str]) -> str | None:
    """The word of an attribute's `choices` that others call `word`, or that is misspelt; None without one.

    >>> word_meant("max", ["maximum", "minimum"]), word_meant("positon", ["none", "position"])
    ('write `maximum`', 'write `position`')
    """
    if "subtract" in choices and word.lower() in _SUMS:
        return "a sum is `add`, a product `multiply`"
    meant = _WORDS.get(word.lower())
    found = meant if meant in choices else nearest(word, choices, 0.7)
    return f"write `{found}`" if found else None
