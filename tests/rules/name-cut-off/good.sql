create table public.a_name_of_exactly_sixty_three_bytes_is_kept_as_it_stands_here_x (
    id uuid primary key,
    note text default 'a constant may be as long as it likes, and nobody cuts it off, as long as it is one',
    "sixty bytes with a letter of two bytes at the very end, é" text
);
-- what was made by another name is found by it as well
drop policy if exists "Members of an organisation may read the invoices of their organisation" on public.invoices;
comment on table public.a_name_of_exactly_sixty_three_bytes_is_kept_as_it_stands_here_x is
    'the_orders_that_customers_have_placed_and_that_nobody_has_answered_yet_in_a_comment';
