import GRDB

/// The database's layout, and the steps that lead to it from every layout there ever was.
///
/// A step that has been released is never edited; a change of layout is a new step. No step but the first may look at
/// every row of a table that grows with the content, or starting would take as long as there is content.
enum CatalogSchema {
    /// The steps, in order. A database with a step that is not among them was written by a newer Roost.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 repositories, manifests, tags, blobs, uploads") { db in
            try db.execute(sql: first)
        }
        return migrator
    }

    /// Digests are stored as one byte for the algorithm and then the hash (see `Digest+DatabaseValue.swift`), times in
    /// milliseconds since 1970, sizes in bytes. Text compares byte by byte.
    private static let first = """
        CREATE TABLE repository (
            id         INTEGER PRIMARY KEY,
            origin     TEXT    NOT NULL,    -- the upstream's host; '' for what was pushed here
            name       TEXT    NOT NULL,
            created_at INTEGER NOT NULL,
            owned_at   INTEGER,             -- when the first manifest was pushed; NULL until then, and for upstreams
            UNIQUE (origin, name)
        ) STRICT;

        CREATE TABLE manifest (
            id            INTEGER PRIMARY KEY,
            repository_id INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
            digest        BLOB    NOT NULL,
            media_type    TEXT    NOT NULL,
            size          INTEGER NOT NULL,
            subject       BLOB,             -- the digest it refers to
            artifact_type TEXT,
            annotations   TEXT,             -- a JSON object of strings; NULL when there are none
            created_at    INTEGER NOT NULL,
            used_at       INTEGER,          -- NULL until it is used
            UNIQUE (repository_id, digest)
        ) STRICT;

        -- For the referrers API, in the order it answers in.
        CREATE INDEX manifest_by_subject ON manifest (repository_id, subject, digest) WHERE subject IS NOT NULL;

        -- Who else holds the bytes of a manifest.
        CREATE INDEX manifest_by_digest ON manifest (digest, used_at);

        CREATE TABLE manifest_reference (
            manifest_id   INTEGER NOT NULL REFERENCES manifest ON DELETE CASCADE,
            digest        BLOB    NOT NULL,
            kind          INTEGER NOT NULL, -- 0 configuration, 1 layer, 2 manifest
            size          INTEGER NOT NULL, -- as the manifest states it
            repository_id INTEGER NOT NULL, -- the manifest's, here for the index below
            PRIMARY KEY (manifest_id, digest, kind)
        ) STRICT, WITHOUT ROWID;

        -- Whether any manifest of a repository references a digest.
        CREATE INDEX manifest_reference_by_digest ON manifest_reference (repository_id, digest);

        CREATE TABLE tag (
            repository_id INTEGER NOT NULL,
            name          TEXT    NOT NULL,
            digest        BLOB    NOT NULL,
            checked_at    INTEGER NOT NULL, -- when the upstream last said so, or when it was pushed
            PRIMARY KEY (repository_id, name),
            FOREIGN KEY (repository_id, digest) REFERENCES manifest (repository_id, digest) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        -- The tags of a manifest, which go when it goes.
        CREATE INDEX tag_by_digest ON tag (repository_id, digest);

        CREATE TABLE blob (
            digest     BLOB    NOT NULL PRIMARY KEY,
            size       INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            used_at    INTEGER              -- NULL until it is used
        ) STRICT, WITHOUT ROWID;

        -- Which repositories hold which blobs.
        CREATE TABLE repository_blob (
            repository_id INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
            digest        BLOB    NOT NULL REFERENCES blob ON DELETE CASCADE,
            PRIMARY KEY (repository_id, digest)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX repository_blob_by_digest ON repository_blob (digest);

        CREATE TABLE upload (
            id            TEXT    NOT NULL PRIMARY KEY,
            repository_id INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
            started_at    INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX upload_by_repository ON upload (repository_id);
        """
}
