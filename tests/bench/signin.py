"""What a thousand wrong passwords within a minute do to the sign-in of others, and to the owner's.

The product runs as `script/server` runs it, on its sample register. All guesses come from one address
and are for one account. Meanwhile others sign in, each from an address of their own, as before the
guesses began; so does the owner of the account.
"""

import itertools
import threading
import time
from collections.abc import Iterator

from .figures import Figure, percentile
from .rates import PORT, Browser, product

GUESSES, SECONDS, HANDS = 1000, 60.0, 4
BEFORE, EVERY = 20, 1.5
VICTIM = "officer@example.org"
OTHERS = ("china", "india", "kazakhstan", "kyrgyzstan", "pakistan", "russia", "reader", "rats")


def run() -> Iterator[Figure]:
    """The figures; `signin.during` has the time before the guesses as its baseline."""
    with product():
        others = itertools.cycle(f"{name}@example.org" for name in OTHERS)
        _sign_in(next(others))  # the first request makes each process read its templates
        before = [_sign_in(next(others)) for _ in range(BEFORE)]
        guesses = _Guesses()
        guesses.begin()
        during = list(_meanwhile(guesses, others))
        owner = _sign_in(VICTIM)
        answers = guesses.end()
    yield Figure("signin.guesses", len(answers), "tries")
    yield Figure("signin.seconds", round(guesses.took, 1), "s")
    yield Figure("signin.looked_at", answers.count(200), "tries")
    yield Figure("signin.refused", answers.count(429), "tries")
    yield Figure("signin.let_in", answers.count(302), "tries")
    yield Figure("signin.owner_elsewhere", round(owner, 1), "ms")
    for part in (50, 95):
        base = round(percentile(before, part), 1)
        value = round(percentile(during, part), 1)
        yield Figure(f"signin.during.p{part}", value, "ms", base, "sqlite")


def _sign_in(email: str) -> float:
    """Sign somebody in from an address that nobody has used: milliseconds for the password alone."""
    browser = Browser(PORT)
    browser.ask("GET", "/accounts/login/")
    began = time.perf_counter()
    form = {"login": email, "password": "sample-register"}
    status, _ = browser.ask("POST", "/accounts/login/", form)
    took = (time.perf_counter() - began) * 1000
    browser.connection.close()
    if status != 302:
        raise RuntimeError(f"{email} was answered {status}.")
    return took


def _meanwhile(guesses: "_Guesses", others: Iterator[str]) -> Iterator[float]:
    """Sign-ins of others until most guesses are made; the owner needs the rest."""
    while guesses.left > GUESSES // 20:
        yield _sign_in(next(others))
        time.sleep(EVERY)


class _Guesses:
    """`HANDS` connections from one address that post wrong passwords at an even pace."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.failures: list[BaseException] = []
        self.took = 0.0
        self.threads = [threading.Thread(target=self._guess) for _ in range(HANDS)]
        first = Browser(PORT)
        self.source = first.source
        first.connection.close()

    @property
    def left(self) -> int:
        if self.failures:
            raise self.failures[0]
        return GUESSES - len(self.answers)

    def begin(self) -> None:
        self.began = time.perf_counter()
        for thread in self.threads:
            thread.start()

    def end(self) -> list[int]:
        """Wait for the last one: the status that answered each guess."""
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        self.took = time.perf_counter() - self.began
        return self.answers

    def _guess(self) -> None:
        try:
            browser = Browser(PORT, self.source)
            browser.ask("GET", "/accounts/login/")
            for number in range(GUESSES // HANDS):
                due = self.began + number * SECONDS * HANDS / GUESSES
                time.sleep(max(0.0, due - time.perf_counter()))
                form = {"login": VICTIM, "password": f"wrong {number}"}
                self.answers.append(browser.ask("POST", "/accounts/login/", form)[0])
        except BaseException as failure:
            self.failures.append(failure)
