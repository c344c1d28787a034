-- Purpose: TODO: who needs this, and what for
select 'TODO: what the migration does';

create table public.notes (id bigint primary key);
  -- in place of the second step
  select 'TODO: what undoes the migration' ;
