"""Moments, steps and results in words, for the pages of reminders."""

from django import template
from django.utils.safestring import SafeString

from reminders import tables, words
from reminders.models import Email

register = template.Library()

register.filter("moment", tables.moment)
register.filter("step_words", words.step_words)
register.filter("mail_words", words.mail_words)


@register.simple_tag
def mail_result(email: Email) -> SafeString:
    """The state of a mail with its icon."""
    return tables.result(email.state, email.get_state_display())
