"""Tables without a server."""

from orchestrator.probes.seeding.ground import Check, Column, ForeignKey, Function, Ground, Policy, Table


def a_column(name: str, type_: str = "text", **more: object) -> Column:
    told = {
        "kind": "b",
        "is_array": False,
        "reads_as": f"pg_catalog.{type_}",
        "modifier": -1,
        "required": True,
        "identity": False,
        "generated": False,
        "default": None,
        "calls": (),
        "labels": (),
        "fields": 0,
    }
    return Column(name=name, type=type_, **{**told, **more})  # type: ignore[arg-type]


def a_policy(using: str, *, reads: tuple[int, ...] = (), calls: tuple[int, ...] = ()) -> Policy:
    return Policy(
        name="one",
        command="*",
        permissive=True,
        roles=("authenticated",),
        using=using,
        check=None,
        reads=reads,
        calls=calls,
    )


def a_table(
    oid: int,
    *columns: Column,
    name: str = "",
    schema: str = "public",
    key: tuple[str, ...] = ("id",),
    keys: tuple[ForeignKey, ...] = (),
    policies: tuple[Policy, ...] = (),
    checks: tuple[Check, ...] = (),
    bound: str | None = None,
    parted_by: tuple[str, ...] = (),
    partition_of: int | None = None,
) -> Table:
    bare = name or f"t{oid}"
    return Table(
        oid=oid,
        schema=schema,
        bare=bare,
        name=f"{schema}.{bare}",
        kind="r",
        row_security=True,
        bound=bound,
        parted_by=parted_by,
        partition_of=partition_of,
        primary_key=key,
        fires_anyway=False,
        columns={column.name: column for column in (a_column("id", "uuid"), *columns)},
        keys=keys,
        checks=checks,
        policies=policies,
        runs=(),
    )


def a_ground(*tables: Table, functions: tuple[Function, ...] = ()) -> Ground:
    return Ground(
        tables={table.oid: table for table in tables},
        functions={function.oid: function for function in functions},
        leaving=frozenset(),
    )


def names_of(parent: int, *columns: str) -> ForeignKey:
    return ForeignKey(parent=parent, columns=columns, of=("id",))
