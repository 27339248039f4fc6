"""Words of meetings and parties. A leaf: anyone may import it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartyKind(TextChoices):
    MEMBER = "member", _("Member state")
    ORGAN = "organ", _("Organ")
    OBSERVER = "observer", _("Observer")


class Sensitivity(TextChoices):
    """Who may read: inherited downwards, the strictest counts."""

    PUBLIC = "public", _("Public")
    MEMBERS = "members", _("Members")
    SECRETARIAT = "secretariat", _("Secretariat only")
    PARTY = "party", _("One party and the secretariat")


class Function(TextChoices):
    """What a passage does (coding manual §2); where its clauses differ, the first of these wins."""

    COMMITMENT = "commitment", _("Commitment")
    CALL = "call", _("Call")
    POSITION = "position", _("Position")
    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement")
    CONTEXT = "context", _("Context")
    PROCEDURE = "procedure", _("Procedure")


class DocumentKind(TextChoices):
    """What kind of file a text came in: the ending of its name. Pasted text is plain text."""

    TEXT = "txt", _("Plain text")
    HTML = "html", _("Web page (HTML)")
    DOCX = "docx", _("Word document (DOCX)")
    PDF = "pdf", _("PDF")


class ReportLanguage(TextChoices):
    """What a report can be written in."""

    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")
    CHINESE = "zh", _("Chinese")


class InstrumentKind(TextChoices):
    PROGRAMME = "programme", _("Programme")
    STRATEGY = "strategy", _("Strategy")
    CONVENTION = "convention", _("Convention")
    AGREEMENT = "agreement", _("Agreement")
    PROTOCOL = "protocol", _("Protocol")
    RESOLUTION = "resolution", _("Resolution")
    ACTION_PLAN = "action plan", _("Action plan")
    CONCEPT = "concept", _("Concept")
    TREATY = "treaty", _("Treaty")
    ADDRESS = "address", _("Address")
    OTHER = "other", _("Other")
