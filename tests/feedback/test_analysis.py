"""The analysis page: what is open is counted by the database, by filter, and nothing of what is sealed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.feedback import selectors
from comms.feedback.models import CaseState, Form, Submission
from comms.feedback.selectors import counts
from comms.ledger.models import AuditEntry
from comms.wire.cbor import encode
from tests.factories import actor_of
from tests.feedback.world import CBOR, World, choices, definition, item, text

AsUser = Callable[[User], Client]

ASKED = definition(
    item("road", "single_choice", choices=choices("north", "south"), other=True),
    item(
        "needs",
        "multiple_choice",
        choices=choices("water", "food"),
        other=False,
        min=None,
        max=None,
    ),
    item("safe", "likert", rows=choices("day", "night"), columns=choices("yes", "no")),
    item("people", "number", integer=True, min="0", max=None, unit=text("people")),
    item("rated", "rating", scale=3, low=text("bad"), high=text("good")),
    item("order", "ranking", choices=choices("school", "clinic")),
    item("since", "date", min=None, max=None),
    item("story", "long_text", max_length=500),
    item("secret", "yes_no", sealed=True),
)


def answer(road: str = "north", **more: Any) -> dict[str, Any]:
    return {
        "road": {"choice": road},
        "needs": {"choices": ["water", "food"]},
        "safe": {"day": "yes", "night": "no"},
        "people": "12",
        "rated": 3,
        "order": ["clinic", "school"],
        "since": "2026-09-01",
        "story": "We went by the mill.",
        **more,
    }


@pytest.fixture
def asked(world: World, ada: User, dina: User) -> Form:
    form = world.published(ada, dina, asked=ASKED)
    opening = world.opening(form)
    for one in (
        answer(),
        answer("south", people="7"),
        answer(people="41", rated=1),
        {"road": {"other": "none"}},
    ):
        world.send(form, sealed={"secret": True}, open_answers=one, opening=opening)
    return form


def page(as_user: AsUser, user: User, form: Form, query: str = "") -> str:
    address = f"/w/{form.workspace.slug}/feedback/forms/{form.id}/analysis/{query}"
    answered = as_user(user).get(address)
    assert answered.status_code == 200
    return answered.content.decode()


def card(html: str, key: str) -> str:
    """One question's part of the page."""
    return html.partition(f'data-question="{key}"')[2].partition("</article>")[0]


def test_draws_every_open_question_with_its_table(asked: Form, dina: User, as_user: AsUser) -> None:
    html = page(as_user, dina, asked)
    assert card(html, "road").count("<tr>") == 4
    assert "n = 4" in card(html, "road")
    assert '<td class="num">2</td><td class="num">50%</td>' in card(html, "road")
    assert "100%" in card(html, "needs")
    assert card(html, "safe").count("n = 3") == 3
    assert "Median" in card(html, "people")
    assert "<dd>12</dd>" in card(html, "people")
    assert "3 · good" in card(html, "rated")
    assert "put first" in card(html, "order")
    assert "Sep 2026" in card(html, "since")
    assert "n = 3" in card(html, "story")
    assert "mill" not in html
    assert "style=" not in html


def test_tells_nothing_of_what_is_sealed(asked: Form, dina: User, as_user: AsUser) -> None:
    html = card(page(as_user, dina, asked), "secret")
    assert '<svg class="chart' not in html
    assert "n =" not in html
    assert "counted only in the browser of a reader" in html


def test_filters_by_everything_in_the_address(
    world: World, asked: Form, dina: User, as_user: AsUser
) -> None:
    with in_workspace(world.workspace.id):
        some = Submission.objects.filter(form=asked).first()
        assert some is not None
        Submission.objects.filter(id=some.id).update(received_on=date(2026, 1, 5), language="ar")
        some.case.state = CaseState.CLOSED
        some.case.save()

    def shown(query: str) -> str:
        return page(as_user, dina, asked, query).partition("data-shown>")[2].partition("<")[0]

    assert shown("") == "4"
    assert shown("?where=road:north") == "2"
    assert shown("?where=road:north&where=rated:1") == "1"
    assert shown("?until=2026-02-01") == "1"
    assert shown("?language=ar") == "1"
    assert shown("?state=closed") == "1"
    assert shown("?version=7") == "0"
    # What is sealed, or is no question, filters nothing.
    assert shown("?where=secret:true&where=nothing:1&since=soon") == "4"


def test_sets_two_questions_against_each_other(asked: Form, dina: User, as_user: AsUser) -> None:
    html = page(as_user, dina, asked, "?down=road&across=rated&follow=road&period=month")
    crossed = html.partition("data-crossing")[2].partition("</section>")[0]
    assert "n = 3" in crossed
    assert '<th scope="row" dir="auto">South</th><td class="num">0' in crossed
    followed = html.partition("data-trend")[2].partition("</section>")[0]
    assert followed.count("<figure") == 4
    sealed = page(as_user, dina, asked, "?down=road&across=secret").partition("data-crossing")[2]
    assert "One of these questions is sealed" in sealed


