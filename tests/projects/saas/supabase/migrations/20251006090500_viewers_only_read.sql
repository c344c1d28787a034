-- "Members read …" lets viewers in as well; writing asks for more from now on.
drop policy "Members add tasks" on public.tasks;
drop policy "Members change tasks" on public.tasks;
drop policy "Members delete tasks" on public.tasks;

create policy "Members add tasks" on public.tasks
for insert to authenticated
with check (private.has_role(organisation_id, 'owner', 'admin', 'member'));

create policy "Members change tasks" on public.tasks
for update to authenticated
using (private.has_role(organisation_id, 'owner', 'admin', 'member'))
with check (private.has_role(organisation_id, 'owner', 'admin', 'member'));

create policy "Members delete tasks" on public.tasks
for delete to authenticated
using (private.has_role(organisation_id, 'owner', 'admin', 'member'));

alter policy "Members add comments" on public.comments
with check (private.has_role(organisation_id, 'owner', 'admin', 'member') and author_id = (select auth.uid()));

alter policy "Members change comments" on public.comments
using (author_id = (select auth.uid()))
with check (author_id = (select auth.uid()));

alter policy "Members delete comments" on public.comments
using (author_id = (select auth.uid()) or private.has_role(organisation_id, 'owner', 'admin'));

alter policy "Members add attachments" on public.attachments
with check (private.has_role(organisation_id, 'owner', 'admin', 'member'));

alter policy "Members delete attachments" on public.attachments
using (private.has_role(organisation_id, 'owner', 'admin', 'member'));
