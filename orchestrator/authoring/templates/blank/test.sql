-- Who may do what after: [[ description ]]
begin;
select plan(1);

-- Instead of this line: as who owns a row, as another user, as anon.
select skip('TODO: who may do what', 1);

select * from finish();
rollback;
