"""Where long words may break: an address after its @."""

from portal.core.templatetags.breaks import after_at_signs


def test_an_address_may_break_after_its_at_sign():
    assert after_at_signs("ada@acme.example & <b>") == "ada@<wbr>acme.example &amp; &lt;b&gt;"
