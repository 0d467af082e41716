"""action.yml on a runner of our own: its steps in bash, with GitHub's variables, on a pull request."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.runner import ACTION, Runner

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not (shutil.which("git") and shutil.which("jq")), reason="no git or jq"),
]

BASE = """\
name: Base
input: {channels: 3, size: 8}
vars: {n: 4}
layers:
  - conv: {name: stem, filters: n, kernel: 3}
  - flatten
  - dense: 10
"""
WIDE = "{extends: base.yaml, name: Wide, vars: {n: 8}, budget: {params: {max: 4k}}}\n"
FINE, DOUBLED = BASE, BASE.replace("filters: n,", "filters: 2 * n,")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checkout of a project, whose first commit is what a pull request wants to change."""
    folder = tmp_path / "workspace"
    write(folder, {"architectures/base.yaml": BASE, "architectures/wide.yaml": WIDE, "README.md": "nets\n"})
    write(folder, {"pyproject.toml": '[tool.cnncalc]\nfiles = ["architectures"]\n'})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def git(folder: Path, *args: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = {f"GIT_{who}_{what}": "a@b.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *args], cwd=folder, env=inherited | alone | who, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=change")
    return git(folder, "rev-parse", "HEAD")


def runner(workspace: Path, **inputs: str) -> Runner:
    """A runner on which cnncalc is already installed."""
    context = {"steps.install.outputs.interpreter": sys.executable, "github.token": "secret"}
    return Runner(workspace, workspace.parent / "temporary", inputs, context)


def test_it_installs_the_cnncalc_that_it_belongs_to(workspace: Path) -> None:
    context = {"github.action_path": str(ACTION.parent), "steps.python.outputs.python-path": sys.executable}
    here = Runner(workspace, workspace.parent / "temporary", {}, context)
    installed = here.step("Install cnncalc")
    assert installed.code == 0, installed.err
    assert installed.out.startswith("cnncalc ")
    assert Path(installed.outputs["interpreter"]).exists()
    checked = here.step("Check")
    assert (checked.code, checked.outputs) == (0, {"exit-code": "0"}), checked.err


def test_all_is_well(workspace: Path) -> None:
    here = runner(workspace)
    assert here.step("Check").outputs == {"exit-code": "0"}
    assert "architectures/base.yaml" in here.summary.read_text(encoding="utf-8")


def test_a_broken_budget_is_annotated_at_its_line(workspace: Path) -> None:
    write(workspace, {"architectures/base.yaml": DOUBLED})
    step = runner(workspace).step("Check")
    assert (step.code, step.outputs) == (1, {"exit-code": "1"})
    assert step.out.startswith("::error file=architectures/wide.yaml,line=1,")
    assert "`total` params: limit 4k, is 6.2k" in step.out


def test_a_file_that_cannot_be_used(workspace: Path) -> None:
    write(workspace, {"architectures/base.yaml": BASE.replace("dense", "dens")})
    step = runner(workspace).step("Check")
    assert (step.code, step.outputs) == (2, {"exit-code": "2"})
    assert "did you mean `dense`?" in step.out


def test_options_and_files(workspace: Path) -> None:
    write(workspace, {"my nets/a.yaml": BASE, "b.yaml": BASE})
    step = runner(workspace, files="my nets\nb.yaml\n", args="--strict --max-params 1k --max-size '20 MiB'").step(
        "Check"
    )
    assert step.code == 1
    assert step.out.count("::error") == 2
    assert "file=my nets/a.yaml" in step.out


def test_a_baseline_is_a_version_in_git(workspace: Path) -> None:
    write(workspace, {"architectures/wide.yaml": WIDE.replace("n: 8", "n: 6")})
    assert runner(workspace, baseline="HEAD").step("Check").code == 0
    write(workspace, {"architectures/base.yaml": DOUBLED})
    step = runner(workspace, baseline="HEAD").step("Check")
    assert step.code == 1
    assert "`total` params" in step.out
    assert "architectures/base.yaml" in step.out
    assert runner(workspace, files="architectures/base.yaml", baseline="HEAD", args="--max-growth 200%").step(
        "Check"
    ).outputs == {"exit-code": "0"}


def test_a_report_for_code_scanning(workspace: Path) -> None:
    write(workspace, {"architectures/base.yaml": DOUBLED})
    step = runner(workspace, sarif="cnncalc.sarif").step("Check")
    assert step.code == 1
    assert step.out.count("::error") == 1
    report = json.loads((workspace / "cnncalc.sarif").read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["budget"]


NOWHERE = {
    "nowhere/": "cannot read `nowhere/`: no such file",
    "architectures\nnowhere.yaml": "cannot read `nowhere.yaml`: no such file",
    "architectures\nempty": "no architecture file in `empty`",
}


@pytest.mark.parametrize(("files", "said"), NOWHERE.items())
def test_a_path_that_leads_to_no_architecture_fails(workspace: Path, files: str, said: str) -> None:
    write(workspace, {"empty/settings.yaml": "a: 1\n"})
    step = runner(workspace, files=files).step("Check")
    assert (step.code, step.outputs) == (2, {"exit-code": "2"})
    assert said in step.out


def test_without_files_nothing_is_checked_and_nothing_passes(workspace: Path) -> None:
    (workspace / "architectures").rename(workspace / "nets")
    assert runner(workspace, files="\n").step("Check").code == 2


@pytest.mark.parametrize("args", ["it's", "--max-size '20 MiB", '"', "a\\"])
def test_options_with_an_open_quote_are_refused(workspace: Path, args: str) -> None:
    step = runner(workspace, args=args).step("Check")
    assert (step.code, step.outputs) == (2, {"exit-code": "2"})
    assert step.out == "::error title=cnncalc::The input args cannot be read: a quote in it is open.\n"
    assert step.err == ""


def test_an_option_may_be_empty_and_have_spaces_and_quotes(workspace: Path) -> None:
    step = runner(workspace, args="""--ignore '' --set "it's a var=1"\n--set='$(x)=2'""").step("Check")
    assert (step.code, step.outputs) == (2, {"exit-code": "2"})
    assert "it's a var" in step.out + step.err


HOSTILE = ["it's", 'a "b"', "$(touch ran)", "`touch ran`", "; touch ran; #", "a  b*?[c]", "-n", "\\", "ü—漢"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["files", "args", "baseline", "sarif"])
def test_what_is_written_is_never_run(workspace: Path, name: str, text: str) -> None:
    step = runner(workspace, **{name: text}).step("Check")
    assert step.outputs == {"exit-code": str(step.code)}
    assert step.code in ([0] if name == "sarif" else [2])
    assert not (workspace / "ran").exists()


@pytest.mark.parametrize("text", [name for name in HOSTILE if name not in ("-n", "\\")])
def test_files_folders_and_reports_have_any_name(workspace: Path, text: str) -> None:
    write(workspace, {f"{text}/{text}.yaml": DOUBLED})
    step = runner(workspace, files=f"architectures\n{text}\n", sarif=f"{text}/r.sarif").step("Check")
    assert step.code == 0
    report = json.loads((workspace / text / "r.sarif").read_text(encoding="utf-8"))
    assert report["runs"][0]["results"] == []
    assert f"{text.replace('`', '')}.yaml" in here(workspace).replace("`", "").replace("\\", "")
    assert not (workspace / "ran").exists()


def here(workspace: Path) -> str:
    """The step summary."""
    return (workspace.parent / "temporary" / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("branch", ["it's", "$(touch${IFS}ran)", "`touch`", 'a"b', "a;b|c&d", "ü—漢"])
def test_a_baseline_is_a_branch_of_any_name(workspace: Path, branch: str) -> None:
    git(workspace, "branch", branch)
    write(workspace, {"architectures/base.yaml": DOUBLED, "architectures/wide.yaml": WIDE.replace("4k", "9k")})
    step = runner(workspace, baseline=branch).step("Check")
    assert (step.code, step.outputs) == (1, {"exit-code": "1"})
    assert f"params: was 1,562 at {branch}" in step.out
    assert not (workspace / "ran").exists()


# ------------------------------------------------------------------------------------------------ the comment

GH = """\
#!/usr/bin/env python3
import json, os, sys
from pathlib import Path
body = [word.partition("=")[2] for word in sys.argv if word.startswith("body=@")]
text = Path(body[0][1:]).read_text(encoding="utf-8") if body else ""
with open(os.environ["CALLS"], "a") as calls:
    print(json.dumps({"args": sys.argv[1:], "body": text, "token": os.environ.get("GH_TOKEN")}), file=calls)
if os.environ["MAY_COMMENT"] == "no":
    sys.exit("HTTP 403: Resource not accessible by integration")
if "--paginate" in sys.argv:
    print(os.environ["OWN_COMMENTS"])
else:
    print("https://github.com/owner/nets/pull/7#issuecomment-1")
"""


class PullRequest:
    """A pull request, and a `gh` that only writes down what it is asked."""

    def __init__(self, workspace: Path, monkeypatch: pytest.MonkeyPatch, **inputs: str) -> None:
        self.base = git(workspace, "rev-parse", "HEAD")
        self.workspace, self.calls_file = workspace, workspace.parent / "calls"
        self.runner = runner(workspace, comment="true", **inputs)
        self.runner.context |= {
            "github.event.pull_request.base.sha": self.base,
            "github.event.pull_request.number": "7",
        }
        programs = workspace.parent / "programs"
        write(programs, {"gh": GH})
        (programs / "gh").chmod(0o755)
        self.runner.path = f"{programs}{os.pathsep}{self.runner.path}"
        self.environment = monkeypatch
        monkeypatch.setenv("CALLS", str(self.calls_file))
        self.comments([])

    def comments(self, own: list[int], may: bool = True) -> None:
        """Which comments are ours, and whether the token may write."""
        self.environment.setenv("OWN_COMMENTS", "\n".join(map(str, own)))
        self.environment.setenv("MAY_COMMENT", "yes" if may else "no")

    def calls(self) -> list[dict[str, object]]:
        return (
            [json.loads(line) for line in self.calls_file.read_text().splitlines()] if self.calls_file.exists() else []
        )


@pytest.fixture
def pull_request(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    return PullRequest(workspace, monkeypatch)


def test_a_comment_shows_what_changes_also_in_what_extends_it(pull_request: PullRequest) -> None:
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED, "architectures/new.yaml": BASE})
    commit(pull_request.workspace)
    step = pull_request.runner.step("Comment")
    assert step.code == 0, step.err
    assert step.out == "Commented: https://github.com/owner/nets/pull/7#issuecomment-1\n"
    _, sent = pull_request.calls()
    assert sent["token"] == "secret"
    assert sent["args"][:4] == ["api", "--method", "POST", "repos/owner/nets/issues/7/comments"]
    body = str(sent["body"])
    assert body.startswith("<!-- cnncalc //__owner_cnncalc -->\n### Networks since ")
    rows = [line.split(" | ")[:3] for line in body.splitlines() if line.startswith("| `architectures")]
    assert rows == [
        ["| `architectures/base.yaml`", "changed", "1,562 → 3,114 (**+99.4&nbsp;%**)"],
        ["| `architectures/new.yaml`", "new", "1,562"],
        ["| `architectures/wide.yaml`", "changed by what it extends", "3,114 → 6,218 (**+99.7&nbsp;%**)"],
    ]
    assert Path(step.outputs["file"]).read_text(encoding="utf-8") == body
    assert body.partition("\n")[2] in pull_request.runner.summary.read_text(encoding="utf-8")


def test_without_a_comment_the_table_stands_in_the_summary(pull_request: PullRequest) -> None:
    pull_request.runner.context["inputs.comment"] = "false"
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    assert "1,562 → 3,114" in pull_request.runner.summary.read_text(encoding="utf-8")
    assert pull_request.calls() == []


@pytest.mark.parametrize(
    ("id", "mark"), [("", "//__owner_cnncalc"), ("mobile nets", "mobile_nets"), ("--><b>", "____b_"), ("a\nb", "ab")]
)
def test_each_use_of_the_action_has_its_own_comment(pull_request: PullRequest, id: str, mark: str) -> None:
    pull_request.runner.context["inputs.id"] = id
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    asked, sent = pull_request.calls()
    assert str(sent["body"]).startswith(f"<!-- cnncalc {mark} -->\n")
    assert f'startswith("<!-- cnncalc {mark} -->")' in str(asked["args"])


def test_a_later_push_that_takes_all_back_rewrites_the_comment(pull_request: PullRequest) -> None:
    pull_request.comments([41])
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED})
    commit(pull_request.workspace)
    write(pull_request.workspace, {"architectures/base.yaml": BASE})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    sent = pull_request.calls()[-1]
    assert sent["args"][:3] == ["api", "--method", "PATCH"]
    assert "nothing changed\n\n2 networks unchanged.\n" in str(sent["body"])


