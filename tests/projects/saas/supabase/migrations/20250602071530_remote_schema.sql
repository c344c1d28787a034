SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;


CREATE SCHEMA IF NOT EXISTS "private";


ALTER SCHEMA "private" OWNER TO "postgres";


CREATE SCHEMA IF NOT EXISTS "public";


ALTER SCHEMA "public" OWNER TO "pg_database_owner";


COMMENT ON SCHEMA "public" IS 'standard public schema';


CREATE EXTENSION IF NOT EXISTS "pg_stat_statements" WITH SCHEMA "extensions";


CREATE EXTENSION IF NOT EXISTS "pgcrypto" WITH SCHEMA "extensions";


CREATE EXTENSION IF NOT EXISTS "supabase_vault" WITH SCHEMA "vault";


CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "extensions";


CREATE TYPE "public"."invitation_state" AS ENUM (
    'open',
    'accepted',
    'revoked'
);


ALTER TYPE "public"."invitation_state" OWNER TO "postgres";


CREATE TYPE "public"."invoice_state" AS ENUM (
    'draft',
    'open',
    'paid',
    'void'
);


ALTER TYPE "public"."invoice_state" OWNER TO "postgres";


CREATE TYPE "public"."member_role" AS ENUM (
    'owner',
    'admin',
    'member',
    'billing'
);


ALTER TYPE "public"."member_role" OWNER TO "postgres";


CREATE TYPE "public"."plan_tier" AS ENUM (
    'free',
    'team',
    'business'
);


ALTER TYPE "public"."plan_tier" OWNER TO "postgres";


CREATE TYPE "public"."task_priority" AS ENUM (
    'low',
    'normal',
    'high',
    'urgent'
);


ALTER TYPE "public"."task_priority" OWNER TO "postgres";


CREATE TYPE "public"."task_state" AS ENUM (
    'todo',
    'doing',
    'blocked',
    'done'
);


ALTER TYPE "public"."task_state" OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."handle_new_user"() RETURNS "trigger"
    LANGUAGE "plpgsql" SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
begin
  insert into public.profiles (id, display_name, email)
  values (new.id, coalesce(new.raw_user_meta_data ->> 'name', split_part(new.email, '@', 1)), new.email)
  on conflict (id) do nothing;
  return new;
end;
$$;


ALTER FUNCTION "private"."handle_new_user"() OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."has_role"("organisation" "uuid", VARIADIC "roles" "public"."member_role"[]) RETURNS boolean
    LANGUAGE "sql" STABLE SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
  select exists (
    select 1 from public.memberships m
    where m.organisation_id = organisation and m.user_id = auth.uid() and m.role = any (roles)
  );
$$;


ALTER FUNCTION "private"."has_role"("organisation" "uuid", VARIADIC "roles" "public"."member_role"[]) OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."is_member"("organisation" "uuid") RETURNS boolean
    LANGUAGE "sql" STABLE SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
  select exists (
    select 1 from public.memberships m
    where m.organisation_id = organisation and m.user_id = auth.uid()
  );
$$;


ALTER FUNCTION "private"."is_member"("organisation" "uuid") OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."keep_one_owner"() RETURNS "trigger"
    LANGUAGE "plpgsql" SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
begin
  if old.role = 'owner' and not exists (
    select 1 from public.memberships m
    where m.organisation_id = old.organisation_id and m.role = 'owner' and m.user_id <> old.user_id
  ) and exists (select 1 from public.organisations o where o.id = old.organisation_id) then
    if tg_op = 'DELETE' or new.role <> 'owner' then
      raise exception 'an organisation needs an owner' using errcode = '23514';
    end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end;
$$;


ALTER FUNCTION "private"."keep_one_owner"() OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."organisation_of_task"("task" "uuid") RETURNS "uuid"
    LANGUAGE "sql" STABLE SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
  select t.organisation_id from public.tasks t where t.id = task;
$$;


ALTER FUNCTION "private"."organisation_of_task"("task" "uuid") OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."shares_organisation"("other" "uuid") RETURNS boolean
    LANGUAGE "sql" STABLE SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
  select exists (
    select 1
    from public.memberships mine
    join public.memberships theirs using (organisation_id)
    where mine.user_id = auth.uid() and theirs.user_id = other
  );
$$;


ALTER FUNCTION "private"."shares_organisation"("other" "uuid") OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."task_belongs_to_project"() RETURNS "trigger"
    LANGUAGE "plpgsql" SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
begin
  select p.organisation_id into new.organisation_id from public.projects p where p.id = new.project_id;
  return new;
end;
$$;


ALTER FUNCTION "private"."task_belongs_to_project"() OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "private"."touch_updated_at"() RETURNS "trigger"
    LANGUAGE "plpgsql"
    AS $$
begin
  new.updated_at := now();
  return new;
end;
$$;


ALTER FUNCTION "private"."touch_updated_at"() OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "public"."accept_invitation"("token" "text") RETURNS "uuid"
    LANGUAGE "plpgsql" SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
declare
  found_one public.invitations;
