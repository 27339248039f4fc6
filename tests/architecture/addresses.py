"""Every address of the site, found by walking the resolver."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import ResolverMatch, RoutePattern
from django.utils.regex_helper import normalize

Pattern = URLPattern | URLResolver

# What stands for the arguments of an address, unless a test knows better.
EXAMPLES = {
    "app_label": "meetings",
    "content_type_id": "1",
    "key": "set-password",
    "number": "1",
    "object_id": "1",
    "party": "AA",
    "pk": "1",
    "reference": "TST-1",
    "slug": "meeting",
    "token": "not-a-token",
    "uidb36": "1",
    "url": "nowhere",
}
MODELS = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in apps.get_models()}


@dataclass(frozen=True)
class Address:
    """One address of the resolver, with all that stands before it."""

    patterns: tuple[Pattern, ...]

    @property
    def name(self) -> str:
        spaces = [p.namespace for p in self.patterns if isinstance(p, URLResolver) and p.namespace]
        return ":".join([*spaces, self.patterns[-1].name or f"/{self.route}"])

    @property
    def route(self) -> str:
        return "".join(str(pattern.pattern) for pattern in self.patterns)

    def path(self, examples: dict[str, str] | None = None) -> str:
        """The path, with examples in the place of its arguments."""
        values = {**EXAMPLES, **self._row(), **(examples or {})}
        return "/" + "".join(_filled(pattern, values) for pattern in self.patterns)

    def match(self) -> ResolverMatch:
        return resolve(self.path())

    def _row(self) -> dict[str, str]:
        """For the administration of one row: the key of a row that is there."""
        app, _, rest = self.name.partition(":")
        model = MODELS.get(rest.rpartition("_")[0]) if app == "admin" else None
        if model is None or "<" not in self.route:
            return {}
        return {"object_id": str(model._base_manager.values_list("pk", flat=True).first() or 1)}


def _filled(pattern: Pattern, values: dict[str, str]) -> str:
    route = str(pattern.pattern)
    if isinstance(pattern.pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], route)
    form, arguments = normalize(route)[0]
    return form % {argument: values[argument] for argument in arguments}


def all_addresses(
    resolver: URLResolver | None = None, before: tuple[Pattern, ...] = ()
) -> Iterator[Address]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from all_addresses(pattern, (*before, pattern))
        else:
            yield Address((*before, pattern))
