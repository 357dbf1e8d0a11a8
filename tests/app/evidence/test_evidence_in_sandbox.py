"""The whole of it inside the locked process, where nothing can be opened or loaded any more."""

import numpy as np

from app.evidence.evidence_sheet import FramePart, Redaction
from app.sandbox.client import MediaSandbox
from hashing.types import Homography
from tests.app.evidence.faces_made import decoded, film, likeness, match, reference_frames
from tests.app.evidence.test_hand_redaction import gone, inside
from tests.app.evidence.test_make_sheet import SEEN

SAME: Homography = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def test_turned_dark_footage_is_redacted_and_blanked_in_the_sandbox() -> None:
    frames = [
        np.ascontiguousarray(np.rot90(frame * 0.3, 3)).astype(np.uint8)
        for frame in reference_frames()
    ]
    clip = film(frames)
    corner = (0.0, 0.8, 1.0, 1.0)
    by_hand = Redaction(blanked=(FramePart("item", corner),))
    with MediaSandbox.open(None) as sandbox:
        sheet = sandbox.evidence(clip, match(homography=SAME), query=clip, redaction=by_hand)
        thumbnail = sandbox.thumbnail(clip)
    assert sheet.detector == "centerface+yunet"
    assert sheet.faces_filled > 0
    pictures = [picture for pair in sheet.pairs for picture in (pair.query, pair.reference)]
    for picture in (*pictures, thumbnail):
        assert likeness(np.ascontiguousarray(np.rot90(decoded(picture)))) < SEEN
    assert all(inside(gone(picture), corner).all() for picture in pictures[::2])
