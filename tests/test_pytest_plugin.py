"""`pytest --cnncalc`: architecture files as tests, in a project of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cnncalc.analyses.checks.lint
import cnncalc.analyses.checks.report
import cnncalc.render.problems  # noqa: F401  imported here, once for all the runs of pytest in this process
from tests.running import environment, invoke

pytest_plugins = ["pytester"]

NET = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3], flatten, dense: 10]\n"
FINE = NET + "expect: {total: {params: 1562}}\n"
BROKEN = NET + "expect: {total: {params: 1500}}\n"
UNUSABLE = NET.replace("dense", "dens")
WARNED = NET + "budget: {params: {warn: 1k}}\n"
SAID = """\
error[expectation]: `total` params: expected 1,500, is 1,562 (62 more, +4.1 %)
 --> architectures/net.yaml:3:26
  |
3 | expect: {total: {params: 1500}}
  |                          ^^^^
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with a test, a network, and YAML that is none."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others take seconds
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p cnncalc.pytest_plugin")
    pytester.makepyfile(test_code="def test_code(): pass")
    write(pytester, {"architectures/net.yaml": FINE, "architectures/settings.yaml": "a: 1\n", "other/net.yaml": BROKEN})
    return pytester


def write(project: pytest.Pytester, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = project.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def outcomes(project: pytest.Pytester, *args: str) -> dict[str, int]:
    return project.runpytest(*args).parseoutcomes()


def test_without_the_option_nothing_is_collected(project: pytest.Pytester) -> None:
    assert outcomes(project) == {"passed": 1}


def test_every_architecture_is_a_test(project: pytest.Pytester) -> None:
    result = project.runpytest("--cnncalc", "-v", "--strict-markers")
    assert result.parseoutcomes() == {"passed": 2}
    result.stdout.fnmatch_lines(["architectures/net.yaml::check PASSED*", "test_code.py::test_code PASSED*"])


def test_a_broken_one_shows_its_problems_and_no_traceback(project: pytest.Pytester) -> None:
    write(project, {"architectures/net.yaml": BROKEN})
    result = project.runpytest("--cnncalc", "--color=no")
    assert result.parseoutcomes() == {"passed": 1, "failed": 1}
    text = result.stdout.str()
    assert SAID in text
    assert "Traceback" not in text
    assert "pytest_plugin" not in text
    result.stdout.fnmatch_lines(["FAILED architectures/net.yaml::check*"])


def test_one_that_cannot_be_used_fails(project: pytest.Pytester) -> None:
    write(project, {"architectures/net.yaml": UNUSABLE, "architectures/more.yml": "layers: [\n"})
    result = project.runpytest("--cnncalc")
    assert result.parseoutcomes() == {"passed": 1, "failed": 2}
    text = result.stdout.str()
    assert "no layer or block `dens`" in text
    assert "error[yaml-syntax]" in text


def test_a_warning_is_a_warning_at_its_line(project: pytest.Pytester) -> None:
    write(project, {"architectures/net.yaml": WARNED})
    result = project.runpytest("--cnncalc", "-W", "default")
    assert result.parseoutcomes() == {"passed": 2, "warnings": 1}
    result.stdout.fnmatch_lines(["*architectures/net.yaml:3: ArchitectureWarning: `total` params: * [[]budget]"])


@pytest.mark.parametrize(("choices", "args"), [("strict = true\n", ()), ("", ("-W", "error"))])
def test_a_warning_may_break_a_file(project: pytest.Pytester, choices: str, args: tuple[str, ...]) -> None:
    write(project, {"architectures/net.yaml": WARNED, "pyproject.toml": f"[tool.cnncalc]\n{choices}"})
    result = project.runpytest("--cnncalc", *args)
    assert result.parseoutcomes() == {"passed": 1, "failed": 1}
    assert "Traceback" not in result.stdout.str()
    result.stdout.fnmatch_lines(["*warning*`total` params: *"])


LINTED = NET.replace("conv: [4, 3]", "conv: {filters: 4, kernel: 3, padding: 3}")


def test_the_lint_rules_and_the_choices_of_the_project_hold(project: pytest.Pytester) -> None:
    write(project, {"architectures/net.yaml": LINTED})
    result = project.runpytest("--cnncalc", "-W", "default")
    assert result.parseoutcomes() == {"passed": 2, "warnings": 1}
    result.stdout.fnmatch_lines(["*architectures/net.yaml:2: ArchitectureWarning: * [[]wide-padding]"])
    write(project, {"pyproject.toml": '[tool.cnncalc]\nignore = ["wide-padding"]\n'})
    assert outcomes(project, "--cnncalc", "-W", "default") == {"passed": 2}
    write(project, {"pyproject.toml": "[tool.cnncalc]\nstrict = true\n"})
    assert outcomes(project, "--cnncalc") == {"passed": 1, "failed": 1}


def test_a_choice_that_cannot_be_used_is_an_error_without_traceback(project: pytest.Pytester) -> None:
    write(project, {"pyproject.toml": '[tool.cnncalc]\nignore = ["no-such-rule"]\n'})
    result = project.runpytest("--cnncalc")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len(result.errlines) == 2
    assert result.errlines[0].endswith("no rule `no-such-rule`: `cnncalc rules` lists them")
    assert outcomes(project) == {"passed": 1}


def chooses(project: pytest.Pytester, text: str) -> None:
    write(project, {"pyproject.toml": f"[tool.cnncalc]\n{text}\n"})


def test_the_limits_of_the_project_hold(project: pytest.Pytester) -> None:
    chooses(project, 'max-params = "1k"')
    result = project.runpytest("--cnncalc")
    assert result.parseoutcomes() == {"passed": 1, "failed": 1}
    assert "limit 1k, is 1.6k" in result.stdout.str()
    assert "note: the limit stands in pyproject.toml" in result.stdout.str()


def test_the_baseline_of_the_project_holds(project: pytest.Pytester) -> None:
    assert invoke("check", "architectures", "--write-baseline", "base.json").code == 0
    chooses(project, 'baseline = "base.json"')
    assert outcomes(project, "--cnncalc") == {"passed": 2}
    write(project, {"architectures/net.yaml": NET.replace("4, 3", "8, 3")})
    result = project.runpytest("--cnncalc")
    assert result.parseoutcomes() == {"passed": 1, "failed": 1}
    assert "`total` params: was 1,562 in base.json, is 3,114" in result.stdout.str()


def test_a_baseline_that_is_none_is_an_error(project: pytest.Pytester) -> None:
    chooses(project, 'baseline = "base.json"')
    result = project.runpytest("--cnncalc")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0] == (
        "ERROR: cnncalc: cannot read `base.json`: no such file; "
        "`cnncalc check FILE... --write-baseline base.json` writes one"
    )


