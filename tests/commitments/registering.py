"""What the tests of registering share: the page of the rows that were accepted, filled in and sent."""

from django.urls import reverse


def page(client, **query):
    return client.get(reverse("meetings:workbench-register", args=["harbour-9"]), query)


def typed(response, **changes):
    """What the page would send, with `title__field=value` for one row and `all__field=value` for all."""
    data = {}
    for form in [response.context["for_all"], *(row for row, _quote in response.context["rows"])]:
        for bound in form:
            value = bound.value()
            data[bound.html_name] = "" if value is None else value
            if value is True:
                data[bound.html_name] = "on"
    rows = {row.candidate.title.split()[0].lower(): row for row, _quote in response.context["rows"]}
    for name, value in changes.items():
        row, field = name.split("__")
        key = f"all-{field}" if row == "all" else rows[row].add_prefix(field)
        data[key] = value
        if value is None:
            del data[key]
    return data


def send(client, **changes):
    address = reverse("meetings:workbench-register", args=["harbour-9"])
    return client.post(address, typed(page(client), **changes))


def errors(response) -> dict:
    return {
        row.candidate.title.split()[0].lower(): dict(row.errors)
        for row, _quote in response.context["rows"]
        if row.errors
    }
