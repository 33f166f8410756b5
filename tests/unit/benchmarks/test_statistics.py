"""The statistics of `make accuracy`, against values known from tables or worked out by hand."""

import math

import pytest

from accuracy.statistics import (
    Case,
    choose,
    clopper_pearson,
    equal_error_rate,
    estimate,
    f1,
    folds,
    macro_f1,
    poisson_upper,
    precision,
    proportion,
    recall,
)


def cases(text: str) -> list[Case]:
    """`"aa ab b?"`: truth and answer, `?` for not known; every case a scene of its own."""
    return [
        Case(str(index), pair[0], None if pair[1] == "?" else pair[1])
        for index, pair in enumerate(text.split())
    ]


def test_precision_and_recall_count_their_own_errors() -> None:
    some = cases("aa aa ab ba bb")
    assert precision(some, "a").value == pytest.approx(2 / 3)
    assert recall(some, "a").value == pytest.approx(2 / 3)
    assert f1(some, "a") == pytest.approx(2 / 3)


def test_each_share_tells_the_number_it_rests_on() -> None:
    some = cases("aa ab ba bb bb")
    assert (precision(some, "a").n, recall(some, "b").n) == (2, 3)


def test_what_is_not_known_is_not_found_but_no_wrong_class_either() -> None:
    some = cases("aa a? bb")
    assert recall(some, "a").value == 0.5
    assert macro_f1(some) == 1.0


def test_macro_f1_weighs_rare_classes_like_common_ones() -> None:
    some = cases("aa aa aa aa aa aa aa aa ba bb")
    assert macro_f1(some) == pytest.approx((f1(some, "a") + f1(some, "b")) / 2)
    assert f1(some, "b") == pytest.approx(2 / 3)


def test_a_figure_of_nothing_is_not_a_number() -> None:
    assert math.isnan(precision(cases("ab"), "a").value)
    assert math.isnan(recall(cases("bb"), "a").value)
    assert math.isnan(proportion([]).value)
    assert estimate([], macro_f1).n == 0


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129), (1, 20, 0.0013, 0.2487)],
)
def test_the_exact_binomial_interval(hits: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("events", "mean"), [(0, 2.9957), (1, 4.7439), (3, 7.7537)])
def test_the_exact_poisson_bound(events: int, mean: float) -> None:
    assert poisson_upper(events) == pytest.approx(mean, abs=1e-4)


def test_a_perfect_score_is_not_certain() -> None:
    found = proportion([(str(scene), True) for scene in range(10)])
    assert found.value == 1.0
    assert found.low == pytest.approx(0.6915, abs=1e-4)


def test_pictures_of_one_scene_are_one_piece_of_evidence() -> None:
    apart = proportion([(str(index), index % 4 != 0) for index in range(80)])
    together = proportion([(str(index // 20), index // 20 != 0) for index in range(80)])
    assert apart.value == together.value == 0.75
    assert together.scenes == 4
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_the_same_cases_give_the_same_interval() -> None:
    some = cases("aa ab ba bb aa ab")
    assert estimate(some, macro_f1) == estimate(some, macro_f1)


def test_equal_error_rate_of_separated_and_of_mixed_distances() -> None:
    assert equal_error_rate([0.2, 0.3], [0.7, 0.9]) == (0.0, 0.3)
    rate, limit = equal_error_rate([0.2, 0.3, 0.4, 0.8], [0.35, 0.7, 0.9, 1.0])
    assert rate == 0.25
    assert 0.4 <= limit < 0.8


def test_folds_keep_scenes_whole_and_even() -> None:
    sizes = {f"scene{index}": 1 + index % 7 for index in range(50)}
    fold_of = folds(sizes)
    filled = [sum(sizes[scene] for scene in sizes if fold_of[scene] == fold) for fold in range(5)]
    assert set(fold_of) == set(sizes)
    assert max(filled) - min(filled) <= 7
    assert folds(dict(reversed(sizes.items()))) == fold_of


def test_the_middle_of_the_best_plateau_is_chosen() -> None:
    losses = {0.1: 5, 0.2: 1, 0.3: 4, 0.4: 1, 0.5: 1, 0.6: 1, 0.7: 3}
    assert choose(list(losses), losses.__getitem__) == 0.5


def test_one_scene_says_nothing_of_another() -> None:
    found = proportion([("room", True), ("room", False)])
    assert found.value == 0.5
    assert math.isnan(found.low)
    assert math.isnan(found.high)
