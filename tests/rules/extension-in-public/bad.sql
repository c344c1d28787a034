create extension vector;
create extension if not exists postgis with schema public;
create extension "uuid-ossp" schema "public";
