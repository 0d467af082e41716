"""What expressions may read: vars and params by name, and sizes of what is there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from weakref import ref

from cnncalc.core.formula import FormulaError
from cnncalc.core.names import is_word
from cnncalc.core.problem import misspelt
from cnncalc.core.shape import AXES, Shape, written_shape

UNKNOWN: Any = object()  # the value of what could not be worked out: a problem has been reported

_SIZES = ("channels", "height", "width", "depth", "length")

_CALLED = {"C": "channels", "C_in": "channels", "in_channels": "channels", "in_features": "channels", "H": "height",
           "W": "width", "D": "depth", "L": "length"}  # fmt: skip


class Silent(Exception):
    """A read of something unknown; the problem has been reported where it arose."""


class Readable(Protocol):
    """The names that an entry can read, with the shapes of what they stand for."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The inputs of the network, by name."""
        ...

    def shape_of(self, name: str) -> Shape | None:
        """None where it could not be worked out; raises KeyError for an unknown name."""

    def has(self, name: str) -> bool:
        """Whether a name can be read."""

    def names(self) -> list[str]:
        """Names that can be read; none where they are too many for a likeness to be looked for."""

    def unread(self, name: str, what: str) -> tuple[str, str | None] | None:
        """The message on a name that is there and that `what` cannot say, with its cure."""


class Env(dict[str, Any]):
    """Vars and params; and, where none of them hides it, what an entry reads and which copy it is.

    `height` is that of the shape an entry reads, `input.height`, `NAME.height` and, of one output of a block,
    `NAME.OUTPUT.height` those of other names: a word with a point is no var. `copy` is the `number` of the nearest
    repeated entry around; `counted` is set when it is read.
    """

    __slots__ = ("_scope", "counted", "number", "reads")

    def __init__(self, vars: Mapping[str, Any]) -> None:
        super().__init__(vars)
        self._scope: ref[Readable] | None = None  # weak, for a scope holds its env: nothing is tied into a circle
        self.reads: Shape | bool | None = False  # the shape that an entry reads; False: there is no entry
        self.number = 0
        self.counted = False

    def at(self, shape: Shape | None, scope: Readable) -> None:
        """Stand at an entry that reads this shape, with the names that it can read."""
        self["channels"] = shape[0] if shape else UNKNOWN
        self.reads = shape
        self._scope = ref(scope)

    def know(self, scope: Readable) -> None:
        """The sizes of the inputs, known though no entry reads anything yet."""
        self._scope = ref(scope)

    @property
    def scope(self) -> Readable | None:
        """The names that can be read; None where not even the inputs are known."""
        return self._scope() if self._scope else None

    def __missing__(self, name: str) -> Any:
        stem, point, size = name.rpartition(".")
        if point:
            return self._size(size, self._named(stem, name))
        if name in _SIZES:
            if isinstance(self.reads, bool):
                cure = f"write `{next(iter(self.scope.inputs), 'input')}.{name}`" if self.scope else None
                raise FormulaError("no entry reads anything here", cure, "unknown-name")
            return self._size(name, self.reads)
        if name == "copy":
            self.counted = True
            if not self.number:
                cure = "a block gets it as a param: `unit: {n: copy, repeat: 3}`"
                raise FormulaError("no entry around is repeated", cure, "unknown-name")
            return self.number
        if name in ("keep", "causal"):  # words of some attributes
            return name
        raise KeyError(name)

    def _named(self, stem: str, name: str) -> Shape | None:
        """The shape of what a name stands for."""
        if self.scope is None:
            raise FormulaError(f"the input is worked out before `{name}`", "break the cycle", "recursive-var")
        try:
            return self.scope.shape_of(stem)
        except KeyError:
            if unread := self.scope.unread(stem, name):
                raise FormulaError(*unread, "unknown-name") from None
            inputs = ", ".join(f"`{known}`" for known in self.scope.inputs)
            cure = f"the inputs are {inputs}" if stem == "input" else misspelt(stem, self.scope.names())
            raise FormulaError(f"no entry or input `{stem}` above", cure, "unknown-name") from None

    def _size(self, size: str, shape: Shape | None) -> int:
        if shape is None:
            raise Silent
        axes = AXES[len(shape) - 1]
        if size == "channels":
            return shape[0]
        if size not in axes:
            whose = written_shape(shape) if axes else f"a vector of {shape[0]:,}"
            known = ", ".join(f"`{axis}`" for axis in ("channels", *axes))
            raise FormulaError(f"{whose} has no `{size}`", f"it has {known}", "unknown-name")
        return shape[1 + axes.index(size)]

    def known(self) -> list[str]:
        """The names that an expression can read here."""
        axes = AXES[len(self.reads) - 1] if isinstance(self.reads, tuple) else ()
        sizes = [axis for axis in axes if axis not in self]
        return [*(name for name in self if self[name] is not UNKNOWN), *sizes, *(["copy"] if self.number else [])]

    def size_meant(self, name: str) -> str | None:
        """The cure for a name that is no var: the size that is called so elsewhere, or an entry."""
        if name in _CALLED and _CALLED[name] in (*self.known(), "channels"):
            return f"of what is read it is `{_CALLED[name]}`"
        if self.scope and (name == "previous" or self.scope.has(name)):
            return f"it is no number: a size of it is `{name}.channels`" if is_word(name) else None
        return None

    def odd_name(self, text: str) -> str | None:
        """The cure where a text reads the size of a name that no expression can hold: `conv-1.height`."""
        for name in self.scope.names() if self.scope and "." in text else ():
            if f"{name}." in text and not is_word(name):
                return f"in expressions a name is letters, digits and `_`: rename `{name}`"
        return None
