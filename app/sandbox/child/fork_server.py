"""The process that decoding processes are forked from, so that libraries are loaded once.

It never touches a stranger's file and dies with the process that started it. Each request on its
control socket is one message: JSON limits, and the descriptors of the child's pipe, its lease and
its files. It answers b"+" once the child is started. Closing the other end of the lease kills the
child; when the child has ended, its exit status is sent over the lease as JSON.

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
from app.sandbox.child.lockdown import lock_server
from app.sandbox.exit_status import ExitStatus
from app.sandbox.limits import MAX_FILES, SandboxLimits

REQUEST_BYTES = 4096
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes, of ru_maxrss: getrusage(2)
READY, STARTED = b"!", b"+"


def main(control_fd: int, tasks_module: str, model: str | None = None) -> None:
    """Warm up, say so, then serve until the control socket closes."""
    network_namespace = lock_server()
    tasks: dict[str, Task] = import_module(tasks_module).warm(Path(model) if model else None)
    gc.collect()
    gc.freeze()  # so that a child's collector does not copy every page
    with socket.socket(fileno=control_fd) as control:
        control.sendall(READY)
        Server(control, tasks, network_namespace=network_namespace).run()


class Server:
    """One thread that forks children, watches their leases and reaps them."""

    def __init__(
        self, control: socket.socket, tasks: dict[str, Task], *, network_namespace: bool
    ) -> None:
        self._control = control
        self._tasks = tasks
        self._network_namespace = network_namespace
        self._leases: dict[int, socket.socket] = {}  # by process id
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        wake_reader, waker = socket.socketpair()
        waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(wake_reader, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    if not self._start_child():
                        return self._kill_all()
                elif key.fileobj is wake_reader:
                    wake_reader.recv(REQUEST_BYTES)
                    self._reap()
                elif key.data in self._leases:
                    self._kill(key.data)

    def _start_child(self) -> bool:
        """Fork one child for the next request. False where the parent closed the socket."""
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
                forked.run(
                    pipe_fd,
                    file_fds,
                    limits,
                    self._tasks,
                    parent,
                    network_namespace=self._network_namespace,
                )
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

    def _kill(self, process: int) -> None:
        """Kill the child whose lease was closed."""
        self._selector.unregister(self._leases[process])
        os.kill(process, signal.SIGKILL)  # not reaped yet, so the number is still its own

    def _kill_all(self) -> None:
        for process in self._leases:
            os.kill(process, signal.SIGKILL)

    def _reap(self) -> None:
        """Report every child that has ended over its lease."""
        while self._leases:
            process, status, usage = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            lease = self._leases.pop(process)
            if lease in self._selector.get_map():
                self._selector.unregister(lease)
            exit_status = ExitStatus(
                exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                cpu_s=usage.ru_utime + usage.ru_stime,
                peak_bytes=usage.ru_maxrss * MAXRSS_UNIT,
            )
            with lease:
                try:
                    lease.sendall(json.dumps(asdict(exit_status)).encode("ascii"))
                except (BrokenPipeError, ConnectionResetError):
                    continue  # the parent has closed it