@pytest.mark.parametrize(
    ("paths", "passed", "failed"),
    [
        ('["architectures"]', 2, 0),
        ('["./other/"]', 1, 1),
        ('["arch*/*.yaml", "other/*.yaml"]', 2, 1),
        ('["**/*.yaml"]', 2, 1),
        ('["*.yaml"]', 2, 1),
        ('["other/**/*.yaml"]', 1, 1),
        ('["."]', 2, 1),
        ('["."]\nexclude = ["other"]', 2, 0),
        ('["."]\nexclude = ["other/*.yaml"]', 2, 0),
    ],
)
def test_where_they_are(project: pytest.Pytester, paths: str, passed: int, failed: int) -> None:
    chooses(project, f"files = {paths}")
    found = outcomes(project, "--cnncalc")
    assert (found.get("passed", 0), found.get("failed", 0)) == (passed, failed)


REFUSED = {
    "a folder that is not there": ('"nets"', "{config}: [tool.cnncalc]: `files`: no file or folder `nets`"),
    "a pattern that matches nothing, beside one that does": (
        '"architectures", "nets/**/*.yaml"',
        "{config}: [tool.cnncalc]: `files`: no architecture file in `nets/**/*.yaml`",
    ),
    "a folder without architectures": ('"sub"', "no architecture file in `sub`"),
    "a file that is none": ('"architectures/settings.yaml"', "no architecture file in `architectures/settings.yaml`"),
    "a folder that pytest passes by": (
        '"build/nets"',
        "pytest passes by `build/nets/net.yaml`: norecursedirs has `build`",
    ),
    "a folder below, that pytest passes by": (
        '"deep"',
        "pytest passes by `deep/build/net.yaml`: norecursedirs has `build`",
    ),
}


