"""What was promised, who owes it, by when, and how far it is."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CommitmentsConfig(AppConfig):
    name = "commitments"

    def ready(self) -> None:
        from accounts import auth, forgetting, personal
        from ui.panels import register

        from . import leaving, models, panels, remembering, turns
        from .bulk import changes, forms, kinds

        register("report.text", panels.report_text)
        register("workbench.head", panels.report_rechecks)
        register("report.acts", panels.report_acts)
        register("report.aside", panels.report_rechecks)
        register("report.aside", panels.report_commitments)
        register("meeting.main", panels.meeting_commitments)
        register("meeting.acts", panels.meeting_acts)
        register("party.acts", panels.party_acts)
        register("instrument.main", panels.instrument_commitments)
        register("instrument.acts", panels.instrument_acts)

        auth.ALONG.update(remembering.LOG)

        forgetting.register_held(leaving.held)
        for model in (models.ProgressReport, models.Evidence, models.Extension):
            personal.show(model, model.objects.visible_to)

        kinds.register(changes.StatusOfLines(), forms.StatusForm)
        kinds.register(changes.OwnerOfLines(), forms.OwnerForm)
        kinds.register(changes.DeadlineOfLines(), forms.DeadlineForm)
        kinds.register(changes.ThemeOfCommitments(), forms.ThemeForm)
        kinds.register(changes.DeadlineOfCommitments(), forms.DeadlineOfAllForm)

        pre_migrate.connect(turns.drop, sender=self)
        post_migrate.connect(turns.create, sender=self)
