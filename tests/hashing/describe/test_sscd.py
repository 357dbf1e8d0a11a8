import numpy as np
import pytest

from hashing.describe.sscd import INPUT_PX, load_describer, resize_to_input
from tests.made import scene


def test_vectors_are_unit_long_and_the_same_each_time() -> None:
    squares = np.stack([resize_to_input(scene(seed, 0.0)) for seed in (1, 2)])
    vectors = load_describer().describe(squares)
    assert vectors.shape == (2, 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors, load_describer().describe(squares))


def test_a_picture_has_the_same_vector_in_any_batch() -> None:
    squares = np.stack([resize_to_input(scene(seed, 0.0)) for seed in range(1, 4)])
    together, alone = load_describer().describe(squares), load_describer().describe(squares[2:])
    assert float(together[2] @ alone[0]) > 0.999


def test_a_smaller_darker_copy_is_more_alike_than_another_scene() -> None:
    picture = scene(1, 0.0, (640, 360))
    squares = [picture, (scene(1, 0.0, (320, 180)) * 0.8).astype(np.uint8), scene(2, 0.0)]
    own, copy, other = load_describer().describe(
        np.stack([resize_to_input(square) for square in squares])
    )
    assert own @ copy > 0.8
    assert own @ other < 0.4


def test_no_pictures_give_no_vectors() -> None:
    assert load_describer().describe(np.zeros((0, INPUT_PX, INPUT_PX, 3), np.uint8)).shape == (
        0,
        512,
    )


def test_pictures_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="288"):
        load_describer().describe(np.zeros((1, 224, 224, 3), np.uint8))


@pytest.mark.parametrize("size", [(20, 11), (1000, 200), (288, 288)])
def test_any_picture_is_squeezed_to_the_same_square(size: tuple[int, int]) -> None:
    assert resize_to_input(np.zeros((size[1], size[0], 3), np.uint8)).shape == (
        INPUT_PX,
        INPUT_PX,
        3,
    )


def test_the_space_names_model_and_recipe() -> None:
    space = load_describer().space
    assert str(INPUT_PX) in space
    assert "512" in space
