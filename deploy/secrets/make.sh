#!/bin/sh
# Makes the secrets of a new installation, each in a volume that only those mount who need it; existing ones stay.
# /secrets/public: what tokens are checked with. /secrets/issuer, /secrets/metrics: what signs them. /secrets/postgres:
# passwords. /secrets/SERVICE: the URL of that service's database, alignment's key, and strategy's key of proofs.
# With arguments it passes them on to plumbline keys: --rotate issuer.
set -eu
umask 022 # the volumes are what keeps others out; inside, each reader runs as a user of its own

password() { # password NAME: made once, and printed
  [ -s "/secrets/postgres/$1" ] || python -c 'import secrets; print(secrets.token_urlsafe(24))' >"/secrets/postgres/$1"
  cat "/secrets/postgres/$1"
}

[ ! -s /secrets/key/key.json ] || set -- "$@" --former /secrets/key/key.json
plumbline keys /secrets "$@"
chmod 444 /secrets/*/token-key.json /secrets/strategy/proof-key.json
password admin >/dev/null
for service in strategy catalog roles alignment; do
  echo "postgresql+asyncpg://$service:$(password "$service")@postgres/$service" >"/secrets/$service/database-url"
done
