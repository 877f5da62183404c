"""A list of what a job expects: pasted or CSV; each wrong line is named, and none is half taken."""

# ruff: noqa: RUF001 - Greek words

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from portal.jobs import expected
from portal.jobs.display import wording
from portal.jobs.expected import Expected, Fault, UnusableListError
from portal.sandbox import world

A, B = world.hub_id(0), world.hub_id(1)


def read(text: str) -> list[tuple[str, str]]:
    return [(each.place, str(each.hub_id or "")) for each in expected.parse(text)]


def faults(text: str) -> list[tuple[Fault, int]]:
    with pytest.raises(UnusableListError) as error:
        expected.parse(text)
    return [(problem.fault, problem.line) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Flat 12, riser\nFlat 13, riser\n", [("Flat 12, riser", ""), ("Flat 13, riser", "")]),
        (f"Flat 12, riser,{A}\n\n{B}\n", [("Flat 12, riser", A), ("", B)]),
        (f"{A}\tCellar\n", [("Cellar", A)]),
        (f"Bin store {A}\n", [("Bin store", A)]),
        ("Building 20261129-4 B, riser 12-3456\n", [("Building 20261129-4 B, riser 12-3456", "")]),
        (f'place,hub id\n"Flat 12, riser",{A}\nLoft,\n', [("Flat 12, riser", A), ("Loft", "")]),
        (f"Hub-ID;Place\r\n{A.upper()};Loft\r\n", [("Loft", A)]),
        (f"Θέση\tΚωδικός hub\nΙσόγειο\t{A}\n", [("Ισόγειο", A)]),
        ("ΘΕΣΗ\nΔιαμ. 12, φρεάτιο\n", [("Διαμ. 12, φρεάτιο", "")]),
        (f"hub_id\n{A}\n", [("", A)]),
        ("  Flat\u00a01 \x07 left  \n", [("Flat 1 left", "")]),
        ("", []),
        ("place;hub id\n", []),
    ],
)
def test_places_and_hubs_are_found_by_their_columns_or_their_looks(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("place;floor\nLoft;3\n", [(Fault.UNKNOWN_COLUMN, 1)]),
        ("place;place\nLoft;3\n", [(Fault.COLUMN_TWICE, 1)]),
        ("place,hub id\nFlat 12, riser,\n", [(Fault.NOT_AN_ID, 2)]),
        ("place;hub id\nLoft;;left\n", [(Fault.TOO_MANY_PARTS, 2)]),
        ("place;hub id\nLoft;1A2B\n", [(Fault.NOT_AN_ID, 2)]),
        ("Loft\tno id\n", [(Fault.NOT_AN_ID, 1)]),
        ("Loft\nBin store 0ff11e00-7b54-4d0e-9a61-0c3d77f0zzzz\n", [(Fault.NOT_AN_ID, 2)]),
        ("Loft 0ff11e00-…zzzz\n", [(Fault.NOT_AN_ID, 1)]),
        (f"{A[:-3]}\n", [(Fault.NOT_AN_ID, 1)]),
        (f"Loft {A.replace('-', '')[4:]}\n", [(Fault.NOT_AN_ID, 1)]),
        (f"{A}, {A}, Loft\n", [(Fault.NOT_AN_ID, 1)]),
        (f"{'x' * 81}\nLoft\n", [(Fault.PLACE_TOO_LONG, 1)]),
        ("Loft\nCellar\nLOFT\n", [(Fault.PLACE_TWICE, 3)]),
        (f"Loft;{A}\nCellar;{A.upper()}\n", [(Fault.HUB_TWICE, 2)]),
        ("".join(f"Flat {n}\n" for n in range(501)), [(Fault.TOO_MANY_LINES, 501)]),
        ("Lo\0ft", [(Fault.UNREADABLE, 0)]),
        ("x" * 200_001, [(Fault.UNREADABLE, 0)]),
        ("place;hub id\n" + "x" * 140_000, [(Fault.UNREADABLE, 2)]),
    ],
)
def test_each_wrong_line_is_named(text, found):
    assert faults(text) == found


def test_all_wrong_lines_are_named_at_once_in_their_order():
    text = f"Loft;{A}\nCellar;nonsense\nLoft;{A}\n"

    assert faults(text) == [(Fault.NOT_AN_ID, 2), (Fault.PLACE_TWICE, 3), (Fault.HUB_TWICE, 3)]


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_sentence_that_names_its_line(fault):
    words = wording.sentence(expected.Problem(fault, line=1234, text="Loft", earlier=7))

    assert "1234" in words
    assert "%" not in words


def test_of_hundreds_of_wrong_lines_the_first_are_named_and_the_rest_counted():
    problems = [expected.Problem(Fault.NOT_AN_ID, line, "x") for line in range(1, 101)]
    words = wording.sentences(problems)

    assert len(words) == 21
    assert words[-1] == "And 80 more lines."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1253"])
def test_a_file_is_read_as_greek_spreadsheets_write_it(encoding):
    text = f"Θέση;Hub id\r\nΔιαμέρισμα 12;{A}\r\n"

    assert read(expected.decode(text.encode(encoding))) == [("Διαμέρισμα 12", A)]


@pytest.mark.parametrize("data", [b"\xff\xfeL\0o\0", b"L\0oft", b"\xd2\xff"])
def test_a_file_that_is_no_text_is_refused(data):
    with pytest.raises(UnusableListError):
        expected.decode(data)


PLACES = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs")) | st.sampled_from(';,\t"\n'), max_size=30
)


@example([("0" * 19, None)])
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(PLACES, st.none() | st.uuids()), max_size=6))
def test_a_list_that_is_shown_again_is_read_as_the_same(rows):
    tidy = [Expected(expected._tidy(place), hub_id) for place, hub_id in rows]
    lines = [each for each in tidy if each.place or each.hub_id]
    places = [each.place.casefold() for each in lines if each.place]
    hubs = [each.hub_id for each in lines if each.hub_id]
    if len(set(places)) < len(places) or len(set(hubs)) < len(hubs):
        return
    # A place like that is refused where it is read first.
    assume(not any(expected._is_like_id(word) for each in lines for word in each.place.split()))

    assert expected.parse(expected.written(lines)) == lines
