"""Planted code in the sandbox: whatever it tries fails, and the caller learns what happened."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.intake.item import IntakeError
from app.sandbox.codec import encode
from app.sandbox.errors import (
    MESSAGE_CHARS,
    SandboxBroken,
    SandboxLimit,
    SandboxMemory,
    SandboxTimeout,
    SandboxUnavailable,
)
from app.sandbox.fork_handle import ForkServer
from app.sandbox.limits import SandboxLimits
from app.sandbox.sandbox import Sandbox, protection
from hashing.errors import DecodeError, FirstseenError, UnsupportedMedia
from hashing.message import Message, verbatim
from hashing.types import MediaInfo

PLANTED = "tests.app.sandbox.planted"
REPO = Path(__file__).parents[3]
MIB = 2**20


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    os.environ["FIRSTSEEN_SECRET"] = "key"
    server = ForkServer(PLANTED)
    del os.environ["FIRSTSEEN_SECRET"]
    yield server
    server.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a stranger's bytes")
    return path


@pytest.fixture
def sandbox(server: ForkServer, file: Path) -> Iterator[Sandbox]:
    with Sandbox.open(file, server=server) as sandbox:
        yield sandbox


def limited(server: ForkServer, file: Path, **limits: Any) -> Sandbox:
    return Sandbox.open(file, SandboxLimits(**limits), server)


# ---- what works


def test_the_one_file_can_be_read(sandbox: Sandbox) -> None:
    assert sandbox.call("read_own_file") == b"a stranger's bytes"


def test_state_lives_from_call_to_call_and_dies_with_the_process(
    server: ForkServer, file: Path
) -> None:
    with Sandbox.open(file, server=server) as sandbox:
        assert [sandbox.call("count"), sandbox.call("count")] == [1, 2]
    with Sandbox.open(file, server=server) as sandbox:
        assert sandbox.call("count") == 1


def test_records_and_arrays_come_back_whole(sandbox: Sandbox) -> None:
    info = sandbox.call("info")
    assert info == MediaInfo(kind="video", width=16, height=9, duration_s=1.5)
    sent = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(sandbox.call("echo", value=sent), sent)


def test_a_large_argument_and_its_answer_cross(sandbox: Sandbox) -> None:
    sent = np.arange(5 * MIB, dtype=np.uint32)
    np.testing.assert_array_equal(sandbox.call("echo", value=sent), sent)


def test_several_files_are_read_in_their_order(server: ForkServer, tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    for size, path in enumerate(paths, start=3):
        path.write_bytes(bytes(size))
    with Sandbox.open_many(paths, server=server) as sandbox:
        assert sandbox.call("sizes") == [3, 4]


def test_a_task_without_a_file_runs(server: ForkServer) -> None:
    with Sandbox.open(None, server=server) as sandbox:
        assert sandbox.call("echo", value="hello") == "hello"


def test_threads_can_be_started(sandbox: Sandbox) -> None:
    assert sandbox.call("threads") == 4


def test_progress_arrives_before_the_answer_and_within_zero_and_one(sandbox: Sandbox) -> None:
    stages: list[tuple[str, float]] = []
    answer = sandbox.call("stages", on_progress=lambda *stage: stages.append(stage))
    assert answer == "done"
    assert stages == [("decode", 0.25), ("describe", 1.0)]


def test_many_processes_run_side_by_side(server: ForkServer, file: Path) -> None:
    def read(_: int) -> bytes:
        with Sandbox.open(file, server=server) as sandbox:
            answer: bytes = sandbox.call("read_own_file")
            return answer

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(40))) == {b"a stranger's bytes"}


# ---- what is refused, one thing each


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def unix_listener(tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        yield path


def refused(sandbox: Sandbox, task: str, **arguments: Any) -> str:
    with pytest.raises(SandboxBroken) as caught:
        sandbox.call(task, **arguments)
    assert sandbox.call("count") == 1, "a refusal must not end the process"
    return str(caught.value)


def test_tcp_is_refused(sandbox: Sandbox, listener: socket.socket) -> None:
    message = refused(sandbox, "tcp", port=listener.getsockname()[1])
    assert "tried what is forbidden" in message
    listener.settimeout(0.05)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_udp_is_refused(sandbox: Sandbox, listener: socket.socket) -> None:
    assert "forbidden" in refused(sandbox, "udp", port=listener.getsockname()[1])


def test_unix_sockets_are_refused(sandbox: Sandbox, unix_listener: str) -> None:
    assert "forbidden" in refused(sandbox, "unix_socket", path=unix_listener)


@pytest.mark.parametrize("path", ["/etc/passwd", str(REPO / "pyproject.toml"), "/proc/self/maps"])
def test_other_files_cannot_be_read(sandbox: Sandbox, path: str) -> None:
    assert "tried what is forbidden" in refused(sandbox, "read_path", path=path)


def test_nothing_can_be_written(sandbox: Sandbox, tmp_path: Path) -> None:
    assert "forbidden" in refused(sandbox, "write_path", path=str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_the_file_itself_cannot_be_changed_or_removed(
    server: ForkServer, sandbox: Sandbox, file: Path
) -> None:
    assert "Bad file descriptor" in sandbox.call("write_own_file")
    with Sandbox.open(file, server=server) as other:
        assert "forbidden" in refused(other, "remove_path", path=str(file))
    assert file.read_bytes() == b"a stranger's bytes"


@pytest.mark.parametrize(
    "task",
    [
        "socket_pair",
        "io_uring",
        "memory_file",
        "fork",
        "execute",
        "spawn",
        "other_namespace",
        "kill_server",
        "kill_everyone",
    ],
)
def test_it_is_refused(sandbox: Sandbox, task: str) -> None:
    assert "tried what is forbidden" in refused(sandbox, task)


@pytest.mark.parametrize(
    "task", ["ptrace_parent", "read_memory_of", "kill", "thread_kill", "signal_by_descriptor"]
)
def test_its_parent_is_out_of_reach(sandbox: Sandbox, task: str) -> None:
    assert "tried what is forbidden" in refused(sandbox, task, pid=os.getpid())


def test_folders_cannot_be_listed(sandbox: Sandbox) -> None:
    assert "forbidden" in refused(sandbox, "list_folder", path="/")


def test_clone3_looks_absent_so_that_threads_fall_back_to_clone(sandbox: Sandbox) -> None:
    assert "Function not implemented" in sandbox.call("clone3")


def test_limits_cannot_be_lifted(sandbox: Sandbox) -> None:
    assert "not allowed to raise" in sandbox.call("lift_limits")


def test_no_secret_of_the_parent_is_there(sandbox: Sandbox) -> None:
    assert sandbox.call("environment") == {}


def test_only_its_pipe_and_its_file_are_open(sandbox: Sandbox) -> None:
    assert len(sandbox.call("descriptors")) == 3 + 2  # standard streams, pipe, file


# ---- limits, each named


@pytest.mark.parametrize(
    "task", ["much_memory", "much_numpy_memory", "much_shared_memory", "memory_bit_by_bit"]
)
def test_four_gibibytes_are_refused_and_the_limit_is_named(sandbox: Sandbox, task: str) -> None:
    with pytest.raises(SandboxMemory, match=r"memory_bytes = 1610612736"):
        sandbox.call(task)


@pytest.mark.parametrize("task", ["endless_loop", "endless_loop_ignoring_signals"])
def test_an_endless_loop_ends_at_the_cpu_limit(server: ForkServer, file: Path, task: str) -> None:
    with (
        limited(server, file, cpu_s=1) as sandbox,
        pytest.raises(SandboxLimit, match=rf"cpu_s = 1 \('{task}'\)"),
    ):
        sandbox.call(task)


def test_facts_of_a_file_have_a_limit_of_their_own(server: ForkServer, file: Path) -> None:
    with limited(server, file, facts_cpu_s=1) as sandbox:
        sandbox.call("count")
        with pytest.raises(SandboxLimit, match=r"more than 1 s of CPU time \('probe'\)") as caught:
            sandbox.call("probe")
    assert caught.value.task == "probe"
    with (
        limited(server, file, cpu_s=2, facts_cpu_s=1) as sandbox,
        pytest.raises(SandboxLimit, match=r"cpu_s = 2 \('endless_loop'\)"),
    ):
        sandbox.call("endless_loop")  # other tasks have what is left


def test_sleep_ends_at_the_wall_clock(server: ForkServer, file: Path) -> None:
    started = time.monotonic()
    with (
        limited(server, file, wall_s=0.3) as sandbox,
        pytest.raises(SandboxTimeout, match=r"longer than wall_s = 0.3 s \('sleep'\)"),
    ):
        sandbox.call("sleep")
    assert time.monotonic() - started < 3


def test_an_answer_that_is_too_large_names_the_limit(server: ForkServer, file: Path) -> None:
    with limited(server, file, output_bytes=MIB) as sandbox:
        with pytest.raises(SandboxLimit, match=r"more than output_bytes = 1048576"):
            sandbox.call("large_answer", size=MIB)
        assert len(sandbox.call("large_answer", size=MIB // 2)) == MIB // 2


def test_a_text_that_would_fill_the_parents_memory_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxLimit, match=r"bytes of text, more than 8,388,608"):
        sandbox.call("long_text", size=9 * MIB)


def test_a_flood_past_the_codec_is_cut_off(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxLimit, match=r"'flood'.*more than output_bytes"):
        sandbox.call("flood")


def test_a_flood_of_progress_is_cut_off(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sandbox.sandbox.MAX_PROGRESS", 1000)
    with pytest.raises(SandboxBroken, match="something unreadable") as caught:
        sandbox.call("flood_of_progress")
    assert "more than 1000 messages before an answer" in str(caught.value.__cause__)


def test_a_thousand_descriptors_are_too_many(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxLimit, match="open_files = 64"):
        sandbox.call("many_descriptors")


# ---- death and nonsense


@pytest.mark.parametrize(
    ("task", "what"),
    [
        ("segfault", "was ended by SIGSEGV during 'segfault'"),
        ("deep_recursion", "was ended by SIGSEGV during 'deep_recursion'"),
        ("abort", "was ended by SIGABRT, as happens when memory runs out"),
        ("leave", "ended with exit code 7 during 'leave'"),
    ],
)
def test_a_death_is_reported_and_harms_nobody_else(
    server: ForkServer, file: Path, sandbox: Sandbox, task: str, what: str
) -> None:
    with Sandbox.open(file, server=server) as dying:
        with pytest.raises(SandboxBroken, match="MiB at most") as caught:
            dying.call(task)
        assert what in str(caught.value)
        with pytest.raises(SandboxBroken, match="has ended"):
            dying.call("count")
    assert sandbox.call("count") == 1
    assert server.alive


@pytest.mark.parametrize(
    "answer",
    [
        b"x" * 200,
        bytes(16),
        bytes(7) + b"\x02" + bytes(8) + b"[]",
        bytes(7) + b"\x0d" + bytes(8) + b'["tuple","ok"',
        bytes(7) + b"\x16" + bytes(8) + b'["tuple","surprise",1]',
    ],
)
def test_an_unreadable_answer_is_no_answer(sandbox: Sandbox, answer: bytes) -> None:
    with pytest.raises((SandboxBroken, SandboxLimit), match="'unreadable'"):
        sandbox.call("unreadable", answer=answer)


def test_a_record_that_skipped_its_checks_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxBroken, match="something unreadable during 'lying_record'") as caught:
        sandbox.call("lying_record")
    assert "MediaInfo.height is no <class 'int'>" in str(caught.value.__cause__)


def test_our_own_errors_come_back_as_themselves(sandbox: Sandbox) -> None:
    with pytest.raises(UnsupportedMedia, match=r"^no picture in here$"):
        sandbox.call("unsupported")


def test_a_forged_error_is_one_of_the_table_and_short(server: ForkServer, file: Path) -> None:
    def answered(*answer: object) -> FirstseenError:
        with Sandbox.open(file, server=server) as sandbox, pytest.raises(FirstseenError) as caught:
            sandbox.call("unreadable", answer=encode(("error", *answer)))
        return caught.value

    long = answered("UnsupportedMedia", verbatim("x" * 10_000))
    assert (type(long), len(str(long))) == (UnsupportedMedia, MESSAGE_CHARS)
    assert answered("DecodeError", Message("error-made-up", {"a": 1})).message == verbatim(
        "error-made-up"
    )
    assert answered("DecodeError", Message("error-no-media")).message.id == "verbatim"
    assert type(answered("SystemExit", verbatim("stop"))) is SandboxBroken
    assert type(answered("DecodeError", "a text")) is SandboxBroken


def test_an_error_outside_the_table_comes_back_as_its_listed_ancestor(sandbox: Sandbox) -> None:
    with pytest.raises(DecodeError, match=r"^a kind that the table does not list$") as caught:
        sandbox.call("own_error")
    assert type(caught.value) is DecodeError


def test_a_surprise_names_its_kind_and_place_and_the_process_lives_on(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxBroken, match=r"internal error of firstseen \(code [0-9A-F]{8}\)$"):
        sandbox.call("surprise")
    assert sandbox.call("count") == 1


def test_a_value_that_cannot_cross_is_reported(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxBroken, match=r"answered with what cannot cross \(code"):
        sandbox.call("cannot_cross")


def test_an_unknown_task_is_reported(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxBroken, match="internal error"):
        sandbox.call("no such task")


def test_a_fault_in_the_callers_progress_function_ends_the_process(sandbox: Sandbox) -> None:
    def fault(stage: str, fraction: float) -> None:
        raise RuntimeError(stage)

    with pytest.raises(RuntimeError, match="decode"):
        sandbox.call("stages", on_progress=fault)
    with pytest.raises(SandboxBroken, match="interrupted during 'stages'"):
        sandbox.call("count")


# ---- opening


def test_a_missing_file_is_named_before_anything_starts(server: ForkServer, tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="no such file"):
        Sandbox.open(tmp_path / "absent", server=server)


def test_a_table_that_cannot_be_loaded_says_why() -> None:
    server = ForkServer("tests.app.no_such_table")
    with pytest.raises(SandboxUnavailable, match=r"ModuleNotFoundError.*no_such_table"):
        Sandbox.open(None, server=server)
    server.close()


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ForkServer(PLANTED)
    with Sandbox.open(None, server=server) as sandbox:
        server_pid = sandbox.call("parent_pid")
    os.kill(server_pid, signal.SIGSTOP)
    monkeypatch.setattr("app.sandbox.fork_handle.FORK_S", 0.2)
    with pytest.raises(SandboxUnavailable, match="it took too long"):
        Sandbox.open(None, server=server)
    assert not server.alive
    server.close()


def test_an_interpreter_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(SandboxUnavailable, match=r"could not be started: there is no such file"):
        ForkServer(PLANTED)


def test_limits_below_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        SandboxLimits(memory_bytes=0)
    with pytest.raises(ValueError, match="at least 16"):
        SandboxLimits(open_files=4)


def test_on_linux_every_wall_that_the_kernel_offers_stands(server: ForkServer) -> None:
    walls = protection(server)
    if sys.platform != "linux":
        assert not walls.complete
        return
    from app.sandbox.walls import landlock

    assert walls.complete
    assert walls.landlock == landlock.abi_version()


def test_everything_ends_with_the_process_that_started_it(file: Path) -> None:
    """The parent is killed outright, as by a power user; nothing may be left behind."""
    script = (
        "import sys, time; from pathlib import Path\n"
        "from app.sandbox.sandbox import Sandbox; from app.sandbox.fork_handle import ForkServer\n"
        f"server = ForkServer({PLANTED!r})\n"
        f"sandbox = Sandbox.open(Path({str(file)!r}), server=server)\n"
        "print(sandbox.call('parent_pid'), sandbox.call('own_pid'), flush=True)\n"
        "sandbox.call('sleep')\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=REPO, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent, parent.stdout as out:
        left = [int(word) for word in out.readline().split()]
        assert len(left) == 2
        parent.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/cmdline").exists() and not gone(pid) for pid in left):
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.02)


def gone(process: int) -> bool:
    """Ended, be it not yet reaped."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_closing_a_sandbox_ends_its_process_at_once(server: ForkServer, file: Path) -> None:
    sandbox = Sandbox.open(file, server=server)
    process = sandbox.call("own_pid")
    sandbox.close()
    deadline = time.monotonic() + 5
    while not gone(process):
        assert time.monotonic() < deadline
        time.sleep(0.01)
