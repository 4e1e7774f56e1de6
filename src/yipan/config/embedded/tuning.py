"""Settings of the embedded PostgreSQL, computed from the machine's memory."""

from __future__ import annotations

import os

MEGABYTE = 1024 * 1024
SHARED_BUFFERS_MB_MAX = 8192
SHARED_BUFFERS_MB_MIN = 128

#: What the books rest on: none of these is open to change for a database that is kept.
SAFE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}
#: For databases that are thrown away: nothing here has to survive a power cut.
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "10min",
}


def list_settings(*, throw_away: bool = False) -> dict[str, str]:
    """Return the server's settings by name. They go on its command line, so no secrets here."""
    shared = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "100",
        "jit": "off",
        "wal_compression": "pglz",
        "checkpoint_timeout": "15min",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "password_encryption": "scram-sha-256",
    }
    if throw_away:
        return shared | THROW_AWAY
    return (
        shared
        | SAFE
        | {
            "shared_buffers": f"{_shared_buffers_mb()}MB",
            "max_wal_size": "4GB",
            "logging_collector": "on",
            "log_filename": "postgresql-%a.log",
            "log_truncate_on_rotation": "on",
            "log_rotation_age": "1d",
            "log_rotation_size": "0",
            "log_file_mode": "0600",
            # Statements may hold what people typed; the message says enough.
            "log_min_error_statement": "panic",
            "log_min_messages": "warning",
        }
    )


def _shared_buffers_mb() -> int:
    """A quarter of the memory: with the default 128 MB, a million balances cost twice the CPU."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    quarter = memory // 4 // MEGABYTE
    return max(SHARED_BUFFERS_MB_MIN, min(SHARED_BUFFERS_MB_MAX, quarter))