@pytest.mark.parametrize(("paths", "said"), REFUSED.values(), ids=REFUSED)
def test_a_path_that_leads_to_no_architecture_is_an_error(project: pytest.Pytester, paths: str, said: str) -> None:
    write(project, {"sub/settings.yaml": "a: 1\n", "build/nets/net.yaml": FINE, "deep/net.yaml": FINE})
    write(project, {"deep/build/net.yaml": FINE})
    chooses(project, f"files = [{paths}]")
    result = project.runpytest("--cnncalc")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0] == f"ERROR: cnncalc: {said.format(config=project.path / 'pyproject.toml')}"
    assert outcomes(project) == {"passed": 1}  # who does not ask is not bothered


def test_a_folder_without_a_project_is_not_passed_by_without_a_word(pytester: pytest.Pytester) -> None:
    """Nothing says which of its files are meant: before, none was checked, and all was green."""
    write(pytester, {"nets/net.yaml": FINE, "test_code.py": "def test_code(): pass\n"})
    result = pytester.runpytest("--cnncalc", "nets", "test_code.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0] == (
        "ERROR: cnncalc: no `files` of [tool.cnncalc] say what is checked below 'nets', 'test_code.py': "
        "name architecture files, or leave out --cnncalc"
    )
    named = pytester.runpytest("--cnncalc", "nets/net.yaml", "test_code.py")
    named.assert_outcomes(passed=2)


def test_the_folder_that_is_meant_without_a_setting_must_be_there(project: pytest.Pytester) -> None:
    (project.path / "architectures").rename(project.path / "nets")
    result = project.runpytest("--cnncalc")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = "Missing FILE or FOLDER; `files` of [tool.cnncalc] in pyproject.toml names those of a project."
    assert result.errlines[0] == f"ERROR: cnncalc: {said}"
    assert outcomes(project, "--cnncalc", "nets/net.yaml") == {"passed": 1}  # who names one needs no project


def test_from_a_folder_below_they_are_found_too(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"tests/test_more.py": "def test_more(): pass\n"})
    project.makeini("[pytest]\n")
    monkeypatch.chdir(project.path / "tests")
    assert outcomes(project, "--cnncalc") == {"passed": 2}


def test_what_is_named_is_all_that_is_checked_and_the_report_says_so(project: pytest.Pytester) -> None:
    said = "cnncalc: what is named is checked, and not all of the project"
    assert said in project.runpytest("--cnncalc", "test_code.py").outlines
    assert said not in project.runpytest("--cnncalc").outlines


def test_they_are_found_beside_testpaths(project: pytest.Pytester) -> None:
    write(project, {"tests/test_more.py": "def test_more(): pass\n"})
    project.makeini("[pytest]\ntestpaths = tests\n")
    assert outcomes(project, "--cnncalc") == {"passed": 2}
    assert outcomes(project) == {"passed": 1}


def test_named_files_are_the_only_ones(project: pytest.Pytester) -> None:
    assert outcomes(project, "--cnncalc", "other/net.yaml") == {"failed": 1}
    assert outcomes(project, "--cnncalc", "test_code.py") == {"passed": 1}


def test_they_can_be_chosen_by_their_mark(project: pytest.Pytester) -> None:
    assert outcomes(project, "--cnncalc", "-m", "cnncalc") == {"passed": 1, "deselected": 1}


def test_an_assertion_says_which_network_it_is_about(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_code="""
        import cnncalc

        def test_size():
            assert cnncalc.analyze(cnncalc.load("architectures/net.yaml")).totals.params < 1e3
        """
    )
    result = project.runpytest()
    assert result.parseoutcomes() == {"failed": 1}
    lines = [line[1:].strip() for line in result.stdout.lines if line.startswith("E ")]
    counts = "Counts(weights=1548, biases=14, buffers=0, multiplies=5328, activations=298, frozen=0)"
    analysis = "<Analysis of architectures/net.yaml: 1,562 params, 5,328 multiplies>"
    assert lines[:3] == [
        "AssertionError: assert 1562 < 1000.0",
        f"+  where 1562 = {counts}.params",
        f"+    where {counts} = {analysis}.totals",
    ]


def test_pytest_finds_the_plugin_by_itself(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_ADDOPTS")
    assert project.runpytest_subprocess("--cnncalc").parseoutcomes() == {"passed": 2}


def test_who_does_not_ask_pays_nothing() -> None:
    """Only the plugin itself is imported, and no part of cnncalc behind it."""
    code = "import sys, cnncalc.pytest_plugin as p; print(sorted(m for m in sys.modules if m.startswith('cnncalc')))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "['cnncalc', 'cnncalc.pytest_plugin']\n"
