create extension pgcrypto with schema extensions;
create extension "uuid-ossp";
create extension vector with schema extensions;
create schema auth;
