"""Which addresses are public, and which texts are links: pure."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.network.addresses import Address, non_public_kind, parse_address, unmap_ipv4
from app.network.allow_list import AllowList
from app.network.errors import FetchRefused
from app.network.url_parsing import parse_authority, parse_host, parse_link, resolve_redirect
from hashing.message import Message
from tests.app.network.evil_links import PRIVATE, PRIVATE_V6, PUBLIC_V4, PUBLIC_V6, WRITTEN_ODDLY

MAPPED, NAT64 = int(IPv6Address("::ffff:0:0")), int(IPv6Address("64:ff9b::"))
ISATAP = int(IPv6Address("2606:2800:220:1:0:5efe::"))
v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
v6 = st.integers(0, 2**128 - 1).map(IPv6Address)
v6_handed_out = st.integers(0, 2**125 - 1).map(lambda n: IPv6Address(n | 1 << 125))


@pytest.mark.parametrize("text", [*PRIVATE.values(), *PRIVATE_V6.values()])
def test_what_is_not_public_is_refused(text: str) -> None:
    assert non_public_kind(ipaddress.ip_address(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        PUBLIC_V4,
        PUBLIC_V6,
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "169.253.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2a00:1450:4001:81b::200e",
        "2001:200::1",
        "64:ff9b::93.184.216.34",
        "::ffff:93.184.216.34",
        "2606:2800:220:1:0:5efe:93.184.216.34",
    ],
)
def test_what_is_public_is_fetched_from(text: str) -> None:
    assert non_public_kind(ipaddress.ip_address(text)) is None


@given(v4)
def test_nothing_is_public_that_python_calls_otherwise(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert non_public_kind(address) is not None


@given(v6_handed_out | v6)
@example(IPv6Address("2001:db8::"))
def test_nothing_of_ipv6_is_public_that_python_calls_otherwise(address: IPv6Address) -> None:
    refused = not address.is_global or address.is_multicast or address.is_site_local
    if refused and address.ipv4_mapped is None:
        assert non_public_kind(address) is not None


@given(v4)
def test_an_embedded_address_is_judged_by_itself(address: IPv4Address) -> None:
    plain = non_public_kind(address) is None

    for carrier in (MAPPED, NAT64, ISATAP):
        assert (non_public_kind(IPv6Address(carrier + int(address))) is None) == plain


@given(v4)
def test_retired_carriers_are_refused_whatever_they_carry(address: IPv4Address) -> None:
    number = int(address)

    assert non_public_kind(IPv6Address(number)) is not None  # IPv4-compatible
    assert non_public_kind(IPv6Address(0x2002 << 112 | number << 80)) is not None  # 6to4
    assert (
        non_public_kind(IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF)) is not None
    )  # Teredo
    local = int(IPv6Address("64:ff9b:1::"))
    assert non_public_kind(IPv6Address(local + number)) is not None


@given(v4)
def test_a_mapped_address_is_connected_to_as_what_it_is(address: IPv4Address) -> None:
    assert unmap_ipv4(IPv6Address(MAPPED + int(address))) == address
    assert unmap_ipv4(address) == address


def test_an_address_with_a_zone_is_not_public() -> None:
    assert non_public_kind(IPv6Address(f"{PUBLIC_V6}%eth0")) == Message(
        "address-kind", {"kind": "link-local"}
    )


# ---- links


@given(v4 | v6)
def test_an_address_in_its_full_form_stays_itself(address: Address) -> None:
    text = f"[{address}]" if address.version == 6 else str(address)

    assert parse_address(parse_host(text)) == address


@given(v4)
def test_an_address_in_any_other_form_is_refused(address: IPv4Address) -> None:
    number, octets = int(address), list(address.packed)
    for odd in (
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(hex(octet) for octet in octets),
        ".".join(f"0{octet:o}" for octet in octets),
        f"{octets[0]}.{number & 0xFFFFFF}",
        f"{octets[0]}.{octets[1]}.{number & 0xFFFF}",
        f"{address}.",
        f"[{address}]",
        "".join(chr(ord(c) + 0xFEE0) if c != "." else c for c in str(address)),
    ):
        with pytest.raises(FetchRefused):
            parse_host(odd)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x2FFF), max_size=30))
@example("http://media.example/\r\n")
@example("http://a\u2100b/")
def test_whatever_is_a_link_reads_the_same_a_second_time(text: str) -> None:
    try:
        link = parse_link(f"http://{text}")
    except FetchRefused:
        return
    assert parse_link(link.url) == link
    assert link.url.isascii()
    assert not set(link.url) & set(" \t\r\n\0\\@#") - set(link.target)
    assert not set(link.target) & set(" \t\r\n\0\\#")


@pytest.mark.parametrize("name", WRITTEN_ODDLY)
def test_no_odd_link_names_a_public_address(name: str) -> None:
    """What is not refused for its form is a name, for the look-up, or an address, refused."""
    try:
        link = parse_link(WRITTEN_ODDLY[name])
    except FetchRefused:
        return
    if link.address is None:
        assert "localhost" in link.host
    else:
        assert non_public_kind(link.address) is not None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://media.example", "http://media.example/"),
        ("HTTPS://Media.Example:443/A?b=c#d", "https://media.example/A?b=c"),
        ("http://media.example:443/", "http://media.example:443/"),
        ("http://bücher.example/ä?ö", "http://xn--bcher-kva.example/%C3%A4?%C3%B6"),
        ("http://a_b.example/%20%zz", "http://a_b.example/%20%zz"),
        ("http://media.example?x", "http://media.example/?x"),
        ("http://media.example/a@b:c", "http://media.example/a@b:c"),
        (f"http://[{PUBLIC_V6.upper()}]/", f"http://[{PUBLIC_V6}]/"),
    ],
)
def test_a_link_has_one_form(text: str, url: str) -> None:
    assert parse_link(text).url == url


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http://media.example/a/clip%20one.mp4?x=y", "clip one.mp4"),
        ("http://media.example/a/", "a"),
        ("http://media.example/", "media.example"),
    ],
)
def test_what_an_item_is_called(text: str, name: str) -> None:
    assert parse_link(text).file_name == name


def test_messages_show_no_controls() -> None:
    with pytest.raises(FetchRefused) as caught:
        parse_link("http://media.example/\x1b[2J\u202e")

    assert str(caught.value).isprintable()


def test_too_long_a_link_is_refused() -> None:
    with pytest.raises(FetchRefused, match="8,000"):
        parse_link(f"http://media.example/{'a' * 8000}")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "http://media.example/b"),
        ("b?c#d", "http://media.example/a/b?c"),
        ("//cdn.example/b", "http://cdn.example/b"),
        ("https://cdn.example", "https://cdn.example/"),
    ],
)
def test_a_redirect_is_followed_from_where_it_is(location: str, url: str) -> None:
    assert resolve_redirect(parse_link("http://media.example/a/x"), location).url == url


@pytest.mark.parametrize("location", ["http://[::1", "http://a b/", "javascript:1", "mailto:a@b"])
def test_a_redirect_to_no_link_is_refused(location: str) -> None:
    with pytest.raises(FetchRefused):
        resolve_redirect(parse_link("http://media.example/a/x"), location)


def test_a_tunnel_names_its_port() -> None:
    assert parse_authority("media.example:443", None) == ("media.example", 443)
    with pytest.raises(FetchRefused):
        parse_authority("media.example", None)


# ---- exceptions


@pytest.mark.parametrize(
    "text", ["http://a/", "10.0.0.0/40", "a b", "host:0", "host:65536", "[fd00::1", "10.0.0.1/8"]
)
def test_an_exception_that_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        AllowList.parse(f"media.lan, {text}")


def test_no_exceptions_by_default() -> None:
    for nothing in (None, "", " , "):
        assert AllowList.parse(nothing) == AllowList()


def test_every_address_of_an_answer_must_be_allowed() -> None:
    allow = AllowList.parse("10.0.0.5")
    inside, outside, other = (IPv4Address(a) for a in ("10.0.0.5", PUBLIC_V4, "10.0.0.6"))

    assert allow.check("media.lan", 80, [inside, outside]) == (inside, outside)
    with pytest.raises(FetchRefused, match=r"^no public address was found for media\.lan"):
        allow.check("media.lan", 80, [inside, other])


def test_a_named_exception_is_for_its_name_alone() -> None:
    allow = AllowList.parse("Media.LAN")

    assert allow.check("media.lan", 443, [IPv4Address("10.0.0.5")])
    with pytest.raises(FetchRefused):
        allow.check("other.lan", 443, [IPv4Address("10.0.0.5")])
