"""Files that are written: the old one or the new one, with its permissions, and nothing left beside it."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cnncalc.cli import command_names
from cnncalc.cli.files import OutputFile
from cnncalc.formats import writing
from tests.repository import Repository
from tests.running import Ran, environment, invoke, process
from tests.running import command as command_of

OLD, NEW = b"what was there", b"what is new\n" * 1000
NET = "input: {channels: 3, size: 8}\nlayers: [conv: {filters: 4, kernel: 3}]\nexpect: {total: {params: 5}}\n"
RIGHT = NET.replace("params: 5", "params: 112")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="devices of Linux")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to write in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


# ------------------------------------------------------------------------------------------------ whole


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002], ids=oct)
def test_a_new_file_has_the_permissions_that_the_umask_leaves(umask: int, folder: Path) -> None:
    before = os.umask(umask)
    try:
        writing.write("it", NEW)
    finally:
        os.umask(before)
    assert Path("it").read_bytes() == NEW
    assert stat.S_IMODE(Path("it").stat().st_mode) == 0o666 & ~umask
    assert listed(folder) == ["it"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755, 0o200], ids=oct)
def test_an_old_file_keeps_its_permissions(mode: int, folder: Path) -> None:
    Path("it").write_bytes(OLD)
    Path("it").chmod(mode)
    writing.write("it", NEW)
    assert stat.S_IMODE(Path("it").stat().st_mode) == mode
    Path("it").chmod(0o600)
    assert Path("it").read_bytes() == NEW
    assert listed(folder) == ["it"]


def test_what_replaces_a_private_file_is_private_from_its_first_moment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("it").write_bytes(OLD)
    real, modes = writing._give, []

    def giving(handle: int, before: os.stat_result) -> None:
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        real(handle, before)

    monkeypatch.setattr(writing, "_give", giving)
    umask = os.umask(0)
    try:
        writing.write("it", NEW)
    finally:
        os.umask(umask)
    assert modes == [0o600]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_an_old_file_keeps_its_owner(folder: Path) -> None:
    Path("it").write_bytes(OLD)
    os.chown("it", 12, 34)
    writing.write("it", NEW)
    assert (Path("it").stat().st_uid, Path("it").stat().st_gid) == (12, 34)


@pytest.mark.parametrize("there", [True, False], ids=["old", "dangling"])
def test_a_link_stays_and_leads_to_the_new_file(there: bool, folder: Path) -> None:
    Path("real").mkdir()
    if there:
        Path("real/it").write_bytes(OLD)
    Path("link").symlink_to("real/it")
    Path("chain").symlink_to("link")
    writing.write("chain", NEW)
    assert (os.readlink("chain"), os.readlink("link")) == ("link", "real/it")
    assert Path("real/it").read_bytes() == NEW
    assert listed(folder / "real") == ["it"]


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "read-only": (lambda: Path("it").chmod(0o444), "Permission denied"),
    "for nobody": (lambda: Path("it").chmod(0), "Permission denied"),
    "two names": (lambda: Path("other").hardlink_to("it"), "it has 2 names (hard links), of which only this one would "
        "be written: put a copy in its place first"),
    "a folder": (lambda: (Path("it").unlink(), Path("it").mkdir()), "Is a directory"),
    "a loop": (lambda: (Path("it").unlink(), Path("it").symlink_to("it")), "Too many levels of symbolic links"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_written_in_place_is_not_replaced(what: str, folder: Path) -> None:
    """Root, too, is held to it: who took the permission away wants the file kept."""
    make, says = REFUSED[what]
    Path("it").write_bytes(OLD)
    make()
    before = listed(folder), os.lstat("it")
    with pytest.raises(OSError) as raised:  # noqa: PT011
        writing.write("it", NEW)
    assert raised.value.strerror == says
    assert (listed(folder), os.lstat("it")) == before


@pytest.mark.parametrize("name", ["", "none/it", "none/", "none/."])
def test_a_path_in_no_folder_makes_no_file(name: str, folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        writing.write(name, NEW)
    assert listed(folder) == []


def test_a_folder_that_takes_no_new_file_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("it").write_bytes(OLD)

    def refused(name: str, *_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(PermissionError, match="Permission denied: its folder takes no new file to put in its place"):
        writing.write("it", NEW)


def test_a_name_that_is_taken_is_not_overwritten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    taken = Path(".cnncalc-0000000000000000.tmp")
    taken.write_bytes(OLD)
    with pytest.raises(FileExistsError):
        writing.write("it", NEW)
    assert (taken.read_bytes(), listed(folder)) == (OLD, [taken.name])


STEPS = ["fchmod", "fchown", "fsync", "replace"]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), MemoryError(), KeyboardInterrupt()], ids=repr
)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_leaves_the_old_file_alone(
    step: str, error: BaseException, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    Path("it").write_bytes(OLD)
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        writing.write("it", NEW)
    assert (Path("it").read_bytes(), listed(folder)) == (OLD, ["it"])


def test_the_new_text_is_on_the_disk_before_it_takes_the_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    for step in ("fsync", "replace"):
        real = getattr(os, step)
        monkeypatch.setattr(os, step, lambda *args, step=step, real=real: (done.append(step), real(*args)))
    writing.write("it", NEW)
    assert done == ["fsync", "replace"]


# ------------------------------------------------------------------------------------------------ devices, pipes


def test_a_pipe_is_written_straight(folder: Path) -> None:
    os.mkfifo("pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_bytes()))
    reader.start()
    writing.write("pipe", NEW * 10)  # more than a pipe holds
    reader.join(30)
    assert read == [NEW * 10]
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


@LINUX
def test_a_device_is_written_straight(folder: Path) -> None:
    before = os.stat(os.devnull)
    writing.write(os.devnull, NEW)
    Path("link").symlink_to(os.devnull)
    writing.write("link", NEW)
    assert os.path.samestat(os.stat(os.devnull), before)
    with pytest.raises(OSError, match="No space left on device"):
        writing.write("/dev/full", NEW)


SHELL = [
    ("echo before; {} -o /dev/stdout; echo behind", "> it", "before\n{}behind\n"),
    ("echo before; {} -o /dev/stdout; echo behind", ">> it", "before\n{}behind\n"),
    ("echo before; {} -o /dev/fd/1; echo behind", "> it", "before\n{}behind\n"),
    ("{} -o it", "> it", "{}"),
    ("{} -o /dev/stdout", "| cat > it", "{}"),
    ("echo before >&2; {} -o /dev/stderr; echo behind >&2", "2> it", "before\n{}behind\n"),
    ("{} -o /dev/fd/3", "3> it", "{}"),
]


@LINUX
@pytest.mark.parametrize(("line", "to", "holds"), SHELL, ids=[f"{line} {to}" for line, to, _ in SHELL])
def test_an_open_stream_is_written_straight(line: str, to: str, holds: str, folder: Path) -> None:
    command = f"{sys.executable} -m cnncalc layers conv"
    subprocess.run(f"( {line.format(command)} ) {to}", shell=True, cwd=folder, env=environment(), check=True)
    assert Path("it").read_text() == holds.format(invoke("layers", "conv").out)
    assert listed(folder) == ["it"]


# ------------------------------------------------------------------------------------------------ adding to a file


def test_what_is_added_stands_behind_what_was_there(folder: Path) -> None:
    for _ in range(2):
        writing.append("it", b"line\n")
    assert Path("it").read_bytes() == b"line\nline\n"


@LINUX
def test_what_is_added_in_part_is_taken_back(folder: Path) -> None:
    Path("it").write_bytes(OLD)
    code = "from cnncalc.formats.writing import append; append('it', bytes(5000))"
    done = limited([sys.executable, "-c", code], folder)
    assert "File too large" in done.err
    assert Path("it").read_bytes() == OLD
    with pytest.raises(OSError, match="No space left on device"):
        writing.append("/dev/full", NEW)


# ------------------------------------------------------------------------------------------------ every command

WRITING: dict[str, str] = {  # every command that writes a file, but `check --update`
    "summary": "summary net.yaml -f json -o it",
    "explain": "explain net.yaml -o it",
    "check": "check net.yaml -f sarif -o it",
    "check --write-baseline": "check net.yaml --write-baseline it",
    "compare": "compare net.yaml net.yaml -o it",
    "exercise": "exercise net.yaml --count 3 -o it",
    "grade": "grade sheet.md answers.json -f json -o it",
    "diagram": "diagram net.yaml -o it",
    "diff": "diff -f json -o it",
    "history": "history net.yaml -f json -o it",
    "badge": "badge net.yaml -o it",
    "sizes": "sizes net.yaml -f json -o it",
    "reconcile": "reconcile net.yaml -f json -o it",
    "list": "list -f names -o it",
    "show": "show lenet5 --force -o it",
    "new": "new --force -o it",
    "layers": "layers -o it",
    "rules": "rules -o it",
    "schema": "schema -o it",
}


def test_every_command_that_writes_is_here() -> None:
    commands = {name: command_of(name) for name in command_names()}
    found = [
        name
        for name, command in commands.items()
        if command and any(isinstance(param.type, OutputFile) for param in command.params)
    ]
    assert sorted(found) == sorted(name for name in WRITING if name in command_names())


def write_inputs() -> None:
    """What the commands read, in this folder."""
    Repository(Path()).commit(net=NET)
    Path("answers.json").write_text('{"1": 5, "2": "x"}')
    assert invoke("exercise", "lenet5", "-o", "sheet.md").code == 0


@pytest.fixture
def inputs(folder: Path) -> Path:
    write_inputs()
    return folder


def limited(command: list[str], folder: Path, largest: int = 1024) -> Ran:
    """A process in which no file grows beyond so many bytes, as on a disk that is full."""
    plain = {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}  # it writes, too
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        env=plain,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.sweep
def test_a_disk_that_is_full_leaves_the_old_file(command: str, inputs: Path) -> None:
    largest = 100  # bytes: less than any of them
    Path("it").write_bytes(OLD)
    before = listed(inputs)
    ran = limited([sys.executable, "-m", "cnncalc", *WRITING[command].split()], inputs, largest)
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "Error: cannot write 'it': file too large")
    assert (Path("it").read_bytes(), listed(inputs)) == (OLD, before)
    Path("it").unlink()
    assert limited([sys.executable, "-m", "cnncalc", *WRITING[command].split()], inputs, largest).code == 2
    assert not Path("it").exists()


def test_update_on_a_full_disk_leaves_the_old_file(inputs: Path) -> None:
    text = NET + "# and so on\n" * 200
    Path("net.yaml").write_text(text)
    before = listed(inputs)
    ran = limited([sys.executable, "-m", "cnncalc", "check", "net.yaml", "--update"], inputs)
    assert (ran.code, ran.err) == (2, "Error: cannot write 'net.yaml': file too large\n")
    assert (Path("net.yaml").read_text(), listed(inputs)) == (text, before)


@pytest.mark.sweep
@LINUX
@pytest.mark.parametrize("command", WRITING)
def test_a_full_device_is_told(command: str, inputs: Path) -> None:
    ran = invoke(*WRITING[command].removesuffix("it").split(), "/dev/full")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "cannot write '/dev/full': no space left on device")


KEPT = [
    ("read-only", lambda: Path("it").chmod(0o444), "cannot write 'it': permission denied"),
    ("hard link", lambda: Path("other").hardlink_to("it"), "cannot write 'it': it has 2 names (hard links), of which "
        "only this one would be written: put a copy in its place first"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "make", "says"), KEPT, ids=[what for what, _, _ in KEPT])
@pytest.mark.parametrize("command", [*WRITING, "check --update"])
def test_no_command_replaces_what_it_could_not_write_in_place(
    command: str, what: str, make: Callable[[], object], says: str, inputs: Path
) -> None:
    line = WRITING.get(command, "check it --update")
    Path("it").write_text(NET)
    make()
    before = Path("it").stat()
    ran = invoke(*line.split())
    after = Path("it").stat()
    assert (ran.code, ran.err.splitlines()[-1]) == (2, says)
    assert (after.st_ino, after.st_mode, after.st_nlink) == (before.st_ino, before.st_mode, before.st_nlink)
    assert Path("it").read_text() == NET


# ------------------------------------------------------------------------------------------------ what was read


@pytest.mark.parametrize("command", ["summary", "explain", "check", "exercise", "diagram"])
@pytest.mark.parametrize("output", ["base.dat", "link", "grand"])
def test_a_parent_is_not_overwritten_whatever_its_suffix(command: str, output: str, folder: Path) -> None:
    Path("grand").write_text(NET)
    Path("base.dat").write_text("extends: grand\n")
    Path("net.yaml").write_text("extends: base.dat\n")
    Path("link").symlink_to("base.dat")
    before = {name: Path(name).read_text() for name in listed(folder)}
    form = ["-f", "json"] if command in ("summary", "check") else []
    ran = invoke(command, "net.yaml", *form, "-o", output)
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"cannot write '{output}': it is a file that was read")
    assert {name: Path(name).read_text() for name in listed(folder)} == before


READ = [
    ("check net.yaml --write-baseline base.dat", "base.dat"),
    ("check net.yaml -f json -o pyproject.toml", "pyproject.toml"),
    ("check broken.yaml -f json -o base.dat", "base.dat"),
    ("compare net.yaml lenet5 -o base.dat", "base.dat"),
    ("grade sheet.md answers -f csv -o answers/linked.md", "answers/linked.md"),
]


@pytest.mark.parametrize(("command", "output"), READ, ids=[command for command, _ in READ])
def test_whatever_was_read_is_not_overwritten(command: str, output: str, inputs: Path) -> None:
    Path("base.dat").write_text(NET)
    Path("net.yaml").write_text("extends: base.dat\n")
    Path("broken.yaml").write_text("extends: base.dat\nlayers: [rely]\n")
    Path("pyproject.toml").write_text("[tool.cnncalc]\nstrict = true\n")
    Path("answers").mkdir()
    Path("answers.json").rename("answers/ada.json")
    Path("answers/linked.md").symlink_to("ada.json")
    before = Path(output).read_bytes()
    ran = invoke(*command.split())
    assert ran.code == 2
    assert "that was read" in ran.err or "that is read" in ran.err
    assert Path(output).read_bytes() == before


def test_another_architecture_is_not_overwritten_through_a_link(inputs: Path) -> None:
    Path("other.yaml").write_text(NET)
    Path("it.json").symlink_to("other.yaml")
    ran = invoke("summary", "net.yaml", "-o", "it.json")
    assert ran.err.endswith("'it.json' is there already, and an architecture file is not overwritten.")
    assert Path("other.yaml").read_text() == NET


def test_a_command_knows_only_what_it_has_read_itself(inputs: Path) -> None:
    Path("base.dat").write_text(NET)
    assert invoke("summary", "base.dat").code == 0
    assert invoke("summary", "net.yaml", "-o", "base.dat").code == 0


# ------------------------------------------------------------------------------------------------ --update

SAVES: dict[str, Callable[[Path], object]] = {
    "in place": lambda path: path.write_text(NET.replace("kernel: 3", "kernel: 5")),
    "a new file": lambda path: (Path("new").write_text(NET + "# mine\n"), os.replace("new", path)),
    "the same length": lambda path: path.write_text(NET.replace("params: 5", "params: 7")),
    "the same text anew": lambda path: (Path("new").write_text(NET), os.replace("new", path)),
    "a mark": lambda path: path.write_bytes(b"\xef\xbb\xbf" + NET.encode()),
    "truncated": lambda path: path.write_text(""),
    "no UTF-8": lambda path: path.write_bytes(b"\xff" + NET.encode()),
}
# Before the helper looks, when it begins to write, when it has written, and at last
MOMENTS = ["stat", "open", "fsync", "_exchange"]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("save", SAVES)
def test_update_writes_over_no_text_that_it_has_not_read(
    save: str, moment: str, inputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path("net.yaml")
    place = writing if moment == "_exchange" else os
    real, saved = getattr(place, moment), []

    def saving(*args: object) -> object:
        if not saved and sys._getframe(1).f_code.co_filename == writing.__file__:
            saved.append(True)
            SAVES[save](path)
            saved.append(path.read_bytes())
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(place, moment, saving)
        ran = invoke("check", "net.yaml", "--update")
    if save == "the same text anew" and moment == "stat":
        assert (ran.code, path.read_text()) == (0, RIGHT)
    else:
        assert (ran.code, path.read_bytes()) == (2, saved[1])
        assert ran.err == "cannot write 'net.yaml': it has changed since it was read: run the command again"
    assert not [one for one in listed(inputs) if one.endswith(".tmp")]


def test_update_where_two_files_cannot_change_places_in_one_step(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: None) -> None:
        raise OSError

    monkeypatch.setattr("ctypes.CDLL", missing)
    before = listed(inputs)
    assert invoke("check", "net.yaml", "--update").code == 0
    assert (Path("net.yaml").read_text(), listed(inputs)) == (RIGHT, before)


def test_update_makes_no_file_that_is_gone(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: Path("net.yaml").unlink())
    ran = invoke("check", "net.yaml", "--update")
    assert (ran.code, ran.err) == (2, "cannot write 'net.yaml': no such file or directory")
    assert not Path("net.yaml").exists()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with-BOM"])
def test_update_reads_the_file_that_it_edits_once(mark: bytes, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has grown a layer between its two readings was edited at the wrong places."""
    Path("net.yaml").write_bytes(mark + NET.encode())
    longer = mark + b"# longer now\n" + NET.encode()
    from cnncalc.analyses.checks import expect

    real = expect.update

    def saving(*args: object) -> object:
        Path("net.yaml").write_bytes(longer)
        return real(*args)

    monkeypatch.setattr(expect, "update", saving)
    assert invoke("check", "net.yaml", "--update").code == 2
    assert Path("net.yaml").read_bytes() == longer


