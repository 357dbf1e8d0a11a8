"""The servers of this process: one for each model and task table, started at first use."""

import atexit
import os
import threading
from pathlib import Path

from app.sandbox.errors import SandboxUnavailable
from app.sandbox.fork_handle import DEFAULT_TASKS, ForkServer
from app.sandbox.spawn_handle import SpawnServer
from hashing.describe.model_files import default_model_installed
from hashing.message import Message

type Server = ForkServer | SpawnServer

type _Key = tuple[int, str, Path | None]

_servers: dict[_Key, Server] = {}
_servers_lock = threading.Lock()


def require_model(model: Path | None) -> None:
    """Raises SandboxUnavailable where no model file is named and none is installed."""
    if model is None and not default_model_installed():
        raise SandboxUnavailable(Message("error-no-model"))


def new_server(tasks_module: str = DEFAULT_TASKS, model: Path | None = None) -> Server:
    """A fork server, or where the system cannot fork one that starts interpreters.

    Raises SandboxUnavailable where there is no model for the tasks that need one.
    """
    if tasks_module == DEFAULT_TASKS:
        require_model(model)
    server_class = ForkServer if hasattr(os, "fork") else SpawnServer
    return server_class(tasks_module, model)


def shared_server(model: Path | None = None, tasks_module: str = DEFAULT_TASKS) -> Server:
    """This process's server for a model and a task table, started where there is none.

    It loads libraries and model in the background; the first sandbox waits for that. So call this
    early. model: another model file than the one that comes with its package.
    """
    key = (os.getpid(), tasks_module, model)  # a forked parent must not share its control socket
    with _servers_lock:
        server = _servers.get(key)
        if server is None or not server.alive:
            if server is None:
                atexit.register(_close, key)
            else:
                server.close()
            server = _servers[key] = new_server(tasks_module, model)
        return server


def living(server: Server) -> Server:
    """The same server; where it has ended, this process's shared one of its kind."""
    return server if server.alive else shared_server(server.model, server.tasks_module)


def _close(key: _Key) -> None:
    if key[0] == os.getpid() and (server := _servers.pop(key, None)):
        server.close()
