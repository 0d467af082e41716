"""Files, written whole or not at all, and text as every output can hold it."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

UTF8 = "utf-8"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
SHOWN = "cnncalc.shown"  # how text is encoded that is shown: `errors=` of encode, of open, of a stream
CHANGED = "it has changed since it was read: run the command again"

_OPEN = ("/dev/fd/", "/proc/")  # names of what is open: even where that is a regular file


# What is written for our own signs where an encoding has them not.
SIGNS = {
    "×": "x",
    "·": "*",
    "–": "-",
    "−": "-",
    "…": "...",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "≈": "~",
    "±": "+-",
    "→": "->",
    "²": "^2",
    "³": "^3",
    "Σ": "sum",
    "Π": "product",
    "✓": "+",
    "✗": "-",
    "─": "-",
    "—": "-",
    "•": "*",
    "←": "<-",
    "√": "sqrt",
    "⁶": "^6",
    "Φ": "Phi",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "ε": "eps",
    "μ": "mu",
    "σ": "sigma",
    "✅": "+",
    "❌": "-",
    "⚠": "!",
    "\N{VARIATION SELECTOR-16}": "",  # as an emoji, not as text
}


def _show(error: UnicodeError) -> tuple[bytes | str, int]:
    """A sign for each character that an encoding has not; in UTF-8 these are surrogates, as of a name's stray byte."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    if error.encoding != UTF8:
        return "".join(SIGNS.get(character, "?") for character in lacking), error.end
    return REPLACEMENT.encode() * len(lacking), error.end  # as bytes, for codecs take no such text from here


codecs.register_error(SHOWN, _show)


def shown(text: str, encoding: str = UTF8) -> str:
    """Text as it is where it is written in that encoding; in UTF-8 it is valid Unicode, whatever name it comes from.

    >>> shown(os.fsdecode(b"net\\xff.yaml"))
    'net�.yaml'
    >>> shown("Café: 3×3 → 1×1", "ascii")
    'Caf?: 3x3 -> 1x1'
    """
    return text.encode(encoding, SHOWN).decode(encoding)


def has_signs(encoding: str) -> bool:
    """Whether an encoding has all our signs.

    >>> has_signs("utf-8"), has_signs("gb18030"), has_signs("cp1252"), has_signs("unknown")
    (True, True, False, False)
    """
    try:
        "".join(SIGNS).encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def shown_json(text: str) -> str:
    """JSON text whose strings drive no terminal and are valid UTF-8: what cannot be printed is written as `\\uXXXX`.

    >>> shown_json('{"a": "\x9b \u202e"}')
    '{"a": "\\\\u009b \\\\u202e"}'
    """
    # JSON leaves only one character of ASCII that is not printed, and most lines are ASCII: those need no closer look
    if "\x7f" not in text and all(line.isascii() or line.isprintable() for line in text.split("\n")):
        return text
    return re.sub(
        r"[^\n\x20-\x7e]", lambda match: match[0] if match[0].isprintable() else _escape(match[0]), shown(text)
    )


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


# ------------------------------------------------------------------------------------------------ what was read

_read: dict[tuple[int, int], str] = {}  # devices and inodes of the files that the command has read, and their paths


def forget() -> None:
    """Begin a command: no file has been read."""
    _read.clear()


def remember(file: IO[bytes]) -> None:
    """Note a file that is being read: no output replaces it."""
    status = os.fstat(file.fileno())
    _read[status.st_dev, status.st_ino] = file.name


def files_read() -> list[str]:
    """The files that the command has read, by the paths that led to them."""
    return list(_read.values())


