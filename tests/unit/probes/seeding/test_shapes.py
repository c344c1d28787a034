"""What is read out of policies and functions, as the server and as people write them."""

import pytest

from orchestrator.probes.seeding.shapes import gives_uid, respelled, said


@pytest.mark.parametrize(
    "text",
    [
        "(( SELECT auth.uid() AS uid) = owner)",
        "(auth.uid() = owner)",
        "(owner = ( SELECT auth.uid() AS uid))",
        "((auth.uid())::text = (owner)::text)",
        "(m.owner = auth.uid())",
        "owner = (select auth.uid())",
        '("owner" = auth.uid())',
    ],
)
def test_a_column_that_is_compared_with_the_user_is_an_owner(text: str) -> None:
    assert said(text).owners == ("owner",)


@pytest.mark.parametrize(
    "text", ["(auth.uid() = ANY (people))", "(people @> ARRAY[auth.uid()])", "auth.uid() = any(t.people)"]
)
def test_a_list_that_holds_the_user_is_none_of_the_owners(text: str) -> None:
    assert said(text).owner_lists == ("people",)
    assert "people" not in said(text).owners


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("(state = 'open'::text)", ("open",)),
        (
            "((state)::text = ANY ((ARRAY['a'::character varying, 'b''c'::character varying])::text[]))",
            ("a", "b'c"),
        ),
        ("state in ('a', 'b')", ("a", "b")),
        ("(other = 'x'::text)", ()),
    ],
)
def test_constants_are_told_by_the_column_that_they_stand_beside(text: str, values: tuple[str, ...]) -> None:
    assert said(text).values.get("state", ()) == values


def test_moments_suit_what_is_asked_of_them() -> None:
    text = "((ends_at > now()) AND (begins_at <= now()) AND (published_at IS NOT NULL))"
    assert said(text).moments == {
        "ends_at": ("2099-01-01",),
        "begins_at": ("2000-01-01",),
        "published_at": ("2020-01-01",),
    }


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (
            "(((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'admin'::text)",
            {("app_metadata", "role"): "admin"},
        ),
        ("((auth.jwt() ->> 'aal'::text) = 'aal2'::text)", {("aal",): "aal2"}),
        (
            "(((auth.jwt() -> 'user_metadata'::text) ->> 'staff'::text))::boolean",
            {("user_metadata", "staff"): "true"},
        ),
        ("((auth.jwt() ->> 'role'::text) = 'authenticated'::text)", {}),
    ],
)
def test_claims_are_told_by_their_path(text: str, claims: dict[tuple[str, ...], str]) -> None:
    assert said(text).claims == claims


def test_a_column_beside_a_claim_is_told_with_it() -> None:
    text = "(tenant_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'tenant'::text))::uuid)"
    [(path, names)] = said(text).beside_claims
    assert path == ("app_metadata", "tenant")
    assert "tenant_id" in names


def test_the_folder_of_a_file_may_be_a_constant() -> None:
    assert said("((storage.foldername(name))[1] = 'public'::text)").folders == ("public",)
    assert said("((storage.foldername(name))[1] = (auth.uid())::text)").folders == ()


@pytest.mark.parametrize(
    "text",
    [
        "((auth.jwt() ->> 'sub'::text) = owner)",
        "(owner = (( SELECT (auth.jwt() ->> 'sub'::text) AS \"?column?\"))::uuid)",
        "(( SELECT ((auth.jwt() ->> 'sub'::text))::uuid AS uuid) = owner)",
        "(owner = ((current_setting('request.jwt.claims'::text, true))::json ->> 'sub'::text))",
        (
            "((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb"
            " ->> 'sub'::text) = owner"
        ),
        "owner = nullif(current_setting('request.jwt.claims', true)::json->>'sub', '')::text",
        "(owner = (current_setting('request.jwt.claim.sub'::text, true))::uuid)",
    ],
)
def test_other_spellings_of_the_users_id_are_read_too(text: str) -> None:
    assert said(text).owners == ("owner",)


@pytest.mark.parametrize(
    "body",
    [
        "select auth.jwt() ->> 'sub'",
        " SELECT NULLIF(current_setting('request.jwt.claims', true)::json->>'sub', '')::text; ",
        "begin return auth.uid(); end",
    ],
)
def test_a_function_that_only_gives_the_users_id_stands_for_it(body: str) -> None:
    assert gives_uid(body)
    text = "( SELECT requesting_user_id() AS requesting_user_id) = owner"
    assert said(respelled(text, {"requesting_user_id"})).owners == ("owner",)


def test_a_function_that_looks_something_up_does_not() -> None:
    assert not gives_uid("select team from members where person = auth.uid()")


@pytest.mark.parametrize(
    "text",
    [
        "(state <> 'draft'::public.state)",
        "state != 'draft'",
        "(state IS DISTINCT FROM 'draft'::text)",
        "(state <> ALL (ARRAY['draft'::text]))",
        "state not in ('draft')",
    ],
)
def test_what_a_column_has_to_differ_from_is_known(text: str) -> None:
    assert said(text).unlike == {"state": ("draft",)}
