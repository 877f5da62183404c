"""The figures that Prometheus reads: true, closed to strangers, nobody named, cheap for ever."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from bench import years
from portal.claims.models import Attempt, Claim
from portal.core import refusals, statistics
from portal.core.models import Heartbeat, Refusals
from portal.core.turns import BUSY
from portal.events import deliveries, receivers
from portal.events.models import Delivery
from portal.gateway.models import Circuit
from portal.hubs.models import Hub, Round
from portal.monitoring import readings, refused
from portal.monitoring.display import state as said
from portal.monitoring.models import DeviceReport
from portal.notices.models import AccountEmail
from portal.orgs.models import ApiCredential
from tests.claims.test_plans import SCAN, plan_of

TOKEN = "figures-figures-figures-figures-1"
ROOT = Path(__file__).resolve().parents[2]
MONITORING, PORTAL = ROOT / "docs/monitoring", ROOT / "portal"


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def read(client, db):
    """Return the figures as {(name, labels): value}, labels in the order of their names."""

    def ask() -> dict[tuple[str, tuple[str, ...]], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return {
            (
                sample.name,
                tuple(sample.labels[name] for name in sorted(sample.labels)),
            ): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return ask


def late(**ago: float):
    return timezone.now() - timedelta(**ago)


def test_claims_are_counted_by_state_and_by_how_they_ended(read, claim):
    Claim.objects.update(state="blocked", reason="key_missing")
    assert read()["portal_claims", ("key_missing", "blocked")] == 1
    ended = {"finished_at": late(minutes=5), "due_at": None}
    Claim.objects.update(state="conflict", reason="another_site", **ended)
    figures = read()
    assert ("portal_claims", ("key_missing", "blocked")) not in figures
    assert figures["portal_claims_ended_last_hour", ("another_site", "conflict")] == 1
    Claim.objects.update(finished_at=late(hours=2))
    assert ("portal_claims_ended_last_hour", ("another_site", "conflict")) not in read()


def test_calls_are_counted_by_outcome_and_their_time_is_a_histogram(read, claim):
    for number, (outcome, took) in enumerate(
        [("answered", 90), ("answered", 700), ("unreachable", 15_000), ("", None)], 1
    ):
        Attempt.objects.create(
            claim=claim, number=number, epoch=1, kind="read", outcome=outcome, duration_ms=took
        )
    Attempt.objects.create(
        claim=claim, number=9, epoch=1, kind="send", outcome="busy", started_at=late(hours=2)
    )
    figures = read()

    assert figures["portal_calls_last_hour", ("read", "answered", "claims")] == 2
    assert figures["portal_calls_last_hour", ("read", "unreachable", "claims")] == 1
    assert figures["portal_calls_last_hour", ("read", "open", "claims")] == 1
    assert not [key for key in figures if "busy" in key[1]]
    buckets = {key[1][0]: n for key, n in figures.items() if key[0].endswith("seconds_bucket")}
    assert figures["portal_call_seconds_bucket", ("0.1", "claims")] == 1
    assert figures["portal_call_seconds_bucket", ("1.0", "claims")] == 2
    assert figures["portal_call_seconds_bucket", ("+Inf", "claims")] == 3
    assert len(buckets) == len(readings.BUCKETS) + 1


def test_due_work_has_its_number_and_age(read, claim):
    Claim.objects.update(due_at=late(minutes=10), lease_until=None)
    figures = read()
    assert figures["portal_queue_due", ("claims.claim",)] == 1
    assert figures["portal_queue_oldest_seconds", ("claims.claim",)] == pytest.approx(600, abs=60)
    assert figures["portal_queue_due", ("imports.batch",)] == 0
    Claim.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert read()["portal_queue_oldest_seconds", ("claims.claim",)] == 0


def test_circuits_limits_and_doubts_are_told(read, acme, harbour):
    assert read()["portal_circuit_open", ("everybody",)] == 0
    times = {"opened_at": late(minutes=1), "open_until": timezone.now()}
    Circuit.objects.create(host="api.spkey.co", **times)
    Circuit.objects.create(host="api.spkey.co", organisation=acme, **times)
    ApiCredential.objects.filter(organisation=acme).update(
        paused_until=timezone.now() + timedelta(minutes=5), state="refused"
    )
    figures = read()
    assert figures["portal_circuit_open", ("everybody",)] == 1
    assert figures["portal_circuit_open", ("organisation",)] == 1
    assert figures["portal_keys_held", ("rate_limited",)] == 1
    assert figures["portal_keys", ("refused",)] == 1
    assert figures["portal_keys", ("working",)] == 1
    assert figures["portal_keys", ("mismatch",)] == 0


def test_a_worker_that_is_silent_is_not_heard_and_its_age_grows(read):
    assert read()["portal_workers_heard", ()] == 0
    Heartbeat.objects.create(name="a-1", beat_at=late(seconds=5))
    Heartbeat.objects.create(name="b-2", beat_at=late(minutes=30))
    Heartbeat.objects.create(name="c-3", beat_at=late(hours=5))
    figures = read()
    assert figures["portal_workers_heard", ()] == 1
    assert figures["portal_worker_heartbeat_age_seconds", ("b-2",)] > 1700
    assert ("portal_worker_heartbeat_age_seconds", ("c-3",)) not in figures


def test_hubs_that_were_not_read_in_time_are_counted(read, acme):
    own = {"organisation": acme, "binding": Hub.Binding.OURS}
    for n, hours in enumerate((0.5, 2, 3)):
        Hub.objects.create(hub_id=f"00000000-0000-4000-8000-00000000000{n}", **own)
        Hub.objects.filter(hub_id__endswith=f"0{n}").update(asked_at=late(hours=hours))
    Round.objects.get_or_create(organisation=acme, defaults={"recount_at": timezone.now()})
    figures = read()
    assert figures["portal_hubs_overdue", ()] == 2
    assert figures["portal_hubs_oldest_reading_seconds", ()] == pytest.approx(10_800, abs=60)


def test_mails_that_wait_are_counted_and_those_that_fail(read, ada):
    for kind, tries in (("new_password", 0), ("factor_removed", 3)):
        AccountEmail.objects.create(user=ada, kind=kind, due_at=late(minutes=1), tries=tries)
    figures = read()
    assert figures["portal_mails_waiting", ("accountemail",)] == 2
    assert figures["portal_mails_failing", ("accountemail",)] == 1
    assert figures["portal_mails_waiting", ("notice",)] == 0


def test_events_are_counted_by_what_became_of_them(read, acme):
    receiver = receivers.replace(acme, None)
    for number, result in enumerate(["read", "read", "not_ours"]):
        Delivery.objects.create(receiver=receiver, event_id=str(number), result=result)
    Delivery.objects.create(
        receiver=receiver, event_id="old", result="read", received_at=late(hours=2)
    )
    figures = read()
    assert figures["portal_events_last_hour", ("read",)] == 2
    assert figures["portal_events_last_hour", ("not_ours",)] == 1
    assert figures["portal_events_last_hour", ("too_many",)] == 0


def test_events_without_a_valid_secret_are_counted_over_all_receivers(read, acme, harbour):
    assert read()["portal_events_refused", ()] == 0
    for organisation in (acme, harbour):
        receivers.replace(organisation, None)
        receivers.count_refusal(organisation.pk)
    receivers.count_refusal(acme.pk)
    assert read()["portal_events_refused", ()] == 3


def test_no_label_names_a_person_or_an_organisation(client, claim, ada, acme):
    Circuit.objects.create(
        host="api.spkey.co", organisation=acme, opened_at=late(hours=1), open_until=timezone.now()
    )
    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    for name in (acme.name, str(acme.pk), ada.email, ada.name, str(ada.pk), acme.spkey_org_id):
        assert name not in page


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        TOKEN,
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        "Bearer ü",
    ],
)
def test_without_the_token_nothing_is_told(client, given, db):
    headers = {} if given is None else {"Authorization": given}
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert "portal_" not in answer.text


def test_where_no_token_is_set_there_is_no_such_page(client, settings, db):
    settings.METRICS_TOKEN = ""
    for given in ("Bearer ", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_a_token_sent_in_clear_is_refused_and_not_led_on(client, settings, db):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "Location" in answer) == (403, False)


@pytest.fixture
def _long_history(ira, acme, mill_court, hal, lighthouse):
    years.make_years(hal, 500)
    years.make_years(ira, 1_000)
    years.make_due(ira, 5)
    statistics.refresh(at_once=True)


@pytest.mark.usefixtures("_long_history")
def test_no_figure_reads_through_what_grows_with_the_years(client, settings):
    settings.ZEAL_RAISE = False
    with CaptureQueriesContext(connection) as queries:
        client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        said.state()
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(asked) > 20
    # The whole of an index of what is due, or goes on, is no longer than that.
    allowed = re.compile(r"USING (?:COVERING )?INDEX \w+_(?:due|leased)\b")
    found = {
        sql: lines
        for sql in asked
        if (
            lines := [
                line for _, line in plan_of(sql) if SCAN.search(line) and not allowed.search(line)
            ]
        )
    }
    assert found == {}


def _names(text: str) -> set[str]:
    return set(re.findall(r"\bportal_[a-z_]+\b", text))


def _exposed(client) -> set[str]:
    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    families = text_string_to_metric_families(page)
    names = {family.name for family in families} | set(
        re.findall(r"^# TYPE (\w+)", page, re.MULTILINE)
    )
    return names | {"portal_call_seconds_bucket", "portal_call_seconds_gcount"}


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_every_metric_that_is_watched_exists(file, client, claim):
    watched = _names((MONITORING / file).read_text(encoding="utf-8"))
    assert len(watched) > 8
    assert watched <= _exposed(client)


def test_the_dashboard_is_one_that_grafana_reads_and_every_panel_asks_for_something():
    board = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    assert board["title"]
    for panel in board["panels"]:
        assert panel["title"]
        assert all(_names(target["expr"]) for target in panel["targets"]), panel["title"]
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(places) == len(set(places))


def test_every_alert_says_what_it_means_and_stands_in_the_manual():
    alerts = (MONITORING / "alerts.yml").read_text(encoding="utf-8")
    manual = (MONITORING.parent / "operating.md").read_text(encoding="utf-8")
    named = re.findall(r"- alert: (\w+)", alerts)
    assert len(named) >= 8
    assert alerts.count("summary:") == alerts.count("expr:") == len(named)
    for name in named:
        assert f"`{name}`" in manual
    for unknown in re.findall(r"^\| `(Portal\w+)`", manual, re.MULTILINE):
        assert unknown in named


def test_reports_of_devices_are_counted(read):
    DeviceReport.objects.create(digest="1", name="TypeError", line=1)
    DeviceReport.objects.create(digest="2", name="TypeError", line=2, last_at=late(hours=3))
    assert read()["portal_device_errors", ()] == 1


def test_what_limits_refuse_is_counted_by_reason_and_every_reason_is_there_from_the_start(read):
    assert read()["portal_refusals_total", ("uploads",)] == 0
    for name, count in (
        ("sign-in", 3),
        ("sign-ins of an address", 2),
        ("second factor", 7),
        ("claims of an organisation", 4),
        ("unknown hubs", 5),
        ("photos of hubs", 6),
        ("codes tried by a support agent", 8),
        ("events taken from an address", 9),
        ("of a version that is gone", 1),
    ):
        Refusals.objects.create(name=name, count=count)
    found = {
        labels[0]: n for (name, labels), n in read().items() if name.endswith("refusals_total")
    }
    counted = {reason: int(n) for reason, n in found.items() if n}
    assert counted == {
        "sign_in": 5,
        "second_factor": 7,
        "claims": 4,
        "lookups": 5,
        "uploads": 6,
        "codes": 8,
        "events": 9,
        "other": 1,
    }
    assert set(found) == {*refused.LIMITS, refused.OTHER}


# Of these nobody is refused anything: what is beyond is left out of a record, or told later.
SILENT = {
    "client errors",
    "client errors of one",
    "failed sign-ins recorded",
    "hubs that administrators are told of",
    "hubs that events made known",
    "locked sign-ins recorded",
    "password links",
    "refused deliveries that are counted",
}


def test_every_limit_of_the_portal_has_a_reason():
    source = "\n".join(path.read_text(encoding="utf-8") for path in PORTAL.rglob("*.py"))
    limits = set(re.findall(r'\b(?:Limit|Backoff|Brake)\(\s*"([^"]+)"', source))
    taken = set(re.findall(r'_take\("([^"]+)"', source))
    assert len(limits) > 25
    assert len(taken) == 3
    made = limits | taken | {f"{name} of an organisation" for name in taken} | {BUSY}
    assert made - SILENT == {name for names in refused.LIMITS.values() for name in names}


def test_a_refused_try_is_seen_from_outside(client, read, acme, monkeypatch):
    monkeypatch.setattr(refusals, "counted", refusals.Counted())
    receiver = receivers.replace(acme, None)
    monkeypatch.setattr(deliveries, "TAKEN", replace(deliveries.TAKEN, most=0))
    answer = client.post(f"/events/{receiver.key.reveal()}", "{}", content_type="application/json")
    assert answer.status_code == 503
    assert read()["portal_refusals_total", ("events",)] == 1