def was_read(path: str) -> bool:
    """Whether a path, by whatever links, leads to a file that the command has read."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    return (status.st_dev, status.st_ino) in _read


# ------------------------------------------------------------------------------------------------ writing


def write(path: str, data: bytes, old: bytes | None = None) -> None:
    """A file that holds `data` and nothing else; after an OSError it is what it was, and nothing lies beside it.

    The text is written beside the file, then put in its place, with its owner and permissions; where a link is named
    it stays, and what it leads to is replaced. A device, a pipe or an open stream is written straight. What may not
    be written in place is not replaced, either: a file without write permission, also for root, and one that has
    several names (hard links), for only one of them would be written. With `old` the file must still hold that.
    """
    try:
        before = os.stat(path)
    except FileNotFoundError:
        before = None
    if path.startswith(_OPEN) or (before and not stat.S_ISREG(before.st_mode)):
        with open(path, "wb") as device:
            device.write(data)
        return
    if os.path.islink(path):
        path = os.path.realpath(path)
    if before:
        _refuse(path, before)
    with undisturbed():
        _replace(path, data, before, old)


def append(path: str, data: bytes) -> None:
    """A file with `data` at its end, or after an OSError nothing. In one go, for others may add to it, too."""
    with open(path, "ab", buffering=0) as file, undisturbed():
        size = os.fstat(file.fileno()).st_size
        try:
            _put(file, data)
        except OSError:
            with suppress(OSError):  # a device
                file.truncate(size)
            raise


def _put(file: IO[bytes], data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def _refuse(path: str, before: os.stat_result) -> None:
    if not before.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if before.st_nlink > 1:
        names = f"it has {before.st_nlink:,} names (hard links), of which only this one would be written"
        raise OSError(errno.EMLINK, f"{names}: put a copy in its place first")


def _replace(path: str, data: bytes, before: os.stat_result | None, old: bytes | None) -> None:
    temporary = os.path.join(os.path.dirname(path), f".cnncalc-{os.urandom(8).hex()}.tmp")
    mode = 0o600 if before else 0o666  # never wider than the old file's, not even for a moment
    try:
        file = open(  # noqa: SIM115
            temporary, "xb", buffering=0, opener=lambda name, flags: os.open(name, flags, mode)
        )
    except OSError as error:
        why = f"{error.strerror}: its folder takes no new file to put in its place" if before else error.strerror
        raise OSError(error.errno, why) from None
    try:
        with file:
            if before and sys.platform != "win32":
                _give(file.fileno(), before)
            _put(file, data)
            os.fsync(file.fileno())
        if before and old is not None:
            _refuse_changed(path, before, old)
            if _exchange(temporary, path):
                _look_again(temporary, path, before, old)
                return
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _give(handle: int, before: os.stat_result) -> None:
    """Give a file to whom the old one belongs, as far as that is ours to do, and with its permissions."""
    for owner in (before.st_uid, before.st_gid), (-1, before.st_gid):
        with suppress(PermissionError):
            os.fchown(handle, *owner)
            break
    os.fchmod(handle, stat.S_IMODE(before.st_mode))


def _refuse_changed(path: str, before: os.stat_result, old: bytes) -> None:
    """A last look at a file, microseconds before it is replaced."""
    with open(path, "rb") as file:
        now = file.read(len(old) + 1)
    after = os.stat(path)
    if now != old or any(getattr(before, one) != getattr(after, one) for one in ("st_ino", "st_size", "st_mtime_ns")):
        raise OSError(errno.ESTALE, CHANGED)


def _exchange(one: str, other: str) -> bool:
    """Let two files change places in one step; False where the system cannot: all but Linux, and some file systems."""
    try:
        from ctypes import CDLL

        rename = CDLL(None).renameat2
    except (ImportError, AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def _look_again(replaced: str, path: str, before: os.stat_result, old: bytes) -> None:
    """What was in the place when it was taken: an editor that has saved in these very microseconds gets it back."""
    try:
        _refuse_changed(replaced, before, old)
    except OSError:
        os.replace(replaced, path)
        raise
    os.unlink(replaced)


@contextmanager
def undisturbed() -> Iterator[None]:
    """The milliseconds for which Ctrl-C and requests to end wait, so that nothing is left half done.

    They wait in this thread, and for good in one that is started meanwhile.
    """
    if sys.platform == "win32":
        yield
        return
    import signal

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
