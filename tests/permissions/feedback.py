"""Who may open forms, cases and their endpoints; what partners open is open to anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.feedback.world import World, definition
from tests.permissions.rows import FORBIDDEN, NOT_FOUND, OK, Cast, Row, only
from tests.permissions.threads import CBOR, SCRIPTS, UNREADABLE, empty

LOOKERS = ("admin", "editor", "diplomat", "analyst")
BY_LOOKERS = {**only(*LOOKERS), **SCRIPTS}
BY_READERS = {**only("admin", "diplomat", otherwise=NOT_FOUND), **SCRIPTS, "approver": FORBIDDEN}


def own_form(cast: Cast) -> dict[str, Any]:
    """A published form that the administrator and the diplomat read."""
    form = World(cast.mission).published(cast.people["admin"], cast.people["diplomat"])
    return {"workspace": cast.mission.slug, "form_id": form.id}


def listed_form(cast: Cast) -> dict[str, Any]:
    """The list of forms with such a form in it."""
    return {"workspace": own_form(cast)["workspace"]}


def own_version(cast: Cast) -> dict[str, Any]:
    return {**own_form(cast), "number": 1}


def own_case(cast: Cast) -> dict[str, Any]:
    """A case of such a form."""
    world = World(cast.mission)
    form = world.published(cast.people["admin"], cast.people["diplomat"])
    person = world.send(form)
    return {"workspace": cast.mission.slug, "case_id": world.case(person).submission_id}


def own_file(cast: Cast) -> dict[str, Any]:
    """A file of somebody's answers."""
    world = World(cast.mission)
    form = world.published(cast.people["admin"], cast.people["diplomat"])
    person, blob = world.send_file(form, b"x" * 12)
    return {
        "workspace": cast.mission.slug,
        "case_id": world.case(person).submission_id,
        "file_id": blob,
        "number": 0,
    }


def own_address(cast: Cast) -> dict[str, Any]:
    # In both languages of the product, as a page that is looked at in each is to speak it.
    asked = definition(languages=["en", "ar"])
    form = World(cast.mission).published(cast.people["admin"], asked=asked)
    return {"address": form.address}


def one_part(cast: Cast) -> dict[str, Any]:
    return {**own_address(cast), "file_id": uuid4(), "number": 0}


def any_id(*names: str) -> Any:
    """A place of which the id is never looked at, since the body is refused first."""
    return lambda cast: {"workspace": cast.mission.slug, **{name: uuid4() for name in names}}


def unread(name: str, arguments: Any) -> Row:
    """What can't be read is refused before it is asked whose it would be."""
    expected = {**only(status=UNREADABLE, otherwise=UNREADABLE), **SCRIPTS}
    return Row(
        f"feedback:{name}",
        expected,
        method="POST",
        arguments=arguments,
        data=empty,
        content_type=CBOR,
    )


def stranger(name: str, status: int, method: str = "GET", arguments: Any = own_address) -> Row:
    """Who asks makes no difference, signed in or not."""
    body: dict[str, Any] = {"data": empty, "content_type": CBOR} if method == "POST" else {}
    return Row(name, everyone=status, method=method, arguments=arguments, **body)


def back_part(cast: Cast) -> dict[str, Any]:
    return {"workspace": cast.mission.slug, "file_id": uuid4(), "number": 0}


PARTNERS = [
    stranger("forms:page", OK),
    stranger("forms:opening", OK),
    stranger("forms:challenge", OK),
    stranger("forms:files", UNREADABLE, "POST"),
    stranger("forms:send", UNREADABLE, "POST"),
    stranger("forms:part", NOT_FOUND, arguments=one_part),
    stranger("forms:part", NOT_FOUND, "PUT", arguments=one_part),
    *(
        stranger(f"returning:{name}", UNREADABLE, "POST", any_id())
        for name in ("challenge", "enter", "dialogue", "rating", "files", "erase")
    ),
    # Without the pass of somebody who came back.
    stranger("returning:page", OK, arguments=any_id()),
    stranger("returning:dialogue", 401, arguments=any_id()),
    stranger("returning:part", 401, arguments=back_part),
    stranger("returning:part", 401, "PUT", arguments=back_part),
]

TEAM = [
    *(
        Row(f"feedback:data_{name}", BY_LOOKERS)
        for name in ("forms", "cases", "categories", "templates", "colleagues")
    ),
    *(
        Row(f"feedback:data_{name}", BY_LOOKERS, arguments=own_form)
        for name in ("form", "opening", "submissions", "counts")
    ),
    Row("feedback:forms", only(*LOOKERS)),
    Row("feedback:forms", only(*LOOKERS), arguments=listed_form),
    Row("feedback:form", only("admin", "editor", "diplomat"), arguments=own_form),
    Row("feedback:share", only("admin", "editor", "diplomat"), arguments=own_form),
    Row("feedback:analysis", only(*LOOKERS), arguments=own_form),
    unread("exported", any_id("form_id")),
    Row("feedback:data_version", BY_LOOKERS, arguments=own_version),
    Row("feedback:data_case", BY_LOOKERS, arguments=own_case),
    # Files for readers of the form alone; an approver sees no case.
    Row("feedback:data_part", BY_READERS, arguments=own_file),
    Row(
        "feedback:data_part",
        {**BY_READERS, "analyst": FORBIDDEN, "admin": UNREADABLE, "diplomat": UNREADABLE},
        method="PUT",
        arguments=own_file,
    ),
    *(
        unread(f"data_{name}", any_id("form_id"))
        for name in ("duplicate", "draft", "publish", "settings", "state")
    ),
    *(
        unread(f"data_{name}", any_id("case_id"))
        for name in ("change", "dialogue", "notes", "read", "files")
    ),
    *(unread(f"data_{name}", any_id()) for name in ("forms", "opened", "categories", "templates")),
    Row(
        "feedback:data_remove_category",
        {**only("admin", "editor", "diplomat", status=NOT_FOUND), **SCRIPTS},
        method="POST",
        arguments=any_id("category_id"),
    ),
    Row(
        "feedback:data_remove_template",
        {**only("admin", "editor", "diplomat", status=NOT_FOUND), **SCRIPTS},
        method="POST",
        arguments=any_id("template_id"),
    ),
]


def in_api(row: Row) -> Row:
    """The same for programs: the API is made of the endpoints of the pages."""
    return replace(row, name=row.name.replace("feedback:data_", "api:feedback_"))


ROWS = [
    *PARTNERS,
    *TEAM,
    *(in_api(row) for row in TEAM if row.name.startswith("feedback:data_")),
]
