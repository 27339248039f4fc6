-- Two roles for SCO Tracker on PostgreSQL (ASVS 5.0, 13.2.2 and 16.4.2):
--
--   tracker_owner  owns the schema; `manage.py migrate` connects as it, and nothing else does
--   tracker_app    what web, worker and clock connect as: it reads and writes rows, changes no table,
--                  and neither changes nor removes what is only ever added to
--
-- Run as a superuser in the tracker's own database: before the first migration and once after it, or on
-- a database that is in use. Running it again changes nothing:
--
--   psql --dbname tracker --file deploy/postgresql/roles.sql
--
-- Passwords are given afterwards, with \password tracker_owner and \password tracker_app.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tracker_owner') THEN
        CREATE ROLE tracker_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tracker_app') THEN
        CREATE ROLE tracker_app LOGIN;
    END IF;
END $$;
ALTER ROLE tracker_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE tracker_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- Search needs it. Only a superuser, or whoever may create things in the database, can add it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Nobody else comes in, and the application makes nothing, not even tables for a while.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, tracker_app', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO tracker_app', current_database());
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO tracker_owner', current_database());
END $$;
ALTER SCHEMA public OWNER TO tracker_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC, tracker_app;
GRANT USAGE ON SCHEMA public TO tracker_app;

-- What is there already becomes the owner's. What belongs to an extension stays with it.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT format('ALTER TABLE %s OWNER TO tracker_owner', oid::regclass) AS command
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO tracker_owner', oid::regprocedure)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e'
        )
    LOOP
        EXECUTE one.command;
    END LOOP;
END $$;

-- Rows of every table, of those that a later migration makes as well.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tracker_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tracker_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tracker_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tracker_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tracker_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO tracker_app;

-- Except what is only ever added to. For tables that come later, every migration does the same at its
-- end (accounts/triggers.py), together with triggers that bind the owner too. Which migrations ran is
-- for the application to read alone, from the run of this file on that finds their table.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['accounts_event', 'accounts_seal', 'reminders_attempt'] LOOP
        IF to_regclass(name) IS NOT NULL THEN
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM tracker_app', name);
        END IF;
    END LOOP;
    IF to_regclass('django_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM tracker_app;
    END IF;
END $$;
