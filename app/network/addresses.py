"""Which addresses are public, as links from strangers may lead to no others. Pure.

From IANA's registries of special-purpose addresses (RFC 6890 and its updates) and of IPv6 unicast
space. What is not known to be public is refused. IPv6 addresses that carry an IPv4 address are
judged by that one too: mapped (RFC 4291), NAT64 (RFC 6052), ISATAP (RFC 5214). Those of 6to4 and
Teredo are refused whatever they carry, since both are retired.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from hashing.message import Message

type Address = IPv4Address | IPv6Address

# kinds are selectors of the entry `address-kind` of the catalogue
KINDS_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "relay-6to4"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")  # the only part of IPv6 that is handed out
NAT64 = IPv6Network("64:ff9b::/96")
KINDS_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "compatible"),
        ("::ffff:0:0:0/96", "translated"),
        ("64:ff9b:1::/48", "local-nat64"),
        ("100::/64", "discard"),
        ("2001::/32", "teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "sixtofour"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "unique-local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
ISATAP_IDS = (0x00005EFE, 0x02005EFE)  # upper half of the interface identifier
LOW_32 = 0xFFFFFFFF


def unmap_ipv4(address: Address) -> Address:
    """The IPv4 address that the system connects to for a mapped one (::ffff:a.b.c.d)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def non_public_kind(address: Address) -> Message | None:
    """The kind of an address that is not public; None for a public one."""
    address = unmap_ipv4(address)
    if isinstance(address, IPv4Address):
        return _kind_among(KINDS_V4, address)
    if address.scope_id is not None:
        return _kind("link-local")
    if address in NAT64:
        inner = non_public_kind(IPv4Address(int(address) & LOW_32))
        return inner and Message("address-behind-nat64", {"kind": inner})
    if kind := _kind_among(KINDS_V6, address):
        return kind
    if address not in GLOBAL_UNICAST:
        return _kind("reserved")
    if (int(address) >> 32) & LOW_32 in ISATAP_IDS:
        inner = non_public_kind(IPv4Address(int(address) & LOW_32))
        return inner and Message("address-within-isatap", {"kind": inner})
    return None


def _kind_among[N: (IPv4Network, IPv6Network)](
    kinds: tuple[tuple[N, str], ...], address: Address
) -> Message | None:
    return next((_kind(kind) for network, kind in kinds if address in network), None)


def _kind(kind: str) -> Message:
    return Message("address-kind", {"kind": kind})


def parse_address(text: str) -> Address | None:
    """The address that `text` writes in full; None for everything else.

    An IPv4 address has four decimal numbers without leading zeros.
    """
    try:
        return ip_address(text)
    except ValueError:
        return None
