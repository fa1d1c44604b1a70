import pytest

from gateway.review.preferences import CHOICES, Look, Preferences, known, preferences


def test_without_a_choice_the_usual_holds() -> None:
    assert preferences({}) == Preferences()


def test_what_was_chosen_holds_and_what_is_not_known_any_more_does_not() -> None:
    chosen = {"look": "side", "spaces": "yes", "keys": "no", "advance": "no"}
    wanted = Preferences(Look.SIDE, spaces=True, keys=False, advance=False, plain=True)
    assert preferences({**chosen, "plain": "yes"}) == wanted
    assert preferences({"look": "upside-down", "keys": "", "colour": "red"}) == Preferences()


@pytest.mark.parametrize(("name", "value"), [("look", "x"), ("colour", "red"), ("keys", "")])
def test_nothing_else_can_be_chosen(name: str, value: str) -> None:
    assert not known(name, value)
    assert all(known(one, values[0]) for one, values in CHOICES.items())
