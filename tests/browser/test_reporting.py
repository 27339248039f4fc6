"""Reporting and deciding on the page of a line, in a real browser."""

import re

from playwright.sync_api import expect

from tests.factories import (
    make_commitment,
    make_draft,
    make_evidence,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_submitted,
)


def test_a_focal_point_sends_a_report_from_the_home_page(page_of):
    party = make_party("AA", name="Aland")
    line = make_obligation(party, reference="TST-1")
    page = page_of(make_focal_point(party).user)
    page.goto("/")
    page.get_by_role("link", name="Report TST-1").click()
    page.get_by_label("What was done").fill("A plan was adopted.")
    page.get_by_role("radio", name="In progress").check()
    page.get_by_role("button", name="Send report").click()
    expect(page.get_by_text("Report sent.")).to_be_visible()
    assert line.progress_reports.get().claim == "in_progress"


def test_a_label_leads_to_the_field_beside_it(page_of):
    """The page shows many forms, several with a field of the same name."""
    party = make_party("AA")
    make_submitted(make_obligation(party, reference="TST-1"))
    page = page_of(make_officer())
    page.goto("/commitments/TST-1/AA/")
    page.get_by_text("Set a deadline").click()
    form = page.locator('form[action$="/AA/deadline/"]')
    form.get_by_text("Due on").click()
    expect(form.locator('input[name="due"]')).to_be_focused()


def test_an_officer_accepts_done_and_the_line_is_locked(page_of):
    line = make_obligation(make_party("AA"), reference="TST-1")
    draft = make_draft(line, claimed="done", text="The law is in force.")
    make_evidence(draft)
    make_submitted(line, draft.author, claimed="done", text="The law is in force.")
    page = page_of(make_officer())
    page.goto("/commitments/TST-1/")
    page.get_by_role("link", name=re.compile("^Review")).click()
    page.get_by_role("button", name="Accept report").click()
    expect(page.get_by_text("Accepted.", exact=False).first).to_be_visible()
    expect(page.get_by_text("Reopen the line")).to_be_visible()
    line.refresh_from_db()
    assert line.status == "done"


def test_an_officer_changes_a_status_in_the_fold_of_the_line(page_of):
    parties = [make_party("AA", name="Aland"), make_party("BB", name="Borduria")]
    commitment = make_commitment(parties=parties, reference="TST-1")
    page = page_of(make_officer())
    page.goto("/commitments/TST-1/")
    fold = page.locator("#update-BB")
    fold.locator("summary").click()
    fold.get_by_role("radio", name="Stalled").check()
    fold.get_by_label("Reason").first.fill("No funds were given.")
    fold.get_by_role("button", name="Save status").click()
    expect(page.get_by_text("Status saved: stalled.")).to_be_visible()
    assert commitment.obligations.get(party__code="BB").status == "stalled"
    assert commitment.obligations.get(party__code="AA").status == "not_started"
