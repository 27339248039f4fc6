"""Find the few reports and extensions that wait for an answer and stand first."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0011_sums"),
    ]

    operations = [
        migrations.AddIndex(
            "progressreport",
            models.Index(
                condition=Q(state="submitted"), fields=["submitted_at", "id"], name="report_waiting"
            ),
        ),
        migrations.AddIndex(
            "extension",
            models.Index(
                condition=Q(state="asked"), fields=["-asked_at", "-id"], name="extension_waiting"
            ),
        ),
    ]
