"""The story of an attempt in words."""

from examhall.application.journal import Entry, people_of, words

NAMES = {"u1": "Grace Hopper"}


def test_every_type_of_line_has_words_of_its_own() -> None:
    for entry in Entry:
        assert words(entry, {}, {}), entry
        assert "{" not in words(entry, {}, {})


def test_staff_are_named_and_machines_are_not_people() -> None:
    assert (
        words("paused", {"by": "u1", "reason": "fire alarm"}, NAMES) == "Paused by Grace Hopper: fire alarm"
    )
    assert words("paused", {"by": "policy", "reason": ""}, NAMES) == "Paused by the policy"
    assert words("paused", {"by": "u9"}, NAMES) == "Paused by staff"
    assert people_of({"by": "u1"}) == ("u1",)
    assert people_of({"by": "policy"}) == ()
    assert people_of({"by": 7}) == ()


def test_figures_are_given() -> None:
    credit = {"seconds": 40.0, "reason": "network_loss", "note": ""}
    assert words("credit_given", credit, {}) == "Got 40 s back for a lost connection"
    assert words("expired", {"deadline": 1_800_000_000_000}, {}) == "Time was over at 08:00:00 UTC"


def test_an_erased_line_says_so_and_an_unknown_one_stays_readable() -> None:
    assert words("message_sent", None, NAMES) == "Message sent (what was written here has been erased)"
    assert words("something_new", {"a": 1}, NAMES) == "Something new"