begin
  select * into found_one
  from public.invitations i
  where i.token_hash = encode(sha256(convert_to(token, 'UTF8')), 'hex') and i.state = 'open'
  for update;
  if not found then
    raise exception 'this invitation is not open' using errcode = 'P0002';
  end if;
  if lower(found_one.email) <> lower(auth.email()) then
    raise exception 'this invitation is for somebody else' using errcode = '42501';
  end if;
  insert into public.memberships (organisation_id, user_id, role)
  values (found_one.organisation_id, auth.uid(), found_one.role)
  on conflict (organisation_id, user_id) do nothing;
  update public.invitations set state = 'accepted' where id = found_one.id;
  return found_one.organisation_id;
end;
$$;


ALTER FUNCTION "public"."accept_invitation"("token" "text") OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "public"."create_organisation"("organisation_name" "text", "organisation_slug" "text") RETURNS "uuid"
    LANGUAGE "plpgsql" SECURITY DEFINER
    SET "search_path" TO ''
    AS $$
declare
  made uuid;
begin
  if auth.uid() is null then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  insert into public.organisations (name, slug, created_by)
  values (organisation_name, organisation_slug, auth.uid())
  returning id into made;
  insert into public.memberships (organisation_id, user_id, role) values (made, auth.uid(), 'owner');
  insert into public.subscriptions (organisation_id) values (made);
  return made;
end;
$$;


ALTER FUNCTION "public"."create_organisation"("organisation_name" "text", "organisation_slug" "text") OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "public"."move_task"("task" "uuid", "to_state" "public"."task_state", "after" "uuid" DEFAULT NULL::"uuid") RETURNS "void"
    LANGUAGE "plpgsql"
    AS $$
declare
  before_position double precision;
  after_position double precision;
begin
  select t.position into before_position from public.tasks t where t.id = after;
  select min(t.position) into after_position
  from public.tasks t
  where t.state = to_state and t.position > coalesce(before_position, 0)
    and t.project_id = (select x.project_id from public.tasks x where x.id = task);
  update public.tasks
  set state = to_state,
      position = (coalesce(before_position, 0) + coalesce(after_position, coalesce(before_position, 0) + 2)) / 2
  where id = task;
end;
$$;


ALTER FUNCTION "public"."move_task"("task" "uuid", "to_state" "public"."task_state", "after" "uuid") OWNER TO "postgres";


CREATE OR REPLACE FUNCTION "public"."seats_left"("organisation" "uuid") RETURNS integer
    LANGUAGE "sql" STABLE
    AS $$
  select s.seats - (select count(*)::integer from public.memberships m where m.organisation_id = organisation)
  from public.subscriptions s
  where s.organisation_id = organisation;
$$;


ALTER FUNCTION "public"."seats_left"("organisation" "uuid") OWNER TO "postgres";

SET default_tablespace = '';

SET default_table_access_method = "heap";


CREATE TABLE IF NOT EXISTS "public"."api_keys" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "name" "text" NOT NULL,
    "prefix" "text" NOT NULL,
    "key_hash" "text" NOT NULL,
    "created_by" "uuid",
    "last_used_at" timestamp with time zone,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."api_keys" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."attachments" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "task_id" "uuid" NOT NULL,
    "object_name" "text" NOT NULL,
    "size_bytes" bigint NOT NULL,
    "uploaded_by" "uuid",
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."attachments" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."comments" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "task_id" "uuid" NOT NULL,
    "author_id" "uuid",
    "body" "text" NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "edited_at" timestamp with time zone
);


ALTER TABLE "public"."comments" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."invitations" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "email" "text" NOT NULL,
    "role" "public"."member_role" DEFAULT 'member'::"public"."member_role" NOT NULL,
    "token_hash" "text" NOT NULL,
    "state" "public"."invitation_state" DEFAULT 'open'::"public"."invitation_state" NOT NULL,
    "invited_by" "uuid",
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."invitations" OWNER TO "postgres";


COMMENT ON COLUMN "public"."invitations"."token_hash" IS 'sha256 of the token in the mail';


CREATE TABLE IF NOT EXISTS "public"."invoices" (
    "id" bigint NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "number" "text" NOT NULL,
    "state" "public"."invoice_state" DEFAULT 'draft'::"public"."invoice_state" NOT NULL,
    "amount_cents" bigint NOT NULL,
    "currency" character(3) DEFAULT 'EUR'::"bpchar" NOT NULL,
    "issued_on" "date",
    "paid_at" timestamp with time zone,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."invoices" OWNER TO "postgres";


CREATE SEQUENCE IF NOT EXISTS "public"."invoices_id_seq"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE "public"."invoices_id_seq" OWNER TO "postgres";


ALTER SEQUENCE "public"."invoices_id_seq" OWNED BY "public"."invoices"."id";


CREATE TABLE IF NOT EXISTS "public"."labels" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "name" "text" NOT NULL,
    "color" character(7) DEFAULT '#888888'::"bpchar" NOT NULL
);


