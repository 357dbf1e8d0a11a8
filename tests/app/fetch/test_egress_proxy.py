"""What a refusal tells of the network behind this machine: nothing."""

import http.client
import time
from ipaddress import ip_address

import pytest

from app.fetch import egress_proxy
from app.fetch.egress_proxy import Proxy, Rules
from app.network.addresses import Address
from app.network.errors import FetchRefused

NAMES = {"private": ["10.0.0.5"], "mixed": ["93.184.215.14", "fd00::7"], "many": ["10.0.0.1"] * 40}
LOOK_UP_S = 1.0
TAKES_S = {"absent": 0.3, "silent": 30.0}


def look_up(host: str, port: int) -> list[Address]:
    name = host.removesuffix(".example")
    time.sleep(TAKES_S.get(name, 0.0))
    if name not in NAMES:
        raise OSError("no such name")
    return [ip_address(address) for address in NAMES[name]]


def refusal(name: str) -> tuple[int, bytes, type, float]:
    """Status, text, kind of problem and seconds of asking for a page of a host."""
    with Proxy(Rules(), look_up=look_up) as proxy:
        client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
        headers = {"Proxy-Authorization": proxy._credentials.decode()}
        began = time.monotonic()
        client.request("GET", f"http://{name}.example/", headers=headers)
        answer = client.getresponse()
        text = answer.read().replace(name.encode(), b"NAME")
        client.close()
    return answer.status, text, type(proxy.problem), time.monotonic() - began


def test_names_that_lead_nowhere_and_inside_are_refused_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(egress_proxy, "LOOK_UP_S", LOOK_UP_S)
    refusals = {name: refusal(name) for name in [*NAMES, *TAKES_S]}
    assert len({(status, text, kind) for status, text, kind, _ in refusals.values()}) == 1
    status, text, kind, _ = refusals["private"]
    assert (status, kind) == (403, FetchRefused)
    assert b"no public address was found for NAME.example" in text
    for name, (*_, seconds) in refusals.items():
        assert seconds >= LOOK_UP_S, name
