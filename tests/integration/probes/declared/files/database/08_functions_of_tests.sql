begin;
create schema case_of_notes;
create function case_of_notes.startup_first() returns setof text language plpgsql as $$
begin return next diag('begins'); end $$;
create function case_of_notes.test_titles() returns setof text language plpgsql as $$
begin
    return next col_type_is('public', 'notes', 'title', 'text', 'a title is text');
    return next has_pk('public', 'notes', 'notes has a key');
end $$;
create function case_of_notes.test_owner() returns setof text language plpgsql as $$
begin return next has_fk('public', 'notes', 'an owner exists'); end $$;
select * from runtests('case_of_notes'::name);
rollback;