ALTER TABLE "public"."labels" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."memberships" (
    "organisation_id" "uuid" NOT NULL,
    "user_id" "uuid" NOT NULL,
    "role" "public"."member_role" DEFAULT 'member'::"public"."member_role" NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."memberships" OWNER TO "postgres";


COMMENT ON TABLE "public"."memberships" IS 'Who belongs to which organisation, and as what.';


CREATE TABLE IF NOT EXISTS "public"."notifications" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "user_id" "uuid" NOT NULL,
    "organisation_id" "uuid",
    "kind" "text" NOT NULL,
    "data" "jsonb" DEFAULT '{}'::"jsonb" NOT NULL,
    "read_at" timestamp with time zone,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."notifications" OWNER TO "postgres";


CREATE OR REPLACE VIEW "public"."open_tasks" AS
SELECT
    NULL::"uuid" AS "id",
    NULL::"uuid" AS "organisation_id",
    NULL::"uuid" AS "project_id",
    NULL::"text" AS "title",
    NULL::"public"."task_state" AS "state",
    NULL::"public"."task_priority" AS "priority",
    NULL::"date" AS "due_on",
    NULL::"uuid"[] AS "assignees";


ALTER TABLE "public"."open_tasks" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."organisations" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "name" "text" NOT NULL,
    "slug" "text" NOT NULL,
    "billing_address" "jsonb",
    "created_by" "uuid",
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "updated_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    CONSTRAINT "organisations_slug_form" CHECK (("slug" ~ '^[a-z0-9][a-z0-9-]{1,38}$'::"text"))
);


ALTER TABLE "public"."organisations" OWNER TO "postgres";


COMMENT ON TABLE "public"."organisations" IS 'A tenant.';


CREATE TABLE IF NOT EXISTS "public"."profiles" (
    "id" "uuid" NOT NULL,
    "display_name" "text" DEFAULT ''::"text" NOT NULL,
    "email" "text",
    "avatar_url" "text",
    "locale" "text" DEFAULT 'en'::"text" NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "updated_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."profiles" OWNER TO "postgres";


CREATE OR REPLACE VIEW "public"."organisation_directory" AS
 SELECT "o"."id" AS "organisation_id",
    "o"."name" AS "organisation",
    "p"."display_name",
    "p"."email",
    "m"."role"
   FROM (("public"."organisations" "o"
     JOIN "public"."memberships" "m" ON (("m"."organisation_id" = "o"."id")))
     JOIN "public"."profiles" "p" ON (("p"."id" = "m"."user_id")));


ALTER TABLE "public"."organisation_directory" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."projects" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "team_id" "uuid",
    "key" character varying(8) NOT NULL,
    "name" "text" NOT NULL,
    "description" "text",
    "created_by" "uuid",
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "updated_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."projects" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."tasks" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "project_id" "uuid" NOT NULL,
    "title" "text" NOT NULL,
    "description" "text",
    "state" "public"."task_state" DEFAULT 'todo'::"public"."task_state" NOT NULL,
    "priority" "public"."task_priority" DEFAULT 'normal'::"public"."task_priority" NOT NULL,
    "due_on" "date",
    "position" double precision DEFAULT 0 NOT NULL,
    "created_by" "uuid",
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "updated_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    CONSTRAINT "tasks_title_not_empty" CHECK (("length"(TRIM(BOTH FROM "title")) > 0))
);


ALTER TABLE "public"."tasks" OWNER TO "postgres";


CREATE OR REPLACE VIEW "public"."organisation_usage" WITH ("security_invoker"='on') AS
 SELECT "o"."id" AS "organisation_id",
    ( SELECT "count"(*) AS "count"
           FROM "public"."projects" "p"
          WHERE ("p"."organisation_id" = "o"."id")) AS "projects",
    ( SELECT "count"(*) AS "count"
           FROM "public"."tasks" "t"
          WHERE ("t"."organisation_id" = "o"."id")) AS "tasks",
    ( SELECT COALESCE("sum"("a"."size_bytes"), (0)::numeric) AS "coalesce"
           FROM "public"."attachments" "a"
          WHERE ("a"."organisation_id" = "o"."id")) AS "bytes"
   FROM "public"."organisations" "o";


ALTER TABLE "public"."organisation_usage" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."payment_events" (
    "id" "text" NOT NULL,
    "kind" "text" NOT NULL,
    "payload" "json" NOT NULL,
    "received_at" timestamp without time zone DEFAULT "now"() NOT NULL,
    "handled" boolean DEFAULT false NOT NULL
);


ALTER TABLE "public"."payment_events" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."subscriptions" (
    "organisation_id" "uuid" NOT NULL,
    "tier" "public"."plan_tier" DEFAULT 'free'::"public"."plan_tier" NOT NULL,
    "seats" integer DEFAULT 3 NOT NULL,
    "provider_customer" "text",
    "renews_on" "date",
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "updated_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    CONSTRAINT "subscriptions_seats_positive" CHECK (("seats" > 0))
);


