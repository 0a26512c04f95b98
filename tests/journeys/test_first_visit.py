"""What a browser meets before anybody signed in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import People, check_page


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("ar", "rtl")])
def test_sign_in_page_is_accessible(
    people: People, locale: str, direction: str, phone: bool, dark: bool
) -> None:
    page = people.browser_of(locale=locale, phone=phone, dark=dark).new_page()
    reply = page.goto("/")
    assert reply is not None
    assert reply.status == 200
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("html").get_attribute("dir") == direction
    check_page(page)


def test_caught_mails_are_shown_on_this_machine(people: People) -> None:
    page = people.browser_of().new_page()
    page.goto("/dev/mail/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_page(page)


def test_page_that_is_not_there_is_a_page_of_ours(people: People) -> None:
    page = people.browser_of().new_page()
    reply = page.goto("/nowhere/")
    assert reply is not None
    assert reply.status == 404
    check_page(page)
    people.troubles.forgive("status of 404")
