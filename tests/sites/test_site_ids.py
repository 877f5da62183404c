"""SpKey site ids made from names: Greek by ELOT 743, and never an id that says nothing."""

# ruff: noqa: RUF001 - Greek letters that look like Latin ones.

import pytest

from portal.sites.site_ids import LONGEST, made_from, unused


@pytest.mark.parametrize(
    ("name", "site_id"),
    [
        ("Κολωνάκι", "kolonaki"),
        ("Λουτράκι", "loutraki"),
        ("Μπουμπουλίνας 12", "boumpoulinas-12"),
        ("Νέα Μπότσαρη", "nea-botsari"),
        ("Κάμπος", "kampos"),
        ("ΚΑΜΠΟΣ", "kampos"),
        ("Εύβοια", "evvoia"),
        ("Ευκλείδη 4", "efkleidi-4"),
        ("Λευκωσία", "lefkosia"),
        ("Αύγουστος", "avgoustos"),
        ("Ναύπλιο", "nafplio"),
        ("Ηύρα", "ivra"),
        ("Εύη", "evi"),
        ("Πλατεία Ευ.", "plateia-ef"),
        ("Παύλου Μελά", "pavlou-mela"),
        ("Άυλος", "aylos"),
        ("Ταΰγετος", "taygetos"),
        ("Μαϊάμι", "maiami"),
        ("Άγγελος", "angelos"),
        ("Αγκίστρι", "agkistri"),
        ("Σφίγξ", "sfinx"),
        ("Μελαγχολία", "melancholia"),
        ("Χαλκίδα", "chalkida"),
        ("Ψυχικό", "psychiko"),
        ("Θησείο", "thiseio"),
        ("Ξενοδοχείο Αθηνά", "xenodocheio-athina"),
        ("Ἀθῆναι", "athinai"),
        ("Mill Court", "mill-court"),
        ("Müller & Söhne", "muller-sohne"),
        ("12", "site-12"),
        ("1/2", "site-1-2"),
        ("F2", "site-f2"),
        ("Φ2", "site-f2"),
        ("Κτίριο 12", "ktirio-12"),
        ("—", "site"),
    ],
)
def test_an_id_is_made_from_the_name_as_it_sounds(name, site_id):
    assert made_from(name) == site_id


def test_a_long_name_ends_at_a_word():
    made = made_from("Πλατεία Συντάγματος " * 10)

    assert len(made) <= LONGEST
    assert made.endswith(("plateia", "syntagmatos"))


def test_an_id_that_is_taken_gets_the_next_number():
    assert unused("quay", frozenset()) == "quay"
    assert unused("quay", frozenset({"quay", "quay-2"})) == "quay-3"
