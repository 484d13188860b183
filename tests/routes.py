"""Who may use which route: written out, not computed. tests/test_permissions_walk.py holds the
application to it, so a new route needs a line here.
"""

from __future__ import annotations

ROLES = ("viewer", "staff", "manager", "owner")

_ANYBODY = """
GET  /forgotten
POST /forgotten
GET  /healthz
GET  /invitations/<token>
POST /invitations/<token>
GET  /login
POST /login
POST /login/passkey
POST /login/passkey/options
GET  /login/second
POST /login/second
POST /login/second/passkey
POST /login/second/passkey/options
GET  /metrics
GET  /readyz
GET  /reset/<token>
POST /reset/<token>
"""
_EVERYBODY = """
GET  /
GET  /account
POST /account/name
POST /account/password
POST /account/preferences
GET  /account/second-factor
GET  /account/second-factor/app
POST /account/second-factor/app
GET  /account/second-factor/app/remove
POST /account/second-factor/app/remove
GET  /account/second-factor/codes
GET  /account/second-factor/codes.txt
POST /account/second-factor/codes/kept
GET  /account/second-factor/codes/new
POST /account/second-factor/codes/new
GET  /account/second-factor/passkeys/<int(max=2147483647):passkey_id>
POST /account/second-factor/passkeys/<int(max=2147483647):passkey_id>
GET  /account/second-factor/passkeys/<int(max=2147483647):passkey_id>/remove
POST /account/second-factor/passkeys/<int(max=2147483647):passkey_id>/remove
GET  /account/second-factor/passkeys/new
POST /account/second-factor/passkeys/new
POST /account/second-factor/passkeys/options
POST /account/sessions/<session_id>/end
POST /account/sessions/end-others
GET  /account/step-up
POST /account/step-up
POST /account/step-up/passkey
POST /account/step-up/passkey/options
GET  /activity
GET  /categories
GET  /customers
GET  /customers/<record_id:customer_id>
GET  /customers/<record_id:customer_id>/refresh
GET  /customers/sync
POST /customers/sync
GET  /lock
POST /lock
POST /logout
GET  /session
GET  /status
POST /status/ask
POST /unlock
GET  /writes/<record_id:intent_id>
"""
_WRITERS = """
POST /customers/<record_id:customer_id>/carry
GET  /customers/<record_id:customer_id>/leave
GET  /customers/<record_id:customer_id>/presence
POST /customers/<record_id:customer_id>/presence
POST /customers/<record_id:customer_id>/resolve
GET  /customers/<record_id:customer_id>/undo/<record_id:of>
POST /customers/<record_id:customer_id>/undo/<record_id:of>
POST /customers/add-again
GET  /customers/<record_id:customer_id>/edit
POST /customers/<record_id:customer_id>/edit
GET  /customers/new
POST /customers/new
POST /customers/new/draft
POST /customers/new/draft/discard
POST /customers/<record_id:customer_id>/draft
POST /customers/<record_id:customer_id>/draft/discard
POST /customers/twins
GET  /customers/waiting/<record_id:intent_id>
POST /customers/waiting/<record_id:intent_id>
GET  /writes
GET  /writes/<record_id:intent_id>/give-up
POST /writes/<record_id:intent_id>/cancel
POST /writes/<record_id:intent_id>/decide
POST /writes/<record_id:intent_id>/give-up
POST /writes/<record_id:intent_id>/looked-up
POST /writes/<record_id:intent_id>/settle
POST /writes/<record_id:intent_id>/take-over
GET  /writes/open
"""
_MANAGERS = """
GET  /activity/export
POST /categories/<record_id:category_id>/add-again
GET  /categories/<record_id:category_id>/delete
POST /categories/<record_id:category_id>/delete
GET  /categories/near
GET  /categories/waiting/<record_id:intent_id>
POST /categories/waiting/<record_id:intent_id>
GET  /categories/new
POST /categories/new
GET  /team
GET  /team/<int(max=2147483647):person_id>
POST /team/<int(max=2147483647):person_id>/password-link
POST /team/<int(max=2147483647):person_id>/reactivate
POST /team/<int(max=2147483647):person_id>/role
POST /team/<int(max=2147483647):person_id>/second-factor
POST /team/<int(max=2147483647):person_id>/sign-out
POST /team/<int(max=2147483647):person_id>/suspend
POST /team/invitations/<int(max=2147483647):invitation_id>/cancel
POST /team/invitations/<int(max=2147483647):invitation_id>/renew
GET  /team/invitations/new
POST /team/invitations/new
"""
_OWNERS = """
POST /writes/waiting
"""


def _rows(text: str) -> list[tuple[str, str]]:
    rows = [line.split() for line in text.strip().splitlines()]
    return [(method, rule) for method, rule in rows]


# (method, rule) to the roles that get in; None: open to visitors too.
WHO: dict[tuple[str, str], tuple[str, ...] | None] = {
    **dict.fromkeys(_rows(_ANYBODY)),
    **dict.fromkeys(_rows(_EVERYBODY), ROLES),
    **dict.fromkeys(_rows(_WRITERS), ROLES[1:]),
    **dict.fromkeys(_rows(_MANAGERS), ROLES[2:]),
    **dict.fromkeys(_rows(_OWNERS), ROLES[3:]),
}
