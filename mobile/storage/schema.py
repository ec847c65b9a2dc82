"""The phone's tables, and how an older database becomes this one."""

import sqlite3

from shared.problems import Problem

# A migration is never edited once it has been on a phone; the next one is added below. `PRAGMA user_version` counts.
# Nothing newer than SQLite 3.31 (no STRICT, no RETURNING): some Pythons of 3.11 carry an old one.
# Instants are integer milliseconds since 1970, ids are UUID text.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # --- who and what the phone is
        """CREATE TABLE device (
            only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, key_id TEXT NOT NULL)""",
        """CREATE TABLE sessions (
            officer TEXT PRIMARY KEY, body TEXT NOT NULL, token TEXT, current INTEGER NOT NULL)""",
        "CREATE UNIQUE INDEX one_current_session ON sessions (current) WHERE current = 1",
        "CREATE TABLE server_keys (id TEXT PRIMARY KEY, public_key TEXT NOT NULL)",
        # --- drafts; the row stays as the parent of the report and of the files, its words go once they are sealed
        """CREATE TABLE drafts (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, started_at INTEGER NOT NULL, saved_at INTEGER NOT NULL,
            supersedes TEXT, content TEXT, open INTEGER NOT NULL DEFAULT 1)""",
        "CREATE INDEX open_drafts ON drafts (saved_at) WHERE open = 1",
        # --- sealed reports; `number` is the order of sealing on this phone
        """CREATE TABLE reports (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE REFERENCES drafts (id), kind TEXT NOT NULL,
            device TEXT NOT NULL, sequence INTEGER NOT NULL CHECK (sequence >= 1), sealed_at INTEGER NOT NULL,
            manifest BLOB NOT NULL, manifest_sha256 TEXT NOT NULL, signature BLOB NOT NULL, key TEXT NOT NULL,
            parts TEXT NOT NULL, state TEXT NOT NULL, receipt TEXT, problem TEXT,
            attempts INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL DEFAULT 0,
            UNIQUE (device, sequence))""",
        "CREATE INDEX reports_to_deliver ON reports (number) WHERE state IN ('on_phone', 'held')",
        "CREATE INDEX reports_with_files_left ON reports (number) WHERE state = 'received'",
        """CREATE TABLE files (
            id TEXT PRIMARY KEY, report TEXT NOT NULL REFERENCES drafts (id), position INTEGER NOT NULL,
            entry TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, name TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL DEFAULT 'on_phone', upload_url TEXT, offset INTEGER NOT NULL DEFAULT 0,
            problem TEXT, attempts INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL DEFAULT 0,
            UNIQUE (report, position))""",
        # --- reference data
        """CREATE TABLE reference (
            only INTEGER PRIMARY KEY CHECK (only = 1), cursor TEXT NOT NULL, settings TEXT NOT NULL,
            fetched_at INTEGER NOT NULL)""",
        """CREATE TABLE reference_rows (
            kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID""",
    ),
    (
        # --- rows in the form of the register with versions: what was fetched before is none, and is fetched anew
        "DELETE FROM reference_rows",
        "DROP TABLE reference",
        # `format`: of the rows. `etag`: of the answer "nothing new" to `cursor`. `revision`: one more at every change.
        """CREATE TABLE reference (
            only INTEGER PRIMARY KEY CHECK (only = 1), format TEXT NOT NULL, cursor TEXT NOT NULL, etag TEXT,
            settings TEXT NOT NULL, fetched_at INTEGER NOT NULL, revision INTEGER NOT NULL)""",
    ),
    (
        # --- papers shown for the loads of reports sealed here, so that one shown again is seen without a network.
        # Reports sealed before this table have no rows in it; the server's assessment knows their papers.
        """CREATE TABLE papers_seen (
            key TEXT NOT NULL, report TEXT NOT NULL REFERENCES reports (id), load TEXT NOT NULL, at INTEGER NOT NULL,
            mark_key TEXT NOT NULL, quantity REAL, unit TEXT NOT NULL,
            PRIMARY KEY (key, report, load)) WITHOUT ROWID""",
    ),
    (
        # --- what lies on the phone is locked; `mobile.storage.locking` locks what older versions left in clear.
        # `wrapped`: the data key under a key of the keystore. `proof`: locked with it, so that another key is noticed.
        # `rows`, `files`: how far the locking of older ones has come (see `locking`).
        """CREATE TABLE vault (
            only INTEGER PRIMARY KEY CHECK (only = 1), wrapped BLOB NOT NULL, proof BLOB NOT NULL,
            rows INTEGER NOT NULL DEFAULT 0, files INTEGER NOT NULL DEFAULT 0)""",
        # `papers_seen`, locked. `key`: a keyed hash, so that a paper is found by whoever knows it and has the data key.
        """CREATE TABLE papers_locked (
            key BLOB NOT NULL, report TEXT NOT NULL REFERENCES reports (id), load TEXT NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (key, report, load)) WITHOUT ROWID""",
        # Files that were detached or thrown away with their draft: not to be taken for ones that a crash cut off.
        "CREATE TABLE dropped_files (name TEXT PRIMARY KEY) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # --- confirmed reports that stood, with every file, in a verified backup of the office
        """CREATE TABLE backups (
            report TEXT PRIMARY KEY REFERENCES reports (id), taken_at INTEGER NOT NULL) WITHOUT ROWID""",
        # --- carried for colleagues. `key`: this phone's own name for it, for anybody may claim any `id`. `body`: the
        # envelope, locked; it goes when this phone can do no more for it.
        """CREATE TABLE relayed_reports (
            number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, id TEXT NOT NULL,
            manifest_sha256 TEXT NOT NULL UNIQUE, body BLOB, taken_at INTEGER NOT NULL, state TEXT NOT NULL,
            receipt BLOB, problem TEXT, attempts INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL DEFAULT 0)""",
        # `here`: 1 when its bytes are in the file store under `name`
        """CREATE TABLE relayed_files (
            key TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES relayed_reports (key), report TEXT NOT NULL,
            position INTEGER NOT NULL, id TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
            name TEXT NOT NULL, here INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'on_phone',
            upload_url TEXT, offset INTEGER NOT NULL DEFAULT 0, problem TEXT, attempts INTEGER NOT NULL DEFAULT 0,
            next_try INTEGER NOT NULL DEFAULT 0, UNIQUE (owner, position))""",
        "CREATE INDEX relayed_files_by_hash ON relayed_files (sha256)",
    ),
    (
        # --- what supervisors said of reports sealed here. `note`: locked. `settled`: no longer listed
        """CREATE TABLE reviews (
            report TEXT PRIMARY KEY REFERENCES reports (id), officer TEXT NOT NULL, verdict TEXT NOT NULL,
            note BLOB NOT NULL, at INTEGER NOT NULL, settled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""",
        "CREATE INDEX corrections ON drafts (supersedes) WHERE supersedes IS NOT NULL",
    ),
    (
        # --- PINs. `body`: locked. `wrong`: tries in a row. `since`: `Uptime` at the last wrong one.
        """CREATE TABLE pins (
            officer TEXT PRIMARY KEY, body BLOB NOT NULL, wrong INTEGER NOT NULL DEFAULT 0,
            since REAL NOT NULL DEFAULT 0) WITHOUT ROWID""",
    ),
    (
        # --- how far the chain went before the database was recovered: the next report goes on from there
        """CREATE TABLE chain_floor (
            device TEXT PRIMARY KEY, sequence INTEGER NOT NULL, manifest_sha256 TEXT NOT NULL) WITHOUT ROWID""",
    ),
    (
        # --- what officers were given to do. `due`: yyyy-mm-dd. `body`: locked. `answer`: the draft begun for it
        """CREATE TABLE tasks (
            id TEXT PRIMARY KEY, officer TEXT NOT NULL, due TEXT NOT NULL, body BLOB NOT NULL,
            answer TEXT) WITHOUT ROWID""",
    ),
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to this version; Problem `phone_data_newer` when a newer app wrote it."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")  # another process may be doing the same: look again inside the lock
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise Problem("phone_data_newer")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
