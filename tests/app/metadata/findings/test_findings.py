"""What is said of metadata: one golden table, and what must never be said."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.dates import parse_date
from app.metadata.findings.findings import findings
from app.metadata.types import Credentials, Fields, Finding, Metadata
from hashing.types import MediaInfo

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STILL = MediaInfo("still", 4000, 3000)
VIDEO = MediaInfo("video", 640, 360, duration_s=5.0, frame_rate=25.0)


def findings_of(
    fields: Fields,
    claim: str | None = None,
    credentials: Credentials | None = None,
    info: MediaInfo | None = STILL,
) -> tuple[Finding, ...]:
    metadata = Metadata(fields, credentials or Credentials("none"))
    return findings(metadata, info, parse_date(claim) if claim else None, NOW)


def codes(*args: Any, **kwargs: Any) -> set[str]:
    return {finding.code for finding in findings_of(*args, **kwargs)}


def exif(original: str, **more: Any) -> Fields:
    return {"exif": {"EXIF DateTimeOriginal": original, **more}}


BOXES: dict[str, Any] = {
    "mvhd timescale": 1000,
    "mvhd duration_s": 5.0,
    "trak[0] handler_type": "vide",
    "trak[0] mdhd timescale": 1000,
    "trak[0] mdhd duration_s": 5.0,
}

# fields, claimed date, code that must come up, its severity
GOLDEN: list[tuple[str, Fields, str | None, str, str]] = [
    ("captured years before", exif("2019:06:12 14:03:00"), "2022-11-27", "date_before_claim",
     "warning"),
    ("captured after", exif("2022:12:24 14:03:00"), "2022-11-27", "date_after_claim", "warning"),
    ("captured that day", exif("2022:11:27 14:03:00"), "2022-11-27", "date_fits_claim", "info"),
    ("the day before, zone unknown", exif("2022:11:26 20:00:00"), "2022-11-27", "date_fits_claim",
     "info"),
    ("the day before, zone known",
     exif("2022:11:26 01:00:00", **{"EXIF OffsetTimeOriginal": "+00:00"}),
     "2022-11-27T12:00:00Z", "date_before_claim", "warning"),
    ("header older than the claim", {"boxes": {"mvhd creation_time": "2019-06-12T14:03:00Z"}},
     "2022-11-27", "written_before_claim", "warning"),
    ("no zone", exif("2019:06:12 14:03:00"), None, "time_without_zone", "info"),
    ("zeros", exif("0000:00:00 00:00:00"), None, "date_unset_clock", "info"),
    ("month 13", exif("2019:13:12 14:03:00"), None, "date_impossible", "notice"),
    ("before digital cameras", exif("1969:07:20 20:17:00"), None, "date_before_digital", "notice"),
    ("1904", {"boxes": {"mvhd creation_time": "1904-01-02T00:00:00Z"}}, None,
     "date_before_digital", "notice"),
    ("clock never set", exif("2000:01:01 00:00:12"), None, "date_unset_clock", "info"),
    ("Unix zero", exif("1970:01:01 00:00:00"), None, "date_unset_clock", "info"),
    ("future", exif("2027:06:12 14:03:00"), None, "date_in_future", "warning"),
    ("GPS another year",
     {**exif("2019:06:12 14:03:00"), "gps": {"time_utc": "2021-06-12T06:03:01Z"}}, None,
     "capture_dates_differ", "warning"),
    ("a camera a day behind its receiver",
     {**exif("2008:10:22 16:28:39"), "gps": {"time_utc": "2008-10-23T14:27:07Z"}}, None,
     "capture_dates_differ", "info"),
    ("XMP capture another day",
     {**exif("2019:06:12 14:03:00"), "xmp": {"exif:DateTimeOriginal": "2019-06-20T10:00:00"}},
     None, "capture_dates_differ", "warning"),
    ("changed before capture", exif("2019:06:12 14:03:00", **{"Image DateTime":
     "2018:06:12 14:03:00"}), None, "changed_before_capture", "info"),
    ("saved later", exif("2019:06:12 14:03:00", **{"Image DateTime": "2020:06:12 14:03:00"}),
     None, "saved_later", "info"),
    ("header rewritten", {"boxes": {"mvhd creation_time": "2020-06-12T14:03:00Z",
     "trak[0] mdhd creation_time": "2019-06-12T14:03:00Z"}}, None, "saved_later", "info"),
    ("nothing known", {"jpeg": {"width": 4}}, None, "no_origin_metadata", "info"),
    ("Photoshop", {"exif": {"Image Software": "Adobe Photoshop 25.1 (Windows)"}}, None,
     "went_through_editor", "notice"),
    ("Premiere", {"xmp": {"xmp:CreatorTool": "Adobe Premiere Pro 2024.1"}}, None,
     "went_through_editor", "notice"),
    ("CapCut", {"container": {"comment": "CapCut export"}}, None, "went_through_editor", "notice"),
    ("FFmpeg", {"container": {"encoder": "Lavf61.7.100"}}, None, "encoder", "info"),
    ("HandBrake", {"container": {"encoder": "HandBrake 1.8"}}, None, "encoder", "info"),
    ("Twitter", {"boxes": {"trak[0] handler_name": "Twitter-vork muxer"}}, None,
     "went_through_platform", "notice"),
    ("Vimeo", {"boxes": {"trak[0] handler_name": "Vimeo Artax Video Handler"}}, None,
     "went_through_platform", "notice"),
    ("YouTube", {"boxes": {"trak[0] handler_name":
     "ISO Media file produced by Google Inc. Created on: 06/12/2019."}}, None,
     "went_through_platform", "notice"),
    ("TikTok", {"container": {"comment": "vid:v09044g40000abcdefgh"}}, None,
     "went_through_platform", "info"),
    ("TikTok by a tag's name", {"boxes": {"ilst aigc_info": "{}"}}, None,
     "went_through_platform", "info"),
    ("an Android phone", {"boxes": {"trak[0] handler_name": "VideoHandle"}}, None,
     "written_on_device", "info"),
    ("an Android phone by a key", {"boxes": {"ilst com.android.version": "14"}}, None,
     "written_on_device", "info"),
    ("a GoPro", {"boxes": {"trak[0] handler_name": "GoPro AVC"}}, None, "written_on_device",
     "info"),
    ("day first", exif("22/04/2012 14:25:33"), None, "date_unread", "info"),
    ("GPS in an earlier round of weeks",
     {**exif("2019:11:27 10:00:00"), "gps": {"time_utc": "2000-04-12T02:00:00Z"}}, None,
     "gps_week_rollover", "notice"),
    ("GPS two rounds back, held by a file date",
     {"exif": {"Image DateTime": "2019:11:27 10:00:00"},
      "gps": {"time_utc": "1980-08-27T02:00:00Z"}}, None, "gps_week_rollover", "notice"),
    ("from 1970", {"boxes": {"mvhd creation_time": "2020-01-26T00:53:20Z",
     "mvhd creation_time_epoch": 1970}}, None, "header_time_from_1970", "info"),
    ("24 o'clock", exif("2015:08:22 24:08:19"), "2019-01-01", "date_before_claim", "warning"),
    ("broken EXIF", {"file": {"damaged": ["EXIF"]}}, None, "block_damaged", "notice"),
    ("no hemisphere", {"gps": {"latitude": 22.2, "longitude": 114.1,
     "hemisphere_unknown": ["latitude"]}}, None, "position_hemisphere_unknown", "info"),
    ("XMP on the other side of the equator", {"gps": {"latitude": 22.2, "longitude": 114.1},
     "xmp": {"exif:GPSLatitude": "22,12.0S", "exif:GPSLongitude": "114,6.0E"}}, None,
     "positions_differ", "notice"),
    ("Facebook", {"iptc": {"SpecialInstructions": "FBMD01000abc0300"}}, None,
     "went_through_platform", "notice"),
    ("WhatsApp's box", {"boxes": {"boxes": ["ftyp", "beam", "moov"]}}, None,
     "went_through_platform", "info"),
    ("a screen recorder", {"container": {"com.apple.quicktime.author": "ReplayKitRecording"}},
     None, "screen_program", "notice"),
    ("iOS screenshot", {"exif": {"EXIF UserComment": "Screenshot"}}, None, "screen_program",
     "notice"),
    ("Stable Diffusion", {"text": {"parameters": "a horse, Steps: 20, Sampler: Euler a"}}, None,
     "synthesis_program", "warning"),
    ("declared in XMP", {"xmp": {"Iptc4xmpExt:DigitalSourceType":
     "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"}}, None,
     "declared_synthetic", "warning"),
    ("null island", {"gps": {"latitude": 0.0, "longitude": 0.0}}, None, "position_null",
     "notice"),
    ("off the globe", {"gps": {"latitude": 91.5, "longitude": 10.0}}, None,
     "position_impossible", "notice"),
    ("a position", {"gps": {"latitude": 22.2, "longitude": 114.1}}, None, "position_stated",
     "info"),
    ("unlike thumbnail", {"thumbnail": {"correlation": 0.2, "aspect": 1.33,
     "picture_aspect": 1.33, "turn_deg": 0}}, None, "thumbnail_differs", "warning"),
    ("cropped since", {"thumbnail": {"correlation": 0.9, "aspect": 1.33, "picture_aspect": 1.78,
     "turn_deg": 0}}, None, "thumbnail_proportions", "info"),
    ("resized", {"exif": {"EXIF ExifImageWidth": 8000, "EXIF ExifImageLength": 6000}}, None,
     "size_differs", "notice"),
    ("service's JPEG", {"jpeg": {"estimated_quality": 71, "standard_tables": True}}, None,
     "saved_at_low_quality", "info"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "claim", "code", "severity"),
    [pytest.param(*row[1:], id=row[0]) for row in GOLDEN],
)
def test_this_is_said_of_these_fields(
    fields: Fields, claim: str | None, code: str, severity: str
) -> None:
    said = {finding.code: finding.severity for finding in findings_of(fields, claim)}
    assert said.get(code) == severity


VIDEO_GOLDEN: list[tuple[str, Fields, str]] = [
    ("start hidden", {"container": {"stream[0] hidden_start_s": 2.0,
     "stream[0] hidden_end_s": 0.0}}, "hidden_footage"),
    ("end hidden", {"container": {"stream[1] hidden_start_s": 0.1,
     "stream[1] hidden_end_s": 2.0}}, "hidden_footage"),
    ("varying rate", {"container": {"stream[0] average_rate": 24.1,
     "stream[0] nominal_rate": 30.0}}, "variable_frame_rate"),
    ("odd rate", {"container": {"stream[0] average_rate": 26.7,
     "stream[0] nominal_rate": 26.7}}, "unusual_frame_rate"),
    ("cut off", {"boxes": {"mvhd duration_s": 60.0}}, "length_differs"),
    ("cut off, as the track says too", {"boxes": {"mvhd duration_s": 60.0}, "container": {
     "stream[0] type": "video", "stream[0] start_s": 0.0, "stream[0] duration_s": 60.0}},
     "length_differs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "code"), [pytest.param(*row[1:], id=row[0]) for row in VIDEO_GOLDEN]
)
def test_this_is_said_of_these_videos(fields: Fields, code: str) -> None:
    assert code in codes(fields, info=VIDEO)


QUIET: list[tuple[str, Fields, set[str]]] = [
    ("an encoder's small delay", {"boxes": {**BOXES, "trak[0] elst": [[5000, 80, 1]]}},
     {"hidden_footage"}),
    ("an edit to the end", {"boxes": {**BOXES, "trak[0] elst": [[0, 0, 1]]}}, {"hidden_footage"}),
    ("an empty edit first", {"boxes": {**BOXES, "trak[0] elst": [[400, -1, 1], [5000, 0, 1]]}},
     {"hidden_footage"}),
    ("a sound track's edit", {"boxes": {**BOXES, "trak[0] handler_type": "soun",
     "trak[0] elst": [[1000, 3000, 1]]}}, {"hidden_footage"}),
    ("NTSC", {"container": {"stream[0] average_rate": 29.97003,
     "stream[0] nominal_rate": 29.97003}}, {"variable_frame_rate", "unusual_frame_rate"}),
    ("pictures that begin late", {"boxes": {"mvhd duration_s": 35.0}, "container": {
     "stream[0] type": "video", "stream[0] start_s": 30.0}}, {"length_differs"}),
    ("sound much longer", {"boxes": {"mvhd duration_s": 60.0}, "container": {
     "stream[0] type": "audio", "stream[0] duration_s": 60.0,
     "stream[1] type": "video", "stream[1] duration_s": 5.0}}, {"length_differs"}),
    ("sound a little longer", {"boxes": {"mvhd duration_s": 5.4}}, {"length_differs"}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "unsaid"), [pytest.param(*row[1:], id=row[0]) for row in QUIET])
def test_this_is_not_said_of_ordinary_videos(fields: Fields, unsaid: set[str]) -> None:
    assert not unsaid & codes(fields, info=VIDEO)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hdr": "hlg"}, "HDR (HLG): compared as a screen without HDR shows it."),
        ({"hdr": "hlg", "dolby_vision": True}, "HDR (HLG, Dolby Vision)"),
        ({"hdr": "pq"}, "HDR (PQ)"),
    ],
)
def test_hdr_is_said_as_a_fact(changed: dict[str, Any], said: str) -> None:
    for info in (VIDEO, STILL):
        (finding,) = (
            one for one in findings_of({}, info=replace(info, **changed)) if one.code == "hdr"
        )
        assert finding.severity == "info"
        assert said in str(finding.message)
        assert "hdr" not in codes({}, info=info)


def test_the_span_of_a_stream_s_clock_is_no_stated_length() -> None:
    fields: Fields = {"container": {"duration_s": 72005.3}}
    assert "length_differs" in codes(fields, info=VIDEO)
    assert "length_differs" not in codes(fields, info=replace(VIDEO, container="mpegts"))


def test_gps_time_in_a_camera_s_own_zone_is_no_contradiction() -> None:
    fields = {**exif("2019:06:12 14:03:00"), "gps": {"time_utc": "2019-06-12T06:03:01Z"}}
    assert "capture_dates_differ" not in codes(fields)


def test_a_normal_photo_raises_nothing_above_info() -> None:
    fields: Fields = {
        "exif": {
            "Image Make": "Canon", "Image Model": "EOS", "Image Software": "Firmware 1.0",
            "Image DateTime": "2019:06:12 14:03:00", "EXIF DateTimeOriginal": "2019:06:12 14:03:00",
            "EXIF OffsetTimeOriginal": "+08:00", "EXIF ExifImageWidth": 4000,
            "EXIF ExifImageLength": 3000,
        },
        "thumbnail": {"correlation": 0.98, "aspect": 1.33, "picture_aspect": 1.33, "turn_deg": 0},
        "jpeg": {"estimated_quality": 96, "standard_tables": False},
    }  # fmt: skip
    assert findings_of(fields) == ()


def test_dates_that_nobody_set_are_not_compared_with_the_claim() -> None:
    said = codes(exif("1970:01:01 00:00:00"), "2022-11-27")
    assert said == {"date_unset_clock"}


def test_the_claim_is_contradicted_in_the_file_s_name() -> None:
    (finding,) = (f for f in findings_of(exif("2019:06:12 14:03:00"), "2022-11-27")
                  if f.code == "date_before_claim")  # fmt: skip
    assert finding.text == (
        "The file says it was captured on 2019-06-12 (EXIF DateTimeOriginal), 1,264 days before "
        "the claimed date. This is what the file says; it can be wrong or changed."
    )
    assert finding.evidence == {
        "EXIF DateTimeOriginal": "2019:06:12 14:03:00",
        "claimed": "2022-11-27",
    }


@pytest.mark.parametrize(
    ("state", "severity", "words"),
    [
        ("trusted", "info", "not that what it shows is true"),
        ("valid", "info", "anyone can sign like this"),
        ("invalid", "warning", "do not hold"),
        ("unreadable", "notice", "could not be read"),
    ],
)
def test_each_state_of_credentials_is_reported_with_its_limit(
    state: Any, severity: str, words: str
) -> None:
    credentials = Credentials(state, reason="for a reason", content_binding="changed")
    said = findings_of({}, credentials=credentials)
    finding = next(f for f in said if f.code == f"credentials_{state}")
    assert finding.severity == severity
    assert words in finding.text


def test_generative_sources_declared_in_credentials_are_reported() -> None:
    credentials = Credentials("valid", source_types=("trainedAlgorithmicMedia",))
    assert "declared_synthetic" in codes({}, credentials=credentials)


def test_the_severest_come_first() -> None:
    said = [f.severity for f in findings_of({**exif("2027:06:12 14:03:00"),
                                       "gps": {"latitude": 0.0, "longitude": 0.0},
                                       "container": {"encoder": "Lavf61"}})]  # fmt: skip
    assert said == sorted(said, key=["warning", "notice", "info"].index)


def test_absence_is_reported_as_no_evidence() -> None:
    (finding,) = findings_of({"jpeg": {"width": 4}})
    assert "no evidence of tampering" in finding.text


def test_no_finding_repeats_what_points_at_a_person_or_a_place() -> None:
    canary = "CANARY"
    fields: Fields = {
        "exif": {"Image Artist": canary, "EXIF UserComment": f"{canary} Screenshot of {canary}",
                 "Image Software": f"Adobe Photoshop {{{canary}}}"},
        "gps": {"latitude": 22.279333, "longitude": 114.1665},
        "xmp": {"dc:creator": canary, "photoshop:Credit": f"{canary} via OpenAI"},
        "boxes": {"udta loci": {"name": canary}, "ilst ©cmt": f"{canary} WhatsApp {canary}"},
        "iptc": {"By-line": canary},
        "text": {"Creation Time": f"by {canary}", "tIME": f"2018-01-05T10:00:00Z {canary}"},
    }  # fmt: skip
    fields["exif"]["EXIF DateTimeOriginal"] = f"2019:06:12 14:03:00 {canary}"
    actions: Any = ({"action": f"org.{canary}.edit", "description": canary},)
    credentials = Credentials("valid", issuer=canary, common_name=canary, actions=actions)
    said = str(findings_of(fields, "2019-01-01", credentials))
    assert "changed_before_capture" in said
    assert "date_unread" in said
    assert "WhatsApp" in said
    assert canary not in said
    assert "22.27" not in said
    assert "114.1" not in said


def test_a_clock_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        findings(Metadata({}, Credentials("none")), None, None, NOW.replace(tzinfo=None))


def test_a_date_of_creation_is_not_called_one_of_capture() -> None:
    fields: Fields = {"xmp": {"xmp:CreateDate": "2019-06-12T14:03:00"}}
    finding = next(f for f in findings_of(fields, "2022-11-27") if f.code == "date_before_claim")
    assert finding.text.startswith("The file says it was created on 2019-06-12 (XMP CreateDate)")


def test_one_date_before_the_claim_is_reported_once() -> None:
    fields = exif("2019:06:12 14:03:00", **{"Image DateTime": "2019:06:12 14:03:00"})
    told = [f.code for f in findings_of(fields, "2022-11-27") if f.severity == "warning"]
    assert told == ["date_before_claim"]


def test_signs_that_are_not_sure_say_so() -> None:
    sure = findings_of({"exif": {"Image Software": "GIMP 2.10"}})[0].text
    likely = findings_of({"container": {"comment": "made with TikTok"}})[0].text
    assert sure.startswith("The file was saved by GIMP.")
    assert likely.startswith("The file seems to have gone through TikTok or Douyin (likely).")
