"""Deployments that fail: the target is put back, what failed is held, and a person can act.

What `validate` sees beforehand never comes so far. Here it cannot see it: its rule is off, or the SQL is made
up while it runs.
"""

from orchestrator.domain.deployment import Stage, Status, WaitingFor
from tests.support.places import EFFECTS, at, table, unseen
from tests.support.service import eventually

PLACES = (
    "second",
    "data",
    "in-the-way",
    "recursing",
    "open",
    "stuck",
    "by-hand",
    "stuck-rollback",
    "undone",
    "history",
    "twice",
)
SETTINGS = {"settings": {"data": 'rules.rows-in-the-way = "off"'}}

TWICE = """create table public.people (id int primary key, mail text);
alter table public.people enable row level security;
insert into public.people values (1, 'same'), (2, 'same');
"""

RECURSING = unseen(
    table("members", "id int, team int")
    + """grant select on public.members to authenticated;
create policy team on public.members for select to authenticated
  using (team in (select team from public.members));
"""
)
UNIQUE = "create unique index mails on public.people (mail);\n"


def seen(place):
    return place.facts(), place.versions()


def errors(place, deployment):
    """Return the findings that refused, as (rule, file)."""
    runs = place.service.house.reading.runs(deployment.id)
    return [(one.rule, one.file) for run in runs for one in run.findings if one.severity == "error"]


@at("second")
def test_a_second_migration_that_fails_undoes_the_first_and_is_held_until_its_file_changes(place):
    place.migration("20260101000000", "effects", EFFECTS)
    place.deploy()
    before = seen(place)
    place.migration("20260101000001", "good", table("good"), "drop table public.good;\n")
    place.migration("20260101000002", "bad", "insert into public.effects values (null);\n")
    failed = place.deploy()
    assert (failed.status, failed.failure.nouns["version"]) == (Status.ROLLED_BACK, "20260101000002")
    assert seen(place) == before
    assert place.recorded() == place.versions()

    place.work.write("README.md", "something unrelated")
    refused = place.deploy()
    assert refused.status is Status.REFUSED
    assert errors(place, refused) == [("held", "supabase/migrations/20260101000002_bad.sql")]
    assert place.service.run("deploy", place.name).returncode == 1
    assert seen(place) == before

    place.migration("20260101000002", "bad", "insert into public.effects values ('20260101000002');\n")
    assert place.deploy().status is Status.SUCCEEDED
    assert place.effects() == ["20260101000002"]


@at("data")
def test_a_failure_that_the_data_caused_is_tried_again_when_a_person_has_put_the_data_right(place):
    place.migration("20260101000000", "people", TWICE, "drop table public.people;\n")
    place.deploy()
    before = seen(place)
    place.migration("20260101000001", "unique", UNIQUE, "drop index public.mails;\n")
    commit = place.commit()
    done = place.service.run("deploy", place.name)
    assert done.returncode == 3, done.stdout
    assert "2 rows" in done.stdout
    failed = place.service.newest(place.name)
    assert (failed.status, failed.commit, seen(place)) == (Status.FAILED, commit, before)
    assert place.service.run("retry", str(failed.id)).returncode == 3
    place.rows("update public.people set mail = id::text")
    newest = place.service.newest(place.name)
    place.service.command("retry", str(newest.id))
    assert place.versions() == ["20260101000000", "20260101000001"]


@at("in-the-way")
def test_rows_in_the_way_refuse_before_anything_is_touched_and_what_is_put_right_deploys(place):
    place.migration("20260101000000", "people", TWICE, "drop table public.people;\n")
    place.deploy()
    before = seen(place)
    place.migration("20260101000001", "unique", UNIQUE, "drop index public.mails;\n")
    place.commit()
    done = place.service.run("deploy", place.name)
    told = " ".join(done.stdout.split())
    assert (done.returncode, "2 rows of public.people" in told, "id: 1 | 2" in told) == (1, True, True), told
    refused = place.service.newest(place.name)
    assert refused.status is Status.REFUSED
    assert errors(place, refused) == [("rows-in-the-way", "supabase/migrations/20260101000001_unique.sql")]
    assert [run.stage for run in place.service.house.reading.runs(refused.id)] == [
        Stage.CHECKOUT,
        Stage.PLAN,
        Stage.VALIDATE,
    ]
    assert seen(place) == before
    assert place.recorded() == place.versions()
    # nothing is held: the next push is judged anew, by the rows of that moment
    assert place.service.house.kept.holds(place.name) == ()
    place.rows("update public.people set mail = id::text")
    place.work.write("README.md", "something unrelated")
    assert place.deploy().status is Status.SUCCEEDED
    assert place.versions() == ["20260101000000", "20260101000001"]