ALTER TABLE "public"."subscriptions" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."task_assignees" (
    "task_id" "uuid" NOT NULL,
    "user_id" "uuid" NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."task_assignees" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."task_labels" (
    "task_id" "uuid" NOT NULL,
    "label_id" "uuid" NOT NULL
);


ALTER TABLE "public"."task_labels" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."team_members" (
    "team_id" "uuid" NOT NULL,
    "user_id" "uuid" NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."team_members" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."teams" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "name" "text" NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."teams" OWNER TO "postgres";


CREATE TABLE IF NOT EXISTS "public"."webhook_deliveries" (
    "id" bigint NOT NULL,
    "webhook_id" "uuid" NOT NULL,
    "event" "text" NOT NULL,
    "status" integer,
    "attempted_at" timestamp with time zone DEFAULT "now"() NOT NULL
);


ALTER TABLE "public"."webhook_deliveries" OWNER TO "postgres";


ALTER TABLE "public"."webhook_deliveries" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME "public"."webhook_deliveries_id_seq"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


CREATE TABLE IF NOT EXISTS "public"."webhooks" (
    "id" "uuid" DEFAULT "gen_random_uuid"() NOT NULL,
    "organisation_id" "uuid" NOT NULL,
    "url" "text" NOT NULL,
    "events" "text"[] DEFAULT '{}'::"text"[] NOT NULL,
    "is_active" boolean DEFAULT true NOT NULL,
    "created_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    "updated_at" timestamp with time zone DEFAULT "now"() NOT NULL,
    CONSTRAINT "webhooks_https" CHECK (("url" ~~ 'https://%'::"text"))
);


ALTER TABLE "public"."webhooks" OWNER TO "postgres";


ALTER TABLE ONLY "public"."invoices" ALTER COLUMN "id" SET DEFAULT "nextval"('"public"."invoices_id_seq"'::"regclass");


ALTER TABLE ONLY "public"."api_keys"
    ADD CONSTRAINT "api_keys_key_hash_key" UNIQUE ("key_hash");


ALTER TABLE ONLY "public"."api_keys"
    ADD CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."attachments"
    ADD CONSTRAINT "attachments_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."comments"
    ADD CONSTRAINT "comments_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."invitations"
    ADD CONSTRAINT "invitations_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."invitations"
    ADD CONSTRAINT "invitations_token_hash_key" UNIQUE ("token_hash");


ALTER TABLE ONLY "public"."invoices"
    ADD CONSTRAINT "invoices_number_key" UNIQUE ("number");


ALTER TABLE ONLY "public"."invoices"
    ADD CONSTRAINT "invoices_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."labels"
    ADD CONSTRAINT "labels_organisation_id_name_key" UNIQUE ("organisation_id", "name");


ALTER TABLE ONLY "public"."labels"
    ADD CONSTRAINT "labels_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."memberships"
    ADD CONSTRAINT "memberships_pkey" PRIMARY KEY ("organisation_id", "user_id");


ALTER TABLE ONLY "public"."notifications"
    ADD CONSTRAINT "notifications_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."organisations"
    ADD CONSTRAINT "organisations_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."organisations"
    ADD CONSTRAINT "organisations_slug_key" UNIQUE ("slug");


ALTER TABLE ONLY "public"."payment_events"
    ADD CONSTRAINT "payment_events_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."profiles"
    ADD CONSTRAINT "profiles_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."projects"
    ADD CONSTRAINT "projects_organisation_id_key_key" UNIQUE ("organisation_id", "key");


ALTER TABLE ONLY "public"."projects"
    ADD CONSTRAINT "projects_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."subscriptions"
    ADD CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("organisation_id");


ALTER TABLE ONLY "public"."subscriptions"
    ADD CONSTRAINT "subscriptions_provider_customer_key" UNIQUE ("provider_customer");


ALTER TABLE ONLY "public"."task_assignees"
    ADD CONSTRAINT "task_assignees_pkey" PRIMARY KEY ("task_id", "user_id");


ALTER TABLE ONLY "public"."task_labels"
    ADD CONSTRAINT "task_labels_pkey" PRIMARY KEY ("task_id", "label_id");


ALTER TABLE ONLY "public"."tasks"
    ADD CONSTRAINT "tasks_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."team_members"
    ADD CONSTRAINT "team_members_pkey" PRIMARY KEY ("team_id", "user_id");


ALTER TABLE ONLY "public"."teams"
    ADD CONSTRAINT "teams_organisation_id_name_key" UNIQUE ("organisation_id", "name");


ALTER TABLE ONLY "public"."teams"
    ADD CONSTRAINT "teams_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."webhook_deliveries"
    ADD CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id");


ALTER TABLE ONLY "public"."webhooks"
    ADD CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id");


CREATE INDEX "api_keys_organisation_id_idx" ON "public"."api_keys" USING "btree" ("organisation_id");


CREATE INDEX "attachments_task_id_idx" ON "public"."attachments" USING "btree" ("task_id");


CREATE INDEX "comments_task_id_idx" ON "public"."comments" USING "btree" ("task_id", "created_at");


CREATE INDEX "invitations_email_idx" ON "public"."invitations" USING "btree" ("lower"("email")) WHERE ("state" = 'open'::"public"."invitation_state");


CREATE INDEX "invitations_organisation_id_idx" ON "public"."invitations" USING "btree" ("organisation_id");


CREATE INDEX "invoices_organisation_id_idx" ON "public"."invoices" USING "btree" ("organisation_id");


CREATE INDEX "memberships_user_id_idx" ON "public"."memberships" USING "btree" ("user_id");


CREATE INDEX "notifications_user_id_idx" ON "public"."notifications" USING "btree" ("user_id", "created_at" DESC) WHERE ("read_at" IS NULL);


CREATE INDEX "payment_events_unhandled_idx" ON "public"."payment_events" USING "btree" ("received_at") WHERE (NOT "handled");


CREATE INDEX "projects_team_id_idx" ON "public"."projects" USING "btree" ("team_id");


CREATE INDEX "task_assignees_user_id_idx" ON "public"."task_assignees" USING "btree" ("user_id");


CREATE INDEX "task_labels_label_id_idx" ON "public"."task_labels" USING "btree" ("label_id");


CREATE INDEX "tasks_due_on_idx" ON "public"."tasks" USING "btree" ("due_on") WHERE ("state" <> 'done'::"public"."task_state");


CREATE INDEX "tasks_organisation_id_idx" ON "public"."tasks" USING "btree" ("organisation_id");


CREATE INDEX "tasks_project_id_state_idx" ON "public"."tasks" USING "btree" ("project_id", "state", "position");


CREATE INDEX "team_members_user_id_idx" ON "public"."team_members" USING "btree" ("user_id");


CREATE INDEX "webhook_deliveries_webhook_id_idx" ON "public"."webhook_deliveries" USING "btree" ("webhook_id");


CREATE OR REPLACE VIEW "public"."open_tasks" WITH ("security_invoker"='on') AS
 SELECT "t"."id",
    "t"."organisation_id",
    "t"."project_id",
    "t"."title",
    "t"."state",
    "t"."priority",
    "t"."due_on",
    "array_agg"("a"."user_id") FILTER (WHERE ("a"."user_id" IS NOT NULL)) AS "assignees"
   FROM ("public"."tasks" "t"
     LEFT JOIN "public"."task_assignees" "a" ON (("a"."task_id" = "t"."id")))
  WHERE ("t"."state" <> 'done'::"public"."task_state")
  GROUP BY "t"."id";


CREATE OR REPLACE TRIGGER "keep_one_owner" BEFORE DELETE OR UPDATE OF "role" ON "public"."memberships" FOR EACH ROW EXECUTE FUNCTION "private"."keep_one_owner"();


CREATE OR REPLACE TRIGGER "task_belongs_to_project" BEFORE INSERT OR UPDATE OF "project_id" ON "public"."tasks" FOR EACH ROW EXECUTE FUNCTION "private"."task_belongs_to_project"();


CREATE OR REPLACE TRIGGER "touch_organisations" BEFORE UPDATE ON "public"."organisations" FOR EACH ROW EXECUTE FUNCTION "private"."touch_updated_at"();


CREATE OR REPLACE TRIGGER "touch_profiles" BEFORE UPDATE ON "public"."profiles" FOR EACH ROW EXECUTE FUNCTION "private"."touch_updated_at"();


CREATE OR REPLACE TRIGGER "touch_projects" BEFORE UPDATE ON "public"."projects" FOR EACH ROW EXECUTE FUNCTION "private"."touch_updated_at"();


CREATE OR REPLACE TRIGGER "touch_subscriptions" BEFORE UPDATE ON "public"."subscriptions" FOR EACH ROW EXECUTE FUNCTION "private"."touch_updated_at"();


CREATE OR REPLACE TRIGGER "touch_tasks" BEFORE UPDATE ON "public"."tasks" FOR EACH ROW EXECUTE FUNCTION "private"."touch_updated_at"();


CREATE OR REPLACE TRIGGER "touch_webhooks" BEFORE UPDATE ON "public"."webhooks" FOR EACH ROW EXECUTE FUNCTION "private"."touch_updated_at"();


ALTER TABLE ONLY "public"."api_keys"
    ADD CONSTRAINT "api_keys_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."api_keys"
    ADD CONSTRAINT "api_keys_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."attachments"
    ADD CONSTRAINT "attachments_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."attachments"
    ADD CONSTRAINT "attachments_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."attachments"
    ADD CONSTRAINT "attachments_uploaded_by_fkey" FOREIGN KEY ("uploaded_by") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."comments"
    ADD CONSTRAINT "comments_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."comments"
    ADD CONSTRAINT "comments_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."comments"
    ADD CONSTRAINT "comments_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."invitations"
    ADD CONSTRAINT "invitations_invited_by_fkey" FOREIGN KEY ("invited_by") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."invitations"
    ADD CONSTRAINT "invitations_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."invoices"
    ADD CONSTRAINT "invoices_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id");


ALTER TABLE ONLY "public"."labels"
    ADD CONSTRAINT "labels_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."memberships"
    ADD CONSTRAINT "memberships_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."memberships"
    ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."notifications"
    ADD CONSTRAINT "notifications_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."notifications"
    ADD CONSTRAINT "notifications_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."organisations"
    ADD CONSTRAINT "organisations_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."profiles"
    ADD CONSTRAINT "profiles_id_fkey" FOREIGN KEY ("id") REFERENCES "auth"."users"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."projects"
    ADD CONSTRAINT "projects_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."projects"
    ADD CONSTRAINT "projects_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."projects"
    ADD CONSTRAINT "projects_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."subscriptions"
    ADD CONSTRAINT "subscriptions_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."task_assignees"
    ADD CONSTRAINT "task_assignees_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."task_assignees"
    ADD CONSTRAINT "task_assignees_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."task_labels"
    ADD CONSTRAINT "task_labels_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "public"."labels"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."task_labels"
    ADD CONSTRAINT "task_labels_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."tasks"
    ADD CONSTRAINT "tasks_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE SET NULL;


ALTER TABLE ONLY "public"."tasks"
    ADD CONSTRAINT "tasks_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."tasks"
    ADD CONSTRAINT "tasks_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."team_members"
    ADD CONSTRAINT "team_members_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."team_members"
    ADD CONSTRAINT "team_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."teams"
    ADD CONSTRAINT "teams_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."webhook_deliveries"
    ADD CONSTRAINT "webhook_deliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE CASCADE;


ALTER TABLE ONLY "public"."webhooks"
    ADD CONSTRAINT "webhooks_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE CASCADE;


CREATE POLICY "Admins manage api_keys" ON "public"."api_keys" TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"])) WITH CHECK ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"]));


