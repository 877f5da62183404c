"""Every word for people is marked for translation, and has its Greek."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from bin import messages
from tests.portal import unmarked

UP_TO_DATE = "make messages brings locale/ up to date"
# What may not differ: `%(name)s` and `%(name)d`, the `{}` and `{name}` of scripts, and HTML's tags.
FIXED = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w+[^>]*>")


@pytest.fixture(scope="module")
def known():
    return messages.stored()


@pytest.fixture(scope="module")
def ours(known):
    return messages.catalogue(known)


def parts(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def strings(catalogue) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def strays(message: Message) -> list[str]:
    """Return the placeholders in which a translation differs from each of its originals."""
    originals = [Counter(FIXED.findall(text)) for text in parts(message.id)]
    found = [Counter(FIXED.findall(text)) for text in parts(message.string) if text]
    return [str(one) for one in found if one not in originals]


def test_the_catalogue_holds_the_sources_strings_and_no_others(known, ours):
    in_source = {(message.context, message.id) for message in strings(ours)}
    in_catalogue = {(message.context, message.id) for message in strings(known)}
    assert in_source - in_catalogue == set(), UP_TO_DATE
    assert in_catalogue - in_source == set(), UP_TO_DATE
    assert list(known.obsolete) == [], UP_TO_DATE


def test_both_files_are_as_the_command_writes_them(ours):
    assert messages.PO.read_bytes() == messages.as_po(ours), UP_TO_DATE
    assert messages.MO.read_bytes() == messages.as_mo(ours), UP_TO_DATE


def test_every_string_has_its_greek(ours):
    assert [m.id for m in strings(ours) if not all(parts(m.string) or ("",))] == []


def test_no_translation_is_fuzzy(known):
    assert [message.id for message in strings(known) if message.fuzzy] == []


def test_translations_keep_their_placeholders(ours):
    assert {m.id: found for m in strings(ours) if (found := strays(m))} == {}


@pytest.mark.parametrize(
    ("original", "greek", "differs"),
    [
        ("Claim %(n)s", "Καταχώριση %(n)s", False),
        ("Claim %(n)s", "Καταχώριση %(m)s", True),
        ("Claim {}", "Καταχώριση", True),
        ("<b>Claim</b>", "<b>Καταχώριση<b>", True),
        (("%(n)d hub", "%(n)d hubs"), ("%(n)d hub", "hubs"), True),
    ],
)
def test_placeholders_that_differ_are_noticed(original, greek, differs):
    assert bool(strays(Message(original, greek))) is differs


def test_every_text_of_a_template_is_marked_for_translation():
    assert list(unmarked.in_templates()) == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        '<img alt="A hub">',
        '<p data-one="One hub">{{ x }}</p>',
        '{% include "a.html" with title="A hub" only %}',
        '{{ name|default:"Nobody" }}',
        '<p>{% translate "Hello" %} there</p>',
    ],
)
def test_unmarked_words_in_a_template_are_noticed(template):
    assert list(unmarked.of_template(template))


@pytest.mark.parametrize(
    "template",
    [
        '<p>{% translate "Hello" %}</p>',
        "<p>{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %}</p>",
        "{% comment %}Hello{% endcomment %}<p>{{ x }} · 3</p>",
        '{% include "a.html" with title=_("A hub") icon="hub" only %}',
    ],
)
def test_marked_words_in_a_template_are_no_objection(template):
    assert list(unmarked.of_template(template)) == []


def test_no_script_holds_text_for_people():
    assert list(unmarked.in_scripts()) == []


@pytest.mark.parametrize(
    "script",
    ['say("Hub not found")', "say('Try again.')", "p.textContent = `Done`", "x.title = 'Stop'"],
)
def test_words_in_a_script_are_noticed(script):
    assert list(unmarked.of_script(script))


@pytest.mark.parametrize(
    "script",
    [
        '"use strict"',
        "// It's one\nconst a = 'b'",
        'throw new Error("No such row.")',
        "'a, button'",
    ],
)
def test_what_only_programs_read_in_a_script_is_no_objection(script):
    assert list(unmarked.of_script(script)) == []


def test_a_sentence_is_written_in_one_module_only(ours):
    homes = {
        message.id: {name for name, _ in message.locations if name.endswith(".py")}
        for message in strings(ours)
        if len(parts(message.id)[0].split()) > 3
    }
    assert {words: names for words, names in homes.items() if len(names) > 1} == {}


def test_every_text_in_python_is_marked_for_translation():
    assert list(unmarked.in_python()) == []


@pytest.mark.parametrize(
    "source",
    [
        'field(label="Site")',
        'messages.success(request, "All is saved.")',
        'title = f"Claimed at {site}"',
        'raise ValidationError("Choose a site.")',
        'Chip("good", "check", "Online")',
        'class Kind(TextChoices):\n    READ = "read", "Read"',
    ],
)
def test_unmarked_words_in_python_are_noticed(source):
    assert list(unmarked.of_python(source))


@pytest.mark.parametrize(
    "source",
    [
        '"""A module."""',
        'field(label=_("Site"))',
        'messages.success(request, gettext("All is saved."))',
        'logger.info("Nothing was sent to %s", host)',
        'raise ValueError("That is no number.")',
    ],
)
def test_what_only_programmers_read_in_python_is_no_objection(source):
    assert list(unmarked.of_python(source)) == []