@at("recursing")
def test_a_policy_that_recurses_is_refused_by_smoke_and_undone(place):
    before = seen(place)
    place.migration("20260101000000", "members", RECURSING, "drop table public.members;\n")
    deployment = place.deploy()
    assert deployment.status is Status.ROLLED_BACK
    assert ("policy-error", None) in errors(place, deployment)
    assert seen(place)[0] == before[0]
    assert (place.versions(), place.recorded()) == ([], [])


@at("open")
def test_a_table_that_is_open_to_everybody_is_undone_and_all_that_came_with_it_is_held(place):
    place.migration("20260101000000", "effects", EFFECTS)
    place.deploy()
    before = seen(place)
    place.migration("20260101000001", "good", table("good"), "drop table public.good;\n")
    opens = unseen("create table public.open (id int)")
    place.migration("20260101000002", "open", opens, "drop table public.open;\n")
    deployment = place.deploy()
    assert deployment.status is Status.ROLLED_BACK
    assert ("rls-disabled", None) in errors(place, deployment)
    assert seen(place) == before
    place.work.write("README.md", "something unrelated")
    refused = place.deploy()
    assert (refused.status, {rule for rule, _ in errors(place, refused)}) == (Status.REFUSED, {"held"})
    place.migration("20260101000002", "open", table("open"), "drop table public.open;\n")
    assert place.deploy().status is Status.SUCCEEDED


@at("stuck")
def test_without_a_way_back_a_deployment_is_stuck_and_its_target_closed_until_a_person_retries(place):
    place.migration("20260101000000", "people", TWICE, down=None)
    place.migration("20260101000001", "unique", UNIQUE)
    stuck = place.deploy()
    assert (stuck.status, stuck.failure.code) == (Status.STUCK, "rollback-missing")
    assert "20260101000000_people.sql" in stuck.failure.message
    assert place.versions() == ["20260101000000"]

    place.work.write("README.md", "something unrelated")
    place.push()
    eventually(lambda: place.service.newest(place.name).waiting_for is WaitingFor.LOCK, what="the wait")
    closed = place.service.run("deploy", place.name)
    assert closed.returncode == 3
    assert f"closed by deployment {stuck.id}" in " ".join(closed.stdout.split())
    assert f"CLOSED by deployment {stuck.id}" in place.service.command("status", place.name)
    assert place.versions() == ["20260101000000"]

    place.rows("update public.people set mail = id::text")
    place.service.command("retry", str(stuck.id))
    assert place.versions() == ["20260101000000", "20260101000001"]
    assert place.versions() == place.recorded()
    assert all(one.finished is not None for one in place.deployments())
    place.work.write("README.md", "and once more")
    assert place.deploy().status is Status.SUCCEEDED


@at("by-hand")
def test_what_a_person_undid_by_hand_is_applied_with_its_new_file_and_counts_from_then_on(place):
    place.migration("20260101000000", "people", TWICE, down=None)
    place.migration("20260101000001", "unique", UNIQUE)
    stuck = place.deploy()
    assert stuck.status is Status.STUCK

    place.rows(
        "begin; drop table public.people;"
        " delete from supabase_migrations.schema_migrations where version = '20260101000000'; commit"
    )
    mended = TWICE.replace("(2, 'same')", "(2, 'another')")
    place.migration("20260101000000", "people", mended, "drop table public.people;\n")
    place.push()
    head = place.service.told("retry", str(stuck.id))["deployment"]
    assert (head["commit"], head["status"]) == (place.work.head, "succeeded")
    assert place.versions() == ["20260101000000", "20260101000001"]
    place.work.write("README.md", "something unrelated")
    assert place.deploy().status is Status.SUCCEEDED


