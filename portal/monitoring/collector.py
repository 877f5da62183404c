"""The portal's figures under the names by which Prometheus, alerts and dashboards know them."""

from collections.abc import Iterable

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)

from portal.monitoring import readings, refused
from portal.monitoring.readings import Times


class Collector:
    """Reads every figure when it is asked for. Labels name no person and no organisation."""

    def collect(self) -> Iterable[Metric]:
        """Yield the figures."""
        yield from _claims()
        yield from _calls()
        yield from _queues()
        yield from _doors()
        yield from _workers()
        yield from _hubs()
        yield from _mails()
        yield from _events()
        yield _refusals()
        yield _number(
            "portal_device_errors",
            "Different errors that devices reported within the hour.",
            readings.errors_on_devices(),
        )

    def describe(self) -> Iterable[Metric]:
        """Yield nothing: the database is not asked for the names alone."""
        return ()


def _number(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _claims() -> Iterable[Metric]:
    labels = ("state", "reason")
    going_on = GaugeMetricFamily("portal_claims", "Claims that have not ended.", labels=labels)
    ended = GaugeMetricFamily(
        "portal_claims_ended_last_hour", "Claims that ended within the hour.", labels=labels
    )
    for family, rows in (
        (going_on, readings.claims_going_on()),
        (ended, readings.claims_ended()),
    ):
        for row in rows:
            family.add_metric((row.state, row.reason), row.count)
        yield family


def _calls() -> Iterable[Metric]:
    counted = GaugeMetricFamily(
        "portal_calls_last_hour",
        "Calls to SpKey that began within the hour, for claims and for actions on hubs.",
        labels=("work", "kind", "outcome"),
    )
    for row in readings.calls():
        counted.add_metric((row.work, row.kind, row.outcome), row.count)
    yield counted
    took = GaugeHistogramMetricFamily(
        "portal_call_seconds",
        "How long the calls to SpKey took that began within five minutes.",
        labels=("work",),
    )
    for work, times in readings.times().items():
        took.add_metric((work,), _buckets(times), times.seconds)
    yield took


def _buckets(times: Times) -> list[tuple[str, float]]:
    within = [(str(seconds), float(count)) for seconds, count in times.within.items()]
    return [*within, ("+Inf", float(times.count))]


def _queues() -> Iterable[Metric]:
    due = GaugeMetricFamily(
        "portal_queue_due", "Rows that are due and nobody's, by kind.", labels=("work",)
    )
    oldest = GaugeMetricFamily(
        "portal_queue_oldest_seconds", "For how long the first of them is due.", labels=("work",)
    )
    for queue in readings.queues():
        due.add_metric((queue.name,), queue.due)
        oldest.add_metric((queue.name,), queue.seconds)
    yield from (due, oldest)


def _doors() -> Iterable[Metric]:
    doors = readings.doors()
    open_for = GaugeMetricFamily(
        "portal_circuit_open",
        "Whether the API is known not to answer anybody, and how many organisations alone.",
        labels=("whose",),
    )
    open_for.add_metric(("everybody",), doors.everybody)
    open_for.add_metric(("organisation",), doors.organisations)
    held = GaugeMetricFamily(
        "portal_keys_held", "API keys with which nobody may call now.", labels=("why",)
    )
    held.add_metric(("rate_limited",), doors.limited)
    held.add_metric(("doubted",), doors.doubted)
    keys = GaugeMetricFamily("portal_keys", "API keys by what SpKey said last.", labels=("state",))
    for state, count in readings.keys().items():
        keys.add_metric((state,), count)
    yield from (open_for, held, keys)


def _workers() -> Iterable[Metric]:
    beats = readings.heartbeats()
    heard = sum(beat.is_alive for beat in beats)
    yield _number("portal_workers_heard", "Workers that gave a sign of life just now.", heard)
    silent = GaugeMetricFamily(
        "portal_worker_heartbeat_age_seconds",
        "How long ago each worker of the last hour gave its last sign of life.",
        labels=("worker",),
    )
    for beat in beats:
        silent.add_metric((beat.name,), readings.age(beat.beat_at))
    yield silent


def _hubs() -> Iterable[Metric]:
    backlog = readings.backlog()
    since = 0.0 if backlog.oldest is None else readings.age(backlog.oldest)
    yield _number("portal_hubs_overdue", "Hubs that were not read within the hour.", backlog.hubs)
    yield _number(
        "portal_hubs_oldest_reading_seconds", "How long ago the first of them was read.", since
    )


def _mails() -> Iterable[Metric]:
    waiting = GaugeMetricFamily(
        "portal_mails_waiting", "E-mails that are to be sent now.", labels=("kind",)
    )
    failing = GaugeMetricFamily(
        "portal_mails_failing", "Of those, the ones that were tried in vain.", labels=("kind",)
    )
    for mails in readings.mails():
        kind = str(mails.model._meta.model_name)
        waiting.add_metric((kind,), mails.waiting)
        failing.add_metric((kind,), mails.failing)
    yield from (waiting, failing)


def _events() -> Iterable[Metric]:
    came = GaugeMetricFamily(
        "portal_events_last_hour",
        "Events of SpKey's that came within the hour, by what became of them.",
        labels=("result",),
    )
    for result, count in readings.events().items():
        came.add_metric((result,), count)
    yield came
    yield _number(
        "portal_events_refused",
        "Events that came without a valid secret since their addresses were made.",
        readings.events_refused(),
    )


def _refusals() -> Metric:
    refusals = CounterMetricFamily(
        "portal_refusals",
        "How often a limit refused something, ever, by what was refused.",
        labels=("reason",),
    )
    for reason, count in refused.by_reason().items():
        refusals.add_metric((reason,), count)
    return refusals
