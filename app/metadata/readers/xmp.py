"""XMP packets as flat names: `xmp:CreateDate`, `xmpMM:History[1]/stEvt:softwareAgent`.

Following ISO 16684-1. The XML is parsed without entities, document types or anything external.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from app.metadata.bounds import MAX_BLOCK_BYTES, MAX_NAMES, PARSER_FAULTS, put
from app.metadata.types import Group
from hashing.message import Message

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
MAX_NESTING = 8
MAX_PROPERTIES = 2 * MAX_NAMES

PREFIXES = {
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://ns.google.com/photos/1.0/creations/": "GCreations",
    "http://ns.google.com/photos/1.0/panorama/": "GPano",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://ns.apple.com/faceinfo/1.0/": "apple-fi",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.adobe.com/creatorAtom/1.0/": "creatorAtom",
    "http://www.dji.com/drone-dji/1.0/": "drone-dji",
}


def read_xmp(packets: list[bytes], problems: list[Message]) -> Group:
    """All properties of all packets; the first to name a property wins."""
    xmp: Group = {}
    for packet in packets[:4]:
        if len(packet) > MAX_BLOCK_BYTES:
            problems.append(Message("metadata-xmp-too-long", {"bytes": len(packet)}))
            continue
        try:
            root = fromstring(trimmed(packet), forbid_dtd=True)
        except PARSER_FAULTS:
            problems.append(Message("metadata-xmp-damaged"))
            continue
        put(xmp, "x:xmptk", toolkit(root))
        for count, (name, value) in enumerate(properties(root)):
            if count >= MAX_PROPERTIES:
                problems.append(Message("metadata-xmp-limit", {"count": MAX_PROPERTIES}))
                break
            put(xmp, name, value)
    return xmp


def trimmed(packet: bytes) -> bytes:
    """Without the padding around it; UTF-16, where a zero byte is half a letter, keeps its ends."""
    wide = packet[:2] in (b"\0<", b"<\0", b"\xfe\xff", b"\xff\xfe")
    return packet if wide else packet.strip(b"\0 \r\n\t")


def toolkit(root: Element) -> str | None:
    """The library that wrote the packet, which most packets name."""
    return root.get("{adobe:ns:meta/}xmptk") or root.get("{adobe:ns:meta/}xaptk")


def properties(root: Element) -> Iterator[tuple[str, str]]:
    """(name, value) of every simple property, in the packet's order."""
    rdf = root if root.tag == f"{RDF}RDF" else root.find(f".//{RDF}RDF")
    for description in () if rdf is None else rdf:
        yield from node_properties(description, "", 0)


def node_properties(node: Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Properties written as attributes and as children of one description."""
    if depth > MAX_NESTING:
        return
    for attribute, value in node.attrib.items():
        if not attribute.startswith((RDF, "{http://www.w3.org/XML/")) and attribute[0] == "{":
            yield join(path, attribute), value
    for child in node:
        yield from property_values(child, join(path, child.tag), depth + 1)


def property_values(node: Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """The value of one property: text, a list, a structure or a reference."""
    if depth > MAX_NESTING:
        return
    resource = node.get(f"{RDF}resource")
    if resource:
        yield path, resource
    if len(node) == 0 and node.text and node.text.strip():
        yield path, node.text
    container = node[0] if len(node) == 1 else None
    if container is not None and container.tag in (f"{RDF}Seq", f"{RDF}Bag", f"{RDF}Alt"):
        for position, item in enumerate(container, 1):
            place = path if len(container) == 1 else f"{path}[{position}]"
            yield from property_values(item, place, depth + 1)
    elif container is not None and container.tag == f"{RDF}Description":
        yield from node_properties(container, path, depth + 1)
    else:
        yield from node_properties(node, path, depth + 1)


def join(path: str, tag: str) -> str:
    """`{namespace}name` as `prefix:name` behind the path; unknown namespaces keep no prefix."""
    namespace, _, name = tag.rpartition("}")
    prefix = PREFIXES.get(namespace.removeprefix("{"))
    short = f"{prefix}:{name}" if prefix else name
    return f"{path}/{short}" if path else short
