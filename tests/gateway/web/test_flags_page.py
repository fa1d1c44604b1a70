"""The page that says what each flag means, to which every flag of a change set leads."""

from gateway.web.flag_pages import explained
from gateway.web.flag_words import WHY
from gateway.web.language import Lang, Tongue
from gateway.web.sentences import FLAGS
from tests.gateway.web.conftest import Visit

#: Sentences that no rule says (a refusal does), and the one for what is not known.
UNSAID = {"out_of_scope", "self", "unknown_flag"}


def test_every_flag_is_explained_in_both_languages() -> None:
    assert set(FLAGS) - set(WHY) == UNSAID
    english, korean = (explained(Tongue(lang)) for lang in (Lang.EN, Lang.KO))
    assert len({one.why for one in (*english, *korean)}) == 2 * len(WHY)


def test_a_flag_of_a_change_set_leads_to_what_it_means(eve: Visit) -> None:
    review = eve.arrive()
    html = eve.get(f"/cs/{review}").text
    assert 'href="/flags#notifies"' in html
    shown = eve.get("/flags").text
    assert '<dt id="notifies">' in shown
    assert "as far as we know them" in shown
    assert "지켜보는 사람, 멘션된 사람" in eve.get("/flags?lang=ko").text
