"""The database's own refusal to change or remove an audit row."""

from portal.core.append_only import AppendOnly

REFUSAL = "the audit trail is append-only"
GUARD = AppendOnly("audit_entry", REFUSAL)

install = GUARD.install
remove = GUARD.remove