CREATE POLICY "Admins manage invitations" ON "public"."invitations" TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"])) WITH CHECK ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"]));


CREATE POLICY "Admins manage webhooks" ON "public"."webhooks" TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"])) WITH CHECK ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"]));


CREATE POLICY "Admins read deliveries" ON "public"."webhook_deliveries" FOR SELECT TO "authenticated" USING ((EXISTS ( SELECT 1
   FROM "public"."webhooks" "w"
  WHERE ("w"."id" = "webhook_deliveries"."webhook_id"))));


CREATE POLICY "Admins write projects" ON "public"."projects" TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"])) WITH CHECK ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"]));


CREATE POLICY "Admins write team members" ON "public"."team_members" TO "authenticated" USING ((EXISTS ( SELECT 1
   FROM "public"."teams" "t"
  WHERE (("t"."id" = "team_members"."team_id") AND "private"."has_role"("t"."organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"]))))) WITH CHECK ((EXISTS ( SELECT 1
   FROM "public"."teams" "t"
  WHERE (("t"."id" = "team_members"."team_id") AND "private"."has_role"("t"."organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"])))));


CREATE POLICY "Admins write teams" ON "public"."teams" TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"])) WITH CHECK ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'admin'::"public"."member_role"]));


CREATE POLICY "Members add attachments" ON "public"."attachments" FOR INSERT TO "authenticated" WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members add comments" ON "public"."comments" FOR INSERT TO "authenticated" WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members add labels" ON "public"."labels" FOR INSERT TO "authenticated" WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members add tasks" ON "public"."tasks" FOR INSERT TO "authenticated" WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members change attachments" ON "public"."attachments" FOR UPDATE TO "authenticated" USING ("private"."is_member"("organisation_id")) WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members change comments" ON "public"."comments" FOR UPDATE TO "authenticated" USING ("private"."is_member"("organisation_id")) WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members change labels" ON "public"."labels" FOR UPDATE TO "authenticated" USING ("private"."is_member"("organisation_id")) WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members change tasks" ON "public"."tasks" FOR UPDATE TO "authenticated" USING ("private"."is_member"("organisation_id")) WITH CHECK ("private"."is_member"("organisation_id"));


