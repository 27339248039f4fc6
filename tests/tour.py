"""The pages that people live in, as the sample register shows them: for screenshots and for the browser."""

OFFICER, FOCAL_POINT, READER = "officer@example.org", "kazakhstan@example.org", "reader@example.org"
ADMINISTRATOR = "admin@example.org"
PASSWORD = "sample-register"

# By person: a name and where it is.
PAGES: dict[str, dict[str, str]] = {
    OFFICER: {
        "home": "/",
        "commitments": "/commitments/",
        "commitments-found": "/commitments/?q=drug&strength=agreed&cols=meeting,deadline,timing",
        "commitments-none": "/commitments/?q=nothing+of+the+kind",
        "lines": "/commitments/lines/?timing=overdue",
        "reports": "/commitments/reports/",
        "commitment": "/commitments/SCS14-04/",
        "line": "/commitments/SCS14-04/KZ/",
        "edit": "/commitments/SCS14-04/edit/",
        "grid": "/grid/",
        "meetings": "/meetings/",
        "meeting": "/meetings/scs-14/",
        "report": "/meetings/scs-14/report/",
        "parties": "/parties/",
        "party": "/parties/KZ/",
        "instruments": "/instruments/",
        "people": "/people/",
        "dossier": "/meetings/scs-15/dossier/",
        "statistics": "/statistics/",
        "import": "/commitments/import/",
        "bulk": "/commitments/bulk/commitments/?all=1&query=theme%3Ddrugs",
        "history": "/history/",
        "reminders-health": "/reminders/health/",
        "reminders-forecast": "/reminders/forecast/",
        "shortcuts": "/shortcuts/",
    },
    FOCAL_POINT: {
        "home": "/",
        "line": "/commitments/SCS14-04/KZ/",
        "reminders": "/reminders/",
        "preferences": "/accounts/preferences/",
    },
    READER: {"home": "/", "grid": "/grid/?party=KZ&party=KG"},
}
