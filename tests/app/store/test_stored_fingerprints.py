"""Fingerprints that were stored before still open, whatever their records were called then."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app.metadata.types import Credentials, Metadata
from app.store import checks, keys, stored_fingerprints
from app.store.checks import Submission
from app.store.data_folder import open_store
from app.store.stored_fingerprints import _compress, _decompress
from hashing.message import Message, verbatim
from hashing.types import (
    AudioFingerprint,
    DescribedPart,
    Fingerprint,
    Part,
    PreviewFrames,
    Span,
)

# A fingerprint as it was stored when the records were called Pictures and AudioPrint, and
# Fingerprint had the fields `frames` and `pictures`.
STORED_BEFORE = base64.b64decode(
    "eNrtVstq3DAUdSgl7V8YrZ1h3mQRaAOl0EUh0O5CMHekO7aIR1IkeVpDf6/7fko/oZIlx3aSTuneZ2N0zvW5D1+B"
    "k8Tj1c/2kbz5dUs0UqkZychHLgrUSnNhSXZLuNhL/3zUPyPj8Cmy91x47sgZSnLniG+c2ZJk27U/lMiL0rmstv7E"
    "ag2WS5Ebki1nc0/tNRwwdzQ6ahM4KoUFLlCTTNRV5anWPqeSIe1JqBl/RmppQw6GBcmiH3Md5caiinF3njYKqMtK"
    "jKHs4ntbu4GDqlysY/GIuknns01qyGOhZjSHD2io5spK3fKWxwDQGhqnX+0v3XEZsh2RdoG9vvR6tlnEGMUehvqP"
    "etHqq17OH2qouG1eCIsxJZjyJZPLoO8rsCN5173cyr4HNwAc9fl1QJ5ukpbgVmcsr4f+ilNb6ydzvBmQ8WuScrld"
    "/2udTtfCwIIXd431UdtYQbs0o/TXnrnptn0HgpnnA1xl0baUyq/vfDYPJRkL2gZmM9yqShZGuVbCWwWosCO1qsbD"
    "/aJAkM6HZIvggv5S+SsSx6blrsLD0CJcidQFmhRBV43PlIzw+10yYcKECRMmTJjwnzh/e1o/O6l2/x/p+7/p4ae6"
    "Z1636M9/AA9iOeg="
)


def test_a_fingerprint_that_was_stored_under_former_names_still_opens() -> None:
    stored = _decompress(STORED_BEFORE)
    assert isinstance(stored, Fingerprint)
    assert stored.space == "sscd-x"
    assert stored.descriptors.pdq_quality.tolist() == [7, 9]
    assert stored.timeline.change.tolist() == [0.0, 2.5]
    assert isinstance(stored.preview, PreviewFrames)
    assert (stored.preview.codec, stored.preview.data) == ("h264", b"frames")
    assert isinstance(stored.audio, AudioFingerprint)
    assert np.array_equal(stored.audio.bands, np.full((3, 2), 5, np.uint8))
    assert stored.gaps == (Span(1.5, 2.0),)


def test_what_opened_is_stored_again_under_the_present_names() -> None:
    again = _compress(_decompress(STORED_BEFORE))
    assert again != STORED_BEFORE
    assert _compress(_decompress(again)) == again


def test_parts_are_stored_beside_the_main_part(tmp_path: Path) -> None:
    stored = _decompress(STORED_BEFORE)
    assert isinstance(stored, Fingerprint)
    metadata = Metadata({}, Credentials("none"))
    unread = Part(
        "video-1", "video", verbatim("attached video"), reason=Message("problem-unnamed-coding")
    )
    parts = (
        DescribedPart(Part("track-2", "video", verbatim("track 2")), stored),
        DescribedPart(unread),
    )
    store = open_store(tmp_path / "desk")
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
        key = keys.list_keys(connection)[0].id
        submission = Submission(key=key, task="check", kind="upload", name="a.mp4", bytes=1)
        check, _ = checks.accept(connection, submission, 100)
        until = checks.timestamp_in(1000)
        stored_fingerprints.store(connection, check.id, stored, metadata, 1, until, parts=parts)
        read = stored_fingerprints.load(connection, check.id)
    store.close()
    assert read is not None
    assert [part.part for part in read.parts] == [part.part for part in parts]
    first, second = (part.fingerprint for part in read.parts)
    assert first is not None
    assert np.array_equal(first.descriptors.vectors, stored.descriptors.vectors)
    assert second is None
