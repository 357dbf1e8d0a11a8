"""Where the system cannot fork or sandbox: process limits hold, and nothing more is claimed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.sandbox.errors import (
    SandboxBroken,
    SandboxKilled,
    SandboxLimit,
    SandboxMemory,
    SandboxTimeout,
    SandboxUnavailable,
)
from app.sandbox.exit_status import EXIT_MEMORY, QUOTA_EXIT, ExitStatus, error_for_exit
from app.sandbox.fork_handle import ForkServer
from app.sandbox.limits import SandboxLimits
from app.sandbox.sandbox import Sandbox, protection
from app.sandbox.server_registry import new_server, shared_server
from app.sandbox.spawn_handle import SpawnServer
from hashing.errors import UnsupportedMedia
from hashing.message import Message

PLANTED = "tests.app.sandbox.planted"
REPO = Path(__file__).parents[4]
LIMITS = SandboxLimits()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a stranger's bytes")
    return path


def opened(file: Path, **limits: Any) -> Sandbox:
    return Sandbox.open(file, SandboxLimits(**limits), SpawnServer(PLANTED))


def test_it_works_and_says_what_is_missing(file: Path) -> None:
    with opened(file) as sandbox:
        assert sandbox.call("read_own_file") == b"a stranger's bytes"
        sent = np.arange(10**6, dtype=np.uint32)
        np.testing.assert_array_equal(sandbox.call("echo", value=sent), sent)
        assert [sandbox.call("count"), sandbox.call("count")] == [1, 2]
        with pytest.raises(UnsupportedMedia, match="no picture"):
            sandbox.call("unsupported")
        with pytest.raises(SandboxMemory, match="memory_bytes"):
            sandbox.call("much_memory")
        with pytest.raises(SandboxLimit, match="open_files = 64"):
            sandbox.call("many_descriptors")
    assert sandbox.protection.process_limits
    assert not sandbox.protection.complete
    assert Message("wall-seccomp") in sandbox.protection.missing


def test_it_knows_no_secret_of_its_parent(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTSEEN_SECRET", "key")
    with opened(file) as sandbox:
        assert "FIRSTSEEN_SECRET" not in sandbox.call("environment")


@pytest.mark.parametrize(
    ("task", "limits", "error", "what"),
    [
        ("endless_loop", {"cpu_s": 2}, SandboxLimit, "cpu_s = 2"),
        ("sleep", {"wall_s": 0.3}, SandboxTimeout, "wall_s = 0.3"),
        ("large_answer_of_1_mib", {"output_bytes": 2**20}, SandboxLimit, "output_bytes = 1048576"),
        ("segfault", {}, SandboxBroken, "SIGSEGV"),
        ("leave", {}, SandboxBroken, "exit code 7"),
        ("surprise", {}, SandboxBroken, "internal error"),
    ],
)
def test_each_limit_and_each_death_is_named(
    file: Path, task: str, limits: dict[str, Any], error: type[Exception], what: str
) -> None:
    arguments: dict[str, Any] = {"size": 2**20} if task.startswith("large_answer") else {}
    with opened(file, **limits) as sandbox, pytest.raises(error, match=what):
        sandbox.call("large_answer" if arguments else task, **arguments)


def test_a_table_that_cannot_be_loaded_is_reported() -> None:
    with pytest.raises(SandboxBroken, match=r"exit code 1 during 'start'"):
        Sandbox.open(None, server=SpawnServer("tests.app.no_such_table"))


def test_an_interpreter_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(SandboxUnavailable, match=r"could not be started: .*no such file"):
        Sandbox.open(None, server=SpawnServer(PLANTED))


def test_a_system_that_can_fork_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    forking = new_server(PLANTED)
    assert isinstance(forking, ForkServer) == hasattr(os, "fork")
    forking.close()
    monkeypatch.delattr(os, "fork")
    assert isinstance(new_server(PLANTED), SpawnServer)


def test_a_server_is_shared_until_it_dies_and_then_replaced() -> None:
    first = shared_server(tasks_module=PLANTED)
    assert shared_server(tasks_module=PLANTED) is first
    first.close()
    second = shared_server(tasks_module=PLANTED)
    assert second is not first
    assert protection(second).process_limits
    second.close()


def test_a_process_that_watches_its_own_memory_ends_itself() -> None:
    script = (
        "import time; from app.sandbox.limits import SandboxLimits\n"
        "from app.sandbox.child.lockdown import watch_memory\n"
        "watch_memory(SandboxLimits(memory_bytes=32 * 2**20))\n"
        "kept = b'x' * (64 * 2**20); time.sleep(30)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=REPO, timeout=20, check=False)
    assert ran.returncode == EXIT_MEMORY


@pytest.mark.parametrize(
    ("status", "error", "what"),
    [
        (None, SandboxKilled, "killed from outside"),
        (ExitStatus(0, None), SandboxBroken, "exit code 0"),
        (ExitStatus(EXIT_MEMORY, None), SandboxMemory, "memory_bytes"),
        (ExitStatus(QUOTA_EXIT, None), SandboxLimit, "cpu_s"),
        (ExitStatus(None, 24), SandboxLimit, "cpu_s = 3600"),
        (ExitStatus(None, 27), SandboxLimit, "more than 10 s of CPU time"),
        (ExitStatus(None, 9, 3601.0, 0), SandboxLimit, "cpu_s = 3600"),
        (ExitStatus(None, 9, 3.0, 0), SandboxKilled, "as happens when this machine runs out"),
        (ExitStatus(None, 9), SandboxKilled, "nothing about the file"),
        (
            ExitStatus(None, 11, 1.5, 2**20),
            SandboxBroken,
            r"SIGSEGV.*\(1.5 s of CPU time, 1 MiB at mo",
        ),
        (ExitStatus(None, 40), SandboxBroken, "signal 40"),
    ],
)
def test_every_exit_status_has_its_error(
    status: ExitStatus | None, error: type[Exception], what: str
) -> None:
    raised = error_for_exit(status, "probe", LIMITS)
    assert type(raised) is error
    with pytest.raises(error, match=what):
        raise raised