CREATE POLICY "Members delete attachments" ON "public"."attachments" FOR DELETE TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members delete comments" ON "public"."comments" FOR DELETE TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members delete labels" ON "public"."labels" FOR DELETE TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members delete tasks" ON "public"."tasks" FOR DELETE TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members manage assignees" ON "public"."task_assignees" TO "authenticated" USING ("private"."is_member"("private"."organisation_of_task"("task_id"))) WITH CHECK ("private"."is_member"("private"."organisation_of_task"("task_id")));


CREATE POLICY "Members manage task labels" ON "public"."task_labels" TO "authenticated" USING ("private"."is_member"("private"."organisation_of_task"("task_id"))) WITH CHECK ("private"."is_member"("private"."organisation_of_task"("task_id")));


CREATE POLICY "Members read attachments" ON "public"."attachments" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members read comments" ON "public"."comments" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members read labels" ON "public"."labels" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members read memberships" ON "public"."memberships" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members read organisations" ON "public"."organisations" FOR SELECT TO "authenticated" USING ("private"."is_member"("id"));


CREATE POLICY "Members read projects" ON "public"."projects" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members read tasks" ON "public"."tasks" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Members read team members" ON "public"."team_members" FOR SELECT TO "authenticated" USING ((EXISTS ( SELECT 1
   FROM "public"."teams" "t"
  WHERE ("t"."id" = "team_members"."team_id"))));


CREATE POLICY "Members read teams" ON "public"."teams" FOR SELECT TO "authenticated" USING ("private"."is_member"("organisation_id"));


CREATE POLICY "Owners and accountants read invoices" ON "public"."invoices" FOR SELECT TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'billing'::"public"."member_role"]));


CREATE POLICY "Owners and accountants read subscriptions" ON "public"."subscriptions" FOR SELECT TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role", 'billing'::"public"."member_role"]));


CREATE POLICY "Owners change memberships" ON "public"."memberships" FOR UPDATE TO "authenticated" USING ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role"])) WITH CHECK ("private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role"]));


CREATE POLICY "Owners change organisations" ON "public"."organisations" FOR UPDATE TO "authenticated" USING ("private"."has_role"("id", VARIADIC ARRAY['owner'::"public"."member_role"])) WITH CHECK ("private"."has_role"("id", VARIADIC ARRAY['owner'::"public"."member_role"]));


CREATE POLICY "Owners delete organisations" ON "public"."organisations" FOR DELETE TO "authenticated" USING ("private"."has_role"("id", VARIADIC ARRAY['owner'::"public"."member_role"]));


