"""Who may open which address. One table, declared beside each view, enforced by one middleware.

An address without a rule is closed to everybody: forgetting a rule shows at once, and a test that
walks the resolver names it.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from .choices import Role
from .models import User

View = TypeVar("View", bound=Callable[..., Any])


class Access(Enum):
    """The rules an address can have."""

    PUBLIC = "anyone, signed in or not"
    SIGNED_IN = "anyone who is signed in"
    OBJECT = (
        "anyone who is signed in and may see the object; others are told that it does not exist"
    )
    OFFICER = "officers and administrators"
    ADMINISTRATOR = "administrators"

    def needs_sign_in(self) -> bool:
        return self is not Access.PUBLIC

    def allows(self, user: User) -> bool:
        """Whether a signed-in person passes. Object rules are finished by the view's queryset."""
        if self is Access.OFFICER:
            return user.is_secretariat
        if self is Access.ADMINISTRATOR:
            return user.role == Role.ADMINISTRATOR
        return True


def access(rule: Access) -> Callable[[View], View]:
    """Declare the rule of a view: `@access(Access.OFFICER)`; for classes on `as_view()`'s result."""

    def declare(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return declare


# Addresses of others' code, by namespace or full name.
OTHERS: dict[str, Access] = {
    "admin": Access.ADMINISTRATOR,
    "account_login": Access.PUBLIC,
    "account_logout": Access.PUBLIC,  # it also ends a sign-in that waits for its second factor
    "account_inactive": Access.PUBLIC,
    "account_reset_password": Access.PUBLIC,
    "account_reset_password_done": Access.PUBLIC,
    "account_reset_password_from_key": Access.PUBLIC,
    "account_reset_password_from_key_done": Access.PUBLIC,
    "account_change_password": Access.SIGNED_IN,
    "account_set_password": Access.SIGNED_IN,
    "account_reauthenticate": Access.SIGNED_IN,
    "mfa_authenticate": Access.PUBLIC,  # after the password, before anybody is signed in
    "mfa_reauthenticate": Access.SIGNED_IN,
    "mfa_index": Access.SIGNED_IN,
    "mfa_activate_totp": Access.SIGNED_IN,
    "mfa_deactivate_totp": Access.SIGNED_IN,
    "mfa_view_recovery_codes": Access.SIGNED_IN,
    "mfa_generate_recovery_codes": Access.SIGNED_IN,
    "mfa_download_recovery_codes": Access.SIGNED_IN,
    "set_language": Access.PUBLIC,
    "javascript-catalog": Access.PUBLIC,
}


def rule_of(match: Any) -> Access | None:
    """The rule of a resolved address; None when nobody declared one."""
    declared = getattr(match.func, "access", None)
    if declared is None and match.namespaces:
        declared = OTHERS.get(match.namespaces[0])
    return declared or OTHERS.get(match.view_name)
