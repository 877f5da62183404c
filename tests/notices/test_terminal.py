"""In development, e-mails are printed as people read them."""

import io

from django.core.mail import EmailMessage

from portal.notices.terminal import EmailBackend


def test_a_long_link_and_letters_beyond_ascii_are_printed_whole():
    link = "http://localhost:8000/accounts/password/reset/key/" + "a1b2c3d4-" * 12
    email = EmailMessage("Acme’s key – Αθήνα", f"Follow it:\n{link}\n", to=["ada@acme.example"])
    printed = io.StringIO()

    EmailBackend(stream=printed).send_messages([email])

    assert f"\n{link}\n" in printed.getvalue()
    assert "To: ada@acme.example\nSubject: Acme’s key – Αθήνα\n" in printed.getvalue()