CREATE POLICY "Owners remove, people leave" ON "public"."memberships" FOR DELETE TO "authenticated" USING ((("user_id" = "auth"."uid"()) OR "private"."has_role"("organisation_id", VARIADIC ARRAY['owner'::"public"."member_role"])));


CREATE POLICY "People change themselves" ON "public"."profiles" FOR UPDATE TO "authenticated" USING (("id" = "auth"."uid"())) WITH CHECK (("id" = "auth"."uid"()));


CREATE POLICY "People mark their notifications" ON "public"."notifications" FOR UPDATE TO "authenticated" USING (("user_id" = "auth"."uid"())) WITH CHECK (("user_id" = "auth"."uid"()));


CREATE POLICY "People read their notifications" ON "public"."notifications" FOR SELECT TO "authenticated" USING (("user_id" = "auth"."uid"()));


CREATE POLICY "People see colleagues" ON "public"."profiles" FOR SELECT TO "authenticated" USING ((("id" = "auth"."uid"()) OR "private"."shares_organisation"("id")));


ALTER TABLE "public"."api_keys" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."attachments" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."comments" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."invitations" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."invoices" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."labels" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."memberships" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."notifications" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."organisations" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."profiles" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."projects" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."subscriptions" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."task_assignees" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."task_labels" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."tasks" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."team_members" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."teams" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."webhook_deliveries" ENABLE ROW LEVEL SECURITY;


ALTER TABLE "public"."webhooks" ENABLE ROW LEVEL SECURITY;


ALTER PUBLICATION "supabase_realtime" OWNER TO "postgres";


ALTER PUBLICATION "supabase_realtime" ADD TABLE ONLY "public"."comments";


ALTER PUBLICATION "supabase_realtime" ADD TABLE ONLY "public"."notifications";


ALTER PUBLICATION "supabase_realtime" ADD TABLE ONLY "public"."tasks";


GRANT USAGE ON SCHEMA "private" TO "authenticated";
GRANT USAGE ON SCHEMA "private" TO "service_role";


GRANT ALL ON SCHEMA "public" TO "postgres";
GRANT USAGE ON SCHEMA "public" TO "anon";
GRANT USAGE ON SCHEMA "public" TO "authenticated";
GRANT USAGE ON SCHEMA "public" TO "service_role";


GRANT ALL ON FUNCTION "public"."accept_invitation"("token" "text") TO "anon";
GRANT ALL ON FUNCTION "public"."accept_invitation"("token" "text") TO "authenticated";
GRANT ALL ON FUNCTION "public"."accept_invitation"("token" "text") TO "service_role";


GRANT ALL ON FUNCTION "public"."create_organisation"("organisation_name" "text", "organisation_slug" "text") TO "anon";
GRANT ALL ON FUNCTION "public"."create_organisation"("organisation_name" "text", "organisation_slug" "text") TO "authenticated";
GRANT ALL ON FUNCTION "public"."create_organisation"("organisation_name" "text", "organisation_slug" "text") TO "service_role";


GRANT ALL ON FUNCTION "public"."move_task"("task" "uuid", "to_state" "public"."task_state", "after" "uuid") TO "anon";
GRANT ALL ON FUNCTION "public"."move_task"("task" "uuid", "to_state" "public"."task_state", "after" "uuid") TO "authenticated";
GRANT ALL ON FUNCTION "public"."move_task"("task" "uuid", "to_state" "public"."task_state", "after" "uuid") TO "service_role";


GRANT ALL ON FUNCTION "public"."seats_left"("organisation" "uuid") TO "anon";
GRANT ALL ON FUNCTION "public"."seats_left"("organisation" "uuid") TO "authenticated";
GRANT ALL ON FUNCTION "public"."seats_left"("organisation" "uuid") TO "service_role";


GRANT ALL ON TABLE "public"."api_keys" TO "anon";
GRANT ALL ON TABLE "public"."api_keys" TO "authenticated";
GRANT ALL ON TABLE "public"."api_keys" TO "service_role";


GRANT ALL ON TABLE "public"."attachments" TO "anon";
GRANT ALL ON TABLE "public"."attachments" TO "authenticated";
GRANT ALL ON TABLE "public"."attachments" TO "service_role";


GRANT ALL ON TABLE "public"."comments" TO "anon";
GRANT ALL ON TABLE "public"."comments" TO "authenticated";
GRANT ALL ON TABLE "public"."comments" TO "service_role";


GRANT ALL ON TABLE "public"."invitations" TO "anon";
GRANT ALL ON TABLE "public"."invitations" TO "authenticated";
GRANT ALL ON TABLE "public"."invitations" TO "service_role";


GRANT ALL ON TABLE "public"."invoices" TO "anon";
GRANT ALL ON TABLE "public"."invoices" TO "authenticated";
GRANT ALL ON TABLE "public"."invoices" TO "service_role";


GRANT ALL ON SEQUENCE "public"."invoices_id_seq" TO "anon";
GRANT ALL ON SEQUENCE "public"."invoices_id_seq" TO "authenticated";
GRANT ALL ON SEQUENCE "public"."invoices_id_seq" TO "service_role";


