"""The report's JSON, held against the contract's names and meanings."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metadata.types import Credentials
from app.report.check_record import CheckRecord, RecordedDecision
from app.report.from_verdict import report_on, unreadable
from app.report.parse import report_from_json
from app.report.report import Shown
from app.report.report_json import plain, text, to_json
from app.report.report_redaction import for_others
from hashing.message import verbatim
from hashing.types import MediaInfo
from tests.app.known import verdict_on, video
from tests.app.report.reports_made import full_report

NUMBER = (int, float)
NULL = type(None)
TEXT = (str, NULL)
MESSAGE = {"id": str, "params": dict}  # of the text that it stands beside
# the contract's report, key by key in its order: a type, a tuple of types, [one item], or {}
CONTRACT: dict[str, Any] = {
    "schema": str,
    "item": {
        "name": str,
        "sha256": TEXT,
        "bytes": (int, NULL),
        "kind": TEXT,
        "duration_s": (float, NULL),
        "width": (int, NULL),
        "height": (int, NULL),
        "frame_rate": (float, NULL),
        "container": TEXT,
        "video_codec": TEXT,
        "audio_codec": TEXT,
        "hdr": TEXT,
    },
    "parts": [
        {
            "id": str,
            "kind": str,
            "label": str,
            "label_message": (MESSAGE, NULL),
            "duration_s": (float, NULL),
            "checked": bool,
            "reason": TEXT,
            "unmatched": [[float]],
        }
    ],
    "verdict": {
        "relation": str,
        "matched": bool,
        "undecided": TEXT,
        "headline": str,
        "headline_message": MESSAGE,
        "reasons": [str],
        "reasons_messages": [MESSAGE],
        "limits": [str],
        "limits_messages": [MESSAGE],
    },
    "claim": {
        "date": {
            "claimed": str,
            "finding": str,
            "query": [[float]],
            "reason": str,
            "reason_message": MESSAGE,
        },
        "place": {"claimed": str, "known": [str], "reason": str, "reason_message": MESSAGE},
    },
    "first_seen": {"date": str, "kind": str, "clip": str, "source_url": TEXT, "entered_by": TEXT},
    "unmatched": [[float]],
    "matches": [
        {
            "clip": {"id": str, "name": str, "title": TEXT, "place": TEXT},
            "appearances": [
                {
                    "kind": str,
                    "date": str,
                    "source_url": TEXT,
                    "publisher": TEXT,
                    "entered_by": TEXT,
                }
            ],
            "accepted": bool,
            "score": float,
            "relation": str,
            "coverage": {"query": float, "reference": float},
            "segments": [
                {
                    "query": [float],
                    "reference": [float],
                    "speed": (float, NULL),
                    "reversed": bool,
                    "score": float,
                    "visible": ([float], NULL),
                    "homography": ([[float]], NULL),
                    "mirrored": (bool, NULL),
                    "inliers": (int, NULL),
                }
            ],
            "edits": [
                {
                    "type": str,
                    "confidence": float,
                    "query": ([float], NULL),
                    "box": ([float], NULL),
                    "measure": dict,
                    "text": str,
                    "message": (MESSAGE, NULL),
                }
            ],
            "audio": {
                "state": str,
                "offset_s": (float, NULL),
                "spans": [
                    {"query": [float], "state": str, "offset_s": (float, NULL), "clip": TEXT}
                ],
            },
        }
    ],
    "searched": {
        "clips": int,
        "skipped": int,
        "seconds": float,
        "earliest": TEXT,
        "latest": TEXT,
    },
    "metadata": {
        "fields": dict,
        "findings": [
            {
                "code": str,
                "severity": str,
                "text": str,
                "message": (MESSAGE, NULL),
                "evidence": dict,
            }
        ],
    },
    "credentials": {"state": str},
    "problems": [str],
    "problems_messages": [(MESSAGE, NULL)],
    "timings_s": dict,
    "method": dict,
    "record": {
        "check": TEXT,
        "asked_at": TEXT,
        "checked_at": TEXT,
        "by": TEXT,
        "claim": {"date": TEXT, "place": TEXT},
        "library": {"clips": (int, NULL), "digest": TEXT},
        "version": TEXT,
        "commit": TEXT,
        "code_sha256": TEXT,
        "model_sha256": TEXT,
        "settings": dict,
        "decisions": [
            {
                "clip": str,
                "decision": str,
                "by": TEXT,
                "made_at": str,
                "withdrawn_at": TEXT,
                "note": str,
            }
        ],
    },
}


def check(value: Any, shape: Any, where: str = "report") -> None:
    """Fail with the place where a value has not the contract's shape."""
    if isinstance(shape, tuple):
        if value is None:
            assert NULL in shape, f"{where} is null"
            return
        shape = next(one for one in shape if one is not NULL)
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        names = [name for name in value if name in shape]
        assert names == list(shape), f"{where} has {names}"
        for name, inner in shape.items():
            check(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for at, inner in enumerate(value):
            check(inner, shape[0], f"{where}[{at}]")
    else:
        assert type(value) is shape, f"{where} is {value!r}"


def test_a_full_report_has_the_contract_s_names_in_its_order() -> None:
    check(to_json(full_report()), CONTRACT)


def test_a_full_report_passes_through_json_unchanged() -> None:
    data = to_json(full_report())

    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_times_are_rounded_and_scores_are_not() -> None:
    found = to_json(full_report())["matches"][0]

    assert found["score"] == 0.9731234567
    assert found["segments"][1]["query"] == [18.08, 25.0]
    assert found["segments"][0]["speed"] == 0.868


def test_segments_stand_in_the_item_s_order() -> None:
    segments = to_json(full_report())["matches"][0]["segments"]

    assert [segment["query"][0] for segment in segments] == [5.03, 18.08]


def test_the_values_are_those_of_the_contract_s_example() -> None:
    data = to_json(full_report())

    assert data["schema"] == "firstseen.report/1"
    assert data["claim"]["date"]["finding"] == "partly_contradicted"
    assert data["claim"]["date"]["query"] == [[5.03, 25.0]]
    assert data["claim"]["place"]["known"] == ["Hong Kong"]
    assert data["first_seen"]["clip"] == "R000001"
    assert data["unmatched"] == [[0.0, 5.03], [25.0, 30.0]]
    assert [one["accepted"] for one in data["matches"]] == [True, False]
    assert data["matches"][0]["audio"]["spans"][0]["clip"] == "R000009"
    assert data["credentials"] == {"state": "none"}


def test_no_claim_is_null_and_half_a_claim_is_half() -> None:
    def claim_of(date: str | None, place: str | None) -> Any:
        verdict = verdict_on(video(), date=date, place=place)
        return to_json(report_on("a.mp4", verdict=verdict))["claim"]

    assert claim_of(None, None) is None
    assert claim_of("2022", None)["place"] is None
    assert claim_of(None, "Seoul")["date"] is None


def test_an_unreadable_item_has_a_name_a_problem_and_no_verdict() -> None:
    data = to_json(unreadable("a.mp4", "video stream ends at 12.4 s of 60.0 s"))

    assert list(data) == list(CONTRACT)
    assert data["verdict"] is None
    assert data["claim"] is None
    assert data["item"]["name"] == "a.mp4"
    assert data["problems"] == ["video stream ends at 12.4 s of 60.0 s"]
    assert data["matches"] == []


def test_what_could_be_read_of_an_unreadable_item_is_kept() -> None:
    report = unreadable(
        "a.mp4", "no pictures", sha256="a" * 64, bytes=5, problems=("and no sound",)
    )

    assert not report.readable
    assert report.problems == (verbatim("no pictures"), verbatim("and no sound"))
    assert to_json(report)["item"]["sha256"] == "a" * 64


def test_what_is_shown_is_said_only_in_renderings_for_others() -> None:
    report = full_report()

    assert "shown" not in to_json(report)
    assert to_json(for_others(report))["shown"] == {
        "faces": "redacted",
        "identifying_metadata": "withheld",
        "names": "withheld",
        "item": "withheld",
        "by": None,
    }


def test_credentials_keep_signer_and_findings_apart_from_the_state() -> None:
    signed = Credentials("valid", issuer="Someone", codes=("signingCredential.untrusted",))

    data = to_json(report_on("a.jpg", credentials=signed))["credentials"]

    assert data["state"] == "valid"
    assert data["signer"] == {"issuer": "Someone", "common_name": None}
    assert data["findings"] == ["signingCredential.untrusted"]


def test_names_that_are_no_text_can_be_written() -> None:
    data = to_json(unreadable("a\udcff\ud800.mp4", "bad"))

    assert data["item"]["name"] == "a\ufffd\ufffd.mp4"
    json.dumps(data, ensure_ascii=False).encode()


def test_a_still_and_an_infinite_number_have_json_values() -> None:
    info = MediaInfo("still", 4000, 3000)

    assert to_json(report_on("a.jpg", info=info))["item"]["duration_s"] is None
    assert plain({"a": float("inf"), "b": (1, float("nan"))}) == {"a": None, "b": [1, None]}


def test_bytes_have_no_place_in_a_report() -> None:
    with pytest.raises(TypeError, match="bytes has no place"):
        plain({"a": b"\x00"})


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_text_that_can_be_written(value: str) -> None:
    assert text(text(value)) == text(value)
    text(value).encode()


def test_the_record_has_names_of_people_only_where_names_are_kept() -> None:
    decision = RecordedDecision("R000001", "different", "Ana", "2026-11-28T09:00:00Z")
    check = CheckRecord("2026-11-27T14:03:20Z", "c1", None, "Ben", decisions=(decision,))
    withheld = to_json(full_report(), check.as_shown(Shown()))["record"]
    assert "Ana" not in json.dumps(withheld)
    assert "Ben" not in json.dumps(withheld)
    kept = to_json(full_report(), check.as_shown(Shown(names="kept")))["record"]
    assert (kept["check"], kept["by"], kept["decisions"][0]["by"]) == ("c1", "Ben", "Ana")
    assert kept["library"] == {"clips": 812, "digest": "a" * 64}
    assert kept["commit"] == "c" * 40
    assert kept["claim"] == {"date": "2022-11-27", "place": "Shanghai"}


def test_a_report_of_an_older_version_has_no_record() -> None:
    older = to_json(replace(full_report(), conditions=None))
    assert older["record"] is None
    assert report_from_json(older).conditions is None