@at("stuck-rollback")
def test_a_rollback_that_leaves_something_behind_is_stuck_and_says_what(place):
    place.migration("20260101000000", "people", TWICE + table("other"), "drop table public.people;\n")
    place.migration("20260101000001", "unique", UNIQUE)
    stuck = place.deploy()
    assert (stuck.status, stuck.failure.code) == (Status.STUCK, "left-behind")
    assert "public.other" in stuck.failure.message
    assert (place.versions(), place.recorded()) == ([], [])


@at("undone")
def test_a_person_rolls_back_a_deployment_which_is_then_held(place):
    place.migration("20260101000000", "effects", EFFECTS, "drop table public.effects;\n")
    first = place.deploy()
    before = seen(place)
    place.migration("20260101000001", "good", table("good"), "drop table public.good;\n")
    place.migration("20260101000002", "more", table("more"), "drop table public.more;\n")
    second = place.deploy()
    refused = place.service.run("rollback", str(first.id), "-y")
    assert (refused.returncode, "20260101000002" in refused.stderr) == (1, True), refused.stderr
    assert "rolled back" in place.service.command("rollback", str(second.id), "-y")
    assert seen(place) == before
    assert place.recorded() == place.versions()
    assert place.service.run("rollback", str(second.id), "-y").returncode == 1
    place.work.write("README.md", "something unrelated")
    assert place.deploy().status is Status.REFUSED
    undo = place.deployments()[-2]
    assert undo.undoes == second.id
    head = place.service.told("retry", str(undo.id))["deployment"]
    assert (head["commit"], head["status"]) == (place.work.head, "succeeded")
    assert place.versions() == ["20260101000000", "20260101000001", "20260101000002"]


@at("history")
def test_files_and_history_that_disagree_are_refused_by_name_and_what_is_put_right_deploys(place):
    place.migration("20260101000000", "one", table("one"))
    place.migration("20260103000000", "three", table("three"))
    kept = place.deploy().commit
    before = seen(place)

    def refused(*expected):
        deployment = place.deploy()
        assert (deployment.status, errors(place, deployment)) == (Status.REFUSED, list(expected))
        place.work.git("reset", "--quiet", "--hard", kept)

    folder = "supabase/migrations"
    place.migration("20260101000000", "one", table("another"))
    refused(("file-edited", f"{folder}/20260101000000_one.sql"))
    place.work.remove(f"{folder}/20260101000000_one.sql")
    refused(("file-left", None))
    place.migration("20260102000000", "two", table("two"))
    refused(("out-of-order", f"{folder}/20260102000000_two.sql"))
    place.migration("20260104000000", "four", table("four"))
    place.migration("20260104000000", "vier", table("vier"))
    refused(("duplicate-version", f"{folder}/20260104000000_vier.sql"))
    assert seen(place) == before
    place.migration("20260104000000", "four", table("four"))
    assert place.deploy().status is Status.SUCCEEDED


@at("twice")
def test_what_a_stuck_deployment_left_can_be_rolled_back_later_when_the_reason_is_gone(place):
    place.migration("20260101000000", "effects", EFFECTS, "drop table public.effects;\n")
    place.deploy()
    before = seen(place)
    down = "drop table public.good;\nselect 1 / (select count(*) from public.effects);\n"
    place.migration("20260101000001", "good", table("good"), down)
    place.migration("20260101000002", "bad", "select 1 / 0;\n")
    stuck = place.deploy()
    assert (stuck.status, stuck.failure.nouns["version"]) == (Status.STUCK, "20260101000001")
    place.migration("20260101000002", "bad", table("better"), "drop table public.better;\n")
    place.push()
    repaired = place.service.told("retry", str(stuck.id))["deployment"]
    assert repaired["status"] == "succeeded"
    place.service.command("rollback", str(repaired["id"]), "-y")
    place.rows("insert into public.effects values ('by hand')")
    assert place.service.told("rollback", str(stuck.id), "-y")["deployment"]["status"] == "rolled_back"
    assert seen(place) == before
