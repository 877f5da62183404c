"""How an e-mail is written: one text, of which the other form is made.

The first line of a kind's template is the subject, what follows the mark of a signature says why
its reader gets it, and the rest is the text. A line that is an address is a link. So every e-mail
has both forms, and they say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

SIGNATURE: Final = "\n-- \n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an e-mail: words, or where they lead."""

    text: str

    @property
    def is_link(self) -> bool:
        """Whether the whole line is an address of the portal."""
        return self.text.startswith(f"{settings.PORTAL_URL}/") and " " not in self.text


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in one language: what about, what it says, and why its reader gets it."""

    language: str
    subject: str
    body: str
    why: str

    @property
    def paragraphs(self) -> list[list[Line]]:
        """The text, as paragraphs of lines."""
        return _paragraphs(self.body)

    @property
    def reasons(self) -> list[list[Line]]:
        """Why the reader gets it, as paragraphs of lines."""
        return _paragraphs(self.why)

    @property
    def link(self) -> str:
        """Where the letter leads first; empty where it leads nowhere."""
        lines = (line for paragraph in self.paragraphs for line in paragraph)
        return next((line.text for line in lines if line.is_link), "")

    @property
    def text(self) -> str:
        """The whole as plain text."""
        return f"{self.body}\n{SIGNATURE}{self.why}\n" if self.why else f"{self.body}\n"

    @property
    def html(self) -> str:
        """The whole as HTML, which asks for nothing from anywhere."""
        with translation.override(self.language):
            return render_to_string("notices/email/letter.html", {"letter": self})


def letter(kind: str, language: str, facts: Mapping[str, object]) -> Letter:
    """Return the e-mail of this kind in that language, about these facts.

    Links begin with the address that the portal was given, and not with one that a request named.
    """
    words = {name: _plain(value) for name, value in facts.items()}
    with translation.override(language):
        text = render_to_string(
            f"notices/email/{kind}.txt", {**words, "portal": settings.PORTAL_URL}
        )
    subject, _, rest = text.strip().partition("\n")
    body, _, why = rest.partition(SIGNATURE)
    return Letter(language, subject.strip(), body.strip(), why.strip())


def email(letter: Letter, to: str, pk: object, *, news_url: str = "") -> EmailMultiAlternatives:
    """Return the e-mail to that address. `news_url` is where its reader turns such e-mails off."""
    host = urlsplit(settings.PORTAL_URL).hostname
    headers = {"Message-ID": f"<{pk}@{host}>", "Auto-Submitted": "auto-generated"}
    if news_url:
        headers["List-Unsubscribe"] = f"<{news_url}>"
    message = EmailMultiAlternatives(letter.subject, letter.text, to=[to], headers=headers)
    message.attach_alternative(letter.html, "text/html")
    return message


def _paragraphs(text: str) -> list[list[Line]]:
    blocks = [block.splitlines() for block in text.split("\n\n")]
    lines = [[Line(line.strip()) for line in block if line.strip()] for block in blocks]
    return [paragraph for paragraph in lines if paragraph]


def _plain(value: object) -> object:
    """Return a text as one line of printable characters: it must not look like another line."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, str):
        return value
    printable = (character if character.isprintable() else " " for character in value)
    return " ".join("".join(printable).split())
