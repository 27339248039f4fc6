"""Moments, steps and results in words, for the pages of reminders."""

from django import template
from django.utils.safestring import SafeString

from reminders import items, tables, words
from reminders.models import Email, Reminder

register = template.Library()

register.filter("moment", tables.moment)
register.filter("step_words", words.step_words)
register.filter("mail_words", words.mail_words)
register.filter("mail_explained", words.mail_explained)
register.filter("explained", words.explained)
register.filter("promise_detail", words.detail_words)
register.filter("happened", items.happened)


@register.simple_tag
def mail_result(email: Email) -> SafeString:
    """The state of a mail with its icon."""
    return tables.result(email.state, email.get_state_display())


@register.simple_tag
def promise_result(reminder: Reminder) -> SafeString:
    """What became of a promise, with its icon."""
    return tables.promise_result(reminder)
