"""A deployment with many findings: what refuses is told first, and nobody is flooded."""

import re

import httpx

from orchestrator.domain.deployment import Status
from tests.support.places import at, table

PLACES = ("many",)
SETTINGS = {
    "more": """
[notify.team]
url = "http://127.0.0.1:9/hook"
secret = "env:TEAM_SECRET"
allow_private = true
""",
    "environment": {"TEAM_SECRET": "whsec_" + "c2VjcmV0LW9mLXRoZS10ZWFtLWZvci1maW5kaW5ncw=="},
}

ORDERS = (
    table("orders", "id bigint primary key, customer text") + "insert into public.orders values (1, null);\n"
)
#: each leaves a table without a primary key, which is a warning
KEYLESS = "".join(table(f"note_{number}") for number in range(40))


@at("many")
def test_what_refuses_stands_before_forty_warnings_wherever_people_look(place):
    place.migration("20260101000000", "orders", ORDERS, "drop table public.orders;\n")
    assert place.deploy().status is Status.SUCCEEDED
    # the warnings come first in the order of the files
    place.migration("20260101000001", "notes", KEYLESS)
    place.migration("20260101000002", "named", "alter table public.orders alter customer set not null;\n")
    refused = place.deploy()
    assert refused.status is Status.REFUSED
    number = str(refused.id)

    told = re.findall(
        r"^ +(error|warning|note) ([a-z-]+):", place.service.command("show", number), re.MULTILINE
    )
    assert told[0] == ("error", "rows-in-the-way")
    assert told.count(("warning", "primary-key-missing")) == 40

    page = httpx.get(f"{place.service.page}/deployments/{number}", timeout=5).text
    rules = re.findall(r'<p class="quiet"><code>([a-z-]+)</code>', page)
    assert (rules[0], rules.count("primary-key-missing")) == ("rows-in-the-way", 40)

    message = (
        "select message from bascule.notification where event in (select id from bascule.event where final"
    )
    ((last,),) = place.ledger(f"{message} and deployment = {number})")
    assert len(last["reasons"]) == 1
    assert "1 row of public.orders has no customer; id: 1" in last["reasons"][0]

    assert place.service.command("logs", number).count("primary-key-missing") == 0
