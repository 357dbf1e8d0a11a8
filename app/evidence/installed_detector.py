"""The face detector of this installation, loaded where a sheet or a thumbnail needs it."""

from app.evidence.face_redaction import Detector
from hashing.faces import FaceModelError, load_detector
from hashing.message import Message


def installed_detector(problems: list[Message]) -> Detector | None:
    """The installed face detector; None, with the reason in `problems`, where it fails to load."""
    try:
        return load_detector()
    except FaceModelError as error:
        problems.append(Message("evidence-filled-whole", {"reason": error.message}))
        return None
