begin;
select plan(4);
select todo('when invoices are there', 1);
select has_table('invoices');
select skip('no cron on this server', 2);
select pass();
select finish();
rollback;
