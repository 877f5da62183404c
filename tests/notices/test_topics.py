"""Who is told of what, and how: at once, once a day, or not at all."""

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from portal.notices import outbox, topics
from portal.notices.display.news_wording import TOPICS
from portal.notices.models import Digest, How, NewsChoice, Notice
from portal.notices.topics import Topic
from portal.orgs.models import Membership
from tests.conftest import join
from tests.notices.conftest import notify, post, readers


@pytest.fixture
def admin(ada) -> Membership:
    return ada.memberships.get()


def test_every_kind_of_notice_has_a_topic_or_cannot_be_turned_off():
    assert topics.TOPIC_OF.keys() & topics.SAFETY == set()
    assert topics.TOPIC_OF.keys() | topics.SAFETY | topics.ANSWERS == set(Notice.Kind)
    assert set(TOPICS) == set(Topic)


def test_only_topics_that_are_sent_are_offered_each_role_its_own(admin, ira):
    assert topics.offered(admin) == [*Topic]
    assert topics.offered(ira.memberships.get()) == [Topic.CLAIMS, Topic.IMPORTS]


def test_who_wants_none_is_written_none(acme, ada, abe, admin, mailoutbox):
    topics.choose(admin, {Topic.CLAIMS: How.OFF})
    assert notify(acme) == 1
    post()

    assert readers(mailoutbox) == [abe.email]
    assert not Digest.objects.exists()


def test_what_is_off_in_one_organisation_is_told_in_another(acme, harbour, ada, admin, mailoutbox):
    join(ada, harbour, "admin")
    topics.choose(admin, {Topic.CLAIMS: How.OFF})
    notify(acme)
    notify(harbour)
    post()

    assert [email.subject.partition(":")[0] for email in mailoutbox] == ["Harbour Living"]


def test_who_turned_news_off_before_it_was_sent_gets_none(acme, ada, admin, mailoutbox):
    notify(acme)
    topics.choose(admin, {Topic.CLAIMS: How.OFF})
    post()

    assert mailoutbox == []
    assert Notice.objects.get().given_up_at is not None


@pytest.mark.parametrize("kind", sorted(topics.SAFETY - {Notice.Kind.OPERATOR_CHANGE}))
def test_what_is_about_safety_is_told_at_once_whatever_was_chosen(
    acme, ada, admin, mailoutbox, kind
):
    for topic in Topic:
        NewsChoice.objects.create(user=ada, organisation=acme, topic=topic, how=How.OFF)
    notify(acme, kind)
    post()

    (email,) = mailoutbox
    assert "cannot be turned off" in email.body
    assert "List-Unsubscribe" not in email.extra_headers


def test_each_email_says_why_it_comes_and_where_to_stop_it(acme, ada, mailoutbox):
    notify(acme)
    post()

    (email,) = mailoutbox
    page = f"http://localhost:8000{reverse('news')}?organisation={acme.pk}"
    assert email.body.endswith(f"{page}\n")
    assert "because you belong to Acme Properties" in email.body
    assert email.extra_headers["List-Unsubscribe"] == f"<{page}>"
    assert outbox.news_url(acme.pk) == page


def test_a_member_chooses_on_the_page_and_that_is_recorded(as_person, ada, admin):
    client, page = as_person(ada), reverse("news")
    assert client.get(page).context["form"].initial == {}
    form = dict.fromkeys(Topic, "instant") | {"claims": "digest", "support": "off"}
    answer = client.post(page, form)

    assert answer.status_code == 302
    assert topics.choices_of(admin) == form
    entry = Entry.objects.get(verb="news.changed")
    assert entry.detail["changes"] == {
        "claims": ["instant", "digest"],
        "support": ["instant", "off"],
    }


def test_an_installer_chooses_only_what_concerns_them(as_person, ira):
    answer = as_person(ira).post(
        reverse("news"), {"claims": "off", "key": "off", "imports": "digest"}
    )

    assert answer.status_code == 302
    assert list(NewsChoice.objects.values_list("topic", "how")) == [("claims", "off")]


def test_a_choice_that_is_none_is_refused(as_person, ada):
    form = {"key": "hourly", "claims": "digest", "support": "off"}

    assert as_person(ada).post(reverse("news"), form).status_code == 422
    assert not NewsChoice.objects.exists()


def test_a_link_in_an_email_for_another_organisation_says_so(as_person, ada, harbour):
    join(ada, harbour, "admin")
    client = as_person(ada)

    assert client.get(reverse("news") + f"?organisation={harbour.pk}").status_code == 409
