"""Names go back to what they were, whatever is in their way."""

from orchestrator.catalog.names import Name, Names, renamings


def names(
    *tables: tuple[int, str], schemas: tuple[tuple[int, str], ...] = ((1, "public"), (2, "app"))
) -> Names:
    found = [Name("schema", number, 0, "schema", own, "", 0, "") for number, own in schemas]
    for number, qualified in tables:
        schema, own = qualified.split(".")
        holder = next(number for number, named in schemas if named == schema)
        found.append(Name("relation", number, 0, "table", own, "schema", holder, ""))
    return Names(all={name.key: name for name in found})


def test_nothing_renamed_needs_no_statement() -> None:
    assert renamings(names((10, "public.a")), names((10, "public.a"))) == ()


def test_a_new_table_in_the_place_of_a_renamed_one_is_put_aside() -> None:
    assert renamings(names((10, "public.a")), names((10, "public.a_old"), (11, "public.a"))) == (
        "alter table public.a rename to bascule_aside_1",
        "alter table public.a_old rename to a",
    )


def test_a_swap_goes_over_a_name_aside() -> None:
    before = names((10, "public.a"), (11, "public.b"))
    assert renamings(before, names((10, "public.b"), (11, "public.a"))) == (
        "alter table public.a rename to bascule_aside_1",
        "alter table public.b rename to a",
        "alter table public.bascule_aside_1 rename to b",
    )


def test_a_table_goes_back_to_its_schema_under_its_name() -> None:
    assert renamings(names((10, "public.a")), names((10, "app.b"))) == (
        "alter table app.b rename to a",
        "alter table app.a set schema public",
    )


def test_what_is_in_a_renamed_schema_is_named_before_the_schema() -> None:
    before = names((10, "app.a"))
    after = names((10, "core.b"), schemas=((1, "public"), (2, "core")))
    assert renamings(before, after) == ("alter table core.b rename to a", "alter schema core rename to app")


def test_what_was_made_or_dropped_is_no_renaming() -> None:
    assert renamings(names((10, "public.a")), names((11, "public.a"))) == ()
