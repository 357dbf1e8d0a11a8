from pathlib import Path

import cv2
import pytest

from app.messages import catalogue as catalogue  # errors read as their English texts
from tests.hashing.films import Films

cv2.setNumThreads(1)  # a pool of threads costs more than it gives on small pictures


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Films:
    """Fingerprints of made clips by name, each made once."""
    return Films(Path(tmp_path_factory.mktemp("films")))
