"""IPTC-IIM datasets, bare or inside Photoshop image resources (IPTC IIM 4.2, record 2)."""

import struct

from app.metadata.bounds import decode, put
from app.metadata.types import Group, Value

MAX_DATASETS = 500
IPTC_RESOURCE = 0x0404

NAMES = {
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    15: "Category",
    22: "FixtureIdentifier",
    25: "Keywords",
    30: "ReleaseDate",
    35: "ReleaseTime",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    62: "DigitalCreationDate",
    63: "DigitalCreationTime",
    65: "OriginatingProgram",
    70: "ProgramVersion",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "Country-PrimaryLocationCode",
    101: "Country-PrimaryLocationName",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption-Abstract",
    122: "Writer-Editor",
}


def read_photoshop(resources: bytes) -> Group:
    """The IPTC record of an `8BIM` run; an empty group where there is none."""
    at = 0
    while resources[at : at + 4] == b"8BIM" and at + 12 <= len(resources):
        (resource,) = struct.unpack_from(">H", resources, at + 4)
        name_size = resources[at + 6] + 1
        start = at + 6 + name_size + (name_size & 1)
        if start + 4 > len(resources):
            break
        (size,) = struct.unpack_from(">I", resources, start)
        if resource == IPTC_RESOURCE:
            return read_iptc(resources[start + 4 : start + 4 + size])
        at = start + 4 + size + (size & 1)
    return {}


def read_iptc(raw: bytes) -> Group:
    """Datasets of record 2 under their standard names; repeated ones become a list."""
    datasets: dict[str, list[Value]] = {}
    at = 0
    for _ in range(MAX_DATASETS):
        if raw[at : at + 1] != b"\x1c" or at + 5 > len(raw):
            break
        record, dataset, size = struct.unpack_from(">BBH", raw, at + 1)
        if size & 0x8000:  # extended datasets hold pictures, not words
            break
        if record == 2 and dataset in NAMES:
            value = decode(raw[at + 5 : at + 5 + size])
            datasets.setdefault(NAMES[dataset], []).append(value)
        at += 5 + size
    iptc: Group = {}
    for name, values in datasets.items():
        put(iptc, name, values[0] if len(values) == 1 else values)
    return iptc
