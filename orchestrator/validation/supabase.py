"""What Supabase brings along in every project, and keeps up by migrations of its own."""

from typing import Final

#: schemas that belong to it
SCHEMAS: Final = frozenset(
    {
        "auth",
        "storage",
        "realtime",
        "vault",
        "extensions",
        "graphql",
        "graphql_public",
        "pgbouncer",
        "supabase_functions",
        "_realtime",
        "_analytics",
    }
)
#: tables by schema
TABLES: Final = {
    "auth": frozenset(
        {
            "audit_log_entries",
            "flow_state",
            "identities",
            "instances",
            "mfa_amr_claims",
            "mfa_challenges",
            "mfa_factors",
            "one_time_tokens",
            "refresh_tokens",
            "saml_providers",
            "saml_relay_states",
            "schema_migrations",
            "sessions",
            "sso_domains",
            "sso_providers",
            "users",
        }
    ),
    "storage": frozenset(
        {"buckets", "migrations", "objects", "prefixes", "s3_multipart_uploads", "s3_multipart_uploads_parts"}
    ),
    "realtime": frozenset({"messages", "schema_migrations", "subscription"}),
    "vault": frozenset({"decrypted_secrets", "secrets"}),
}
#: functions that policies and clients call, by schema
FUNCTIONS: Final = {
    "auth": frozenset({"email", "jwt", "role", "uid"}),
    "storage": frozenset({"extension", "filename", "foldername", "search"}),
    "realtime": frozenset({"broadcast_changes", "send", "topic"}),
    "vault": frozenset({"create_secret", "update_secret"}),
}
#: triggers on its tables
TRIGGERS: Final = frozenset(
    {
        "enforce_bucket_name_length_trigger",
        "objects_delete_delete_prefix",
        "objects_insert_create_prefix",
        "objects_update_create_prefix",
        "prefixes_create_hierarchy",
        "prefixes_delete_hierarchy",
        "protect_buckets_delete",
        "protect_objects_delete",
        "tr_check_filters",
        "update_objects_updated_at",
    }
)
