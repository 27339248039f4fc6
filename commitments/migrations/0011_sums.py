"""Find the few rows that sums ask for or leave out."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0010_search_index"),
    ]

    operations = [
        migrations.AddIndex(
            "commitment",
            models.Index(condition=~Q(life="active"), fields=["id"], name="commitment_ended"),
        ),
        migrations.AddIndex(
            "commitment",
            models.Index(
                condition=~Q(sensitivity__in=["public", "members"]),
                fields=["id"],
                name="commitment_restricted",
            ),
        ),
        migrations.AddIndex(
            "progressreport",
            models.Index(
                condition=Q(state="returned"), fields=["obligation"], name="report_returned"
            ),
        ),
    ]