GRANT ALL ON TABLE "public"."labels" TO "anon";
GRANT ALL ON TABLE "public"."labels" TO "authenticated";
GRANT ALL ON TABLE "public"."labels" TO "service_role";


GRANT ALL ON TABLE "public"."memberships" TO "anon";
GRANT ALL ON TABLE "public"."memberships" TO "authenticated";
GRANT ALL ON TABLE "public"."memberships" TO "service_role";


GRANT ALL ON TABLE "public"."notifications" TO "anon";
GRANT ALL ON TABLE "public"."notifications" TO "authenticated";
GRANT ALL ON TABLE "public"."notifications" TO "service_role";


GRANT ALL ON TABLE "public"."open_tasks" TO "anon";
GRANT ALL ON TABLE "public"."open_tasks" TO "authenticated";
GRANT ALL ON TABLE "public"."open_tasks" TO "service_role";


GRANT ALL ON TABLE "public"."organisations" TO "anon";
GRANT ALL ON TABLE "public"."organisations" TO "authenticated";
GRANT ALL ON TABLE "public"."organisations" TO "service_role";


GRANT ALL ON TABLE "public"."profiles" TO "anon";
GRANT ALL ON TABLE "public"."profiles" TO "authenticated";
GRANT ALL ON TABLE "public"."profiles" TO "service_role";


GRANT ALL ON TABLE "public"."organisation_directory" TO "anon";
GRANT ALL ON TABLE "public"."organisation_directory" TO "authenticated";
GRANT ALL ON TABLE "public"."organisation_directory" TO "service_role";


GRANT ALL ON TABLE "public"."projects" TO "anon";
GRANT ALL ON TABLE "public"."projects" TO "authenticated";
GRANT ALL ON TABLE "public"."projects" TO "service_role";


GRANT ALL ON TABLE "public"."tasks" TO "anon";
GRANT ALL ON TABLE "public"."tasks" TO "authenticated";
GRANT ALL ON TABLE "public"."tasks" TO "service_role";


GRANT ALL ON TABLE "public"."organisation_usage" TO "anon";
GRANT ALL ON TABLE "public"."organisation_usage" TO "authenticated";
GRANT ALL ON TABLE "public"."organisation_usage" TO "service_role";


GRANT ALL ON TABLE "public"."payment_events" TO "anon";
GRANT ALL ON TABLE "public"."payment_events" TO "authenticated";
GRANT ALL ON TABLE "public"."payment_events" TO "service_role";


GRANT ALL ON TABLE "public"."subscriptions" TO "anon";
GRANT ALL ON TABLE "public"."subscriptions" TO "authenticated";
GRANT ALL ON TABLE "public"."subscriptions" TO "service_role";


GRANT ALL ON TABLE "public"."task_assignees" TO "anon";
GRANT ALL ON TABLE "public"."task_assignees" TO "authenticated";
GRANT ALL ON TABLE "public"."task_assignees" TO "service_role";


GRANT ALL ON TABLE "public"."task_labels" TO "anon";
GRANT ALL ON TABLE "public"."task_labels" TO "authenticated";
GRANT ALL ON TABLE "public"."task_labels" TO "service_role";


GRANT ALL ON TABLE "public"."team_members" TO "anon";
GRANT ALL ON TABLE "public"."team_members" TO "authenticated";
GRANT ALL ON TABLE "public"."team_members" TO "service_role";


GRANT ALL ON TABLE "public"."teams" TO "anon";
GRANT ALL ON TABLE "public"."teams" TO "authenticated";
GRANT ALL ON TABLE "public"."teams" TO "service_role";


GRANT ALL ON TABLE "public"."webhook_deliveries" TO "anon";
GRANT ALL ON TABLE "public"."webhook_deliveries" TO "authenticated";
GRANT ALL ON TABLE "public"."webhook_deliveries" TO "service_role";


GRANT ALL ON SEQUENCE "public"."webhook_deliveries_id_seq" TO "anon";
GRANT ALL ON SEQUENCE "public"."webhook_deliveries_id_seq" TO "authenticated";
GRANT ALL ON SEQUENCE "public"."webhook_deliveries_id_seq" TO "service_role";


GRANT ALL ON TABLE "public"."webhooks" TO "anon";
GRANT ALL ON TABLE "public"."webhooks" TO "authenticated";
GRANT ALL ON TABLE "public"."webhooks" TO "service_role";


ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON SEQUENCES TO "postgres";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON SEQUENCES TO "anon";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON SEQUENCES TO "authenticated";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON SEQUENCES TO "service_role";


ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON FUNCTIONS TO "postgres";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON FUNCTIONS TO "anon";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON FUNCTIONS TO "authenticated";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON FUNCTIONS TO "service_role";


ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "postgres";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "anon";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "authenticated";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT ALL ON TABLES TO "service_role";


RESET ALL;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION private.handle_new_user();


create policy "Members read attachments of their organisation"
on "storage"."objects"
as permissive
for select
to authenticated
using (((bucket_id = 'attachments'::text) AND private.is_member(((storage.foldername(name))[1])::uuid)));


create policy "Members upload attachments for their organisation"
on "storage"."objects"
as permissive
for insert
to authenticated
with check (((bucket_id = 'attachments'::text) AND private.is_member(((storage.foldername(name))[1])::uuid)));
