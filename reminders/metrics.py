"""Numbers for Prometheus, read from the rows: any process gives the same answer."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from . import brakes
from .choices import State
from .health import beats
from .models import Email, Pulse, Suppression, Switch


def text(now: datetime) -> bytes:
    """All numbers in the format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Numbers(now))
    return generate_latest(registry)


class _Numbers:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield _by("tracker_mails", "Mails by state.", "state", self._states())
        yield _by("tracker_task_age_seconds", "Since a task came to its end.", "task", self._ages())
        yield _by("tracker_task_late", "1: a task is silent for too long.", "task", self._late())
        yield _by("tracker_reconcile", "What the last proof counted.", "what", self._proof())
        for name, said, value in self._single():
            yield GaugeMetricFamily(name, said, value=value)

    def _states(self) -> dict[str, float]:
        rows = Email.objects.order_by().values("state").annotate(mails=Count("pk"))
        counts = dict(rows.values_list("state", "mails"))
        return {state: counts.get(state, 0) for state in State.values}

    def _ages(self) -> dict[str, float]:
        pulses = Pulse.objects.exclude(finished=None).order_by("name")
        return {
            pulse.name: (self.now - pulse.finished).total_seconds()
            for pulse in pulses
            if pulse.finished
        }

    def _late(self) -> dict[str, float]:
        return {beat.name: float(beat.is_late) for beat in beats(self.now)}

    def _proof(self) -> dict[str, float]:
        pulse = Pulse.objects.filter(name="reconcile").first()
        return dict(pulse.counts) if pulse else {}

    def _single(self) -> Iterator[tuple[str, str, float]]:
        switch = Switch.objects.now()
        oldest = Email.objects.totals(self.now, self.now)["oldest"]
        age = (self.now - oldest).total_seconds() if oldest else 0.0
        yield "tracker_oldest_mail_seconds", "Age of the oldest mail that is due.", age
        yield "tracker_held", "1: nothing is planned or sent.", float(bool(switch.held_at))
        yield "tracker_relay_failures", "Failures in a row.", float(switch.relay_failures)
        drift = brakes.drift(switch, lambda: self.now).total_seconds()
        yield "tracker_clock_drift_seconds", "The database's clock is ahead by.", drift
        stopped = Suppression.objects.in_force(self.now).count()
        log = Pulse.objects.filter(name="verify").values_list("counts", flat=True).first() or {}
        broken = float(log.get("problems", 0))
        yield "tracker_log_breaks", "Seals that the log of events does not fit.", broken
        yield "tracker_stopped_addresses", "Addresses that get no mail.", float(stopped)
        doubt = Email.objects.filter(maybe_dup=True).count()
        yield "tracker_mails_in_doubt", "Mails that may have arrived twice.", float(doubt)


def _by(name: str, said: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
