alter table public.invitations add column expires_at timestamptz;
alter table public.invitations alter column expires_at set default now() + interval '14 days';

update public.invitations
set expires_at = created_at + interval '14 days'
where expires_at is null;

alter table public.invitations alter column expires_at set not null;

create unique index invitations_one_open_idx on public.invitations (organisation_id, lower(email))
where state = 'open';

create or replace function public.accept_invitation(token text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  invitation public.invitations;
  seats integer;
begin
  if auth.uid() is null then
    raise exception 'sign in first' using errcode = '42501';
  end if;

  select * into invitation
  from public.invitations i
  where i.token_hash = encode(sha256(convert_to(token, 'UTF8')), 'hex')
    and i.state = 'open'
    and i.expires_at > now()
  for update;
  if not found then
    raise exception 'this invitation is not open' using errcode = 'P0002';
  end if;
  if lower(invitation.email) <> lower(auth.email()) then
    raise exception 'this invitation is for somebody else' using errcode = '42501';
  end if;

  select s.seats - count(m.user_id) into seats
  from public.subscriptions s
  left join public.memberships m using (organisation_id)
  where s.organisation_id = invitation.organisation_id
  group by s.seats;
  if seats <= 0 then
    raise exception 'no seat is left' using errcode = 'P0001';
  end if;

  insert into public.memberships (organisation_id, user_id, role)
  values (invitation.organisation_id, auth.uid(), invitation.role)
  on conflict (organisation_id, user_id) do nothing;

  update public.invitations set state = 'accepted' where id = invitation.id;
  return invitation.organisation_id;
end;
$$;

revoke execute on function public.accept_invitation(text) from anon, public;