def test_limits_that_a_pull_request_loosens_stand_first(pull_request: PullRequest) -> None:
    write(pull_request.workspace, {"architectures/wide.yaml": WIDE.replace("4k", "9k")})
    write(pull_request.workspace, {"pyproject.toml": '[tool.cnncalc]\nfiles = ["architectures"]\nexclude = ["x"]\n'})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    lines = [line for line in str(pull_request.calls()[-1]["body"]).splitlines() if line.startswith("| `")]
    assert lines == [
        "| `pyproject.toml` | exclude | – | x | ⚠️ looser |",
        "| `architectures/wide.yaml:1` | budget total params | 4k | 9k | ⚠️ looser |",
    ]


def test_a_second_push_rewrites_the_comment(pull_request: PullRequest) -> None:
    pull_request.comments([41, 42])
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    _, sent = pull_request.calls()
    assert sent["args"][:4] == ["api", "--method", "PATCH", "repos/owner/nets/issues/comments/41"]


def test_a_token_that_may_not_comment_fails_nothing(pull_request: PullRequest) -> None:
    pull_request.comments([], may=False)
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED})
    commit(pull_request.workspace)
    step = pull_request.runner.step("Comment")
    assert step.code == 0
    assert "::notice::cnncalc may not comment" in step.out
    assert "6,218" in pull_request.runner.summary.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_compared_is_named(pull_request: PullRequest) -> None:
    write(pull_request.workspace, {"architectures/base.yaml": BASE.replace("dense", "dens")})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    body = str(pull_request.calls()[-1]["body"])
    assert body.count("❌ cannot be used: ") == 2
    told = "no layer or block `dens`; and so in `architectures/wide.yaml`\n"
    assert f"\n- `architectures/base.yaml:7`: {told}" in body


