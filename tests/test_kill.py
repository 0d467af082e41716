"""Every command that writes a file, ended at twenty moments: the file is the old one or the new one.

For each command one process imports everything, then forks a child for each moment: twenty are lines of the helper
that writes, from its first to its last, so that each step of it is met; five are times, spread over the whole
command. Run with `-m kill`.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import environment
from tests.test_writing import NET, RIGHT, WRITING, write_inputs

pytestmark = pytest.mark.kill

MOMENTS, TIMES = 20, 5
SIGNALS = {"SIGINT": 130, "SIGTERM": 128 + signal.SIGTERM, "SIGKILL": 128 + signal.SIGKILL}  # and what the shell says
COMMANDS = {**WRITING, "check --update": "check it --update"}

# In the child: as the command line, but for a signal to itself when so many lines of the helper have run, or after so
# much of the command's own time.
DRIVER = """
import json, os, signal, sys, time
from importlib import import_module
from cnncalc.__main__ import main
from cnncalc.formats import writing

arguments, old, name, moments, times = json.load(sys.stdin)

def lines():
    count = 0
    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename != writing.__file__:
            return None
        count += event == "line"
        if count == at and event == "line":
            os.kill(os.getpid(), number)
        return trace
    sys.settrace(trace)
    return lambda: count

def run(report):
    sys.argv = ["cnncalc", *arguments]
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    told = lines() if after is None else None
    if after is not None:
        signal.signal(signal.SIGPROF, lambda *_: os.kill(os.getpid(), number))
        signal.setitimer(signal.ITIMER_PROF, after)
    started = time.process_time()
    code = 0
    try:
        main()
    except SystemExit as error:
        code = error.code or 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - started
    sys.settrace(None)
    with open(report, "w") as file:
        json.dump([told and told(), seconds, [one for one in sys.modules if one != "__main__"]], file)
    return code

def child(number_, at_=0, after_=None):
    global number, at, after
    number, at, after = number_, at_, after_
    with open(name, "wb") as file:
        file.write(old.encode())
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        os._exit(run(theirs))
    os.close(theirs)
    with open(ours) as file:
        said = file.read()
    status = os.waitpid(pid, 0)[1]
    code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return code, said

for module in json.loads(child(0)[1])[2]:
    import_module(module)
main_code, said = child(0)
steps = json.loads(said)[0]
seconds = json.loads(child(0, 0, 1000)[1])[1]
whole = open(name).read()
found = []
for signal_name in "SIGINT", "SIGTERM", "SIGKILL":
    for place in range(moments + times):
        number = getattr(signal, signal_name)
        if place < moments:
            code, _ = child(number, 1 + place * (steps - 1) // (moments - 1))
        else:
            code, _ = child(number, 0, seconds * (place - moments + 0.5) / times)
        left = [one for one in os.listdir(".") if one.endswith(".tmp")]
        found.append([signal_name, place, code, open(name).read(), left])
        for one in left:
            os.unlink(one)
print(json.dumps([main_code, steps, whole, found]))
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_ended_leaves_the_old_file_or_the_new_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_inputs()
    old = NET if command == "check --update" else "what was there\n"
    said = json.dumps([COMMANDS[command].split(), old, "it", MOMENTS, TIMES])
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=said, capture_output=True, text=True, env=environment(), check=False
    )
    assert done.stderr == ""
    code, steps, new, found = json.loads(done.stdout)
    assert steps > MOMENTS
    assert new == RIGHT if command == "check --update" else new != old
    assert len(found) == len(SIGNALS) * (MOMENTS + TIMES)
    wrong = [
        (name, moment, ended, holds[:20], left)
        for name, moment, ended, holds, left in found
        if holds not in (old, new)
        or (left and name != "SIGKILL")
        or ended != (SIGNALS[name] if moment < MOMENTS else ended)
        or ended not in (code, SIGNALS[name])
    ]
    assert wrong == []
    assert {holds for _, _, _, holds, _ in found} == {old, new}
