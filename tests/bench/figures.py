"""One measurement, as a line for people or as an object for machines."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured. `baseline` is the same thing done without the product, in the same run."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    database: str = ""
    rows: int | None = None

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.baseline, 2) if self.baseline else None

    def as_json(self) -> str:
        """One object on one line, without what is not known."""
        known = {**asdict(self), "ratio": self.ratio}
        return json.dumps({key: value for key, value in known.items() if value not in {None, ""}})

    def as_text(self) -> str:
        beside = (
            f"  ({self.baseline:g} for the baseline, {self.ratio:g} times)" if self.baseline else ""
        )
        return f"{self.name:<32} {self.value:>10g} {self.unit}{beside}"


def percentile(values: list[float], part: int) -> float:
    """The value that `part` percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]
