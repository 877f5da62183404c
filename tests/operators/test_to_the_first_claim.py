"""From an operator's form to the first claim: few actions, by two people, and no phone call."""

import re

from django.core import mail
from django.urls import reverse

from portal.claims.models import Claim
from portal.core import worker
from portal.orgs.models import Organisation
from portal.sandbox import world
from portal.sites.models import Site
from tests.conftest import work
from tests.forms import Browser, claim_form
from tests.operators.conftest import address

PASSWORD = "seven brown lanterns"


def test_an_operator_and_an_administrator_need_seven_forms_to_the_first_claim(
    operator, sandbox, hub_id, mailoutbox
):
    forms = []

    def send(client, page: str, **form: object) -> None:
        forms.append(page)
        assert client.post(page, form).status_code == 302, page

    # The operator.
    new = {"name": "Acme", "spkey_org_id": world.ACME_ORG_ID, "administrator": "ada@acme.example"}
    send(operator, address(Organisation, "add"), **new)
    worker.run_once()
    # The administrator: the link, then what the first steps say.
    ada = Browser()
    link = re.search(r"(/invitation/\S+)", mail.outbox[0].body)[1]
    send(ada, link, name="Ada", password=PASSWORD)
    send(ada, reverse("first-steps-id"))
    send(ada, reverse("key:edit"), key=world.ACME_KEY, bearer_token="")
    known = next(iter(world.USERS.values()))
    send(ada, reverse("people:list"), fallback_spkey_user_id=known)
    send(ada, reverse("sites:new"), name="Mill Court", shown_id="mill-court")
    send(ada, reverse("claims:new"), **claim_form(Site.objects.get(), hub_id))
    worker.run_once()

    assert work(Claim.objects.get()).state == "claimed"
    assert len(forms) == 7
    left = [line.step for line in ada.get("/").context["first_steps"]]
    assert left == ["second_administrator", "installer"]
