"""A column of another table is none of this one, whatever it is called."""

import pytest

from orchestrator.probes.seeding.qualified import about
from orchestrator.probes.seeding.shapes import said

RELATIONS = frozenset({"posts", "profiles", "Members"})
ADMIN = "(EXISTS ( SELECT 1 FROM {} WHERE (({} = ( SELECT auth.uid() AS uid)) AND {})))"


@pytest.mark.parametrize(
    ("source", "column", "rest"),
    [
        ("profiles p", "p.id", "p.is_admin"),
        ("public.profiles AS p", "p.id", "p.is_admin"),
        ("profiles", "profiles.id", "profiles.is_admin"),
        ("public.profiles", "public.profiles.id", "is_admin"),
        ('"Members" m', 'm."id"', "m.role = 'admin'::text"),
        ('("Members" m JOIN profiles p ON ((p.id = m.id)))', "p.id", "m.role"),
        ("profiles p, posts x", "p.id", "x.live"),
        ("only profiles p", "P.id", "true"),
    ],
)
def test_what_is_said_of_another_table_is_not_said_of_this_one(source: str, column: str, rest: str) -> None:
    text = ADMIN.format(source, column, rest)
    assert said(text).owners == ("id",)
    assert "id" not in said(about(text, "posts", RELATIONS)).owners


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("(id = auth.uid())", "id"),
        ("(posts.author = auth.uid())", "author"),
        (ADMIN.format("posts p", "p.author", "true"), "author"),
        (ADMIN.format("profiles p", "posts.author", "p.is_admin"), "author"),
        # a variable of a function, a row of a trigger: nobody knows of which table
        ("begin select into r * from profiles; return r.author = auth.uid(); end", "author"),
        ("new.author = auth.uid()", "author"),
        # one name for two tables
        (ADMIN.format("profiles x", "x.author", "1 IN ( SELECT 1 FROM posts x)"), "author"),
        # nothing is a table that is none
        (ADMIN.format("unnest(array[1]) p", "p.author", "true"), "author"),
    ],
)
def test_what_may_be_said_of_this_table_stays(text: str, owner: str) -> None:
    assert said(about(text, "posts", RELATIONS)).owners == (owner,)


def test_functions_and_words_in_quotes_stay() -> None:
    text = "select p.id from profiles p where auth.uid() = x and kind = 'p.id' and p.is_admin(1)"
    assert said(about(text, "posts", RELATIONS)).words >= {"auth", "uid", "is_admin"}
    assert said(about(text, "posts", RELATIONS)).owners == ("x",)