# ------------------------------------------------------------------------------------------------ signals


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", -15), ("SIGHUP", -1)])
def test_a_signal_waits_until_the_file_is_whole(number: str, code: int, inputs: Path) -> None:
    """A process that dies in the middle would leave its temporary file; one that is asked to end has the time."""
    script = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # what runs in the background ignores it
        "real = os.fsync\n"
        f"os.fsync = lambda handle: (os.kill(os.getpid(), signal.{number}), real(handle))\n"
        "from cnncalc.__main__ import main\n"
        "sys.argv = ['cnncalc', 'summary', 'net.yaml', '-o', 'it.json']\n"
        "main()\n"
    )
    before = listed(inputs)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=inputs, env=environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (code, b"")
    assert Path("it.json").read_text() == invoke("summary", "net.yaml", "-f", "json").out
    assert listed(inputs) == sorted([*before, "it.json"])


def test_signals_are_as_they_were_after_writing(folder: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    writing.write("it", NEW)
    Path("it").chmod(0o444)
    with pytest.raises(PermissionError):
        writing.write("it", NEW)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_text_that_cannot_be_encoded_truncates_nothing(inputs: Path) -> None:
    Path("answers.json").write_text(r'{"1": "\ud800"}')
    Path("marks.json").write_bytes(OLD)
    assert process("grade", "sheet.md", "answers.json", "-o", "marks.json", cwd=inputs).code == 2
    assert '"�"' in Path("marks.json").read_text(encoding="utf-8")


def test_what_an_earlier_command_read_may_be_written(tmp_path: Path) -> None:
    """In one process, as of a notebook, each command begins anew."""
    path = tmp_path / "net.yaml"
    path.write_text("a")
    with path.open("rb") as file:
        writing.remember(file)
    assert writing.was_read(str(path))
    writing.forget()
    assert not writing.was_read(str(path))
