create function tests_helper_count() returns integer language sql begin atomic
    select count(*)::integer from public.notes;
end;