def test_versions_that_ask_the_same_are_one(
    world: World, asked: Form, ada: User, dina: User, as_user: AsUser
) -> None:
    changed = definition(
        item("road", "single_choice", choices=choices("north", "south", "east"), other=True),
        item("rated", "rating", scale=3, low=text("bad"), high=text("good")),
    )
    form = world.publish(ada, asked, changed)
    world.send(form, sealed={}, open_answers={"road": {"choice": "east"}, "rated": 2})
    html = page(as_user, dina, form)
    assert "n = 4" in card(html, "rated")
    assert "n = 1" in card(html, "road")
    assert "n = 4" in card(html, "road~2")


def test_counts_each_submission_once_and_no_erased_one(world: World, asked: Form) -> None:
    with in_workspace(world.workspace.id):
        assert {(one.value, one.count) for one in counts.list_counts(asked, "needs")} == {
            ("water", 3),
            ("food", 3),
        }
        crossed = counts.list_counts(asked, "safe.night", by="road")
        assert {(one.value, one.by, one.count) for one in crossed} == {
            ("no", "north", 2),
            ("no", "south", 1),
        }
        Submission.objects.filter(form=asked).update(erased_on=date(2026, 11, 1))
        assert counts.list_counts(asked, "needs") == []
        assert counts.tally_questions(asked, counts.Filter()) == {}


def test_says_why_there_is_nothing_yet(world: World, ada: User, as_user: AsUser) -> None:
    html = page(as_user, ada, world.create(ada))
    assert "No version is published yet" in html


def test_asks_the_database_little(
    asked: Form, dina: User, as_user: AsUser, django_assert_max_num_queries: Any
) -> None:
    client = as_user(dina)
    address = f"/w/{asked.workspace.slug}/feedback/forms/{asked.id}/analysis/"
    with django_assert_max_num_queries(26):
        client.get(f"{address}?down=road&across=rated&follow=road")


def note(client: Client, form: Form, *row: Any) -> int:
    address = f"/w/{form.workspace.slug}/feedback/forms/{form.id}/analysis/exported"
    return client.post(address, encode(list(row)), content_type=CBOR).status_code


def test_notes_each_export(world: World, asked: Form, dina: User, as_user: AsUser) -> None:
    assert note(as_user(dina), asked, "work", "csv", 4) == 204
    assert note(as_user(dina), asked, "publication", "xlsx", 4) == 204
    with in_workspace(world.workspace.id):
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert {"feedback.exported_answers", "feedback.exported_tables"} <= set(actions)


def test_refuses_rows_to_who_is_no_reader(asked: Form, edgar: User, as_user: AsUser) -> None:
    assert note(as_user(edgar), asked, "work", "csv", 4) == 403
    assert note(as_user(edgar), asked, "publication", "csv", 4) == 204


def test_refuses_an_export_that_there_is_not(asked: Form, dina: User, as_user: AsUser) -> None:
    assert note(as_user(dina), asked, "work", "exe", 4) == 422
    assert note(as_user(dina), asked, "everything", "csv", 4) == 422


def test_outsiders_see_no_analysis(asked: Form, oscar: User, as_user: AsUser) -> None:
    address = f"/w/{asked.workspace.slug}/feedback/forms/{asked.id}/analysis/"
    assert as_user(oscar).get(address).status_code == 404


def test_pages_of_submissions_hold_what_fits_and_lose_none(
    world: World, asked: Form, dina: User, edgar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = actor_of(dina, world.workspace)

    def pages() -> list[list[Any]]:
        found, cursor = [], ""
        with in_workspace(world.workspace.id):
            while True:
                got = selectors.list_submissions(actor, asked.id, cursor=cursor)
                found.append([row.submission.id for row in got.rows])
                cursor = got.next
                if not cursor:
                    return found

    (everything,) = pages()
    assert len(everything) == 4
    # Each is larger than a page: it gets one of its own.
    monkeypatch.setattr("comms.feedback.selectors.figures.PAGE_BYTES", 1)
    assert pages() == [[one] for one in everything]
    with in_workspace(world.workspace.id):
        sizes = [len(bytes(one.content or b"")) for one in Submission.objects.filter(form=asked)]
    monkeypatch.setattr("comms.feedback.selectors.figures.PAGE_BYTES", 3 * max(sizes))
    assert [len(one) for one in pages()] == [2, 2]
    monkeypatch.setattr("comms.feedback.selectors.figures.PAGE", 3)
    monkeypatch.setattr("comms.feedback.selectors.figures.PAGE_BYTES", 1_000_000)
    assert pages() == [everything[:3], everything[3:]]
    # Who is no reader gets the open answers alone, and what is sealed fills no page of theirs.
    monkeypatch.setattr("comms.feedback.selectors.figures.PAGE_BYTES", 3 * max(sizes))
    with in_workspace(world.workspace.id):
        got = selectors.list_submissions(actor_of(edgar, world.workspace), asked.id)
    assert [row.content for row in got.rows] == [b""] * 3
    assert [row.submission.id for row in got.rows] == everything[:3]
