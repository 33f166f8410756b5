"""Boxes of two models to one list."""

import numpy as np

from examhall.vision.object_fusion import best_overlapping, mean_of_two, strongest

NONE = (np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_of_boxes_on_one_object_the_best_stays() -> None:
    kept, sure = strongest(
        boxes((0, 0, 10, 10), (1, 1, 11, 11), (50, 50, 60, 60)), scores(0.4, 0.9, 0.2), 0.1
    )
    np.testing.assert_allclose(kept, [[1, 1, 11, 11], [50, 50, 60, 60]])
    np.testing.assert_allclose(sure, [0.9, 0.2])


def test_what_scores_too_little_goes() -> None:
    kept, sure = strongest(boxes((0, 0, 1, 1)), scores(0.09), 0.1)
    assert len(kept) == len(sure) == 0


def test_thousands_of_boxes_are_cut_to_the_best() -> None:
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 1000, (5000, 2)).astype(np.float32)
    sure = rng.uniform(0.1, 1, 5000).astype(np.float32)
    kept, best = strongest(np.concatenate([corners, corners + 1], axis=1), sure, 0.1)
    assert len(kept) <= 200
    assert best[0] == sure.max()


def test_both_models_on_one_object_give_the_mean() -> None:
    one = boxes((0, 0, 10, 10)), scores(0.6)
    other = boxes((1, 0, 11, 10)), scores(0.4)
    kept, sure = mean_of_two(one, other, 0.1)
    assert len(kept) == 1
    np.testing.assert_allclose(sure, [0.5])


def test_an_object_that_one_model_misses_counts_half() -> None:
    kept, sure = mean_of_two((boxes((0, 0, 10, 10)), scores(0.6)), NONE, 0.1)
    np.testing.assert_allclose(kept, [[0, 0, 10, 10]])
    np.testing.assert_allclose(sure, [0.3])
    far = mean_of_two((boxes((0, 0, 10, 10)), scores(0.6)), (boxes((90, 90, 99, 99)), scores(0.5)), 0.1)
    np.testing.assert_allclose(sorted(far[1]), [0.25, 0.3])


def test_nothing_and_nothing_is_nothing() -> None:
    kept, sure = mean_of_two(NONE, NONE, 0.1)
    assert len(kept) == len(sure) == 0


def test_boxes_without_area_overlap_nothing() -> None:
    flat = boxes((5, 5, 5, 5), (5, 5, 1, 1))
    np.testing.assert_allclose(best_overlapping(flat, boxes((0, 0, 10, 10)), scores(0.9)), [0, 0])
