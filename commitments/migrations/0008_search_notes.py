"""What was said about lines becomes part of the search."""

from collections import defaultdict

from django.db import migrations, models

NOTED = ("status.changed", "line.reopened")


def folded(*words):
    return "\n".join(filter(None, words)).casefold()


def fill(apps, schema_editor):
    Commitment = apps.get_model("commitments", "Commitment")
    Obligation = apps.get_model("commitments", "Obligation")
    Report = apps.get_model("commitments", "ProgressReport")
    Event = apps.get_model("accounts", "Event")
    said = defaultdict(list)
    events = Event.objects.filter(object_type="obligation", action__in=NOTED).order_by("pk")
    for line, why in events.values_list("object_id", "why").iterator():
        said[line].append(why)
    for report in Report.objects.exclude(submitted_at=None).order_by("submitted_at", "pk"):
        Report.objects.filter(pk=report.pk).update(search_text=folded(report.text, report.comment))
        said[report.obligation_id] += [report.text, report.comment]
    for line, words in said.items():
        Obligation.objects.filter(pk=line).update(search_text=folded(*words))
    for row in Commitment.objects.filter(is_certain=False).only("search_text", "coder_note"):
        text = f"{row.search_text}\n{folded(row.coder_note)}"
        Commitment.objects.filter(pk=row.pk).update(search_text=text)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("commitments", "0007_sheets"),
    ]

    operations = [
        migrations.AddField(
            model_name="obligation",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="progressreport",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
