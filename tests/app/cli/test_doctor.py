"""`firstseen doctor`: the facts of a system, and a check that reaches no network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.pipeline.sample_still import make_still
from app.pipeline.system_report import system_report
from app.settings import Settings

ROOT = Path(__file__).parents[3]
# a picture that is made is made within the check; imports must not start threads before
CHECK_THAT_ASKS = """
import socket
from app.pipeline import sample_still
real = sample_still.make_still
def make_still(folder):
    try:
        socket.create_connection(("192.0.2.7", 443), timeout=1)
    except OSError:
        pass
    return real(folder)
sample_still.make_still = make_still
"""
NOT_ALLOWED = "import app.sandbox.walls.sealed_network as s; s.seal = lambda: False"
linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def run(first: str, tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`firstseen doctor`, in a process that does something else first."""
    command = "from app.__main__ import run; import sys; sys.exit(run())"
    return subprocess.run(
        [sys.executable, "-c", f"{first}\n{command}", "doctor", *options],
        cwd=ROOT,
        env={**os.environ, "FIRSTSEEN_LIBRARY": str(tmp_path / "library")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.slow
@linux
def test_a_whole_check_runs_in_an_empty_network_and_nothing_leaves(tmp_path: Path) -> None:
    done = run("", tmp_path, "--no-egress")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "In a network of its own: only the loopback, and that is down.",
        "Checked a made picture: its known copy was found.",
        "During the check: 0 bytes sent, 0 attempts to reach another machine.",
        "One attempt on purpose was refused and counted: the network is unreachable.",
        "Nothing left.",
    ]
    assert not (tmp_path / "library").exists()  # your own is not touched


@pytest.mark.slow
@linux
def test_a_check_that_asks_for_another_machine_is_reported(tmp_path: Path) -> None:
    done = run(CHECK_THAT_ASKS, tmp_path, "--no-egress")
    assert done.returncode == 3
    assert "attempts of the check to reach another machine: 1; none got out" in done.stderr
    assert "Nothing left." not in done.stdout


@linux
def test_where_the_system_gives_no_network_of_its_own_it_says_so(tmp_path: Path) -> None:
    done = run(NOT_ALLOWED, tmp_path, "--no-egress")
    assert done.returncode == 4
    assert "gives no network of its own" in done.stderr


@pytest.mark.slow
def test_the_facts_of_a_system_are_all_there(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir(mode=0o755)
    library.chmod(0o755)
    facts = {str(fact.subject): fact for fact in system_report(Settings(library=library))}
    assert list(facts) == [
        *("firstseen", "system", "Python", "FFmpeg", "sandbox", "model"),
        *("faces", "library", "data", "free disk"),
    ]
    assert "libavcodec" in str(facts["FFmpeg"].message)
    assert "space sscd-" in str(facts["model"].message)
    assert not facts["library"].good
    assert "mode 0755: other accounts may enter it" in str(facts["library"].message)
    assert str(facts["data"].message).endswith("not made yet")


def test_without_a_model_the_rest_is_still_printed_and_the_exit_code_says_it(
    tmp_path: Path,
) -> None:
    done = run(
        "from hashing.describe import model_files; model_files.PACKAGE = 'no_such_package'",
        tmp_path,
    )
    assert done.returncode == 4
    assert "LOOK  sandbox: no model is installed here: set FIRSTSEEN_MODEL" in done.stdout
    assert "free disk: " in done.stdout


def test_the_made_picture_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = [path.read_bytes() for path in make_still(tmp_path)]
    assert first == [path.read_bytes() for path in make_still(tmp_path / "again")]
