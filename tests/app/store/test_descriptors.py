"""Fingerprints that were stored before still open, whatever their records were called then."""

import base64

import numpy as np

from app.store.descriptors import _compress, _decompress
from hashing.types import AudioFingerprint, Fingerprint, PreviewFrames, Span

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
