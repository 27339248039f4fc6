"""Reading the numbers of a page: each is a link to the list that makes it."""

import re
from html import unescape
from html.parser import HTMLParser


class Links(HTMLParser):
    """The links of a page with their words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.open: tuple[str, list[str]] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.open = (dict(attrs).get("href", ""), [])

    def handle_data(self, data):
        if self.open:
            self.open[1].append(data)

    def handle_endtag(self, tag):
        if tag == "a" and self.open:
            self.found.append((self.open[0], " ".join(self.open[1]).strip()))
            self.open = None


def numbers(html: str) -> list[tuple[str, int]]:
    """Every link of the page itself that begins with a number, and the number."""
    main = html[html.index("<main") : html.index("</main>")]
    links = [(href, re.match(r"(\d+)(?: [^\d]|$)", words)) for href, words in Links(main).found]
    return [(unescape(href), int(number[1])) for href, number in links if number]
