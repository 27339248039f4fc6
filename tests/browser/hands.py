"""Doing things on a page: with the mouse, or with the keyboard alone.

    hands.press(page.get_by_role("button", name="Save"))
    hands.write(page.get_by_label("Reason"), "A note of the ministry.")

The keyboard reaches a thing as a person does: by Tab, one stop after the other, never by a script.
"""

from playwright.sync_api import Locator, Page

FARTHEST = 400  # stops of Tab
STANDS_ABOVE = """one => document.activeElement !== document.body
  && Boolean(document.activeElement.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING)"""


class Mouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, thing: Locator) -> None:
        """A link, a button, the summary of a fold."""
        thing.click()

    def tick(self, box: Locator) -> None:
        """A box or one of several choices."""
        box.check()

    def write(self, field: Locator, words: str) -> None:
        field.click()
        field.fill(words)

    def choose(self, field: Locator, label: str) -> None:
        """One of a drop-down."""
        field.select_option(label=label)


class Keyboard(Mouse):
    def press(self, thing: Locator) -> None:
        self._reach(thing)
        self.page.keyboard.press("Enter")

    def tick(self, box: Locator) -> None:
        if box.get_attribute("type") != "radio":
            self._reach(box)
            self.page.keyboard.press("Space")
            return
        # Tab goes to the group, arrows to the choice.
        group = self.page.locator(f'input[type=radio][name="{box.get_attribute("name")}"]')
        self._reach(box, group)
        for _ in range(group.count()):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert box.is_checked()

    def write(self, field: Locator, words: str) -> None:
        self._reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def choose(self, field: Locator, label: str) -> None:
        self._reach(field)
        self.page.keyboard.type(label)
        assert field.locator("option:checked").inner_text().strip() == label

    def _reach(self, thing: Locator, group: Locator | None = None) -> None:
        """Press Tab until the thing, or one of its group, has the focus; back, when it stands above."""
        thing.wait_for(state="visible")
        wanted = [one.element_handle() for one in (group or thing).all()]
        key = "Shift+Tab" if wanted[0].evaluate(STANDS_ABOVE) else "Tab"
        for _ in range(FARTHEST):
            if any(one.evaluate("one => one === document.activeElement") for one in wanted):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not reach {thing}")
