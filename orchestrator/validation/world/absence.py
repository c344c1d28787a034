"""Whether something is missing for certain: what a survey saw nothing of, and what files have taken away."""

from typing import Final

from orchestrator.domain.shape import Name
from orchestrator.validation.world.world import World

#: schemas with tables that belong to extensions or to the platform: a survey leaves members of extensions out
_OF_OTHERS: Final = frozenset(
    {
        "cron",
        "extensions",
        "graphql",
        "graphql_public",
        "information_schema",
        "net",
        "partman",
        "pgmq",
        "pgsodium",
        "supabase_functions",
        "tiger",
        "topology",
        "vault",
    }
)
#: extensions that make no relation outside the schemas above, apart from those below
_QUIET: Final = frozenset(
    {
        "btree_gin",
        "btree_gist",
        "citext",
        "cube",
        "dblink",
        "dict_int",
        "earthdistance",
        "fuzzystrmatch",
        "hstore",
        "http",
        "index_advisor",
        "intarray",
        "isn",
        "ltree",
        "moddatetime",
        "pg_cron",
        "pg_graphql",
        "pg_jsonschema",
        "pg_net",
        "pg_stat_statements",
        "pg_trgm",
        "pgcrypto",
        "pgjwt",
        "pgmq",
        "pgsodium",
        "plpgsql",
        "plpgsql_check",
        "postgis",
        "postgres_fdw",
        "rum",
        "supabase_vault",
        "tablefunc",
        "tsm_system_rows",
        "unaccent",
        "uuid-ossp",
        "vector",
        "wrappers",
    }
)
_OF_EXTENSIONS: Final = frozenset(
    {
        "geography_columns",
        "geometry_columns",
        "hypopg_hidden_indexes",
        "hypopg_list_indexes",
        "raster_columns",
        "raster_overviews",
        "spatial_ref_sys",
        "wrappers_fdw_stats",
    }
)
#: PostgreSQL chooses names with these endings itself
_CHOSEN: Final = ("_seq", "_idx", "_key", "_pkey", "_excl")


def is_missing(written: Name, world: World) -> bool:
    """Tell whether no relation and no type of this name is there, for certain."""
    if world.is_temporary(written) or written.name.startswith("pg_"):
        return False
    name = world.named(written)
    if name in world.doubtful or _is_known(name, world):
        return False
    return name in world.gone or (world.whole and _would_be_known(written, name, world))


def _is_known(name: Name, world: World) -> bool:
    return (
        name in world.tables
        or name in world.sure
        or name in world.sequences
        or name in world.other_types
        or name in world.enums
        or world.table_of_index(name) is not None
    )


def _would_be_known(written: Name, name: Name, world: World) -> bool:
    """Tell whether a survey would have seen it; one without a schema must be in none at all."""
    if name.name.endswith(_CHOSEN) or name.name in _OF_EXTENSIONS or not world.extensions <= _QUIET:
        return False
    if written.schema is None:
        known = (*world.tables, *world.sequences, *world.other_types, *world.enums)
        return all(each.name != written.name for each in known)
    return name.schema in world.schemas and name.schema not in _OF_OTHERS
