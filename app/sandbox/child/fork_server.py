"""The process that decoding processes are forked from, so that a file costs no second import.

It loads all tasks once, never touches a stranger's file, and dies with the process that started
it. Each request on its control socket is one message: JSON limits, and the descriptors of the
child's pipe, of its lease and of its files. It answers b"+" once the child is started. Closing
the other end of the lease ends the child; when the child has ended, the lease carries how.

    python -I -c "..." CONTROL_FD TASKS_MODULE [MODEL]    (see app.sandbox.fork_handle)
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from app.sandbox.child import forked
from app.sandbox.child.answer_loop import Task
from app.sandbox.child.lockdown import prepare_server
from app.sandbox.exit_status import Ending
from app.sandbox.limits import MAX_FILES, SandboxLimits

REQUEST_BYTES = 4096
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # of getrusage
READY, STARTED = b"!", b"+"


def main(control_fd: int, tasks_module: str, model: str | None = None) -> None:
    """Warm up, say so, then serve until the control socket closes."""
    network_namespace = prepare_server()
    tasks: dict[str, Task] = import_module(tasks_module).warm(Path(model) if model else None)
    gc.collect()
    gc.freeze()  # so that a child's collector does not copy every page
    with socket.socket(fileno=control_fd) as control:
        control.sendall(READY)
        Server(control, tasks, network_namespace).run()


class Server:
    """One thread that forks, watches leases and reaps."""

    def __init__(
        self, control: socket.socket, tasks: dict[str, Task], network_namespace: bool
    ) -> None:
        self._control = control
        self._tasks = tasks
        self._network_namespace = network_namespace
        self._leases: dict[int, socket.socket] = {}  # by process
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    if not self._start():
                        return self._end_all()
                elif key.fileobj is woken:
                    woken.recv(REQUEST_BYTES)
                    self._reap()
                elif key.data in self._leases:
                    self._end(key.data)

    def _start(self) -> bool:
        """Fork one child as asked. False where the other side is gone."""
        message, descriptors, _, _ = socket.recv_fds(self._control, REQUEST_BYTES, MAX_FILES + 2)
        if not message:
            return False
        pipe_fd, lease_fd, *file_fds = descriptors
        limits = SandboxLimits(**json.loads(message))
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            status = 1
            try:
                forked.run(pipe_fd, file_fds, limits, self._tasks, parent, self._network_namespace)
                status = 0
            finally:
                os._exit(status)
        for descriptor in (pipe_fd, *file_fds):
            os.close(descriptor)
        lease = socket.socket(fileno=lease_fd)
        self._leases[process] = lease
        self._selector.register(lease, selectors.EVENT_READ, data=process)
        self._control.sendall(STARTED)
        return True

    def _end(self, process: int) -> None:
        """The lease was given up: the child goes, whatever it is doing."""
        self._selector.unregister(self._leases[process])
        os.kill(process, signal.SIGKILL)  # not reaped yet, so the number is still its own

    def _end_all(self) -> None:
        for process in self._leases:
            os.kill(process, signal.SIGKILL)

    def _reap(self) -> None:
        while self._leases:
            process, status, usage = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            lease = self._leases.pop(process)
            if lease in self._selector.get_map():
                self._selector.unregister(lease)
            ending = Ending(
                exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                cpu_s=usage.ru_utime + usage.ru_stime,
                peak_bytes=usage.ru_maxrss * MAXRSS_UNIT,
            )
            with lease:
                try:
                    lease.sendall(json.dumps(asdict(ending)).encode("ascii"))
                except (BrokenPipeError, ConnectionResetError):
                    continue  # nobody wants to know
