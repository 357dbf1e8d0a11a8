"""Whether the service can listen where the settings say, asked before anything is announced."""

import contextlib
import errno
import os
import socket

from app.errors import UsageError, cause_of
from hashing.message import Message


def require_free_port(host: str, port: int) -> None:
    """Raise UsageError, in one sentence, where the service cannot listen on this address and port.

    A name may stand for several addresses; those of a protocol that this machine has not are
    left out, as the server does.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise UsageError(Message("error-cannot-listen-host", {"host": host})) from error
    problems = [problem for problem in map(_problem, addresses) if problem is not None]
    for problem in problems:
        if problem.errno != errno.EADDRNOTAVAIL or len(problems) == len(addresses):
            raise UsageError(_sentence(problem, host, port)) from problem


def _problem(address: tuple[int, int, int, str, tuple[object, ...]]) -> OSError | None:
    family, kind, protocol, _, where = address
    try:
        with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
            if os.name == "posix":  # elsewhere this would let two servers share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(where)
    except OSError as error:
        return error
    return None


def _sentence(problem: OSError, host: str, port: int) -> Message:
    if problem.errno == errno.EADDRINUSE:
        return Message("error-port-in-use", {"host": host, "port": str(port)})
    return Message(
        "error-cannot-listen",
        {"host": host, "port": str(port), "reason": cause_of(problem)},
    )
