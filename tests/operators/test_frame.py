"""The operators' pages are drawn in the portal's frame, and speak its words."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.claims.models import Claim
from portal.orgs.models import Membership, User
from portal.orgs.templatetags.operators import WORDS
from tests.operators.conftest import address

HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}")
# How Django says it, and nobody here.
FOREIGN = re.compile(
    r"Orgs|[Aa]dd another|[Pp]assword-based|>\s*History|to change\b|[Dd]elete\b|View site"
)


def words_of(page: str) -> str:
    """What the page's own part says: no tags, scripts or frame."""
    main = page[page.index("<main") : page.index("</main>")]
    added = re.findall(r"addText[^}]*", page)
    return re.sub(r"<script.*?</script>|<[^>]+>", " ", main, flags=re.DOTALL) + " ".join(added)


def pages() -> list[str]:
    found = [reverse("admin:index"), reverse("admin:app_list", args=("orgs",))]
    for model in admin.site._registry:
        found += [address(model, "changelist"), address(model, "add")]
        if row := model._base_manager.first():
            found += [address(model, action, row.pk) for action in ("change", "history", "delete")]
    return [*found, reverse("admin:auth_user_password_change", args=(User.objects.first().pk,))]


def test_every_list_has_a_place_in_the_navigation():
    assert {model._meta.label_lower for model in admin.site._registry} == set(WORDS)


def test_every_page_is_drawn_in_the_frame_and_in_the_portals_words(everything, operator):
    shown = 0
    for page in pages():
        answer = operator.get(page)
        if answer.status_code != 200:
            continue
        shown += 1
        [heading] = HEADING.findall(answer.text)
        assert heading.strip(), page
        assert not UUID.search(heading), page
        assert 'class="nav"' in answer.text, page
        assert "admin/css/base.css" not in answer.text, page
        assert not FOREIGN.search(words_of(answer.text)), page
    assert shown > 3 * len(admin.site._registry)


@pytest.mark.parametrize("value", ["no such value", "http://192.0.2.1/", "a\r\nb"])
def test_a_list_that_is_asked_for_nonsense_is_shown_without_it(value, operator, everything):
    asked = 0
    for model, options in admin.site._registry.items():
        listed = address(model, "changelist")
        shown = set(re.findall(r"[?;]([a-z_]+)=", operator.get(listed).text))
        for name in {"q", "o", "p", "e", *shown}:
            answer = operator.get(listed, {name: value}, follow=True)
            assert answer.status_code == 200, (model, name)
        asked += len(shown) if options.list_filter else 0
    assert asked > 8


def test_a_list_marks_where_it_is_and_keeps_its_search(operator, everything):
    page = operator.get(f"{address(User, 'changelist')}?q=ada").text

    assert re.search(r'href="/operator/orgs/user/" aria-current="page"', page)
    assert 'value="ada"' in page
    assert "admin@acme.example" in page
    assert "installer@acme.example" not in page


def test_who_operates_and_belongs_to_an_organisation_finds_both(otto, acme, as_person, operator):
    Membership.objects.create(user=otto, organisation=acme, role="admin")

    assert 'href="/operator/orgs/organisation/"' not in operator.get("/").text
    assert re.search(r'class="nav-back"\s+href="/"', operator.get("/operator/").text)


@pytest.mark.parametrize(("online", "word"), [(True, "Online"), (False, "Offline")])
def test_chips_stand_in_operators_lists(online, word, operator, claim):
    claim.hub.online = online
    claim.hub.save()

    assert 'class="chip"' in operator.get(address(Claim, "changelist")).text
    assert word in operator.get("/operator/hubs/hub/").text
