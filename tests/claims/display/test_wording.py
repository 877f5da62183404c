"""A state has one name: chip, filter, groups, tray, e-mails and operators' pages say the same."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from portal.claims import groups
from portal.claims.display import answer_wording, home_items, name_wording, timeline, wording
from portal.claims.models import ACTIVE, Claim, Reason, State
from portal.claims.queries import claims_of
from portal.claims.web.filters import ClaimFilter
from portal.notices.models import Notice
from portal.orgs.display import key_wording
from portal.orgs.models import ApiCredential, User
from portal.tray import results
from portal.tray.display import news
from tests.claims.states import put
from tests.notices.conftest import notify, post
from tests.people_with_factor import has_used_factor

LIST = "/claims/"
OF_EMAILS = {
    "review": {"state": "review", "reason": "not_confirmed"},
    "late_effect": {"state": "expired", "late_effect_at": timezone.now()},
    "key_forbidden": {"state": "rejected", "reason": "forbidden"},
    "bound_elsewhere": {"state": "conflict", "reason": "key_mismatch"},
}


def in_tray(claim: Claim) -> str:
    """The word that a device is told."""
    return news.of(results.Followed(claim, "")).word


def known(client, language: str = "en") -> dict[str, str]:
    """What the list may be asked for: value → word, of groups and states alike."""
    field = client.get(LIST).context["filter"].form.fields["state"]
    with translation.override(language):
        return {value: str(word) for value, word in field.choices}


def offered(client) -> dict[str, str]:
    """What the list's filter offers to choose: value → word."""
    page = client.get(LIST).content.decode()
    [menu] = re.findall(r'<select[^>]*name="state".*?</select>', page, re.DOTALL)
    found = re.findall(r'<option value="([\w.]+)"[^>]*>([^<]+)</option>', menu)
    return {value: unescape(word) for value, word in found}


def in_column(page: str, name: str) -> str:
    """What stands in a column of an operators' list, or beside its label on a row's own page."""
    [cell] = re.findall(rf'<td class="field-{name}">(.*?)</td>', page, re.DOTALL) or re.findall(
        rf'class="operators-fact field-{name}">.*?<div class="readonly">(.*?)</div>',
        page,
        re.DOTALL,
    )
    return words_of(cell)


def choices(page: str, look_up: str) -> dict[str, str]:
    """What a filter of an operators' list offers: value → word."""
    found = re.findall(rf'href="\?{look_up}=([^"]*)">(.*?)</a>', page, re.DOTALL)
    return {value: words_of(entry) for value, entry in found}


def words_of(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_every_state_and_reason_is_in_the_table():
    assert [state for state, _ in name_wording.STATES] == State.values
    assert list(name_wording.REASONS) == Reason.values
    assert set(wording.BY_STATE) == set(State)


@pytest.mark.parametrize(
    ("model", "column"), [(Claim, "state"), (Claim, "reason"), (ApiCredential, "state")]
)
def test_the_columns_have_no_choices_of_their_own(model, column):
    assert model._meta.get_field(column).choices is None


@pytest.mark.parametrize(("state", "reason"), wording.BY_REASON)
def test_a_chip_shows_the_name_of_the_state_or_of_its_reason(state, reason):
    names = {str(name) for _, name in name_wording.STATES} | {str(name_wording.REASONS[reason])}
    assert str(wording.words(state, reason).chip.word) in names


def test_no_two_states_share_a_name():
    for language in ("en", "el"):
        with translation.override(language):
            assert len({str(name) for _, name in name_wording.STATES}) == len(State)


@pytest.mark.parametrize("language", ["en", "el"])
@pytest.mark.parametrize("state", State.values)
def test_a_state_has_the_same_name_wherever_it_is_named(
    state, language, as_person, ada, otto, claim
):
    for person in (ada, otto):
        person.language = language
        person.save()
    admin, operator = as_person(ada), has_used_factor(as_person(otto), otto)
    claim = put(claim, state)
    [row] = admin.get(LIST).context["rows"]
    operators = operator.get(reverse("admin:claims_claim_changelist")).content.decode()
    with translation.override(language):
        name = str(wording.state_name(state))

        assert str(row.chip.word) == name
        assert in_tray(claim) == name
    assert known(admin, language)[state] == name
    assert in_column(operators, "state_in_words") == name
    assert choices(operators, "state__exact")[state] == name


def test_operators_read_a_reasons_name_on_the_claims_page_and_in_the_lists_filter(
    as_person, otto, claim
):
    operator = has_used_factor(as_person(otto), otto)
    offers = operator.get(reverse("admin:claims_claim_changelist")).content.decode()
    names = {reason: str(name) for reason, name in name_wording.REASONS.items()}

    assert choices(offers, "reason__exact") == names
    for reason in ("offline", "key_missing", "right_gone"):
        put(claim, "blocked", reason)
        page = operator.get(reverse("admin:claims_claim_change", args=[claim.pk]))
        assert in_column(page.content.decode(), "reason_in_words") == names[reason]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state__exact": "blocked"}, 1),
        ({"state__exact": "queued"}, 0),
        ({"reason__exact": "no_user"}, 1),
        ({"reason__exact": ""}, 0),
        ({"state__exact": "blocked", "reason__exact": "offline"}, 0),
        ({}, 1),
    ],
)
def test_operators_filter_claims_by_state_and_reason(query, found, as_person, otto, claim):
    put(claim, "blocked", "no_user")
    page = has_used_factor(as_person(otto), otto).get(
        reverse("admin:claims_claim_changelist"), query
    )

    assert page.context["cl"].result_count == found


