"""The way in, in a real browser."""

from playwright.sync_api import expect

from tests.factories import PASSWORD, make_officer


def test_a_person_signs_in(page, live_server):
    officer = make_officer(password=PASSWORD)
    page.goto("/")
    page.get_by_label("E-mail address").fill(officer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/")
    expect(page.get_by_role("main")).to_be_visible()


def test_somebody_signed_in_sees_the_home_page(page_of):
    page = page_of(make_officer())
    assert page.goto("/").status == 200
    expect(page.get_by_role("main")).to_be_visible()
