"""What a scanner types for another keyboard is undone, where exactly one id comes of it."""

import pytest

from portal.hubs.display import label_wording
from portal.hubs.labels import keyboards, parse
from tests.hubs.labels.test_parse import HUB, NOT_AN_ID, TEXT

SHIFTED = ("0123456789-", '=!"§$%&/()?')
# As people's devices typed them, none by our own table.
TYPED = {
    "French": ("3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b", "\"féqçc&e)èb(')'dàe)çq-&)àc\"dèèfà&qéb"),
    "Belgian": ("315e230b-4f3e-4f7e-bc8e-8f38f8275fbc", '"&(eé"àb)\'f"e)\'fèe)bc!e)!f"!f!éè(fbc'),
    "German": (TEXT, TEXT.replace("-", "ß")),
    "Swiss": (TEXT, TEXT.replace("-", "'")),
    "Swedish": (TEXT, TEXT.replace("-", "+")),
    "Turkish Q": (TEXT, TEXT.replace("-", "*")),
    "Dutch": (TEXT, TEXT.replace("-", "/")),
    "Icelandic": (TEXT, TEXT.replace("-", "ö")),
    "Czech": ("315e230b-4f3e-4f7e-bc8e-8f38f8275fbc", "š+řeěšéb=čfše=čfýe=bcáe=áfšáfáěýřfbc"),
    "Hungarian": ("315e230b4f3e4f7ebc8e8f38f8275fbc", "315e23öb4f3e4f7ebc8e8f38f8275fbc"),
    "Greek": (TEXT, TEXT.translate(str.maketrans("abcdef", "αβψδεφ"))),
    "Russian": (TEXT, TEXT.translate(str.maketrans("abcdef", "фисвуа"))),
    "Hebrew": (TEXT, TEXT.translate(str.maketrans("abcdef", "שנבגקכ"))),
    "Turkish F": (TEXT, TEXT.translate(str.maketrans("abcdef-", "uçveğa/"))),
    "Dvorak": (TEXT, TEXT.translate(str.maketrans("abcdef-", "axje.u["))),
    "an address, German": (TEXT, f"httpsÖ--spkez.example-h-{TEXT.replace('-', 'ß')}"),
    "a prefix, German": (TEXT, f"+Q3{TEXT.replace('-', 'ß')}"),
    "capitals locked, German": (TEXT, TEXT.upper().replace("-", "ß")),
    "shift locked, German": (TEXT, TEXT.upper().translate(str.maketrans(*SHIFTED))),
    "capitals locked, Greek": (TEXT, TEXT.translate(str.maketrans("abcdef", "ΑΒΨΔΕΦ"))),
    "shift locked, French": (TEXT, TEXT.upper().translate(str.maketrans("A-", "Q°"))),
    "capitals printed, French": (TEXT, "\"FéQçC&E)èB(')'DàE)çQ-&)àC\"DèèFà&QéB"),
    "the scanner's German": (TEXT, TEXT.replace("-", "/")),
    "the scanner's French": (TEXT, "#f@q(c!e6&b%$6$d)e6(q^!6)c#d&&f)!q@b"),
}
SPOILT = {
    "an unknown sign": TEXT.replace("-", "~"),
    "unknown letters": TEXT.translate(str.maketrans("abcdef", "ღჭჯჰჟფ")),
    "an unknown sign after a prefix": f"]Q3{TEXT.replace('-', '~')}",
    "an unknown sign after an unknown prefix": f"ღQ3{TEXT.replace('-', '~')}",
    "an unknown sign in an address": f"https://spkey.example/h/{TEXT.replace('-', '~')}",
    "unknown letters after a prefix": "ჭC1" + TEXT.translate(str.maketrans("abcdef", "ღჭჯჰჟფ")),
    "unknown digits": HUB.hex.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
}


@pytest.mark.parametrize(("meant", "typed"), TYPED.values(), ids=TYPED)
def test_what_another_keyboard_makes_of_an_id_is_undone(meant, typed):
    assert parse.parse(typed) == parse.HubId(meant)


@pytest.mark.parametrize("name", keyboards.KEYBOARDS)
@pytest.mark.parametrize("capitals", [False, True])
def test_each_keyboard_is_undone_whatever_the_id(name, capitals):
    pairs = keyboards.KEYBOARDS[name]
    stands = {ord(key): sign for sign, key in zip(pairs[::2], pairs[1::2], strict=True)}
    meant = TEXT.upper() if capitals else TEXT
    assert parse.parse(meant.translate(stands)) == HUB


AROUND = {
    "a QR code's prefix": f"]Q3{TEXT}",
    "a Code 128's prefix, in one piece": f"]C1{HUB.hex}",
    "a Data Matrix' prefix, capitals": f"]d2{TEXT.upper()}",
    "an address": f"https://spkey.example/h/{TEXT}",
    "an address, in one piece": f"https://spkey.example/h/{HUB.hex}",
    "our own address": f"spkey://h/{TEXT}",
}


@pytest.mark.parametrize("name", keyboards.KEYBOARDS)
@pytest.mark.parametrize("text", AROUND.values(), ids=AROUND)
def test_each_keyboard_is_undone_whatever_is_around_the_id(name, text):
    pairs = keyboards.KEYBOARDS[name]
    stands = {ord(key): sign for sign, key in zip(pairs[::2], pairs[1::2], strict=True)}
    assert parse.parse(text.translate(stands)) == HUB


@pytest.mark.parametrize("name", keyboards.KEYBOARDS)
@pytest.mark.parametrize("text", list(AROUND.values())[:3], ids=list(AROUND)[:3])
def test_a_prefix_is_left_out_before_what_the_scanner_types_for_another_country(name, text):
    pairs = keyboards.KEYBOARDS[name]
    typed = {ord(sign): key for sign, key in zip(pairs[::2], pairs[1::2], strict=True)}
    assert parse.parse(text.translate(typed)) == HUB


@pytest.mark.parametrize("text", SPOILT.values(), ids=SPOILT)
def test_a_scanner_that_types_for_an_unknown_keyboard_is_told_of(text):
    with pytest.raises(parse.LabelProblem) as caught:
        parse.parse(text)
    assert caught.value.kind == "keyboard"
    assert "scanner" in label_wording.sentence(caught.value)


@pytest.mark.parametrize("text", [*NOT_AN_ID.values(), "3F2AQC1E7B544D0E9A610C3D77F01A2B"])
def test_no_keyboard_makes_an_id_of_what_is_none(text):
    with pytest.raises(parse.LabelProblem):
        parse.parse(text)
