"""Questions about people."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

from ui.prepared import Given

from .choices import Role

if TYPE_CHECKING:
    from .models import SavedView, User


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def people(self) -> "UserQuerySet":
        """Those who can sign in."""
        return self.filter(is_mailbox=False)

    def secretariat(self) -> "UserQuerySet":
        return self.filter(is_active=True, role__in=Role.secretariat())

    def by_address(self, address: str) -> "UserQuerySet":
        return self.filter(email__iexact=address.strip())


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of_list(self, user: "User | Given", name: "str | Given") -> "SavedViewQuerySet":
        """A person's own views of a list and those that others share, by name."""
        mine = models.Q(owner=user) | models.Q(is_shared=True)
        return self.filter(mine, list=name).order_by("name", "pk")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """`get_by_natural_key` ignores case, as mail addresses are typed in any."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email__iexact=username)
