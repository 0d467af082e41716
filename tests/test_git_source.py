"""`git:REF:PATH` reads a file as git keeps it, wherever a FILE is read."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from threading import Timer

import pytest

import cnncalc
from cnncalc.core.problem import ProblemsFound
from cnncalc.formats import git as git_module
from tests.repository import Repository, repository
from tests.running import invoke, process

__all__ = ["repository"]


def net(filters: int, extra: str = "") -> str:
    return f"input: {{channels: 3, size: 8}}\nlayers:\n  - conv: {{filters: {filters}, kernel: 3}}\n{extra}"


def params(name: str) -> int:
    return cnncalc.analyze(cnncalc.load(name)).totals.params


@pytest.fixture
def history(repository: Repository) -> Repository:
    """4 filters (tag v1), then 8 (branch main), and 16 that are not committed."""
    repository.commit(nets__a=net(4))
    repository.git("tag", "v1")
    repository.commit(nets__a=net(8))
    repository.write(nets__a=net(16))
    return repository


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("nets/a.yaml", 16),
        ("git:HEAD:nets/a.yaml", 8),
        ("git:main:nets/a.yaml", 8),
        ("git:HEAD~1:nets/a.yaml", 4),
        ("git:v1:nets/a.yaml", 4),
        ("git:v1:./nets/a.yaml", 4),
        ("git:v1:nets/../nets/a.yaml", 4),
        ("git:main^{tree}:nets/a.yaml", 8),
    ],
)
def test_a_ref_names_the_version(history: Repository, name: str, filters: int) -> None:
    assert params(name) == filters * 28


@pytest.mark.parametrize("path", ["a.yaml", "./a.yaml", "nets/a.yaml", "../nets/a.yaml"])
def test_a_path_starts_in_the_current_folder_else_at_the_top_of_the_repository(
    history: Repository, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(history.folder / "nets")
    assert params(f"git:v1:{path}") == 4 * 28


def test_a_whole_path_needs_no_current_folder(
    history: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert params(f"git:v1:{history.folder}/nets/a.yaml") == 4 * 28
    assert params("git:v1:project/nets/a.yaml") == 4 * 28


def test_a_folder_that_is_gone_is_read_where_it_was(history: Repository) -> None:
    history.git("rm", "-rfq", "nets")
    assert not os.path.exists("nets")
    assert params("git:v1:nets/a.yaml") == 4 * 28


def test_a_bare_repository_has_only_paths_from_its_top(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    history.git("clone", "--quiet", "--bare", ".", "../bare.git")
    monkeypatch.chdir(history.folder.parent / "bare.git")
    assert params("git:v1:nets/a.yaml") == 4 * 28


def test_files_that_look_like_a_bare_repository_are_none(history: Repository) -> None:
    """Else whoever adds them to a folder chooses what `main` was."""
    history.git("clone", "--quiet", "--bare", ".", "../bare.git")
    shutil.copytree("../bare.git", "nets", dirs_exist_ok=True)
    said, _ = message("git:v1:nets/a.yaml")
    assert said.startswith("cannot read `git:v1:nets/a.yaml`: git says: cannot use bare repository")
    ran = invoke("check", "nets", "--baseline", "v1")
    assert ran.code == 2
    assert "git says: cannot use bare repository" in ran.err


def test_a_symbolic_link_leads_to_the_file_of_that_version(history: Repository) -> None:
    os.symlink("nets/a.yaml", "current.yaml")
    os.symlink("nowhere.yaml", "broken.yaml")
    history.commit(nets__a=net(32))
    history.write(nets__a=net(64))
    assert params("git:HEAD:current.yaml") == 32 * 28
    assert message("git:HEAD:broken.yaml") == (
        "cannot read `git:HEAD:broken.yaml`: a symbolic link that leads to no file of that version",
        None,
    )


# ------------------------------------------------------------------------------------------- files that it extends


def test_a_parent_is_of_the_same_version(history: Repository) -> None:
    history.commit(nets__base=net(4), nets__child="extends: base.yaml\nname: Child\n", other="extends: nets/base\n")
    history.commit(nets__base=net(32))
    history.write(nets__base=net(64))
    assert [params(f"git:HEAD~1:{file}") for file in ("nets/child.yaml", "other.yaml")] == [4 * 28, 4 * 28]
    assert [params(f"git:HEAD:{file}") for file in ("nets/child.yaml", "other.yaml")] == [32 * 28, 32 * 28]
    assert params("nets/child.yaml") == 64 * 28


def test_a_parent_that_is_new_is_not_read_from_the_folder(history: Repository) -> None:
    history.commit(child="extends: base.yaml\n")
    history.write(base=net(4))
    ran = invoke("summary", "git:HEAD:child.yaml")
    assert ran.code == 2
    assert "error[extends]: no file `base.yaml` beside this one, nor among the bundled ones" in ran.err
    assert " --> git:HEAD:child.yaml:1:10\n" in ran.err


def test_a_bundled_parent_is_the_bundled_one(history: Repository) -> None:
    history.commit(mine="extends: lenet5.yaml\n")
    assert params("git:HEAD:mine.yaml") == 61_706


def test_a_problem_names_the_version_and_its_line(history: Repository) -> None:
    history.commit(nets__base=net(4, "  - convv: 3\n"), nets__child="extends: base.yaml\n")
    ran = invoke("summary", "git:main:nets/child.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert " --> git:main:nets/base.yaml:4:5\n" in ran.err


def test_json_names_the_file_as_it_was_given(history: Repository) -> None:
    ran = invoke("summary", "git:v1:nets/a.yaml", "-f", "json")
    assert json.loads(ran.out)["file"] == "git:v1:nets/a.yaml"
    assert ran.err == ""


@pytest.mark.parametrize("command", ["summary", "explain", "check"])
def test_every_command_reads_it(history: Repository, command: str) -> None:
    ran = invoke(command, "git:v1:nets/a.yaml")
    assert (ran.code, ran.err) == (0, "")


# ------------------------------------------------------------------------------------------- what cannot be read


def message(name: str) -> tuple[str, str | None]:
    with pytest.raises(ProblemsFound) as caught:
        cnncalc.load(name)
    (problem,) = caught.value.problems
    assert problem.code == "unreadable"
    return problem.message, problem.help


@pytest.mark.parametrize(
    ("name", "said", "cure"),
    [
        ("git:", "cannot read `git:`: not `git:REF:PATH`", "write `git:HEAD~1:nets/net.yaml`"),
        ("git:main", "cannot read `git:main`: not `git:REF:PATH`", "write `git:HEAD~1:nets/net.yaml`"),
        ("git::a.yaml", "cannot read `git::a.yaml`: not `git:REF:PATH`", "write `git:HEAD~1:nets/net.yaml`"),
        ("git:^HEAD:a.yaml", "`^HEAD` is no name of a version", "name a commit, a branch or a tag"),
        ("git:-p:a.yaml", "`-p` is no name of a version", "name a commit, a branch or a tag"),
        ("git:v1:-a", "cannot read `git:v1:-a`: a path begins with no `-`", "write `./-a`"),
        ("git:v1:a\nb", "cannot read `git:v1:a\nb`: a control character is in it", None),
        ("git:v1:nets", "`git:v1:nets` is a folder", "name a file in it"),
        (
            "git:mian:nets/a.yaml",
            "cannot read `git:mian:nets/a.yaml`: no commit, branch or tag `mian`",
            "did you mean `main`?",
        ),
        (
            "git:v1..v1:nets/a.yaml",
            "cannot read `git:v1..v1:nets/a.yaml`: no commit, branch or tag `v1..v1`",
            None,
        ),
        (
            "git:v1:nets/b.yaml",
            "cannot read `git:v1:nets/b.yaml`: no such file at `v1`",
            "did you mean `git:v1:nets/a.yaml`?",
        ),
        ("git:v1:a.yaml", "cannot read `git:v1:a.yaml`: no such file at `v1`", "did you mean `git:v1:nets/a.yaml`?"),
    ],
)
def test_a_name_that_means_nothing_has_a_reason_and_a_cure(
    history: Repository, name: str, said: str, cure: str | None
) -> None:
    assert message(name) == (said, cure)


def test_a_submodule_is_no_file(history: Repository) -> None:
    history.git("update-index", "--add", "--cacheinfo", f"160000,{history.git('rev-parse', 'HEAD').strip()},vendored")
    history.git("commit", "--quiet", "--message=A submodule")
    assert message("git:HEAD:vendored") == (
        "`git:HEAD:vendored` is a submodule",
        "name a file in it: its versions are its own",
    )


def test_a_file_that_was_renamed_is_found_by_its_old_name(history: Repository) -> None:
    history.git("mv", "nets/a.yaml", "nets/quite_another.yaml")
    assert message("git:v1:nets/quite_another.yaml")[1] == "did you mean `git:v1:nets/a.yaml`?"


def test_a_folder_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert message("git:v1:a.yaml")[0] == f"cannot read `git:v1:a.yaml`: {tmp_path} is in no git repository"


def test_a_shallow_clone_says_how_to_get_older_versions(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    history.git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{history.folder}", "../shallow")
    monkeypatch.chdir(history.folder.parent / "shallow")
    assert params("git:HEAD:nets/a.yaml") == 8 * 28
    assert message("git:HEAD~1:nets/a.yaml")[1] == (
        "this clone is shallow: `git fetch --unshallow` (`fetch-depth: 0` of actions/checkout) brings the rest"
    )


@pytest.mark.parametrize(
    "args",
    [
        ("summary", "git:main:nets/a.yaml"),
        ("check", "nets/a.yaml", "--baseline", "main"),
        ("check", "--since", "main"),
        ("diff", "main"),
        ("diff", "main~0"),
    ],
)
def test_a_tag_that_is_called_as_a_branch_is_not_taken_for_it(args: tuple[str, ...], history: Repository) -> None:
    """Whoever may push a tag would choose what is compared with."""
    history.git("tag", "main", "HEAD")
    assert invoke(*args).code in (0, 1)  # it is the same version
    history.git("tag", "--force", "--annotate", "--message=x", "main", "HEAD~1")
    ran = invoke(*args)
    ref = "main~0" if "main~0" in args else "main"
    assert ran.code == 2
    assert f"`{ref}` means two versions\n" in ran.err
    assert f"help: write `refs/heads/{ref}` or `refs/tags/{ref}`" in ran.err
    assert invoke(*(one.replace("main", "refs/heads/main") for one in args)).code in (0, 1)


def test_whoever_has_signatures_shown_reads_the_same_history(history: Repository) -> None:
    """git would run the program of `gpg.program`, and print what it says among our answers."""
    text = history.git("cat-file", "commit", "HEAD")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----"
    (history.folder / "commit").write_text(text.replace("\n\n", f"\n{signature}\n\n", 1), encoding="utf-8")
    history.git("update-ref", "refs/heads/main", history.git("hash-object", "-t", "commit", "-w", "commit").strip())
    gpg = history.folder / "gpg"
    gpg.write_text("#!/bin/sh\necho gpg: no >&2; exit 1\n", encoding="utf-8")
    gpg.chmod(0o755)
    history.git("config", "gpg.program", str(gpg))
    before = invoke("history", "nets/a.yaml", "-f", "json").out
    history.git("config", "log.showSignature", "true")
    assert invoke("history", "nets/a.yaml", "-f", "json").out == before


PROGRAMS = (
    "core.fsmonitor", "core.pager", "pager.log", "core.editor", "core.sshCommand", "core.gitProxy", "core.askPass",
    "diff.external", "diff.x.command", "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "filter.x.process",
    "merge.x.driver", "gpg.program", "credential.helper", "remote.origin.uploadpack", "uploadpack.packObjectsHook",
)  # fmt: skip
ASKED = ("cat-file", "diff-index", "for-each-ref", "log", "ls-files", "ls-tree", "merge-base", "rev-parse")


def test_no_program_runs_that_the_configuration_of_a_repository_names(history: Repository) -> None:
    """As of an archive that somebody sent, with its `.git`."""
    evil = history.folder.parent / "evil"
    evil.write_text('#!/bin/sh\necho "$0 $*" >> ../ran\ncat\n', encoding="utf-8")
    evil.chmod(0o755)
    settings = dict.fromkeys(PROGRAMS, str(evil)) | {f"alias.{one}": f"!{evil}" for one in ASKED}
    settings |= {"log.showSignature": "true", "remote.origin.url": f"ext::{evil}", "protocol.ext.allow": "always"}
    settings |= {"remote.origin.promisor": "true", "extensions.partialClone": "origin"}
    config = "".join(
        f'[{section} "{below}"]\n{key} = "{value}"\n' if below else f'[{section}]\n{key} = "{value}"\n'
        for name, value in settings.items()
        for section, _, rest in [name.partition(".")]
        for below, _, key in [rest.rpartition(".")]
    )
    with (history.folder / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write(config)
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-commit"):
        shutil.copy(evil, history.folder / ".git" / "hooks" / hook)
    Path(".gitattributes").write_text("*.yaml filter=x diff=x merge=x\n", encoding="utf-8")
    for args in (
        ("history", "nets/a.yaml"),
        ("diff", "v1"),
        ("check", "--since", "v1"),
        ("check", "--staged"),
        ("check", "nets/a.yaml", "--baseline", "v1"),
        ("summary", "git:v1:nets/a.yaml"),
    ):
        assert invoke(*args).code in (0, 1), args
    assert not (history.folder.parent / "ran").exists()


def test_a_file_beyond_the_limit(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    history.commit(big=net(4) + "#" * 3000)
    monkeypatch.setattr(git_module, "LARGEST_FILE", 1000)
    with pytest.raises(ProblemsFound, match=r"`git:HEAD:big\.yaml` is too large"):
        cnncalc.load("git:HEAD:big.yaml")


def test_a_file_that_is_no_text(history: Repository) -> None:
    Path("nets/a.yaml").write_bytes(b"name: \xff\n")
    history.commit()
    with pytest.raises(ProblemsFound, match="not UTF-8: byte 0xff at offset 6"):
        cnncalc.load("git:HEAD:nets/a.yaml")


def test_without_git(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert message("git:v1:nets/a.yaml")[0] == "cannot read `git:v1:nets/a.yaml`: git is not installed"


def program(history: Repository, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put another program in the place of git."""
    bin = history.folder.parent / "bin"
    bin.mkdir()
    (bin / "git").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (bin / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin}{os.pathsep}{os.environ['PATH']}")


