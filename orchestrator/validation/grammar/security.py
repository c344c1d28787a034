"""Policies, grants, roles in our words. Part of the adapter."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Grant, Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.expression import Expression
from orchestrator.validation.grammar.expressions import condition
from orchestrator.validation.grammar.nodes import Node, Source, option, qualified, relation, roles, strings

_KINDS: Final = {
    pg.OBJECT_TABLE: "table",
    pg.OBJECT_SEQUENCE: "sequence",
    pg.OBJECT_FUNCTION: "function",
    pg.OBJECT_PROCEDURE: "function",
    pg.OBJECT_ROUTINE: "function",
    pg.OBJECT_SCHEMA: "schema",
    pg.OBJECT_TYPE: "type",
    pg.OBJECT_DOMAIN: "type",
}


def create_policy(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE POLICY. The grammar writes TO PUBLIC where no TO is said, with a place of its own."""
    yield changes.CreatePolicy(
        offset=0,
        name=node.policy_name,
        table=relation(node.table),
        command=node.cmd_name.upper(),
        roles=roles(node.roles) or ("public",),
        says_roles=any(each.role_spec.location > 0 for each in node.roles),
        permissive=node.permissive,
        using=_if_there(node, "qual", source),
        check=_if_there(node, "with_check", source),
    )


def alter_policy(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER POLICY."""
    yield changes.AlterPolicy(
        offset=0,
        name=node.policy_name,
        table=relation(node.table),
        roles=roles(node.roles) or None,
        using=_if_there(node, "qual", source),
        check=_if_there(node, "with_check", source),
    )


def _if_there(node: Node, field: str, source: Source) -> Expression | None:
    return condition(getattr(node, field), source) if node.HasField(field) else None


def grant(node: Node, source: Source) -> Iterator[Change]:
    """Read GRANT and REVOKE on objects."""
    kind = _KINDS.get(node.objtype, "other")
    everywhere = node.targtype == pg.ACL_TARGET_ALL_IN_SCHEMA
    yield changes.ChangeGrants(
        offset=0,
        given=node.is_grant,
        kind=kind,
        objects=() if everywhere else tuple(_object(each) for each in node.objects),
        in_schemas=strings(node.objects) if everywhere else (),
        grants=_grants(node),
    )


def default_grants(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER DEFAULT PRIVILEGES."""
    schemas, owners = option(node.options, "schemas"), option(node.options, "roles")
    yield changes.ChangeDefaultGrants(
        offset=0,
        given=node.action.is_grant,
        kind=_KINDS.get(node.action.objtype, "other"),
        in_schemas=strings(schemas.arg.list.items) if schemas is not None else (),
        for_roles=roles(owners.arg.list.items) if owners is not None else (),
        grants=_grants(node.action),
    )


def _grants(node: Node) -> tuple[Grant, ...]:
    privileges = [each.access_priv.priv_name.upper() for each in node.privileges] or ["ALL"]
    return tuple(
        Grant(role=role, privilege=privilege) for role, privilege in product(roles(node.grantees), privileges)
    )


def _object(node: Node) -> Name:
    match node.WhichOneof("node"):
        case "range_var":
            return relation(node.range_var)
        case "object_with_args":
            return qualified(node.object_with_args.objname)
        case "list":
            return qualified(node.list.items)
        case "type_name":
            return qualified(node.type_name.names)
        case _:
            return Name(None, node.string.sval)


def grant_role(node: Node, source: Source) -> Iterator[Change]:
    """Read GRANT and REVOKE of roles."""
    yield changes.ChangeMembership(
        offset=0,
        given=node.is_grant,
        roles=tuple(each.access_priv.priv_name for each in node.granted_roles),
        members=roles(node.grantee_roles),
    )


def create_role(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE ROLE, CREATE USER, CREATE GROUP."""
    options = frozenset(map(_role_option, node.options))
    yield changes.ChangeRole(offset=0, role=node.role, created=True, options=options)


def alter_role(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER ROLE."""
    options = frozenset(map(_role_option, node.options))
    yield changes.ChangeRole(offset=0, role=node.role.rolename, created=False, options=options)


def _role_option(node: Node) -> str:
    """Name an option; "no" in front where it takes away; a password only where it is a text."""
    element = node.def_elem
    name = str(element.defname).lower().removeprefix("is")
    if element.arg.WhichOneof("node") == "boolean" and not element.arg.boolean.boolval:
        return f"no{name}"
    if name == "password" and element.arg.WhichOneof("node") != "string":
        return "no password"
    return name
