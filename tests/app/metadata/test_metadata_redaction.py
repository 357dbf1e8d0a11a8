"""Nothing that points at a person or a place survives in what is shown to others."""

import io
import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.metadata.metadata_redaction import WITHHELD, withhold, withhold_credentials
from app.metadata.read import read_metadata
from app.metadata.types import Credentials, Fields
from tests.app.metadata.readers.boxes_made import (
    box,
    keys,
    loci,
    quicktime_text,
    trak,
    xmp_box,
    xmp_packet,
)
from tests.app.metadata.readers.signed_made import make_authority, sign
from tests.app.metadata.readers.test_isobmff import movie
from tests.app.metadata.readers.test_still_blocks import (
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    full_exif,
    saved,
)

CANARY = "CANARY"


def photo_full_of_canaries() -> io.BytesIO:
    exif = full_exif()
    exif[0x013B], exif[0x8298], exif[0x010E] = CANARY, CANARY, f"taken by {CANARY}"
    exif[0x013C] = f"{CANARY}-laptop"  # HostComputer
    exif[0x9C9D] = CANARY.encode("utf-16-le") + b"\0\0"  # XPAuthor
    details = exif.get_ifd(EXIF_DIRECTORY)
    details[0xA430], details[0xA431], details[0xA435] = CANARY, CANARY, CANARY
    details[0xA420], details[0x9286] = CANARY, b"ASCII\0\0\0" + CANARY.encode()
    gps = exif.get_ifd(GPS_DIRECTORY)
    gps[28], gps[27] = b"ASCII\0\0\0" + CANARY.encode(), b"ASCII\0\0\0" + CANARY.encode()
    packet = xmp_packet(
        f'xmp:CreatorTool="C:\\Users\\{CANARY}\\editor.exe" xmp:Nickname="{CANARY}" '
        f'xmp:CreateDate="{CANARY}" dc:source="/home/{CANARY}/x.jpg" own:{CANARY}="1" '
        f'exif:GPSLatitude="22,16.76N{CANARY}"'
        f"><dc:creator><rdf:Seq><rdf:li>{CANARY}</rdf:li></rdf:Seq></dc:creator>"
        f"<own:{CANARY}><rdf:Description xmp:CreatorTool='Made 1.0'/></own:{CANARY}>",
        'xmlns:own="http://example.org/own/"',
    )
    return saved("JPEG", exif=exif, xmp=packet, comment=CANARY.encode())


def clip_full_of_canaries() -> io.BytesIO:
    tags = {
        "com.apple.quicktime.author": CANARY,
        "com.apple.quicktime.displayname": f"{CANARY}'s phone",
        "com.apple.quicktime.location.ISO6709": f"+22.2793+114.1665/{CANARY}",
        "com.apple.quicktime.content.identifier": CANARY,
        f"org.{CANARY}.tag": "1",
        "com.apple.quicktime.software": f"/Users/{CANARY}/app",
    }
    udta = box(
        b"udta", loci(22.2793, 114.1665, CANARY), quicktime_text(b"nam", CANARY),
        quicktime_text(b"xyz", f"+22.2793+114.1665/{CANARY}"),
    )  # fmt: skip
    file = movie(trak(), keys(tags), udta)
    file.seek(0, 2)
    file.write(xmp_box(xmp_packet(f'dc:rights="{CANARY}"')))
    return file


@pytest.mark.parametrize("made", [photo_full_of_canaries, clip_full_of_canaries])
def test_no_canary_survives(made: Any) -> None:
    fields = read_metadata(made()).fields
    assert json.dumps(fields).count(CANARY) > 8
    shown = json.dumps(withhold(fields))
    assert CANARY not in shown
    for degrees in ("22.27", "114.16", "16.76"):
        assert degrees not in shown


def test_no_canary_survives_in_credentials() -> None:
    manifest = {
        "claim_generator_info": [{"name": f"/opt/{CANARY}/tool", "version": "1"}],
        "title": f"{CANARY}.jpg",
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {
                    "actions": [
                        {"action": "c2pa.created", "digitalSourceType": "http://x/digitalCapture",
                         "description": CANARY},
                        {"action": f"org.{CANARY.lower()}.edit", "parameters": {"by": CANARY},
                         "description": CANARY},
                    ]
                },
            },
            {"label": f"org.{CANARY.lower()}.note", "data": {"author": CANARY}},
        ],
    }  # fmt: skip
    authority = make_authority(common=CANARY, organisation=f"{CANARY} House")
    credentials = read_metadata(io.BytesIO(sign(saved("JPEG").getvalue(), authority, manifest)))
    whole = json.dumps(asdict(credentials.credentials))
    shown = json.dumps(asdict(withhold_credentials(credentials.credentials)))
    assert whole.upper().count(CANARY) >= 6
    assert CANARY not in shown.upper()
    assert '"c2pa.created"' in shown


def test_a_trusted_signer_is_named() -> None:
    trusted = Credentials("trusted", issuer="An Agency", common_name="An Agency")
    assert withhold_credentials(trusted) == trusted


def test_what_tells_of_programs_and_dates_stays() -> None:
    file = saved("JPEG", exif=full_exif())
    shown = withhold(read_metadata(file).fields)
    assert shown["exif"]["Image Model"] == "EOS 40D"
    assert shown["exif"]["EXIF DateTimeOriginal"] == "2019:06:12 14:03:00"
    assert shown["exif"]["EXIF BodySerialNumber"] == WITHHELD
    assert shown["gps"]["latitude"] == WITHHELD
    assert shown["gps"]["time_utc"] == "2019-06-12T06:03:01Z"
    assert shown["jpeg"]["estimated_quality"] == 75


def test_maker_notes_are_withheld_as_one() -> None:
    fields: Fields = {"exif": {"MakerNote OwnerName": CANARY, "MakerNote SerialNumber": 42}}
    assert withhold(fields) == {"exif": {"MakerNote": WITHHELD}}


def test_the_fields_handed_in_stay_as_they_are() -> None:
    fields: Fields = {"exif": {"Image Artist": CANARY}}
    withhold(fields)
    assert fields == {"exif": {"Image Artist": CANARY}}


VALUES = st.recursive(
    st.just(CANARY) | st.just(f"2019:06:12 {CANARY}") | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just(CANARY), inner, max_size=2),
    max_leaves=5,
)
OPEN_NAMES = st.sampled_from(
    [CANARY, f"{CANARY} make", f"{CANARY}:Make", f"{CANARY}/xmp:CreateDate", "xmp:Nickname",
     "dc:creator", "udta ©nam", "udta loci", f"ilst {CANARY}", "title", "Comment", "x:CANARY",
     "xmp:CreateDate", "exif:FNumber", "tiff:Orientation", "mvhd creation_time"]
)  # fmt: skip


@given(
    st.sampled_from(["xmp", "boxes", "container", "text", "new group"]),
    st.dictionaries(OPEN_NAMES, VALUES, max_size=6),
)
def test_no_canary_survives_in_groups_whose_names_come_from_the_file(
    group: str, values: dict[str, Any]
) -> None:
    assert CANARY not in json.dumps(withhold({group: values}))


def test_a_picture_without_metadata_stays_as_it_is() -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    fields = read_metadata(file).fields
    assert withhold(fields) == fields
