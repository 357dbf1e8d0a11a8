"""Where the service cannot listen, it says so in one sentence before it starts."""

import errno
import socket
from typing import Any

import pytest

from app.api import free_port
from app.api.free_port import require_free_port
from app.error_codes import exit_code
from app.errors import UsageError


def test_a_port_in_use_is_wrong_usage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 is in use") as raised:
            require_free_port("127.0.0.1", port)
    assert exit_code(raised.value) == 2


def test_a_port_that_was_just_given_up_is_free() -> None:
    """A connection that lingers on it, as after a restart, is no other server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()  # this end closes first and lingers
    require_free_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on port 80 of 192\.0\.2\.1"):
        require_free_port("192.0.2.1", 80)


def test_a_protocol_that_this_machine_has_not_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def problem(address: Any) -> OSError | None:
        missing = address[0] == socket.AF_INET6
        return OSError(errno.EADDRNOTAVAIL, "no such address") if missing else None

    both = [
        (family, socket.SOCK_STREAM, 0, "", (host, 80))
        for family, host in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
    ]
    monkeypatch.setattr(free_port, "_problem", problem)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    require_free_port("localhost", 80)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both[:1])
    with pytest.raises(UsageError, match="this machine does not have the address"):
        require_free_port("localhost", 80)
