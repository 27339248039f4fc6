"""What the tests of the workbench's pages share: their addresses, their words, and a form as it is sent."""

from django.urls import reverse


def at(name="", *keys, slug="harbour-9"):
    return reverse(f"meetings:workbench{'-' if name else ''}{name}", args=[slug, *keys])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def press(client, name, row, **values):
    data = {"version": row.version, **values}
    return client.post(at(name, row.pk), data, follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def edited(row, **values):
    return {
        "version": row.version,
        "quote": "dredging the northern channel",
        "title": row.title,
        "strength": row.strength,
        "parties": ["all"],
        **values,
    }
