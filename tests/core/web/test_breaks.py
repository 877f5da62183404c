"""Where long words may break: an address after its @, a serial nowhere."""

from django.utils.html import format_html

from portal.core.templatetags.breaks import after_at_signs, keep_hyphens


def test_an_address_may_break_after_its_at_sign_but_no_tag_does():
    assert after_at_signs("ada@acme.example & <b>") == "ada@<wbr>acme.example &amp; &lt;b&gt;"
    link = format_html('<a href="/?q=ada@acme.example">{}</a>', "ada@acme.example")
    assert after_at_signs(link) == '<a href="/?q=ada@acme.example">ada@<wbr>acme.example</a>'


def test_a_serial_stays_in_one_line():
    assert keep_hyphens("One <b> · SK-1-2") == (
        'One &lt;b&gt; · <span class="unbroken">SK-1-2</span>'
    )