def test_git_that_never_answers_is_stopped(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    program(history, monkeypatch, "exec sleep 60")
    monkeypatch.setattr(git_module, "SECONDS", 0.2)
    assert message("git:v1:nets/a.yaml")[0] == "cannot read `git:v1:nets/a.yaml`: git took longer than 0.2 seconds"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_meets_no_thread_that_waits_for_git(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is about to end would take it while a file is written, and with it the whole command."""
    masks = []

    class Told(Timer):
        def run(self) -> None:
            masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
            super().run()

    monkeypatch.setattr(git_module, "Timer", Told)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert params("git:v1:nets/a.yaml") == 4 * 28
    assert masks
    assert all(mask >= {signal.SIGHUP, signal.SIGINT, signal.SIGTERM} for mask in masks)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_git_that_never_stops_is_read_no_further(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    program(history, monkeypatch, "exec yes")
    monkeypatch.setattr(git_module, "LARGEST_FILE", 10_000)
    assert message("git:v1:nets/a.yaml")[0].startswith("cannot read `git:v1:nets/a.yaml`: ")


def test_git_is_asked_without_a_shell_and_in_its_own_words(
    history: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(history, monkeypatch, 'echo "$GIT_DIR|$GIT_PAGER|$LC_ALL|$*" >> ../asked; exit 1')
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("LC_ALL", "de_DE")
    message("git:$(touch hacked);x:nets/a.yaml")
    asked = (history.folder.parent / "asked").read_text(encoding="utf-8")
    assert asked.splitlines()[0] == (
        "|cat|C|--no-pager -c core.fsmonitor=false -c log.showSignature=false -c safe.bareRepository=explicit -C nets"
        " cat-file --batch --follow-symlinks"
    )
    assert not os.path.exists("hacked")


def test_inside_a_hook_git_names_the_repository_by_variables_that_lead_astray(history: Repository) -> None:
    env = {"GIT_DIR": ".git", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "nowhere", "GIT_TRACE": "1"}
    ran = process("check", "git:v1:nets/a.yaml", cwd=history.folder, env=env)
    assert (ran.code, ran.err) == (0, "")


def test_a_file_of_such_a_name_is_read_with_its_folder(history: Repository) -> None:
    Path("git:v1:odd.yaml").write_text(net(2), encoding="utf-8")
    assert params("./git:v1:odd.yaml") == 2 * 28


@pytest.mark.parametrize("command", ["summary", "check"])
def test_start_up_does_not_know_git(history: Repository, command: str) -> None:
    ran = process(command, "nets/a.yaml", cwd=history.folder, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert "cnncalc.formats.open" in ran.err
    assert "cnncalc.formats.git" not in ran.err
    assert "subprocess" not in ran.err
