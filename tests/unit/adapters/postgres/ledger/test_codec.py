from orchestrator.adapters.postgres.ledger.codec import decode
from orchestrator.domain.matrix import Matrix


def test_a_matrix_of_before_policies_were_kept_whole_can_still_be_read() -> None:
    cell = {"identity": "anon", "command": "select", "result": "deny", "basis": "no-policy"}
    relation = {
        "name": "public.notes",
        "kind": "r",
        "row_security": True,
        "policies": ["own"],
        "cells": [cell],
    }
    [read] = decode({"relations": [relation]}, Matrix).relations
    assert (read.policies, read.policies_in_full, read.made_up) == (("own",), (), ())
