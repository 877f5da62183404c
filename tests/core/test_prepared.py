"""A prepared query returns what the ORM returns, without compiling it each time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import django
import pytest
import time_machine
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    F,
    IntegerField,
    Max,
    Sum,
    UUIDField,
)
from django.db.models.functions import Cast
from django.utils import timezone

from portal.claims.models import Claim
from portal.core import prepared
from portal.core.models import Heartbeat
from portal.core.prepared import Prepared
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential, Organisation
from portal.sandbox import world

MONEY = DecimalField(max_digits=9, decimal_places=2)


def test_django_is_the_version_whose_internals_were_read():
    found = ".".join(map(str, django.VERSION[:2]))
    read = ".".join(map(str, prepared.READ_AGAINST))
    assert found == read, (
        f"portal/core/prepared.py uses parts of Django's ORM that may change without notice. It "
        f"was read against Django {read}, and this is Django {found}: compare SQLCompiler and "
        f"Query.get_compiler of both, run these tests on SQLite and PostgreSQL, then raise "
        f"READ_AGAINST."
    )


@pytest.fixture
def hubs(acme, harbour) -> list[Hub]:
    """Three hubs of Acme and one of Harbour, alike in nothing."""
    start = timezone.now()
    return [
        Hub.objects.create(
            organisation=acme if number < 3 else harbour,
            hub_id=uuid4(),
            serial=f"serial {number}",
            online=number % 2 == 0,
            version=number + 1,
            read_at=start - timedelta(minutes=number),
        )
        for number in range(4)
    ]


BY_TYPE = {
    "uuid": (UUIDField(), lambda it: Hub.objects.filter(hub_id=it), "hub_id"),
    "foreign key": (UUIDField(), lambda it: Hub.objects.filter(organisation=it), "organisation_id"),
    "text": (CharField(), lambda it: Hub.objects.filter(serial=it), "serial"),
    "part of a text": (CharField(), lambda it: Hub.objects.filter(serial__iendswith=it), "serial"),
    "truth": (BooleanField(), lambda it: Hub.objects.filter(online=it), "online"),
    "number": (IntegerField(), lambda it: Hub.objects.filter(version__lte=it), "version"),
    "time": (DateTimeField(), lambda it: Hub.objects.filter(read_at__gte=it), "read_at"),
    "decimal": (
        MONEY,
        lambda it: Hub.objects.annotate(price=Cast("version", MONEY)).filter(price__gte=it),
        "price",
    ),
    "in an expression": (
        IntegerField(),
        lambda it: Hub.objects.annotate(sum=F("version") + it).filter(sum__gt=3),
        "version",
    ),
}


@pytest.mark.parametrize("name", BY_TYPE)
def test_a_parameter_of_each_type_finds_what_the_orm_finds(name, hubs):
    field, find, attribute = BY_TYPE[name]
    example = Decimal("2.00") if name == "decimal" else getattr(hubs[1], attribute)

    def build(it):
        return find(it).order_by("created_at").values_list("serial", "version")

    expected = list(build(example))

    assert Prepared(build, it=field).rows(it=example) == expected
    assert expected


def test_a_decimal_is_compared_with_a_sum_as_a_number(hubs):
    def build(least):
        return (
            Hub.objects.values("organisation")
            .annotate(sum=Sum(Cast("version", MONEY)))
            .filter(sum__gte=least)
            .order_by("sum")
            .values_list("sum")
        )

    sums = Prepared(build, least=MONEY)

    assert sums.rows(least=Decimal("5.00")) == [(Decimal("6.00"),)]
    assert sums.rows(least=Decimal("4.00")) == [(Decimal("4.00"),), (Decimal("6.00"),)]


def test_each_execution_has_values_of_its_own(hubs):
    by_version = Prepared(
        lambda version: Hub.objects.filter(version=version).values_list("serial"),
        version=IntegerField(),
    )

    assert by_version.rows(version=1) == [("serial 0",)]
    assert by_version.rows(version=3) == [("serial 2",)]
    assert by_version.rows(version=99) == []


def test_a_parameter_may_occur_several_times_beside_others(hubs):
    def build(organisation, least, most):
        inside = Hub.objects.filter(version__range=(least, most), organisation=organisation)
        return inside.filter(version__gte=least).order_by("version").values_list("version")

    found = Prepared(build, most=IntegerField(), organisation=UUIDField(), least=IntegerField())

    assert found.rows(organisation=hubs[0].organisation_id, least=2, most=4) == [(2,), (3,)]
    assert found.rows(organisation=hubs[3].organisation_id, least=2, most=4) == [(4,)]


def test_wildcards_in_a_text_are_escaped_in_a_pattern(hubs):
    named = Prepared(
        lambda text: Hub.objects.filter(serial__icontains=text).values_list("serial"),
        text=CharField(),
    )
    Hub.objects.filter(pk=hubs[0].pk).update(serial="50%_off' --")

    assert named.rows(text="%_off' --") == [("50%_off' --",)]
    assert named.rows(text="5%f") == []


def test_values_come_back_as_the_fields_of_the_model_give_them(claim, acme):
    Claim.objects.update(problems=[["site", "Unknown"]])

    (row,) = Prepared(
        lambda pk: Claim.objects.filter(pk=pk).values_list(
            "pk", "problems", "created_at", "send_requested", "hub__id", "organisation__name"
        ),
        pk=UUIDField(),
    ).rows(pk=claim.pk)

    stored = Claim.objects.get()
    assert row == (
        *(stored.pk, [["site", "Unknown"]], stored.created_at, False),
        *(stored.hub_id, "Acme Properties"),
    )


def test_an_encrypted_field_comes_back_as_a_secret(acme):
    ((key,),) = Prepared(
        lambda owner: ApiCredential.objects.filter(organisation=owner).values_list("key"),
        owner=UUIDField(),
    ).rows(owner=acme.pk)

    assert key.reveal() == world.ACME_KEY


def test_a_count_comes_back_as_the_orm_gives_it(hubs):
    def build(owner):
        of_owner = Organisation.objects.filter(pk=owner)
        return of_owner.values_list("name", Count("hubs"), Max("hubs__read_at"))

    owner = hubs[0].organisation_id

    assert Prepared(build, owner=UUIDField()).rows(owner=owner) == [
        ("Acme Properties", 3, hubs[0].read_at)
    ]


def test_a_column_used_only_for_ordering_is_not_returned(hubs):
    ordered = Prepared(
        lambda owner: (
            Hub.objects.filter(organisation=owner)
            .distinct()
            .order_by("-version")
            .values_list("serial")
        ),
        owner=UUIDField(),
    )

    assert ordered.rows(owner=hubs[0].organisation_id) == [
        ("serial 2",),
        ("serial 1",),
        ("serial 0",),
    ]


def _as_stored(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_models_come_with_what_is_selected_beside_them(claim, django_assert_num_queries):
    def build(pk):
        beside = ("hub", "organisation__credential", "submitted_by", "acting_organisation")
        return Claim.objects.filter(pk=pk).select_related(*beside)

    shown, stored = Prepared(build, pk=UUIDField()), build(claim.pk).get()
    with django_assert_num_queries(1):
        (found,) = shown.instances(pk=claim.pk)
        assert _as_stored(found) == _as_stored(stored)
        for name in ("hub", "organisation", "submitted_by"):
            assert _as_stored(getattr(found, name)) == _as_stored(getattr(stored, name))
        credential = found.organisation.credential
        assert _as_stored(credential) == _as_stored(stored.organisation.credential)
        assert credential.organisation is found.organisation
        assert found.acting_organisation is None


def test_models_of_a_reverse_relation_that_is_not_there_know_that(db, django_assert_num_queries):
    made = Organisation.objects.create(name="No key", spkey_org_id="no-key")
    named = Prepared(
        lambda name: Organisation.objects.filter(name=name).select_related("credential"),
        name=CharField(),
    )
    with django_assert_num_queries(1):
        assert named.instances(name=made.name)[0].stored_credential is None
    assert named.instances(name="Somebody") == []


def test_models_bring_what_is_annotated_in_their_order(hubs):
    def build(owner):
        mine = Hub.objects.filter(organisation=owner).order_by("-version")
        return mine.annotate(twice=F("version") * 2).only("serial")

    found = Prepared(build, owner=UUIDField()).instances(owner=hubs[0].organisation_id)

    assert [(hub.serial, hub.twice) for hub in found] == [
        ("serial 2", 6),
        ("serial 1", 4),
        ("serial 0", 2),
    ]
    assert found[0].get_deferred_fields()
    assert found[0].online is True


def test_each_time_the_models_are_others(hubs):
    by_version = Prepared(lambda it: Hub.objects.filter(version=it), it=IntegerField())
    (first,), (second,) = by_version.instances(it=1), by_version.instances(it=1)
    assert first == second
    assert first is not second
    first.serial = "changed"
    first.save()
    assert by_version.instances(it=1)[0].serial == "changed"


@pytest.mark.django_db
def test_a_query_of_values_has_no_models():
    named = Prepared(lambda it: Hub.objects.filter(serial=it).values_list("pk"), it=CharField())
    with pytest.raises(TypeError, match="rows"):
        named.instances(it="serial 0")


@pytest.mark.parametrize("values", [{}, {"version": None}, {"version": 1, "serial": "serial 0"}])
def test_a_value_that_is_missing_unknown_or_none_is_refused(values):
    by_version = Prepared(
        lambda version: Hub.objects.filter(version=version).values_list("serial"),
        version=IntegerField(),
    )
    with pytest.raises(TypeError, match="give a value to each of"):
        by_version.rows(**values)


@pytest.fixture
def asked_late() -> SimpleNamespace:
    """A query with the time in its statement, and how often it was built."""
    counted = SimpleNamespace(times=0)

    def build(pk):
        counted.times += 1
        return Heartbeat.objects.filter(pk=pk, beat_at__gt=timezone.now()).values_list("pk")

    counted.query = Prepared(build, pk=CharField(), kept_for=timedelta(seconds=5))
    return counted


@pytest.mark.django_db
def test_values_fixed_in_the_statement_are_no_older_than_allowed(asked_late):
    now = timezone.now()
    Heartbeat.objects.create(name="one", beat_at=now + timedelta(seconds=2))
    with time_machine.travel(now, tick=False) as clock:
        assert asked_late.query.rows(pk="one") == [("one",)]
        clock.shift(timedelta(seconds=5))
        assert asked_late.query.rows(pk="one") == [("one",)]
        assert asked_late.times == 1
        clock.shift(timedelta(milliseconds=1))
        assert asked_late.query.rows(pk="one") == []
        assert asked_late.times == 2


@pytest.mark.django_db
def test_a_statement_from_before_the_clock_was_set_back_is_not_kept(asked_late):
    now = timezone.now()
    Heartbeat.objects.create(name="one", beat_at=now + timedelta(seconds=2))
    with time_machine.travel(now, tick=False) as clock:
        clock.shift(timedelta(minutes=1))
        assert asked_late.query.rows(pk="one") == []
        clock.move_to(now)
        assert asked_late.query.rows(pk="one") == [("one",)]


@pytest.fixture
def another_database(tmp_path, transactional_db) -> Iterator[SQLite]:
    """A second database, with heartbeats in it."""
    settings = {**connection.settings_dict, "ENGINE": "django.db.backends.sqlite3"}
    settings |= {"NAME": str(tmp_path / "another.sqlite3"), "OPTIONS": {}}
    another = connections["another"] = SQLite(settings, alias="another")
    with another.schema_editor() as editor:
        editor.create_model(Heartbeat)
    yield another
    another.close()
    del connections["another"]


def test_each_database_has_a_statement_and_rows_of_its_own(another_database):
    at = timezone.now()
    Heartbeat.objects.create(name="here", beat_at=at)
    Heartbeat.objects.using("another").create(name="there", beat_at=at)
    beat_at = Prepared(
        lambda at: Heartbeat.objects.filter(beat_at=at).values_list("name", "beat_at"),
        at=DateTimeField(),
    )

    for _ in range(2):
        assert beat_at.rows(at=at) == [("here", at)]
        assert beat_at.rows("another", at=at) == [("there", at)]


class Recorder:
    """A cursor that keeps what it is told to execute, and has the rows that it was given."""

    def __init__(self, rows: list[tuple[object, ...]]) -> None:
        self.rows = rows

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, sql: str, parameters: list[object]) -> None:
        self.sql, self.parameters = sql, parameters

    def fetchall(self) -> list[tuple[object, ...]]:
        return self.rows


PK, AT = uuid4(), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("engine", "adapted", "stored"),
    [
        (SQLite, [PK.hex, "2026-11-24 09:30:00", True], (PK.hex, "2026-11-24 09:30:00", 1, "[]")),
        (PostgreSQL, [PK, AT, True], (PK, AT, True, "[]")),
    ],
    ids=["SQLite", "PostgreSQL"],
)
def test_values_are_adapted_to_the_database_and_back(monkeypatch, engine, adapted, stored):
    database = engine(dict(connections["default"].settings_dict), alias="adapting")
    cursor = Recorder([stored])
    monkeypatch.setattr(database, "cursor", lambda: cursor)
    monkeypatch.setattr(database, "ensure_connection", lambda: None)
    monkeypatch.setattr(database, "connection", SimpleNamespace(cursor_factory=None))
    connections["adapting"] = database
    try:
        found = Prepared(
            lambda pk, at, wanted: (
                Claim.objects.filter(pk=pk)
                .filter(created_at=at)
                .filter(send_requested=wanted)
                .values_list("pk", "created_at", "send_requested", "problems")
            ),
            pk=UUIDField(),
            at=DateTimeField(),
            wanted=BooleanField(),
        ).rows("adapting", pk=PK, at=AT, wanted=True)
    finally:
        del connections["adapting"]

    assert cursor.parameters == adapted
    assert found == [(PK, AT, True, [])]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps them by itself")
def test_postgresql_keeps_the_statement_and_no_other(hubs):
    serials = Prepared(
        lambda hub: Hub.objects.filter(pk=hub).values_list("serial"), hub=UUIDField()
    )
    for hub in hubs:
        assert serials.rows(hub=hub.pk) == [(hub.serial,)]
        assert Hub.objects.get(pk=hub.pk) == hub
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%hub%'")
        kept = [text for (text,) in cursor.fetchall()]
    assert len(kept) == 1
    assert "$1" in kept[0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no plans")
@pytest.mark.django_db(transaction=True)
def test_a_column_that_becomes_longer_meanwhile_fails_nobody():
    Heartbeat.objects.create(name="one", beat_at=timezone.now())
    beats = Prepared(
        lambda at: Heartbeat.objects.filter(beat_at__lte=at).values_list("name"), at=DateTimeField()
    )
    change = "ALTER TABLE core_heartbeat ALTER COLUMN name TYPE varchar({})"
    longer, usual = (change.format(length) for length in (130, 120))
    assert beats.rows(at=timezone.now()) == [("one",)]
    with connection.cursor() as cursor:
        cursor.execute(longer)
    try:
        assert beats.rows(at=timezone.now()) == [("one",)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(usual)
