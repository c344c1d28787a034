create extension if not exists pgcrypto with schema extensions;
create schema private;
create schema if not exists "My Schema" authorization postgres;
do $$ begin
    create schema other;
exception when duplicate_schema then null;
end $$;
create sequence public.numbers;
create type public.mood as enum ('glad');
create domain public.email as text;
