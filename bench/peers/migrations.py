"""Gets the SQL of TensorZero's migrations: the wheel has no command that runs them.

Arguments: the folder to write to. The source distribution of the same version has them.
"""

import hashlib
import io
import pathlib
import sys
import tarfile
import urllib.request

URL = (
    "https://files.pythonhosted.org/packages/34/25/"
    "932f78db3755656a969f0c023b65742f501a3763a6ba9b5f6ac231ba580e/tensorzero-2026.6.0.tar.gz"
)
SHA256 = "d27d4b79c412c888d1edf0d0a9ec99a664976a63cb4e6568a35e3e2529990784"
# The folder of each set in the archive, and the table that says which of it were run.
SETS = {
    "tensorzero-core/src/db/postgres/migrations": "_sqlx_migrations",
    "tensorzero-auth/src/postgres/migrations": "tensorzero_auth__sqlx_migrations",
    "tensorzero-stored-config/src/postgres/migrations": "tensorzero_stored_config__sqlx_migrations",
}
# Makes queues for evaluations with an extension that is in no package; logging does without.
UNUSED = "20251224195927"
TABLE = """CREATE TABLE IF NOT EXISTS {0} (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
  installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL,
  checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);
"""
NOTE = "INSERT INTO {0} VALUES ({1}, '', now(), true, '\\x00', 0);\n"

with urllib.request.urlopen(URL, timeout=120) as answer:
    archive = answer.read()
if hashlib.sha256(archive).hexdigest() != SHA256:
    sys.exit("the source distribution is not the one that is expected")
sql = "CREATE EXTENSION pg_cron;\nCREATE EXTENSION pg_trgm;\n"
with tarfile.open(fileobj=io.BytesIO(archive)) as files:
    for folder, table in SETS.items():
        sql += TABLE.format(table)
        names = [name for name in files.getnames() if f"/{folder}/" in name]
        if not names:
            sys.exit(f"the source distribution has no {folder}")
        for name in sorted(name for name in names if name.endswith(".sql")):
            version = pathlib.PurePath(name).name.split("_")[0]
            if version != UNUSED:
                sql += files.extractfile(name).read().decode() + "\n"
            sql += NOTE.format(table, version)
pathlib.Path(sys.argv[1]).write_text(sql)
