"""What a mail needs to know of its language: direction, name, names of countries, words of its foot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

from comms.directory.facts.languages import language_name

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Foot:
    """The words under every mail. `language` is theirs, which need not be the mail's."""

    language: str
    sent_by: str
    stop: str


# The six languages of the United Nations. The product's own translations cover its pages; mails go out in
# more languages than pages are read in, so these words live with the mail. Others get the English ones.
_FEET = {
    "en": Foot(
        "en",
        "You receive this because your address is on the list of",
        "Stop receiving these mails",
    ),
    "ar": Foot("ar", "تصلكم هذه الرسالة لأن عنوانكم مدرج في قائمة", "إيقاف تلقي هذه الرسائل"),
    "fr": Foot(
        "fr",
        "Vous recevez ce message car votre adresse figure sur la liste de",
        "Ne plus recevoir ces messages",
    ),
    "es": Foot(
        "es",
        "Recibe este mensaje porque su dirección figura en la lista de",
        "Dejar de recibir estos mensajes",
    ),
    "ru": Foot(
        "ru",
        "Вы получили это письмо, потому что ваш адрес есть в списке рассылки:",
        "Больше не получать эти письма",
    ),
    "zh": Foot("zh", "您收到此邮件，是因为您的地址在以下机构的名单中：", "不再接收此类邮件"),
}


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale | None:
    """Babel's locale for a language tag such as `ar` or `pt-BR`; None when there is none."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=256)
def own_name(language: str) -> str:
    """The language's name in itself; its tag when it has none."""
    return language_name(language, language)


@lru_cache(maxsize=64)
def country_names(language: str) -> dict[str, str]:
    """Country names by their two letters (ISO 3166-1), in this language, else in English."""
    locale = locale_of(language) or Locale("en")
    return {code: str(name) for code, name in locale.territories.items() if len(code) == 2}


def foot_of(language: str) -> Foot:
    """The words under a mail in this language."""
    return _FEET.get(language.split("-")[0].lower(), _FEET["en"])
