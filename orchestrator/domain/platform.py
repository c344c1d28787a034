"""The Supabase platform, as far as everybody needs to know it."""

from typing import Final

#: schemas that it looks after by migrations of its own; what stands there is nobody's migration
MANAGED_SCHEMAS: Final = (
    *("auth", "storage", "realtime", "_realtime", "_supavisor", "_analytics", "extensions", "graphql"),
    *("graphql_public", "vault", "pgsodium", "pgsodium_masks", "pgbouncer", "supabase_functions"),
    *("cron", "net", "pgmq", "pgtle"),
)
