from orchestrator.adapters.postgres.target.recursion import recursive_policies


def test_a_policy_that_reads_its_own_table_is_found():
    policies = [("public", "t", "p", "(id IN ( SELECT t_1.id FROM public.t t_1))")]
    assert recursive_policies(policies) == ["p on public.t"]


def test_a_circle_over_several_tables_is_found_and_what_only_leads_into_it_is_not():
    policies = [
        ("public", "a", "into", "(EXISTS ( SELECT 1 FROM b))"),
        ("public", "b", "to_c", "(EXISTS ( SELECT 1 FROM c))"),
        ("public", "c", "to_b", "(EXISTS ( SELECT 1 FROM b))"),
        ("public", "d", "plain", "(owner = auth.uid())"),
    ]
    assert recursive_policies(policies) == ["to_b on public.c", "to_c on public.b"]


def test_a_table_of_the_same_name_elsewhere_is_another_table():
    policies = [
        ("public", "t", "p", "(EXISTS ( SELECT 1 FROM private.t t))"),
        ("private", "t", "q", "true"),
    ]
    assert recursive_policies(policies) == []


def test_an_expression_that_cannot_be_read_reads_nothing():
    assert recursive_policies([("public", "t", "p", "((")]) == []
