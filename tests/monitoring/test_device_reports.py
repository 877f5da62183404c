"""What devices report is kept once each, for a while, and never without bound."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.monitoring import device_reports
from portal.monitoring.models import DeviceReport

REPORT = {
    "name": "TypeError",
    "message": "rows is not iterable at ada@acme.example",
    "script": "/static/js/tray/sync.js",
    "line": 12,
    "release": "0123456789abcdef",
}


def send(client, **changes):
    return client.post("/client-errors/", json.dumps({**REPORT, **changes}), "application/json")


def test_the_same_error_is_one_row_that_counts(client, db):
    for _ in range(3):
        assert send(client).status_code == 204
    send(client, line=13)

    assert sorted(DeviceReport.objects.values_list("line", "times")) == [(12, 3), (13, 1)]
    assert "ada@" not in DeviceReport.objects.first().message


def test_what_is_no_report_is_not_kept(client, db):
    assert send(client, line="x").status_code == 400
    assert not DeviceReport.objects.exists()


@pytest.mark.parametrize(("days", "left"), [(1, 1), (29, 1), (31, 0)])
def test_what_was_not_reported_for_a_month_goes(days, left, db):
    at = timezone.now() - timedelta(days=days)
    DeviceReport.objects.create(digest="1", name="x", line=1, first_at=at, last_at=at)
    device_reports.remove_old()

    assert DeviceReport.objects.count() == left


def test_of_very_many_the_last_ones_stay(db, monkeypatch):
    monkeypatch.setattr(device_reports, "MOST", 3)
    now = timezone.now()
    for n in range(5):
        at = now - timedelta(minutes=n)
        DeviceReport.objects.create(digest=str(n), name=str(n), line=1, last_at=at)
    device_reports.remove_old()

    assert set(DeviceReport.objects.values_list("name", flat=True)) == {"0", "1", "2"}
