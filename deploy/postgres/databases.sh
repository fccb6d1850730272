#!/bin/sh
# Runs once, when the server's data folder is empty: one database and one role per service and for the page,
# closed to the others.
set -eu
for service in strategy catalog roles alignment web; do
  psql --quiet -v ON_ERROR_STOP=1 -v name="$service" -v password="$(cat "/run/secrets/$service")" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
