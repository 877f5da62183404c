# ruff: noqa: RUF001
"""A password that everybody would try is refused; one that is only long is not."""

from time import process_time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("portal2026!", "password_of_context_words"),
        ("SmartphoneKey1", "password_of_context_words"),
        ("spkeyportal-1", "password_of_context_words"),
        ("properties-24", "password_of_context_words"),
        ("Acme Properties", "password_of_context_words"),
        ("password123!", "password_too_common"),
        ("2026!liverpool", "password_too_common"),
        ("ira installer", "password_too_similar"),
        ("9876543210", "password_too_common"),
        ("jordan1234567890", "password_easy_to_guess"),
        ("trustno1trustno1", "password_easy_to_guess"),
        ("Tru$tno1Tru$tno1", "password_easy_to_guess"),
        ("1qaz2wsx3edc", "password_easy_to_guess"),
        ("smith19850412", "password_easy_to_guess"),
        ("Summer2026!", "password_easy_to_guess"),
    ],
)
def test_what_everybody_would_try_is_refused(password, code, ira):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, ira)

    assert code in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    "password",
    [
        "ada.admin.2026",
        "acme-2026-hubs",
        "smartlock2026",
        "letmein-please",
        "installer-hub-2026",
        "demo-hub-portal",
        "liverpool_HUB_7",
        "Καλημέρα2026",
        "κωδικός123",
        "Ολυμπιακός7",
        "ΘΕΣΣΑΛΟΝΙΚΗ",
        "Θεσσαλονίκη",
        "kalhmera-2026!",
        "o.kwdikos.mou",
    ],
)
def test_nothing_but_easy_words_is_refused(password, ada):
    ada.name = "Ada Admin"
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, ada)

    assert "password_easy_to_guess" in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    "password",
    ["μπλε ομπρέλα κάτω", "καλημέρα γαλάζια αλεπού", "hub tulip anvil", "acme 41862093755"],
)
def test_other_words_beside_easy_ones_do_no_harm(password, ada):
    validate_password(password, ada)


@pytest.mark.parametrize(
    "password", ["the portal guards seven sheep", "acme-9vK2mmQx!4", "tulip harbour anvil"]
)
def test_an_ordinary_word_in_a_long_one_does_no_harm(password, ira):
    validate_password(password, ira)


def test_a_password_of_somebody_not_yet_known_is_judged_too():
    with pytest.raises(ValidationError):
        validate_password("portal2026!")


def test_the_persons_own_words_are_the_first_that_are_guessed(ira):
    ira.name = "Zorvath Quillenby"
    validate_password("quillenby-zorv")
    with pytest.raises(ValidationError) as refusal:
        validate_password("quillenby-zorv", ira)

    assert "password_easy_to_guess" in {error.code for error in refusal.value.error_list}


def test_a_password_made_to_take_long_to_judge_takes_a_moment():
    made_for_it = "g0ea@@8x|7o<1i4@|i(|56el+@a(6atg[eo4b6to9|%t5$$(!z[(z{o[ctc5!3i(0[a(e823"
    validate_password("the lists are read now")
    before = process_time()
    validate_password(made_for_it * 1000)

    assert process_time() - before < 1
