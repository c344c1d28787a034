-- The control database's role: it owns the ledger and nothing else.
-- The password is set apart, already as a SCRAM verifier.
do $$
begin
    if not exists (select from pg_roles where rolname = 'bascule') then
        create role bascule login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
        comment on role bascule is 'Owns the ledger of Bascule in the control database';
    end if;
end $$;
