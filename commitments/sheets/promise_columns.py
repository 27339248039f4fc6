"""The columns of the sheet of commitments."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.choices import Life, Strength
from commitments.values import FIGURES
from meetings.choices import Sensitivity

from . import cells
from .book import Book
from .cells import Wrong
from .columns import choice, day, many, party, party_codes, person
from .table import Column

LONGEST_TITLE = 200
LONGEST_RHYTHM = 3650


def _title(text: str, book: Book) -> str:
    return cells.words(text, LONGEST_TITLE)


def _meeting(text: str, book: Book) -> str:
    unknown = _("There is no meeting with the address “%(text)s”. Write that of its page.")
    return cells.one_of(text, book.meetings, unknown)


def _theme(text: str, book: Book) -> str:
    return cells.code(text, _themes(book))


def _themes(book: Book) -> list[tuple[str, str]]:
    return [(slug, theme.name) for slug, theme in book.themes.items()]


def _instrument(text: str, book: Book) -> str:
    unknown = _("There is no instrument with the address “%(text)s”. Write that of its page.")
    return cells.one_of(text, book.instruments, unknown)


def _rhythm(text: str, book: Book) -> str:
    found = cells.number(text)
    if found and not 1 <= int(found) <= LONGEST_RHYTHM:
        raise Wrong(_("Write a number of days from 1 to %(most)d.") % {"most": LONGEST_RHYTHM})
    return found


COLUMNS = (
    Column("reference", gettext_lazy("Finds the commitment and is never changed; a new one enters a new commitment.")),
    Column("title", gettext_lazy("What is to be done. Starts with a verb."), read=_title, needed=True),
    Column(
        "meeting",
        gettext_lazy("The address of the meeting, such as scs-14. Only for new rows."),
        read=_meeting,
        instead=gettext_lazy("A commitment stays with its meeting."),
        codes=lambda book: [(slug, meeting.title) for slug, meeting in book.meetings.items()],
    ),
    Column("theme", gettext_lazy("What it is about."), read=_theme, codes=_themes),
    Column("strength", gettext_lazy("From the operative words."), needed=True, **choice(Strength)),
    Column("sensitivity", gettext_lazy("Who may read it."), needed=True, **choice(Sensitivity)),
    Column(
        "restricted_to",
        gettext_lazy("The code of the one party that may read it; only with “party”."),
        read=party,
    ),
    Column(
        "life",
        gettext_lazy("Whether it is in force. Empty in a new row."),
        needed=True,
        **choice(Life),
    ),
    Column(
        "officer",
        gettext_lazy("The e-mail of the desk officer. Empty: the meeting's."),
        read=person,
    ),
    Column(
        "instruments",
        gettext_lazy("The addresses of what it carries out, with “; ” between them."),
        read=many(_instrument),
    ),
    Column(
        "lead",
        gettext_lazy("The codes of the parties that owe it, with “; ” between them. One more code adds a line."),
        read=many(party),
        codes=party_codes,
    ),
    Column(
        "contributing",
        gettext_lazy("The codes of the parties that contribute, in the same way."),
        read=many(party),
    ),
    Column(
        "due",
        gettext_lazy("The day on which it falls due first, as 2026-12-24. A change moves it for "
            "all lines without a day of their own."),
        read=day,
    ),
    Column(
        "basis",
        gettext_lazy("Where the deadline comes from. For reading."),
        instead=gettext_lazy("basis is computed: a day that you give is “set”; change due instead."),
    ),
    Column(
        "review_days",
        gettext_lazy("The rhythm of its reviews in days. Empty: none."),
        read=_rhythm,
    ),
    Column(
        "timing",
        gettext_lazy("How it stands to its deadline. For reading."),
        instead=gettext_lazy("timing is computed; change due instead."),
    ),
    *(
        Column(
            name,
            gettext_lazy("Counted over the lines. For reading."),
            instead=gettext_lazy(
                "This is counted over the lines: change them in the sheet of lines. If you "
                "did not change it, export again."
            ),
        )
        for name in FIGURES
    ),
    Column(
        "version",
        gettext_lazy("Shows whether somebody changed the row since. Leave it as it is."),
    ),
)  # fmt: skip
