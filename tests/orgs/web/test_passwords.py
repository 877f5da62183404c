"""A password that everybody would try is refused; one that is only long is not."""

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
    ],
)
def test_what_everybody_would_try_is_refused(password, code, ira):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, ira)

    assert code in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    "password", ["the portal guards seven sheep", "acme-9vK2mmQx!4", "tulip harbour anvil"]
)
def test_an_ordinary_word_in_a_long_one_does_no_harm(password, ira):
    validate_password(password, ira)


def test_a_password_of_somebody_not_yet_known_is_judged_too():
    with pytest.raises(ValidationError):
        validate_password("portal2026!")
