"""What the tests of progress reports share: sending one, deciding on it, and what is stored then."""

from accounts.choices import Via
from commitments import progress
from commitments.choices import Status
from tests.factories import NOW


def submit(draft, **values):
    given = {"actor": draft.author, "now": NOW, "via": Via.PAGE, **values}
    return progress.submit(report=draft, **given)


def accept(report, actor, finding=Status.IN_PROGRESS, **values):
    given = {"seen": report.version, "comment": "", "now": NOW, "via": Via.PAGE, **values}
    return progress.accept(report=report, finding=finding, actor=actor, **given)


def send_back(report, actor, comment="Say which plan.", **values):
    given = {"seen": report.version, "now": NOW, "via": Via.PAGE, **values}
    return progress.send_back(report=report, comment=comment, actor=actor, **given)


def stored(row) -> tuple:
    row.refresh_from_db()
    return row.state, row.version