@pytest.mark.parametrize("state", ApiCredential.State.values)
def test_operators_and_administrators_read_the_same_words_about_a_key(state, as_person, ada, otto):
    ApiCredential.objects.update(state=state)
    chip = as_person(ada).get("/organisation/key/").context["chip"]
    page = (
        has_used_factor(as_person(otto), otto)
        .get(reverse("admin:orgs_apicredential_changelist"))
        .content.decode()
    )

    assert in_column(page, "state_in_words") == str(chip.word)
    assert choices(page, "state__exact")[state] == str(chip.word)


def test_every_group_of_the_filter_has_a_name(as_person, ada, claim):
    admin = as_person(ada)
    words = {name: str(word) for name, word in name_wording.GROUPS.items()}

    assert set(words) == {*groups.GROUPS, *groups.BY_HUB}
    assert words.items() <= known(admin).items()
    assert list(offered(admin).items()) == [(name, words[name]) for name in groups.OFFERED]
    assert set(home_items.COUNTED) <= {*groups.GROUPS, *State.values}


@pytest.mark.parametrize(
    ("group", "fields"),
    [
        ("hub_offline", {"state": "waiting", "reason": "offline"}),
        ("late", {"state": "expired", "late_effect_at": timezone.now()}),
    ],
)
def test_a_group_of_claims_with_one_chip_is_called_what_the_chip_says(
    group, fields, as_person, ada, claim
):
    put(claim, **fields)
    [row] = as_person(ada).get(LIST, {"state": group}).context["rows"]

    assert str(name_wording.GROUPS[group]).startswith(str(row.chip.word))


@pytest.mark.parametrize("language", ["en", "el"])
@pytest.mark.parametrize("kind", OF_EMAILS)
def test_an_email_about_a_claim_calls_it_what_its_page_does(
    kind, language, acme, ada, claim, mailoutbox
):
    ada.language = language
    ada.save()
    claim = put(claim, **OF_EMAILS[kind])
    notify(acme, kind)
    post()
    [email] = mailoutbox

    with translation.override(language):
        assert f": {timeline.chip(claim).word} – " in email.subject


def test_an_email_that_names_no_state_is_about_the_key_or_a_person():
    others = set(Notice.Kind.values) - set(name_wording.IN_EMAILS)
    of_people = {"unknown_hubs", "operator_change", "administrators"}
    of_people |= {"support_claimed", "support_moved"}
    of_jobs = {f"job_{what}" for what in ("overdue", "request", "answer", "completed")}
    of_hubs = {"hub_refused", *(f"hubs_{what}" for what in ("offline", "back", "left"))}
    of_access = {"break_glass", "glass_broken"}
    of_access |= {f"support_{what}" for what in ("granted", "used", "asked", "answered", "burst")}
    of_moves = {"hub_taken", *(f"move_{what}" for what in ("held", "ended", "answered"))}
    told_together = {"gave_up", "waits", "import_finished"}

    assert set(name_wording.IN_EMAILS) == set(OF_EMAILS)
    of_keys = {"key_expires", *(f"key_{state}" for state in key_wording.WORDS)}
    others -= of_access | of_moves | of_people | of_jobs | of_hubs | told_together
    assert others == of_keys & set(Notice.Kind.values)


@pytest.mark.parametrize(("state", "reason"), [*wording.BY_REASON, *((each, "") for each in State)])
def test_no_administrator_is_sent_to_their_administrator(state, reason, ada, claim):
    fields = {"finished_at": None} if state in ACTIVE else {}
    claim = put(claim, state, reason, **fields)
    words = timeline.present(claim, ada, for_admin=True)

    assert "administrator" not in f"{words.title} {words.text}".lower()


def test_who_lacks_a_spkey_user_id_is_named_to_others(ada, ira, claim):
    claim = put(claim, State.BLOCKED, Reason.NO_USER, finished_at=None)
    own, other, admins = (
        timeline.present(claim, reader, for_admin=reader == ada)
        for reader in (ira, User(name="A"), ada)
    )

    assert own.title == "SmartphoneKey does not know you yet"
    assert other.title == admins.title == "SmartphoneKey does not know Ira Installer yet"
    assert str(admins.text).startswith("Give Ira Installer a SpKey user id")


def test_the_filter_finds_a_claim_by_what_its_chip_says_and_by_nothing_else(ada, claim):
    member = ada.memberships.get()
    # Made once: each is asked anew of every claim.
    filtered = [
        (str(label), ClaimFilter({"state": value}, queryset=claims_of(member), member=member).qs)
        for value, label in name_wording.chip_choices()
    ]
    for state, reason in [*((each, "") for each in State), *wording.BY_REASON]:
        fields = {"finished_at": None} if state in ACTIVE else {}
        chip = str(timeline.chip(put(claim, state, reason, **fields)).word)
        found = {label for label, claims in filtered if claims.exists()}
        assert found == {chip}, (state, reason)


@pytest.mark.parametrize(
    ("field", "message", "said"),
    [
        ("siteId", "Expected string", "SpKey site id: SmartphoneKey says “Expected string”"),
        ("body.userId", "Required", "SpKey user id: SmartphoneKey says “Required”"),
        ("hubId", "", "Hub id"),
        ("shoeSize", "Too big", "shoeSize: SmartphoneKey says “Too big”"),
        ("", "Something", "SmartphoneKey says “Something”"),
    ],
)
def test_a_field_that_spkey_found_wrong_is_named_in_words(field, message, said):
    assert answer_wording.problem(field, message) == said
