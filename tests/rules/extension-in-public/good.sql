create extension if not exists vector with schema extensions;
create extension if not exists pgcrypto;
create extension if not exists "uuid-ossp";
create extension pg_cron;
create extension pgmq;
create extension hstore schema private;
set search_path = extensions, public;
create extension citext;
