"""Where operators go: the one list of their pages, for the navigation and their first page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Model
from django.db.models.options import Options
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text

register = template.Library()


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one subject. `lists` are its models and what their lists are called.

    `page` is the name of an address with which it begins, before its lists, and what that is
    called.

    At the thumb there is room for three words that are short.
    """

    lists: tuple[tuple[str, Text], ...]
    icon: str
    word: Text
    text: Text
    at_thumb: bool = False
    page: tuple[str, Text] | None = None

    @property
    def url(self) -> str:
        """Where it begins."""
        return reverse(self.page[0]) if self.page else _list_of(self.lists[0][0])

    @property
    def tabs(self) -> list[tuple[str, Text]]:
        """Its lists, as addresses and words, where there are several."""
        tabs = [(_list_of(model), word) for model, word in self.lists]
        if self.page:
            tabs.insert(0, (self.url, self.page[1]))
        return tabs if len(tabs) > 1 else []


def _section(model: str, icon: str, word: Text, text: Text, *, at_thumb: bool = False) -> Section:
    return Section(((model, word),), icon, word, text, at_thumb)


SECTIONS: Final[Sequence[Section]] = (
    _section(
        "orgs.organisation",
        "site",
        _("Organisations"),
        _("Who uses the portal: their members and sites, and who runs them."),
    ),
    _section(
        "orgs.user",
        "person",
        _("People"),
        _("Accounts: addresses and passwords, and who is an operator."),
        at_thumb=True,
    ),
    Section(
        (("claims.claim", _("Claims")), ("claims.attempt", _("Calls to SmartphoneKey"))),
        "history",
        _("Claims"),
        _("Every claim, and each call to SmartphoneKey made for it."),
        at_thumb=True,
    ),
    _section(
        "orgs.apicredential",
        "key",
        _("API keys"),
        _("What SmartphoneKey last said of each key. The keys themselves are never shown."),
    ),
    _section(
        "mfa.authenticator",
        "shield",
        _("Second factors"),
        _("Who has one. Remove that of a lost phone here."),
    ),
    Section(
        (("hubs.hub", _("Hubs")), ("hub_actions.hubaction", _("Actions on hubs"))),
        "hub",
        _("Hubs"),
        _("What was last read of each hub, and what administrators had done to it."),
        at_thumb=True,
    ),
    _section(
        "audit.entry",
        "record",
        _("Record"),
        _("Who did what, in all organisations and on these pages."),
    ),
    Section(
        (
            ("notices.notice", _("News")),
            ("notices.accountemail", _("About accounts")),
            ("notices.invitationemail", _("Invitations")),
        ),
        "mail",
        _("E-mails"),
        _("What was written to whom, and whether it was sent."),
    ),
    Section(
        (("monitoring.devicereport", _("Errors on devices")),),
        "signal",
        _("How it runs"),
        _("Workers, work that is due, SmartphoneKey, and what fails."),
        page=("operators-state", _("Now")),
    ),
)
WORDS: Final = {model: word for section in SECTIONS for model, word in section.lists}


@register.filter
def list_word(options: Options[Model]) -> Text:
    """Return what the list of a model's rows is called."""
    return WORDS.get(options.label_lower, str(options.verbose_name_plural))


@register.filter
def row_title(row: Model) -> str:
    """Return what a row's page is called: as its list calls it, where that has a `title`."""
    title = getattr(admin.site.get_model_admin(type(row)), "title", str)
    return str(title(row))


@register.simple_tag
def operators_sections() -> Sequence[Section]:
    """Return the sections in their order."""
    return SECTIONS


@register.simple_tag(takes_context=True)
def operators_section(context: Context) -> Section | None:
    """Return the section to which the page belongs."""
    match = context["request"].resolver_match
    # Django's page of a password has another name than the rest of a person's pages.
    name = str(match.url_name or "").replace("auth_user_", "orgs_user_") if match else ""
    return next((section for section in SECTIONS if _is_of(section, name)), None)


@register.filter
def as_inline_data(prefix: str, rows: InlineModelAdmin[Any, Any]) -> str:
    """Return what Django's script for rows within a page has to know of them, as JSON.

    Rows that are only read have no `add_words`.
    """
    add = str(getattr(rows, "add_words", ""))
    options = {"prefix": prefix, "addText": add, "deleteText": gettext("Remove")}
    return json.dumps({"name": f"#{prefix}", "options": options})


def _is_of(section: Section, url_name: str) -> bool:
    if section.page and section.page[0] == url_name:
        return True
    return any(url_name.startswith(f"{model.replace('.', '_')}_") for model, _word in section.lists)


def _list_of(model: str) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_changelist")
