#!/bin/sh
# Makes the secrets of a new installation, each in a volume that only those mount who need it; existing ones stay.
# /secrets/key: signs tokens. /secrets/postgres: passwords. /secrets/SERVICE: the URL of that service's database,
# and of strategy the key that signs proofs.
set -eu
umask 022 # the volumes are what keeps others out; inside, each reader runs as a user of its own

password() { # password NAME: made once, and printed
  [ -s "/secrets/postgres/$1" ] || python -c 'import secrets; print(secrets.token_urlsafe(24))' >"/secrets/postgres/$1"
  cat "/secrets/postgres/$1"
}

former=
[ -s /secrets/key/key.json ] && former="--former /secrets/key/key.json"
plumbline keys /secrets $former
chmod 444 /secrets/strategy/proof-key.json
plumbline key /secrets/key/key.json
chmod 444 /secrets/key/key.json
password admin >/dev/null
for service in strategy catalog roles alignment; do
  echo "postgresql+asyncpg://$service:$(password "$service")@postgres/$service" >"/secrets/$service/database-url"
done
