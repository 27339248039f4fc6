"""Words that people and their rights are described with. A leaf: anyone may import it."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person may do. Being a focal point is not a role: it comes from a dated FocalPoint row."""

    READER = "reader", _("Reader")
    OFFICER = "officer", _("Desk officer")
    ADMINISTRATOR = "administrator", _("Administrator")

    @classmethod
    def secretariat(cls) -> set[str]:
        """The roles that keep the register."""
        return {cls.OFFICER, cls.ADMINISTRATOR}


class Theme(TextChoices):
    """Colours of the pages."""

    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Weekday(IntegerChoices):
    """ISO weekdays: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class Via(TextChoices):
    """The door that a change came through."""

    PAGE = "page", _("page")
    ADMIN = "admin", _("administration")
    COMMAND = "command", _("command")
    WORKER = "worker", _("worker")


EARLIEST_HOUR, LATEST_HOUR = 6, 20