def test_a_parent_outside_of_the_files_is_found_by_its_children(pull_request: PullRequest) -> None:
    write(pull_request.workspace, {"common/base ä.yaml": BASE, "architectures/wide.yaml": WIDE})
    extending = WIDE.replace("base.yaml", "../common/base ä.yaml")
    write(pull_request.workspace, {"architectures/wide.yaml": extending})
    pull_request.runner.context["github.event.pull_request.base.sha"] = commit(pull_request.workspace)
    write(pull_request.workspace, {"common/base ä.yaml": DOUBLED})
    commit(pull_request.workspace)
    step = pull_request.runner.step("Comment")
    assert step.code == 0, step.err
    body = str(pull_request.calls()[-1]["body"])
    assert "architectures/wide.yaml" in body
    assert "base ä" not in body


def test_a_deleted_parent_is_told_of_its_children(pull_request: PullRequest) -> None:
    (pull_request.workspace / "architectures/base.yaml").unlink()
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    body = str(pull_request.calls()[-1]["body"])
    assert "| `architectures/base.yaml` | removed | −1,562 |" in body
    assert (
        "| `architectures/wide.yaml` | changed by what it extends |  |  |  | ❌ cannot be used: no file `base.yaml` "
        in body
    )


def test_a_shallow_checkout_is_compared_with_the_base_itself(
    pull_request: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED})
    commit(pull_request.workspace)
    shallow = pull_request.workspace.parent / "shallow"
    git(pull_request.workspace, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(pull_request.workspace.parent, "clone", "--quiet", "--depth=1", f"file://{pull_request.workspace}", "shallow")
    pull_request.runner.workspace = shallow
    step = pull_request.runner.step("Comment")
    assert step.code == 0, step.err
    assert "6,218" in str(pull_request.calls()[-1]["body"])


def test_where_git_cannot_say_what_changed_the_step_fails(pull_request: PullRequest) -> None:
    pull_request.runner.context["inputs.files"] = "nowhere"
    step = pull_request.runner.step("Comment")
    assert step.code == 1
    assert "error[unreadable]: cannot read `nowhere`: git knows no such file or folder" in step.err
    assert pull_request.calls() == []


def test_nothing_is_said_where_nothing_changes(pull_request: PullRequest) -> None:
    write(pull_request.workspace, {"README.md": "more\n", "elsewhere/net.yaml": BASE})
    commit(pull_request.workspace)
    step = pull_request.runner.step("Comment")
    assert (step.code, step.out) == (0, "No architecture is changed.\n")
    assert [call["args"][1] for call in pull_request.calls()] == ["--paginate"]  # type: ignore[index]


NAMES = [
    *HOSTILE,
    "a\nb",
    "\n::stop-commands::x",
    "##[stop-commands]x",
    "a\n\n# Approved\n\n<b>",
    "x\n../README.md\ny",
    "@octocat #7",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("old", [False, True])
def test_a_file_in_a_comment_has_any_name(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: bool
) -> None:
    file = f"architectures/{name}/{name.replace('/', '')}.yaml"
    if old:
        write(workspace, {file: BASE})
        commit(workspace)
    request = PullRequest(workspace, monkeypatch)
    write(workspace, {file: DOUBLED})
    commit(workspace)
    step = request.runner.step("Comment")
    assert step.code == 0, step.err
    body = str(request.calls()[-1]["body"])
    assert body.count("\n#") == 1
    row = next(line for line in body.splitlines() if line.startswith(("| `arch", "| arch")))
    assert row.count(" | ") - row.count("\\| ") == 5
    assert (" | new | " in row) is not old
    assert ("1,562 → 3,114" in row) is old
    assert not (workspace / "ran").exists()
    assert set(step.out.splitlines()) == {"Commented: https://github.com/owner/nets/pull/7#issuecomment-1"}


def test_a_line_of_a_name_is_no_file(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = workspace.parent / "secret.yaml"
    secret.write_text(BASE.replace("Base", "Secret"), encoding="utf-8")
    request = PullRequest(workspace, monkeypatch)
    write(workspace, {f"architectures/a\n{secret.parent}/secret.yaml": BASE, "architectures/b\nwide.yaml": BASE})
    commit(workspace)
    assert request.runner.step("Comment").code == 0
    body = str(request.calls()[-1]["body"])
    assert "Secret" not in body
    assert body.count(" | new | ") == 2
    assert "architectures/wide.yaml" not in body


def test_a_file_is_no_version_in_git_and_no_option(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = PullRequest(workspace, monkeypatch, files=".")
    write(workspace, {"git:HEAD:architectures/base.yaml": DOUBLED, "--help/-.yaml": DOUBLED, "-": DOUBLED})
    commit(workspace)
    assert request.runner.step("Comment").code == 0
    body = str(request.calls()[-1]["body"])
    assert "| `--help/-.yaml` | new | 3,114 |" in body


def test_a_comment_links_nowhere(pull_request: PullRequest) -> None:
    linked = DOUBLED.replace("Base", '"see https://evil.example, www.evil.example or @octocat"')
    write(pull_request.workspace, {"architectures/base.yaml": linked, "architectures/new.yaml": linked})
    commit(pull_request.workspace)
    assert pull_request.runner.step("Comment").code == 0
    body = str(pull_request.calls()[-1]["body"])
    for link in ("https://", "www.", "@octocat"):
        assert link not in body


def test_a_comment_of_text_that_looks_like_a_command(pull_request: PullRequest) -> None:
    """The comment is a file: what is printed is broken, and it is not."""
    write(pull_request.workspace, {"architectures/base.yaml": DOUBLED.replace("Base", '"::x:: ##[y]"')})
    commit(pull_request.workspace)
    step = pull_request.runner.step("Comment")
    assert step.code == 0
    assert "u005b" not in str(pull_request.calls()[-1]["body"])


def test_the_older_commit_is_fetched_where_it_is_missing(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(workspace, {"architectures/base.yaml": DOUBLED})
    newer = commit(workspace)
    clone = workspace.parent / "clone"
    git(workspace.parent, "clone", "--quiet", "--depth=1", f"file://{workspace}", str(clone))
    request = PullRequest(clone, monkeypatch)
    assert request.base == newer
    request.runner.context["github.event.pull_request.base.sha"] = git(workspace, "rev-parse", "HEAD~1")
    git(workspace, "config", "uploadpack.allowAnySHA1InWant", "true")
    step = request.runner.step("Comment")
    assert step.code == 0, step.err
    assert "3,114" in str(request.calls()[-1]["body"])
