"""What happens by itself, and who may do what with a row: triggers, rules, event triggers, policies."""

from typing import Final

from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, definition_of, differs, owned
from orchestrator.domain.identity import within

_FIRES: Final = {
    None: "enable",
    "never": "disable",
    "always": "enable always",
    "on replicas": "enable replica",
}


def _on_table(word: str, *, created: int, dropped: int) -> Kind:
    """Return how triggers or rules of relations are brought back."""

    def fires(identity: str, parts: Parts) -> str:
        table, own = within(identity)
        return f"alter table {table} {_FIRES[parts.get('fires')]} {word} {own}"

    def create(identity: str, world: World) -> Way:
        parts = world.old[word, identity]
        if "inherited" in parts:
            return ()
        return (definition_of(parts), *([fires(identity, parts)] if "fires" in parts else []))

    def drop(identity: str, world: World) -> Way:
        table, own = within(identity)
        return () if "inherited" in world.new[word, identity] else (f"drop {word} {own} on {table}",)

    def alter(identity: str, world: World) -> Way:
        old, new = world.old[word, identity], world.new[word, identity]
        if differs(old, new, "definition"):
            return () if "inherited" in old and "inherited" in new else Cannot.IN_PLACE
        return (fires(identity, old),) if differs(old, new, "fires") else ()

    return Kind(create=create, drop=drop, alter=alter, created=created, dropped=dropped)


def _create_event(trigger: str, world: World) -> Way:
    parts = world.old["event trigger", trigger]
    tags = f" when tag in ({parts['tags']})" if "tags" in parts else ""
    found = [
        f"create event trigger {trigger} on {parts['on']}{tags} execute function {_called(parts['calls'])}"
    ]
    if "fires" in parts:
        found.append(f"alter event trigger {trigger} {_FIRES[parts['fires']]}")
    return (*found, *owned("event trigger", ("event trigger", trigger), world))


def _called(procedure: str) -> str:
    return procedure if procedure.endswith(")") else f"{procedure}()"


def _drop_event(trigger: str, _world: World) -> Way:
    return (f"drop event trigger {trigger}",)


def _alter_event(trigger: str, world: World) -> Way:
    old, new = world.old["event trigger", trigger], world.new["event trigger", trigger]
    if differs(old, new, "on", "calls", "tags"):
        return Cannot.IN_PLACE
    found = (
        list(owned("event trigger", ("event trigger", trigger), world)) if differs(old, new, "owner") else []
    )
    if differs(old, new, "fires"):
        found.append(f"alter event trigger {trigger} {_FIRES[old.get('fires')]}")
    return tuple(found)


def _create_policy(policy: str, world: World) -> Way:
    parts = world.old["policy", policy]
    table, own = within(policy)
    mode = "permissive" if "permissive" in parts else "restrictive"
    using = f"\n  using ({parts['using']})" if "using" in parts else ""
    check = f"\n  with check ({parts['check']})" if "check" in parts else ""
    return (f"create policy {own} on {table} as {mode} for {parts['for']} to {parts['to']}{using}{check}",)


def _drop_policy(policy: str, _world: World) -> Way:
    table, own = within(policy)
    return (f"drop policy {own} on {table}",)


def _alter_policy(policy: str, world: World) -> Way:
    old, new = world.old["policy", policy], world.new["policy", policy]
    lost = any(part in new and part not in old for part in ("using", "check"))
    if lost or differs(old, new, "permissive", "restrictive", "for"):
        return Cannot.IN_PLACE
    table, own = within(policy)
    changes = [f" to {old['to']}"] if differs(old, new, "to") else []
    changes += [f"\n  using ({old['using']})"] if differs(old, new, "using") else []
    changes += [f"\n  with check ({old['check']})"] if differs(old, new, "check") else []
    return (f"alter policy {own} on {table}{''.join(changes)}",) if changes else ()


TRIGGER: Final = _on_table("trigger", created=410, dropped=20)
RULE: Final = _on_table("rule", created=400, dropped=30)
EVENT_TRIGGER: Final = Kind(
    create=_create_event, drop=_drop_event, alter=_alter_event, created=460, dropped=5
)
POLICY: Final = Kind(create=_create_policy, drop=_drop_policy, alter=_alter_policy, created=420, dropped=10)
